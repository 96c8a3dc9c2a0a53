//! What the chats have in common: a message is divided by what one post may hold, and each part is written in the chat's form.

use std::ops::Range;

use super::{
    Payload,
    split::{Limit, split},
};
use crate::{
    domain::Notification,
    render::{
        Item, Message, Renderer,
        plain::plain,
        templates::{Form, Templates},
    },
};

/// A chat's way to write a message. All of it is pure.
pub(super) struct Chat {
    /// How a post is written, as JSON.
    pub(super) form: Form,
    /// What the items of one post may add up to, with room left for title, introduction and footer.
    pub(super) limit: Limit,
    /// The size of a text, in the unit of `limit`.
    pub(super) size: fn(&str) -> usize,
    /// What an item takes of a post at least, in the same unit.
    pub(super) least: fn(&Item) -> usize,
    /// Does the chat take a post of this body?
    pub(super) fits: fn(&str) -> bool,
}

/// Rows of a post, and its number among how many, if there are several.
pub(super) type Part = (Range<usize>, Option<(usize, usize)>);

impl Chat {
    /// The posts that together tell everything.
    pub(super) fn compose(&self, renderer: &Renderer, notification: &Notification) -> Vec<Payload> {
        let parts = self.parts(renderer, notification).into_iter();
        parts
            .map(|(rows, part)| renderer.message(notification, rows, part))
            .map(|message| Payload {
                text: plain(&message),
                body: self.body(renderer.templates(), &message),
                title: message.title,
            })
            .collect()
    }

    /// Which rows go into which post.
    pub(super) fn parts(&self, renderer: &Renderer, notification: &Notification) -> Vec<Part> {
        let templates = renderer.templates();
        let count = notification.rows().len();
        let items = renderer.message(notification, 0..count, None).items;
        // the widest numbers that a part can get
        let numbers = (count > 1).then_some((count, count));
        let fits = |rows: &Range<usize>| {
            let message = renderer.message(notification, rows.clone(), numbers);
            (self.fits)(&self.body(templates, &message))
        };
        let parts = split(&self.sizes(templates, items), self.limit, fits);
        let total = parts.len();
        let several = total > 1;
        (1..)
            .zip(parts)
            .map(|(number, rows)| (rows, several.then_some((number, total))))
            .collect()
    }

    /// What each item adds to a post that has one like it.
    fn sizes(&self, templates: &Templates, items: Vec<Item>) -> Vec<usize> {
        let measure = |message: &Message| (self.size)(&self.body(templates, message));
        let size = |item: Item| {
            let least = (self.least)(&item);
            let mut alone = Message {
                title: "-".to_owned(),
                items: vec![item],
                ..Message::empty()
            };
            let one = measure(&alone);
            alone.items.extend(alone.items.first().cloned());
            measure(&alone).saturating_sub(one).max(least)
        };
        items.into_iter().map(size).collect()
    }

    /// One post. Several items that have no room together can be divided; a single one cannot.
    fn body(&self, templates: &Templates, message: &Message) -> String {
        let can_divide = message.items.len() > 1;
        templates.write(&self.form, message, |body| can_divide || (self.fits)(body))
    }
}
