//! Splits a notification into mails, each within the size that mail programs show whole.

use std::ops::Range;

use super::html;
use crate::{
    domain::Notification,
    notify::Payload,
    render::{Message, Renderer, plain::plain},
};

/// Gmail cuts a mail off at about 102 kB of HTML; below that with room for what varies between parts.
const MAX_HTML_BYTES: usize = 90_000;

/// More than this nobody reads on a phone in one go.
const MAX_ITEMS: usize = 60;

/// Every part of the notification, in order; together they name every row.
pub(in crate::notify) fn parts(renderer: &Renderer, notification: &Notification) -> Vec<Payload> {
    let rows = notification.rows().len();
    let whole = renderer.message(notification, 0..rows, None);
    let ranges = split(&sizes(&whole), frame_size(&whole));
    let count = ranges.len();
    if count == 1 {
        return vec![payload(&whole)];
    }
    ranges
        .into_iter()
        .enumerate()
        .map(|(index, range)| renderer.message(notification, range, Some((index + 1, count))))
        .map(|part| payload(&part))
        .collect()
}

fn payload(message: &Message) -> Payload {
    Payload {
        title: message.title.clone(),
        text: plain(message),
        body: html::page(message),
    }
}

/// The bytes of HTML that each item takes.
fn sizes(message: &Message) -> Vec<usize> {
    message
        .items
        .iter()
        .map(|item| html::item(item).len())
        .collect()
}

/// The bytes of HTML around the items.
fn frame_size(message: &Message) -> usize {
    let frame = Message {
        items: Vec::new(),
        ..message.clone()
    };
    html::page(&frame).len()
}

/// Fills each part before it starts the next. An item that is too big for any part gets one of its own.
fn split(sizes: &[usize], frame: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut bytes = frame;
    for (index, size) in sizes.iter().enumerate() {
        let full = index - start == MAX_ITEMS || bytes + size > MAX_HTML_BYTES;
        if full && index > start {
            ranges.push(start..index);
            start = index;
            bytes = frame;
        }
        bytes += size;
    }
    ranges.push(start..sizes.len());
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

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
