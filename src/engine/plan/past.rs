//! What earlier rounds left, beside what is known of the credentials.

use chrono::{DateTime, Utc};

use super::Planner;
use crate::{domain::digest::Digested, store::Removed};

/// What earlier rounds left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past<'a> {
    /// When the first of the tenant's credentials was first seen.
    pub since: Option<DateTime<Utc>>,
    /// When the last complete scan ended.
    pub last_scan: Option<DateTime<Utc>>,
    /// Who had a summary last, and when.
    pub digested: &'a [Digested],
    /// What was announced and went since the oldest of the summaries that are due now.
    pub removed: &'a [Removed],
}

impl Past<'_> {
    /// When the receiver had its last summary.
    pub fn last_digest(&self, receiver: &str) -> Option<DateTime<Utc>> {
        let of = self.digested.iter().find(|of| of.receiver == receiver)?;
        Some(of.at)
    }
}

impl Planner<'_> {
    /// Is what is due now that which had piled up before forewarn first looked? That is so at the first complete scan; and where that
    /// came outside the hours, so that only what is critical was told, it is so again at the first one in them.
    pub(super) fn is_first(&self) -> bool {
        if !self.world.known.scanned_before {
            return true;
        }
        let (calendar, now) = (self.world.calendar, self.world.now);
        let since = self.past.since;
        let opening = since.and_then(|since| calendar.held_until(since));
        opening.is_some_and(|opening| {
            opening <= now && self.past.last_scan.is_some_and(|last| last < opening)
        })
    }
}
