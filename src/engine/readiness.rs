//! Is the daemon doing its work? Every reason why not, for `/readyz` and whoever is woken by it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Status;
use crate::{
    domain::{health::Health, schedule::Schedule},
    store::OutboxState,
};

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

/// A delivery that has waited for longer than this is stuck: by then three tries have failed.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(6);

/// Tenants that were not scanned within two periods: since the last complete scan, or the start of a process that has not had
/// the time yet, two rounds have come and gone.
pub fn tenants(status: &Status, schedule: &Schedule, now: DateTime<Utc>) -> Vec<Unready> {
    let unready = |(name, health): (String, Health)| {
        let since = health
            .last_success
            .map_or(status.started_at(), |last| last.max(status.started_at()));
        if now <= scanned_by(schedule, since)? {
            return None;
        }
        let last = health.last_success.map_or_else(
            || "never".to_owned(),
            |last| format!("last {}", moment(last)),
        );
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
    status.tenants().into_iter().filter_map(unready).collect()
}

/// When a scan must be there at the latest: the second round from `since`, and some time for the scan itself.
fn scanned_by(schedule: &Schedule, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let second = schedule.next_after(schedule.next_after(since)?)?;
    let grace = ((second - since) / 2).clamp(TimeDelta::seconds(30), TimeDelta::minutes(10));
    Some(second + grace)
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Receivers that fail or gave up on the last delivery to one of their targets, or whose outbox is stuck. Only what is `configured` counts:
/// receivers with their targets.
pub fn receivers(
    outbox: &[OutboxState],
    configured: &[(String, Vec<String>)],
    now: DateTime<Utc>,
) -> Vec<Unready> {
    let mut found = Vec::new();
    for (name, targets) in configured {
        let Some(state) = outbox.iter().find(|state| state.receiver == *name) else {
            continue;
        };
        let error = state
            .last_error
            .as_deref()
            .map(|error| format!("; it said: {error}"))
            .unwrap_or_default();
        let mut unready = |reason: String| {
            found.push(Unready {
                what: "receiver",
                name: name.clone(),
                reason: reason + &error,
            });
        };
        let given_up = targets
            .iter()
            .filter(|target| state.given_up.contains(target))
            .count();
        // what was passed over since then counts as delivered, yet shows nothing of the receiver
        let failing_since = state.failing_since.filter(|_| given_up == 0);
        if let Some(since) = failing_since {
            unready(format!("nothing arrives there since {}", moment(since)));
        }
        if given_up > 0 {
            let of = if targets.len() > 1 {
                format!(" to {given_up} of its {} recipients", targets.len())
            } else {
                String::new()
            };
            unready(format!("the last delivery{of} was given up"));
        }
        if let Some(oldest) = state.oldest.filter(|oldest| now - *oldest > STUCK_AFTER) {
            unready(format!(
                "{} deliveries wait, the oldest since {}",
                state.pending,
                moment(oldest)
            ));
        }
    }
    found
}
