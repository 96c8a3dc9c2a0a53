//! Splits a notification into mails, each within the size that mail programs show whole.

use std::ops::Range;

use super::html;
use crate::{
    domain::Notification,
    notify::Payload,
    render::{Item, Message, Renderer, plain, templates::Templates},
};

/// Below what Gmail cuts off, with room for what varies between parts.
const MAX_HTML_BYTES: usize = html::CLIPPED_BYTES - 12_000;

/// More whole items than this nobody reads on a phone in one go.
const MAX_ITEMS: usize = 60;

/// So many items in brief are read as one whole item is.
const BRIEF_IN_ONE: usize = 4;

/// What an item takes of a mail.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Of HTML.
    bytes: usize,
    /// In items in brief.
    items: usize,
}

/// Every part of the notification, in order; together they name every row.
pub(in crate::notify) fn parts(renderer: &Renderer, notification: &Notification) -> Vec<Payload> {
    let rows = notification.rows().len();
    let templates = renderer.templates();
    let whole = renderer.message(notification, 0..rows, None);
    let ranges = split(&sizes(templates, &whole), frame_size(templates, &whole));
    let count = ranges.len();
    if count == 1 {
        return vec![payload(templates, &whole)];
    }
    ranges
        .into_iter()
        .enumerate()
        .map(|(index, range)| renderer.message(notification, range, Some((index + 1, count))))
        .map(|part| payload(templates, &part))
        .collect()
}

fn payload(templates: &Templates, message: &Message) -> Payload {
    Payload {
        title: message.title.clone(),
        text: templates.write(&plain::MAIL, message, |_| true),
        body: html::page(templates, message),
    }
}

fn sizes(templates: &Templates, message: &Message) -> Vec<Size> {
    let size = |item: &Item| Size {
        bytes: templates.mail_item(item).len(),
        items: if item.brief { 1 } else { BRIEF_IN_ONE },
    };
    message.items.iter().map(size).collect()
}

/// The bytes of HTML around the items.
fn frame_size(templates: &Templates, message: &Message) -> usize {
    let frame = Message {
        items: Vec::new(),
        ..message.clone()
    };
    html::page(templates, &frame).len()
}

/// Fills each part before it starts the next. An item that is too big for any part gets one of its own.
fn split(sizes: &[Size], frame: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut bytes = frame;
    let mut items = 0;
    for (index, size) in sizes.iter().enumerate() {
        let is_long = items + size.items > MAX_ITEMS * BRIEF_IN_ONE;
        let full = is_long || bytes + size.bytes > MAX_HTML_BYTES;
        if full && index > start {
            ranges.push(start..index);
            start = index;
            bytes = frame;
            items = 0;
        }
        bytes += size.bytes;
        items += size.items;
    }
    ranges.push(start..sizes.len());
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(bytes: &[usize], frame: usize) -> Vec<Range<usize>> {
        let whole = |bytes: &usize| Size {
            bytes: *bytes,
            items: BRIEF_IN_ONE,
        };
        super::split(&bytes.iter().map(whole).collect::<Vec<_>>(), frame)
    }

    #[test]
    fn items_in_brief_take_less_of_a_part() {
        let brief = Size {
            bytes: 100,
            items: 1,
        };
        assert_eq!(super::split(&[brief; 241], 5_000), vec![0..240, 240..241]);
    }

    #[test]
    fn a_part_is_full_at_sixty_items_or_at_its_size() {
        assert_eq!(split(&[], 5_000), vec![0..0]);
        assert_eq!(split(&[100; 60], 5_000), vec![0..60]);
        assert_eq!(split(&[100; 61], 5_000), vec![0..60, 60..61]);
        assert_eq!(split(&[40_000; 5], 5_000), vec![0..2, 2..4, 4..5]);
    }

    #[test]
    fn an_item_too_big_for_any_part_gets_one_of_its_own() {
        assert_eq!(split(&[200_000, 10], 5_000), vec![0..1, 1..2]);
        assert_eq!(split(&[10, 200_000, 10], 5_000), vec![0..1, 1..2, 2..3]);
    }
}
