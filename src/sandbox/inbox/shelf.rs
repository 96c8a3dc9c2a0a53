//! What is kept of the messages that came: the newest, within bounds of number and of bytes; and counts of all.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{Channel, Counts, Received, smtp::Envelope};

const MESSAGES: usize = 2_000;
const BYTES: usize = 64 << 20;
/// Characters that are kept of what a sender can make long: a title, a name, a key, a complaint that quotes him.
const LINE: usize = 300;
/// Problems of one message that are kept: one broken table must not fill the memory with complaints.
const PROBLEMS: usize = 20;

/// A message on its way onto the shelf.
pub(super) struct Arrival {
    pub(super) channel: Channel,
    pub(super) receiver: String,
    pub(super) title: String,
    pub(super) problems: Vec<String>,
    pub(super) refused: Option<String>,
    /// What is the same on every try of the same message.
    pub(super) key: Option<String>,
    pub(super) content: Content,
}

/// A message as it came.
pub(super) enum Content {
    Mail {
        envelope: Envelope,
        raw: Vec<u8>,
    },
    /// The headers of interest, and the body.
    Http {
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
}

/// A message on the shelf.
pub(super) struct Entry {
    pub(super) received: Received,
    pub(super) content: Content,
    key: Option<Key>,
}

type Key = (Channel, String, String);

impl Entry {
    pub(super) fn body(&self) -> &[u8] {
        match &self.content {
            Content::Mail { raw, .. } => raw,
            Content::Http { body, .. } => body,
        }
    }
}

/// The newest messages.
#[derive(Default)]
pub(super) struct Shelf {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    last_id: u64,
    /// The keys of the entries that were taken.
    keys: HashSet<Key>,
    counts: Counts,
}

impl Shelf {
    pub(super) fn put(&mut self, arrival: Arrival, at: DateTime<Utc>) -> Received {
        let Arrival {
            channel,
            receiver,
            title,
            problems,
            refused,
            key,
            content,
        } = arrival;
        let problems: Vec<String> = problems
            .iter()
            .take(PROBLEMS)
            .map(|one| one_line(one))
            .collect();
        let receiver = one_line(&receiver);
        let key = key
            .filter(|_| refused.is_none())
            .map(|key| (channel, receiver.clone(), one_line(&key)));
        let repeat = key.as_ref().is_some_and(|key| self.keys.contains(key));

        self.counts.refused += u64::from(refused.is_some());
        self.counts.taken += u64::from(refused.is_none());
        self.counts.repeats += u64::from(repeat);
        self.counts.with_problems += u64::from(refused.is_none() && !problems.is_empty());
        self.last_id += 1;

        let mut entry = Entry {
            received: Received {
                id: self.last_id,
                channel,
                receiver,
                received_at: at,
                title: one_line(&title),
                size: 0,
                problems,
                repeat,
                refused,
            },
            content,
            // a repeat leaves its key with the first one, which alone takes it away when it goes
            key: key.filter(|_| !repeat),
        };
        entry.received.size = entry.body().len();
        self.bytes += entry.received.size;
        self.keys.extend(entry.key.clone());
        let summary = entry.received.clone();
        self.entries.push_back(Arc::new(entry));
        self.shrink();
        summary
    }

    /// The newest one stays, however large.
    fn shrink(&mut self) {
        while self.entries.len() > MESSAGES || (self.bytes > BYTES && self.entries.len() > 1) {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.received.size;
            if let Some(key) = &oldest.key {
                self.keys.remove(key);
            }
        }
    }

    pub(super) fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.entries.iter().rev()
    }

    /// Ids rise without gaps, so the place of one follows from the first.
    pub(super) fn get(&self, id: u64) -> Option<Arc<Entry>> {
        let first = self.entries.front()?.received.id;
        let place = usize::try_from(id.checked_sub(first)?).ok()?;
        self.entries.get(place).cloned()
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn count_turned_away(&mut self) {
        self.counts.turned_away += 1;
    }
}

/// Cut to a length for the list, without anything that breaks a line on a page or in a terminal.
fn one_line(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let cut: String = text.chars().take(LINE).map(clean).collect();
    cut.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(key: &str, bytes: usize) -> Arrival {
        Arrival {
            channel: Channel::Webhook,
            receiver: "siem".to_owned(),
            title: "a\r\n\u{1b}[31mb".to_owned(),
            problems: Vec::new(),
            refused: None,
            key: Some(key.to_owned()),
            content: Content::Http {
                headers: Vec::new(),
                body: vec![b'x'; bytes],
            },
        }
    }

    fn put(shelf: &mut Shelf, key: &str, bytes: usize) -> Received {
        shelf.put(arrival(key, bytes), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn only_the_newest_are_kept_but_all_are_counted() {
        let mut shelf = Shelf::default();
        for n in 0..MESSAGES + 500 {
            put(&mut shelf, &n.to_string(), 10);
        }
        assert_eq!(shelf.entries.len(), MESSAGES);
        assert_eq!(shelf.keys.len(), MESSAGES);
        assert_eq!(shelf.counts().taken, 2_500);
        assert!(shelf.get(500).is_none());
        assert_eq!(shelf.get(501).unwrap().received.id, 501);
        assert_eq!(shelf.get(2_500).unwrap().received.id, 2_500);
        assert!(shelf.get(2_501).is_none());
    }

    #[test]
    fn bytes_are_bounded_as_well() {
        let mut shelf = Shelf::default();
        for n in 0..40 {
            put(&mut shelf, &n.to_string(), 4 << 20);
        }
        assert_eq!(shelf.entries.len(), 16);
        assert_eq!(shelf.bytes, BYTES);
        put(&mut shelf, "giant", BYTES + 1);
        assert_eq!(shelf.entries.len(), 1);
    }

    #[test]
    fn a_repeat_is_known_by_its_key_and_what_was_refused_does_not_count() {
        let mut shelf = Shelf::default();
        let mut refused = arrival("one", 1);
        refused.refused = Some("invalid_blocks".to_owned());
        shelf.put(refused, DateTime::UNIX_EPOCH);
        assert!(!put(&mut shelf, "one", 1).repeat);
        assert!(put(&mut shelf, "one", 1).repeat);
        assert!(!put(&mut shelf, "two", 1).repeat);
        assert_eq!(
            shelf.counts(),
            Counts {
                taken: 3,
                repeats: 1,
                refused: 1,
                ..Counts::default()
            }
        );
    }

    #[test]
    fn a_title_is_one_line_without_control_characters() {
        let received = put(&mut Shelf::default(), "k", 1);
        assert_eq!(received.title, "a   [31mb");
    }
}
