//! A silence that somebody wants, before it is one.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Scope, Silence};
use crate::domain::{Severity, clean::clean};

/// What somebody wants held back, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it covers.
    pub scope: Scope,
    /// Why. As it was typed.
    pub reason: String,
    /// Who wants it. As it was typed.
    pub author: String,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// Let one on a credential hold even when that is critical, or has run out.
    pub even_critical: bool,
}

/// Why a silence cannot be set as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No reason was given.
    #[error("say why: a silence has a reason, which everybody can read")]
    NoReason,
    /// No name was given.
    #[error("say who you are: a silence bears a name, so that others know whom to ask")]
    NoAuthor,
    /// It would have ended before it began.
    #[error("it would have ended already, at {0}; give a later time")]
    Over(DateTime<Utc>),
    /// It would last for too long.
    #[error(
        "a silence lasts for a year at most; what is never to be told belongs into `ignore` of the tenant or into a `[[policies]]` entry"
    )]
    TooLong,
}

/// A silence is for what will be seen to.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// The longest texts that are kept, in characters.
const REASON: usize = 300;
const AUTHOR: usize = 100;

impl Draft {
    /// The silence, if it can be one. Texts are made fit to be shown.
    pub fn silence(&self, id: Uuid, now: DateTime<Utc>) -> Result<Silence, Unfit> {
        let reason = clean(&self.reason, REASON);
        if reason.is_empty() {
            return Err(Unfit::NoReason);
        }
        let author = author(&self.author)?;
        if self.ends_at <= now {
            return Err(Unfit::Over(self.ends_at));
        }
        if self.ends_at - now > LONGEST {
            return Err(Unfit::TooLong);
        }
        let breaks = self.scope.is_credential() && !self.even_critical;
        Ok(Silence {
            id,
            scope: self.scope.clone(),
            reason,
            author,
            created_at: now,
            ends_at: self.ends_at,
            breaks_at: breaks.then_some(Severity::Critical),
            ended: None,
        })
    }
}

/// A name that somebody gave, made fit to be shown.
pub fn author(name: &str) -> Result<String, Unfit> {
    match clean(name, AUTHOR) {
        name if name.is_empty() => Err(Unfit::NoAuthor),
        name => Ok(name),
    }
}
