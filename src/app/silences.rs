//! Silences from the command line: in the store, beside the daemon that may be using it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    config::Config,
    domain::silence::ends_at,
    engine::silencing::{Desk, Request},
    store::SqliteStore,
};

pub use crate::engine::silencing::{Listed, Refusal, Target};

/// The store, opened for one command.
pub struct Silences<'a> {
    config: &'a Config,
    store: SqliteStore,
    now: DateTime<Utc>,
}

/// What a new silence is to be.
#[derive(Debug, Clone)]
pub struct Terms {
    /// For how long, as `7d`.
    pub lasts: Option<String>,
    /// Until when, as `2026-12-31`; one of the two.
    pub until: Option<String>,
    /// Why.
    pub reason: String,
    /// Who sets it.
    pub author: String,
    /// Let one on a credential hold even when that is critical.
    pub even_critical: bool,
}

impl<'a> Silences<'a> {
    /// Opens the store that the configuration names. It has to be there: the daemon makes it.
    pub async fn open(config: &'a Config, now: DateTime<Utc>) -> Result<Self, Refusal> {
        Ok(Self {
            config,
            store: SqliteStore::open_beside(&config.store.path).await?,
            now,
        })
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            store: &self.store,
            policies: &self.config.policies,
            now: self.now,
        }
    }

    /// Sets a silence.
    pub async fn add(&self, target: &Target, terms: Terms) -> Result<Listed, Refusal> {
        let (lasts, until) = (terms.lasts.as_deref(), terms.until.as_deref());
        let request = Request {
            id: Uuid::new_v4(),
            ends_at: ends_at(lasts, until, &self.config.calendar, self.now)?,
            reason: terms.reason,
            author: terms.author,
            even_critical: terms.even_critical,
        };
        self.desk().add(target, request).await
    }

    /// Silences, the latest first; `all`: those that have ended, too.
    pub async fn list(&self, all: bool) -> Result<Vec<Listed>, Refusal> {
        self.desk().list(all).await
    }

    /// Ends the one whose id begins so.
    pub async fn end(&self, id: &str, by: &str) -> Result<Listed, Refusal> {
        self.desk().end(id, by).await
    }
}
