//! Is the daemon doing its work? Every reason why not, for `/readyz` and whoever is woken by it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Status;
use crate::store::OutboxState;

/// One reason why the daemon is not ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unready {
    /// What it is about: `store`, `tenant` or `receiver`.
    pub what: &'static str,
    /// Which one; empty for the store.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

/// A delivery that has waited for longer than this is stuck: the first tries are seconds and minutes apart.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Tenants that were not scanned within two periods (counted from the start of a process that has not had the time yet).
pub fn tenants(status: &Status, period: TimeDelta, now: DateTime<Utc>) -> Vec<Unready> {
    let allowed = period * 2;
    let reason = |name: String, health: crate::domain::health::Health| {
        let since = health
            .last_success
            .map_or(status.started_at(), |last| last.max(status.started_at()));
        if now - since <= allowed {
            return None;
        }
        let last = health
            .last_success
            .map_or_else(|| "never".to_owned(), |last| format!("last on {last}"));
        let error = health
            .last_error
            .map(|error| format!("; the last scan said: {error}"))
            .unwrap_or_default();
        Some(Unready {
            what: "tenant",
            name,
            reason: format!("not scanned within two periods ({last}){error}"),
        })
    };
    status
        .tenants()
        .into_iter()
        .filter_map(|(name, health)| reason(name, health))
        .collect()
}

/// Receivers that gave up on their last delivery, or whose outbox is stuck. Only the `configured` ones count.
pub fn receivers(
    outbox: &[OutboxState],
    configured: &[String],
    now: DateTime<Utc>,
) -> Vec<Unready> {
    let unready = |state: &OutboxState, reason: String| {
        let error = state
            .last_error
            .as_deref()
            .map(|error| format!("; it said: {error}"))
            .unwrap_or_default();
        Unready {
            what: "receiver",
            name: state.receiver.clone(),
            reason: reason + &error,
        }
    };
    let mut found = Vec::new();
    for state in outbox
        .iter()
        .filter(|state| configured.contains(&state.receiver))
    {
        if state.gave_up_last {
            found.push(unready(state, "the last delivery was given up".to_owned()));
        }
        if let Some(oldest) = state.oldest.filter(|oldest| now - *oldest > STUCK_AFTER) {
            let waiting = format!(
                "{} deliveries wait, the oldest since {oldest}",
                state.pending
            );
            found.push(unready(state, waiting));
        }
    }
    found
}
