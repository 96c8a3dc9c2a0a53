//! Acknowledging: "I know, and I see to it". A silence on the credential until it becomes more urgent than what was told of it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Scope, Silence};
use crate::domain::{
    Expiry, Rung, Severity,
    known::{Announced, CredentialKey},
};

/// What was told of a credential, and can be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// How urgent it was said to be.
    pub severity: Severity,
    /// The rung that was told.
    pub rung: Rung,
    /// The end that it was told with.
    pub end: DateTime<Utc>,
}

/// It has run out since it was told, and that has not been told yet: there is nothing that an acknowledgement could hold back
/// without hiding just that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it has run out since this was told, and a message that says so is on its way; acknowledge that one"
)]
pub struct NothingToHold;

/// Where reminders have ended already, there is nothing more to hold back; those who ask whether it was acknowledged may do so for this
/// long.
const AFTERWARDS: TimeDelta = TimeDelta::days(7);

impl From<&Announced> for Told {
    fn from(announced: &Announced) -> Self {
        Self {
            severity: announced.severity,
            rung: announced.rung,
            end: announced.expires_at,
        }
    }
}

impl Told {
    /// Until when an acknowledgement of it lasts at most: the end of the credential; once that was told, the end of the reminders,
    /// which go on for `reminded` after it.
    pub fn until(
        &self,
        reminded: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, NothingToHold> {
        if now < self.end {
            return Ok(self.end);
        }
        if self.rung != Rung::END {
            return Err(NothingToHold);
        }
        let last = self.end.checked_add_signed(reminded);
        Ok(last.filter(|last| *last > now).unwrap_or(now + AFTERWARDS))
    }

    /// The silence that acknowledges it, `by` somebody.
    pub fn acknowledged(
        &self,
        id: Uuid,
        (tenant, key): (&str, &CredentialKey),
        by: String,
        reminded: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Silence, NothingToHold> {
        Ok(Silence {
            id,
            scope: Scope::credential(tenant, key, Expiry::At(self.end)),
            reason: format!("acknowledged: {}", self.severity),
            author: by,
            created_at: now,
            ends_at: self.until(reminded, now)?,
            breaks_at: self.severity.next(),
            ended: None,
        })
    }
}
