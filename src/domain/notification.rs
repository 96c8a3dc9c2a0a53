//! A notification: one group of alerts for one receiver, before it is rendered.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Row,
    audience::Audience,
    digest::Every,
    row::{RowSeverity, Section},
};

/// What a message says. The JSON names are the `type` of a generic webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// Credentials that will run out.
    #[serde(rename = "credential.expiring")]
    Expiring,
    /// Credentials that have run out.
    #[serde(rename = "credential.expired")]
    Expired,
    /// Credentials that were told of and need nothing more.
    #[serde(rename = "credential.resolved")]
    Resolved,
    /// A tenant cannot be seen, or suddenly shows much less; or messages to a receiver do not arrive.
    #[serde(rename = "monitor.failing")]
    MonitorFailing,
    /// It can be seen again, or they do.
    #[serde(rename = "monitor.recovered")]
    MonitorRecovered,
    /// A credential came to an app that was known.
    #[serde(rename = "credential.added")]
    Added,
    /// A credential went, announced or not.
    #[serde(rename = "credential.removed")]
    Removed,
    /// The last owner of an app went.
    #[serde(rename = "app.owner-lost")]
    OwnerLost,
    /// A summary beside the alerts.
    #[serde(rename = "digest")]
    Digest,
    /// A sample.
    #[serde(rename = "test")]
    Test,
}

impl EventType {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "credential.expiring",
            Self::Expired => "credential.expired",
            Self::Resolved => "credential.resolved",
            Self::MonitorFailing => "monitor.failing",
            Self::MonitorRecovered => "monitor.recovered",
            Self::Added => "credential.added",
            Self::Removed => "credential.removed",
            Self::OwnerLost => "app.owner-lost",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }
}

/// One message to one receiver, as decided. It is stored as it is, and rendered only when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id; time-ordered.
    pub id: Uuid,
    /// What it says.
    pub subject: Subject,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// True for the first complete scan of a tenant: what is due has piled up.
    #[serde(default)]
    pub first_scan: bool,
    /// On a first scan, how many more ended so long ago that they are only to be cleaned up, and are not told of one by one.
    #[serde(default)]
    pub stale: u64,
    /// True when its alerts were told to others before, and nobody has acknowledged them since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalation: bool,
    /// Whom it is for, where the receiver tells owners in person.
    #[serde(default, skip_serializing_if = "Audience::is_receiver")]
    pub audience: Audience,
}

/// What a notification is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum Subject {
    /// Credentials due, most urgent first.
    Due {
        /// At least one.
        alerts: Vec<Arc<Row>>,
    },
    /// Credentials that were announced and need nothing more; each row's `reason` says why.
    Resolved {
        /// At least one.
        alerts: Vec<Arc<Row>>,
    },
    /// A tenant cannot be seen, or suddenly shows much less.
    Failing {
        /// The tenant's name.
        tenant: String,
        /// What kind of trouble.
        blindness: Blindness,
        /// What is wrong and what to do, for people.
        problem: String,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The tenant is seen again.
    Recovered {
        /// The tenant's name.
        tenant: String,
        /// What kind of trouble it was.
        #[serde(default)]
        blindness: Blindness,
        /// What it was and how it is now.
        note: String,
    },
    /// Messages to a receiver do not arrive: told to the others.
    ReceiverFailing {
        /// Its name.
        receiver: String,
        /// What the last try said.
        error: String,
        /// Was the message given up on, or is it still tried?
        given_up: bool,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It takes messages again.
    ReceiverRecovered {
        /// Its name.
        receiver: String,
        /// Since when it had been failing.
        since: DateTime<Utc>,
    },
    /// Credentials and owners that came or went; each row's `section` says which.
    Changed {
        /// At least one.
        alerts: Vec<Arc<Row>>,
    },
    /// A summary of a tenant beside the alerts.
    Digest {
        /// The tenant's name.
        tenant: String,
        /// How often it comes.
        every: Every,
        /// How many credentials are watched.
        watched: u64,
        /// The one that runs out next, if any ever does.
        next: Option<Arc<Row>>,
        /// What is worth a line, section by section. Without a row that is coming up all is well.
        alerts: Vec<Arc<Row>>,
        /// How many more there are of a section than it has rows.
        #[serde(default)]
        left_out: Vec<(Section, u64)>,
        /// Odd values that the scan met: what they stand for may be missing.
        #[serde(default)]
        odd: u64,
    },
    /// A sample, with made-up rows.
    Test {
        /// Made-up rows.
        alerts: Vec<Arc<Row>>,
    },
}

/// In which way a tenant cannot be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blindness {
    /// Its scans fail.
    #[default]
    Unreadable,
    /// A complete scan suddenly holds much less.
    Shrunk,
    /// Our clock is wrong, and what is due is judged by it.
    Skewed,
}

impl Blindness {
    /// The name in JSON, and in what must stay the same from `failing` to `recovered`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Shrunk => "shrunk",
            Self::Skewed => "skewed",
        }
    }
}

impl Notification {
    /// The rows, if it is about credentials.
    pub fn rows(&self) -> &[Arc<Row>] {
        match &self.subject {
            Subject::Due { alerts }
            | Subject::Resolved { alerts }
            | Subject::Changed { alerts }
            | Subject::Digest { alerts, .. }
            | Subject::Test { alerts } => alerts,
            Subject::Failing { .. }
            | Subject::Recovered { .. }
            | Subject::ReceiverFailing { .. }
            | Subject::ReceiverRecovered { .. } => &[],
        }
    }

    /// The wire type of one of its rows, or of the whole when there are none.
    pub fn event_type(&self, row: Option<&Row>) -> EventType {
        match (&self.subject, row) {
            (Subject::Due { .. }, Some(row)) if row.days_left.is_some_and(|days| days < 0) => {
                EventType::Expired
            }
            (Subject::Due { .. }, Some(row)) if row.severity == RowSeverity::Expired => {
                EventType::Expired
            }
            (Subject::Due { .. }, _) => EventType::Expiring,
            (Subject::Resolved { .. }, _) => EventType::Resolved,
            (Subject::Changed { .. }, row) => match row.and_then(|row| row.section) {
                Some(Section::Removed) => EventType::Removed,
                Some(Section::OwnerLost) => EventType::OwnerLost,
                _ => EventType::Added,
            },
            (Subject::Digest { .. }, _) => EventType::Digest,
            (Subject::Failing { .. } | Subject::ReceiverFailing { .. }, _) => {
                EventType::MonitorFailing
            }
            (Subject::Recovered { .. } | Subject::ReceiverRecovered { .. }, _) => {
                EventType::MonitorRecovered
            }
            (Subject::Test { .. }, _) => EventType::Test,
        }
    }
}
