//! The inbox: where a user sees what forewarn sends, without any outside service.
//!
//! It is a mail server ([`smtp::serve`]), what Graph's `sendMail` leads to, and the receiving end of Slack, Teams, generic
//! webhooks, PagerDuty and Alertmanager ([`router`]), with pages that show what came. It promises three things. It is strict where
//! the real services are strict, and says so where they would lose a
//! message silently: every message carries the `problems` that were found with it. It is independent: nothing here is shared with
//! the code that sends, so that the one can catch the other's mistakes. And it is safe to leave running: memory is bounded, and
//! all that arrives is treated as hostile, on the wire and on the pages.

mod alertmanager;
mod behaviour;
mod card;
mod incidents;
mod mail;
mod pagerduty;
mod pages;
mod preview;
mod receivers;
mod shelf;
mod slack;
pub mod smtp;
mod submission;
mod webhook;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tokio::sync::broadcast;

use super::SandboxClock;
use behaviour::Script;
pub use behaviour::{Behaviour, MailBehaviour, ReceiverBehaviour};
pub use incidents::Incident;
use incidents::Incidents;
use shelf::{Entry, Shelf};
use webhook::Expectations;

/// How many messages a slow follower of the live feed may lag behind before it misses some.
const FEED: usize = 1024;

/// Through which door a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// SMTP, or Graph.
    Mail,
    /// The stand-in for `hooks.slack.com`.
    Slack,
    /// The stand-in for a Teams Workflows webhook.
    Teams,
    /// A Standard Webhooks consumer.
    Webhook,
    /// The stand-in for `events.pagerduty.com`.
    PagerDuty,
    /// The stand-in for an Alertmanager.
    Alertmanager,
}

impl Channel {
    const ALL: [Self; 6] = [
        Self::Mail,
        Self::Slack,
        Self::Teams,
        Self::Webhook,
        Self::PagerDuty,
        Self::Alertmanager,
    ];

    /// The name in JSON and in links.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Webhook => "webhook",
            Self::PagerDuty => "pagerduty",
            Self::Alertmanager => "alertmanager",
        }
    }
}

/// A message that came, in short. All text in it is the sender's: hostile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Counted from 1 in the order of arrival.
    pub id: u64,
    /// Through which door it came.
    pub channel: Channel,
    /// The mail's recipients, or the receiver's name in the URL.
    pub receiver: String,
    /// When, by the sandbox's clock.
    pub received_at: DateTime<Utc>,
    /// Its first line: the mail's subject, the card's headline, the webhook's type.
    pub title: String,
    /// Bytes on the wire.
    pub size: usize,
    /// What is wrong with it, in sentences. Empty for a message as it should be.
    pub problems: Vec<String>,
    /// A message with the same idempotency key (`webhook-id`, `Message-ID`) was taken before.
    pub repeat: bool,
    /// Why it was answered with an error; `None`: it was taken.
    pub refused: Option<String>,
}

/// How many messages came since the start, whether they are still kept or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Answered with success, repeats included.
    pub taken: u64,
    /// Of those, repeats of one taken before.
    pub repeats: u64,
    /// Answered with an error because of what they are.
    pub refused: u64,
    /// Turned away because a [`Behaviour`] says so; such messages are not kept.
    pub turned_away: u64,
    /// Taken ones with problems.
    pub with_problems: u64,
}

/// The inbox. Cheap to clone; all clones are the same inbox.
#[derive(Clone)]
pub struct Inbox(Arc<Inner>);

struct Inner {
    clock: SandboxClock,
    shelf: Mutex<Shelf>,
    script: Mutex<Script>,
    expected: Mutex<Expectations>,
    incidents: Mutex<Incidents>,
    feed: broadcast::Sender<Received>,
}

impl Inbox {
    /// An empty inbox that behaves well.
    pub fn new(clock: SandboxClock) -> Self {
        Self(Arc::new(Inner {
            clock,
            shelf: Mutex::default(),
            script: Mutex::default(),
            expected: Mutex::default(),
            incidents: Mutex::default(),
            feed: broadcast::channel(FEED).0,
        }))
    }

    /// The messages that are kept, oldest first: the newest 2,000, or as many as fit in 64 MiB. Refused ones are among them.
    pub fn messages(&self) -> Vec<Received> {
        self.shelf()
            .newest_first()
            .map(|entry| entry.received.clone())
            .rev()
            .collect()
    }

    /// A kept message as it came: the mail with its headers, or the JSON document.
    pub fn content(&self, id: u64) -> Option<Vec<u8>> {
        Some(self.entry(id)?.body().to_vec())
    }

    /// How many came since the start.
    pub fn counts(&self) -> Counts {
        self.shelf().counts()
    }

    /// What was opened at PagerDuty and Alertmanager: what is still open first.
    pub fn incidents(&self) -> Vec<Incident> {
        let now = self.now();
        self.known_incidents().listed(now)
    }

    /// Every message from now on, as it comes.
    pub fn subscribe(&self) -> broadcast::Receiver<Received> {
        self.0.feed.subscribe()
    }

    /// Makes `/hooks/{name}` demand a valid signature by this secret, in place of any before. `secret` is `whsec_` and base64, or
    /// the base64 alone.
    ///
    /// # Errors
    /// When it is not base64.
    pub fn expect_signature(&self, name: &str, secret: &str) -> Result<(), base64::DecodeError> {
        lock(&self.0.expected).expect(name, secret)
    }

    /// How far a signed `webhook-timestamp` may be from the sandbox's clock: five minutes, as the published libraries have it,
    /// unless told otherwise. A clock that runs a day in seconds needs far more, since the way over the socket takes time as well.
    pub fn allow_skew(&self, skew: TimeDelta) {
        lock(&self.0.expected).skew = skew;
    }

    /// Misbehaves from now on as told, in place of what was told before. The same as `PUT /_sandbox/inbox`.
    pub fn behave(&self, behaviour: Behaviour) {
        lock(&self.0.script).replace(behaviour);
    }

    /// What of the [`Behaviour`] is still to come.
    pub fn behaviour(&self) -> Behaviour {
        lock(&self.0.script).left().clone()
    }

    fn now(&self) -> DateTime<Utc> {
        (self.0.clock)()
    }

    fn take(&self, arrival: shelf::Arrival) -> Received {
        let at = self.now();
        let received = self.shelf().put(arrival, at);
        // nobody following is fine
        drop(self.0.feed.send(received.clone()));
        received
    }

    fn turned_away(&self) {
        self.shelf().count_turned_away();
    }

    fn entry(&self, id: u64) -> Option<Arc<Entry>> {
        self.shelf().get(id)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        lock(&self.0.shelf)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.0.script)
    }

    fn known_incidents(&self) -> MutexGuard<'_, Incidents> {
        lock(&self.0.incidents)
    }

    fn expected(&self) -> MutexGuard<'_, Expectations> {
        lock(&self.0.expected)
    }
}

/// A panic elsewhere must not end the inbox: what a lock guards here is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The receivers (`POST /slack/{name}`, `/teams/{name}`, `/hooks/{name}`, `/pagerduty/{name}/v2/enqueue`,
/// `/alertmanager/{name}/api/v2/alerts`), the pages (`/`, `/incidents`, `/mail/{id}`, `/message/{id}`), the lists as JSON
/// (`/api/messages`, `/api/incidents`) and the behaviours on request (`/_sandbox/inbox`).
pub fn router(inbox: Inbox) -> Router {
    receivers::routes()
        .merge(pages::routes())
        .merge(behaviour::routes())
        .with_state(inbox)
}
