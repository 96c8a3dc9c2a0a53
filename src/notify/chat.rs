//! What the chats have in common: a message is divided by what one post may hold, and each part is written in the chat's form.

use super::{
    Payload,
    split::{Limit, split},
};
use crate::{
    domain::Notification,
    render::{Item, Message, Renderer, plain::plain},
};

/// A chat's way to write a message. All of it is pure.
pub(super) struct Form {
    /// What the items of one post may add up to, with room left for title, introduction and footer.
    pub(super) limit: Limit,
    /// The size of one item, in the unit of `limit`.
    pub(super) size: fn(&Item) -> usize,
    /// The whole post as JSON.
    pub(super) body: fn(&Message) -> String,
    /// Does the chat take a post of this body?
    pub(super) fits: fn(&str) -> bool,
}

impl Form {
    /// The posts that together tell everything.
    pub(super) fn compose(&self, renderer: &Renderer, notification: &Notification) -> Vec<Payload> {
        let count = notification.rows().len();
        let items = renderer.message(notification, 0..count, None).items;
        let sizes: Vec<usize> = items.iter().map(self.size).collect();
        // the widest numbers that a part can get
        let numbers = (count > 1).then_some((count, count));
        let parts = split(&sizes, self.limit, |rows| {
            (self.fits)(&(self.body)(&renderer.message(
                notification,
                rows.clone(),
                numbers,
            )))
        });
        let several = parts.len() > 1;
        let total = parts.len();
        (1..)
            .zip(parts)
            .map(|(number, rows)| {
                let part = several.then_some((number, total));
                self.payload(&renderer.message(notification, rows, part))
            })
            .collect()
    }

    fn payload(&self, message: &Message) -> Payload {
        Payload {
            title: message.title.clone(),
            text: plain(message),
            body: (self.body)(message),
        }
    }
}
