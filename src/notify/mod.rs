//! Receivers: one folder a backend, behind one small trait.
//!
//! A backend turns a [`Notification`] into one or more [`Payload`]s, each within its channel's size limits and together
//! naming every row, and hands one payload at a time to its receiver. It keeps no state between calls, never retries, and
//! says with a [`Failure`] whether trying again can help. Neither a secret nor a URL that holds one is ever part of an error.

pub mod alertmanager;
mod chat;
pub mod config;
pub mod email;
pub mod graph_mail;
mod http;
mod json;
mod mail;
pub mod missing;
pub mod pagerduty;
#[cfg(test)]
mod peer;
mod single;
pub mod slack;
mod split;
pub mod teams;
pub mod trial;
pub mod webhook;

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::domain::{
    Id, Notification,
    token::{NoToken, TokenError},
};

/// A place alerts go.
pub trait Notifier: Send + Sync {
    /// The receiver's name in the configuration.
    fn name(&self) -> &str;

    /// Who gets a delivery of their own: one mail address each, or the one place that the receiver is (an empty string).
    fn targets(&self) -> Vec<String>;

    /// The message in numbered parts. Pure and deterministic: the same notification gives the same parts on every try. None: it is nothing
    /// to this receiver, and counts as delivered.
    fn compose(&self, notification: &Notification) -> Vec<Payload>;

    /// Hands over one part.
    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>>;

    /// Connects without sending anything, and says in a few words what was reached.
    fn check(&self) -> BoxFuture<'_, Result<String, SendError>>;

    /// A part as it goes over the wire, where that is more than its body: a mail with its headers.
    fn wire(&self, _: &Envelope<'_>) -> Option<Vec<u8>> {
        None
    }

    /// The client id of the app that it signs in as with Entra, if it does: where that app is refused, nothing can be told here.
    fn signs_in_as(&self) -> Option<Id> {
        None
    }

    /// Does it keep what is wrong open until it hears that it is over? Nobody is disturbed by that news, so it never waits.
    fn keeps_state(&self) -> bool {
        false
    }

    /// The least time between two messages that the channel accepts.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}

/// One part of a message, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// One line that says the worst thing first: a mail's subject, a chat message's preview.
    pub title: String,
    /// The whole part as plain text; empty where nobody reads it.
    pub text: String,
    /// The part in the channel's own form: HTML, or a JSON document.
    pub body: String,
}

/// One part on its way to one target.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The delivery it belongs to; with `part` it makes the idempotency key, the same on every try.
    pub delivery: Uuid,
    /// Which part, counted from 0.
    pub part: usize,
    /// One of [`Notifier::targets`].
    pub target: &'a str,
    /// What to send.
    pub payload: &'a Payload,
    /// What time it is.
    pub now: DateTime<Utc>,
}

impl Envelope<'_> {
    /// The key by which a receiver can recognise a repeat.
    pub fn idempotency_key(&self) -> String {
        format!("{}-{}", self.delivery.simple(), self.part + 1)
    }
}

/// Why a receiver did not take a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// What kind of failure: decides whether to try again.
    pub failure: Failure,
    /// What the receiver said, shortened, without secrets.
    pub detail: String,
    /// How long it asked us to wait.
    pub retry_after: Option<Duration>,
}

impl SendError {
    /// A failure without a wish to wait.
    pub fn new(failure: Failure, detail: impl Into<String>) -> Self {
        Self {
            failure,
            detail: detail.into(),
            retry_after: None,
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.failure.sentence(), self.detail)
    }
}

impl std::error::Error for SendError {}

impl From<TokenError> for SendError {
    fn from(error: TokenError) -> Self {
        let failure = match error.reason {
            NoToken::Credential => Failure::Misconfigured,
            NoToken::Refused => Failure::Unauthorised,
            NoToken::Unavailable => Failure::Unavailable,
            NoToken::Throttled => Failure::Throttled,
        };
        Self {
            failure,
            detail: error.detail,
            retry_after: error.retry_after,
        }
    }
}

/// The closed list of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// No connection: name not found, refused, cut off.
    Unreachable,
    /// It did not answer in time.
    Timeout,
    /// The TLS handshake failed.
    Tls,
    /// It asked us to slow down.
    Throttled,
    /// It failed on its side (5xx of HTTP, 4xx of SMTP).
    Unavailable,
    /// It refuses this message (4xx of HTTP, 5xx of SMTP).
    Rejected,
    /// It refuses us: bad credentials, or not allowed.
    Unauthorised,
    /// It is no longer there (HTTP 404, 410).
    Gone,
    /// The secret that it needs cannot be read here, or no longer opens anything.
    Misconfigured,
}

impl Failure {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Unreachable,
        Self::Timeout,
        Self::Tls,
        Self::Throttled,
        Self::Unavailable,
        Self::Rejected,
        Self::Unauthorised,
        Self::Gone,
        Self::Misconfigured,
    ];

    /// Can trying again help? A secret that cannot be read, or has run out, may be replaced a minute later.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Timeout
            | Self::Tls
            | Self::Throttled
            | Self::Unavailable
            | Self::Misconfigured => true,
            Self::Rejected | Self::Unauthorised | Self::Gone => false,
        }
    }

    /// The name in logs, the store and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Rejected => "rejected",
            Self::Unauthorised => "unauthorised",
            Self::Gone => "gone",
            Self::Misconfigured => "misconfigured",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Unreachable => "the receiver cannot be reached",
            Self::Timeout => "the receiver did not answer in time",
            Self::Tls => "no secure connection to the receiver",
            Self::Throttled => "the receiver asks us to slow down",
            Self::Unavailable => "the receiver has a problem",
            Self::Rejected => "the receiver refuses the message",
            Self::Unauthorised => "the receiver refuses our sign-in",
            Self::Gone => "the receiver is no longer there",
            Self::Misconfigured => "the receiver is not set up right",
        }
    }
}
