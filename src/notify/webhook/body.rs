//! The documents that a generic webhook gets. Programs read them, so rows are told as they are.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::{
        EventType, Notification, Row,
        digest::Every,
        notification::{Blindness, Subject},
        row::{Links, Section},
    },
    notify::{
        Payload,
        json::json,
        split::{Limit, split},
    },
    render::Renderer,
};

/// A document in bytes; the Standard Webhooks specification advises less than 20 kB.
pub(super) const BYTES: usize = 20_000;
/// Room for all that is not a row, where it takes no more.
const FRAME: usize = 500;

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    event: EventType,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    notification_id: Uuid,
    receiver: &'a str,
    part: usize,
    parts: usize,
    #[serde(flatten)]
    monitor: Option<Monitor<'a>>,
    /// Its alerts were told to others before, and nobody has acknowledged them since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    escalation: bool,
    alerts: &'a [Arc<Row>],
}

/// What a `monitor.…` event says in the place of rows, and a `digest` beside them. A tenant can be blind in more than one way at once: `blindness` tells which
/// `failing` a `recovered` ends.
#[derive(Serialize)]
#[serde(untagged)]
enum Monitor<'a> {
    Failing {
        tenant: &'a str,
        blindness: Blindness,
        problem: &'a str,
        since: DateTime<Utc>,
    },
    Recovered {
        tenant: &'a str,
        blindness: Blindness,
        note: &'a str,
    },
    ReceiverFailing {
        failing_receiver: &'a str,
        problem: &'a str,
        given_up: bool,
        since: DateTime<Utc>,
    },
    ReceiverRecovered {
        recovered_receiver: &'a str,
        since: DateTime<Utc>,
    },
    Digest {
        tenant: &'a str,
        every: Every,
        watched: u64,
        next: Option<&'a Row>,
        left_out: BTreeMap<Section, u64>,
        odd: u64,
    },
}

/// The documents that together hold every row, each with rows of one event type alone.
pub(super) fn compose(
    receiver: &str,
    renderer: &Renderer,
    notification: &Notification,
) -> Vec<Payload> {
    let notification = &linked(renderer, notification);
    let parts = parts(receiver, notification);
    let total = parts.len();
    (1..)
        .zip(parts)
        .map(|(number, rows)| {
            let part = (total > 1).then_some((number, total));
            let message = renderer.message(notification, rows.clone(), part);
            Payload {
                // programs read the document; the words would only lie in memory, and there may be thousands of rows
                text: String::new(),
                title: message.title,
                body: document(receiver, notification, &rows, (number, total)),
            }
        })
        .collect()
}

/// Its rows with the pages where they can be acknowledged.
fn linked<'a>(renderer: &Renderer, notification: &'a Notification) -> Cow<'a, Notification> {
    let Subject::Due { alerts } = &notification.subject else {
        return Cow::Borrowed(notification);
    };
    let link = |(at, row): (usize, &Arc<Row>)| {
        let page = renderer.acknowledge(notification, at);
        let (Some(_), Some(links)) = (&page, &row.links) else {
            return Arc::clone(row);
        };
        let links = Links {
            acknowledge: page,
            ..links.clone()
        };
        Arc::new(Row {
            links: Some(links),
            ..Row::clone(row)
        })
    };
    let alerts = alerts.iter().enumerate().map(link).collect();
    Cow::Owned(Notification {
        subject: Subject::Due { alerts },
        ..notification.clone()
    })
}

fn parts(receiver: &str, notification: &Notification) -> Vec<Range<usize>> {
    let rows = notification.rows();
    let sizes: Vec<usize> = rows.iter().map(|row| json(row).len() + 1).collect();
    // the widest numbers that a part can get
    let numbers = (rows.len(), rows.len());
    let frame = document(receiver, notification, &(0..0), numbers).len();
    let limit = Limit {
        size: BYTES.saturating_sub(frame.max(FRAME)),
        rows: usize::MAX,
    };
    let fits =
        |range: &Range<usize>| document(receiver, notification, range, numbers).len() < BYTES;
    let mut parts = Vec::new();
    let mut start = 0;
    for run in
        rows.chunk_by(|a, b| notification.event_type(Some(a)) == notification.event_type(Some(b)))
    {
        let end = start + run.len();
        let sizes = sizes.get(start..end).unwrap_or_default();
        let shifted = |range: &Range<usize>| start + range.start..start + range.end;
        let split = split(sizes, limit, |range| fits(&shifted(range)));
        parts.extend(split.iter().map(shifted));
        start = end;
    }
    if parts.is_empty() {
        parts.push(0..0);
    }
    parts
}

fn document(
    receiver: &str,
    notification: &Notification,
    range: &Range<usize>,
    (part, parts): (usize, usize),
) -> String {
    let alerts = notification.rows().get(range.clone()).unwrap_or_default();
    json(&Document {
        event: notification.event_type(alerts.first().map(Arc::as_ref)),
        timestamp: notification.decided_at,
        data: Data {
            notification_id: notification.id,
            receiver,
            part,
            parts,
            monitor: monitor(&notification.subject),
            escalation: notification.escalation,
            alerts,
        },
    })
}

fn monitor(subject: &Subject) -> Option<Monitor<'_>> {
    match subject {
        Subject::Failing {
            tenant,
            blindness,
            problem,
            since,
        } => Some(Monitor::Failing {
            tenant,
            blindness: *blindness,
            problem,
            since: *since,
        }),
        Subject::Recovered {
            tenant,
            blindness,
            note,
        } => Some(Monitor::Recovered {
            tenant,
            blindness: *blindness,
            note,
        }),
        Subject::ReceiverFailing {
            receiver,
            error,
            given_up,
            since,
        } => Some(Monitor::ReceiverFailing {
            failing_receiver: receiver,
            problem: error,
            given_up: *given_up,
            since: *since,
        }),
        Subject::ReceiverRecovered { receiver, since } => Some(Monitor::ReceiverRecovered {
            recovered_receiver: receiver,
            since: *since,
        }),
        Subject::Digest {
            tenant,
            every,
            watched,
            next,
            left_out,
            odd,
            alerts: _,
        } => Some(Monitor::Digest {
            tenant,
            every: *every,
            watched: *watched,
            next: next.as_deref(),
            left_out: left_out.iter().copied().collect(),
            odd: *odd,
        }),
        Subject::Due { .. }
        | Subject::Resolved { .. }
        | Subject::Changed { .. }
        | Subject::Test { .. } => None,
    }
}
