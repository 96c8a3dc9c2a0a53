//! Escalation: what is critical and nobody has taken care of goes further.
//!
//! 1. The time counts from when the credential was first told as critical or worse, in this life and with this end.
//! 2. It has been taken care of when it is gone, renewed or replaced, when it is no longer critical, or as long as a silence holds on it.
//!    When that silence ends or breaks after the time is over, it is due at once.
//! 3. It is due once, in this life and with this end.
//! 4. The routes that take the alert now say when and to whom; of several, the first that says so.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    App, Credential, Expiry, Severity,
    assess::{Assessment, assess},
    decide::{World, still_holds},
    known::{Announced, CredentialKey},
    matcher::Subject,
    route::{Escalation, Routes},
    silence::Silence,
};

/// A critical alert that will be escalated unless somebody takes care of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unattended<'a> {
    /// Which credential.
    pub key: CredentialKey,
    /// The app.
    pub app: &'a App,
    /// Its credential.
    pub credential: &'a Credential,
    /// How it stands.
    pub assessment: Assessment<'a>,
    /// How urgent.
    pub severity: Severity,
    /// What was told of it.
    pub announced: &'a Announced,
    /// When it was first told as critical or worse.
    pub since: DateTime<Utc>,
    /// The index of the route that says so.
    pub route: usize,
    /// To whom.
    pub escalation: &'a Escalation,
    /// When it is due; later than now if it is not yet.
    pub due_at: DateTime<Utc>,
}

/// Those that were told before, whether it is time or not.
pub fn unattended<'a>(world: &World<'a>, routes: &'a Routes) -> Vec<Unattended<'a>> {
    if !routes.escalate() {
        return Vec::new();
    }
    let seen = &world.seen.apps;
    let all = seen.iter().flat_map(|app| {
        let with_app = move |credential| (app, credential);
        app.credentials.iter().map(with_app)
    });
    all.filter_map(|(app, credential)| consider(world, routes, app, credential))
        .collect()
}

fn consider<'a>(
    world: &World<'a>,
    routes: &'a Routes,
    app: &'a App,
    credential: &'a Credential,
) -> Option<Unattended<'a>> {
    let key = CredentialKey::new(app, credential);
    let end = credential.expires.at()?;
    let announced = still_holds(world.known.get(&key)?, end)?;
    let since = announced.critical_since()?;
    if announced.resolved || announced.escalated {
        return None;
    }
    let assessment = assess(world.circumstances(), app, credential);
    let severity = assessment.severity?;
    let (route, escalation) = route(world, routes, app, credential, severity)?;
    let holds = |of: &&Silence| of.holds(world.tenant, &key, Expiry::At(end), severity, world.now);
    let held_until = world.silences.iter().find(holds).map(|of| of.ends_at);
    let due_at = escalation.due_at(since);
    Some(Unattended {
        due_at: held_until.map_or(due_at, |until| due_at.max(until)),
        key,
        app,
        credential,
        assessment,
        severity,
        announced,
        since,
        route,
        escalation,
    })
}

/// The route by which an alert of this severity is escalated, by its index; none if it is not critical.
pub fn route<'a>(
    world: &World<'_>,
    routes: &'a Routes,
    app: &App,
    credential: &Credential,
    severity: Severity,
) -> Option<(usize, &'a Escalation)> {
    if severity < Severity::Critical {
        return None;
    }
    routes.escalation(&Subject {
        tenant: world.tenant,
        app,
        credential,
        severity: Some(severity),
        owners: world.seen.facts.owners.of(app).unwrap_or_default(),
    })
}

impl Escalation {
    /// When it is due of what was first told as critical at `since`.
    pub fn due_at(&self, since: DateTime<Utc>) -> DateTime<Utc> {
        since
            .checked_add_signed(self.after)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The receivers that were not `told` yet; where all of them were, all: that nobody has taken care of it is news to them.
    pub fn whom<'a>(&'a self, told: &[String]) -> Vec<&'a str> {
        let is_new = |name: &&String| !told.contains(name);
        let new: Vec<&str> = (self.receivers.iter().filter(is_new))
            .map(String::as_str)
            .collect();
        if new.is_empty() {
            self.receivers.iter().map(String::as_str).collect()
        } else {
            new
        }
    }
}

/// Why an alert is escalated, for people.
pub struct Why {
    /// For how long nobody has taken care of it.
    pub left_alone: TimeDelta,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match (self.left_alone.num_days(), self.left_alone.num_hours()) {
            (2.., _) => (self.left_alone.num_days(), "day"),
            (_, 2..) => (self.left_alone.num_hours(), "hour"),
            _ => (self.left_alone.num_minutes(), "minute"),
        };
        let plural = if count == 1 { "" } else { "s" };
        write!(
            f,
            "it was told as critical {count} {unit}{plural} ago, and nobody has acknowledged it since"
        )
    }
}

#[cfg(test)]
mod tests;
