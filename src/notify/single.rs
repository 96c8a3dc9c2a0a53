//! What systems for people on call have in common: they keep a state, and open and close each thing that is wrong by itself.
//!
//! A notification about forty credentials is forty things to them. A summary or a list of changes is none: nothing of it is wrong, and
//! nobody would ever close it.

use std::sync::Arc;

use crate::{
    domain::{
        EventType, Notification, Row,
        notification::{Blindness, Subject},
    },
    render::{Message, Renderer},
};

/// A thing that is wrong, or no longer so.
#[derive(Debug)]
pub(super) struct Single<'a> {
    /// What it is; it is the same thing for as long as this is the same.
    pub(super) about: About<'a>,
    /// What is said of it.
    pub(super) event: EventType,
    /// The same in words.
    pub(super) message: Message,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// A credential.
    Credential(&'a Row),
    /// A tenant cannot be seen.
    Tenant(&'a str, Blindness),
    /// Messages to another receiver do not arrive.
    Receiver(&'a str),
    /// Nothing: a sample, with a made-up credential.
    Test(&'a Notification, &'a Row),
}

impl<'a> About<'a> {
    /// The credential's row.
    pub(super) fn row(self) -> Option<&'a Row> {
        match self {
            Self::Credential(row) | Self::Test(_, row) => Some(row),
            Self::Tenant(..) | Self::Receiver(_) => None,
        }
    }
}

impl Single<'_> {
    /// Is it no longer wrong?
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.event,
            EventType::Resolved | EventType::MonitorRecovered
        )
    }
}

/// Each thing by itself, in the order of the rows. Of a test it is one, however many samples it shows.
pub(super) fn singles<'a>(renderer: &Renderer, notification: &'a Notification) -> Vec<Single<'a>> {
    let rows = notification.rows();
    let of = |row: &'a Arc<Row>, about| Single {
        about,
        event: notification.event_type(Some(row)),
        message: renderer.message(&alone(notification, row), 0..1, None),
    };
    let whole = |about| Single {
        about,
        event: notification.event_type(None),
        message: renderer.message(notification, 0..0, None),
    };
    match &notification.subject {
        Subject::Due { .. } | Subject::Resolved { .. } => rows
            .iter()
            .map(|row| of(row, About::Credential(row)))
            .collect(),
        Subject::Test { .. } => rows
            .iter()
            .take(1)
            .map(|row| of(row, About::Test(notification, row)))
            .collect(),
        Subject::Failing {
            tenant, blindness, ..
        }
        | Subject::Recovered {
            tenant, blindness, ..
        } => vec![whole(About::Tenant(tenant, *blindness))],
        Subject::ReceiverFailing { receiver, .. } | Subject::ReceiverRecovered { receiver, .. } => {
            vec![whole(About::Receiver(receiver))]
        }
        Subject::Changed { .. } | Subject::Digest { .. } => Vec::new(),
    }
}

/// The same notification about one of its rows, whose words speak of no others.
fn alone(notification: &Notification, row: &Arc<Row>) -> Notification {
    let alerts = vec![Arc::clone(row)];
    Notification {
        subject: match notification.subject {
            Subject::Resolved { .. } => Subject::Resolved { alerts },
            Subject::Test { .. } => Subject::Test { alerts },
            _ => Subject::Due { alerts },
        },
        id: notification.id,
        decided_at: notification.decided_at,
        first_scan: notification.first_scan,
        stale: 0,
        escalation: notification.escalation,
        audience: notification.audience.clone(),
    }
}
