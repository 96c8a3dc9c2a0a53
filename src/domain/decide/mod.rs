//! What is due, and why. Pure and total: the same world always gives the same decisions.
//!
//! The rules, in the order in which they are asked of a credential that a complete scan saw:
//!
//! 1. One that never ends is never due.
//! 2. One on no rung of its ladder is not due yet.
//! 3. One that was announced and has since been superseded is resolved, once.
//! 4. A superseded one under `mute` is not spoken of, nor one that the service that owns it has renewed.
//! 5. One first seen when it had been dead for longer than reminders last is stale: listed, not spoken of.
//! 6. It is due when its tightest rung reached is tighter than the one last announced, or when a reminder is.
//! 7. A silence holds back what is due without marking it announced.
//! 8. So does the calendar outside its hours, but for what is critical or has ended: that never waits.
//!
//! One that is remembered but was not seen is gone, unless its app could not be read in full or the whole tenant suddenly shrank;
//! if it had been announced it is resolved, once.

mod held;

use std::{fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use held::{Held, held};

use super::{
    App, Credential, Expiry, Id, Row, Rung, Severity, Snapshot,
    assess::{Assessment, Circumstances, assess},
    calendar::Calendar,
    known::{Announced, CredentialKey, Known, Memory},
    policy::{AfterExpiry, Policies},
    silence::{Silence, holding},
};

/// Everything that a decision may depend on.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// What was remembered before this scan.
    pub known: &'a Known,
    /// What this complete scan saw.
    pub seen: &'a Snapshot,
    /// The thresholds.
    pub policies: &'a Policies,
    /// Silences that have not ended.
    pub silences: &'a [Silence],
    /// When people work.
    pub calendar: &'a Calendar,
    /// The scan held over a fifth fewer apps than the one before: what it did not see may only be hidden from us. The next
    /// complete scan tells.
    pub shrunk: bool,
    /// What time it is.
    pub now: DateTime<Utc>,
}

impl<'a> World<'a> {
    /// What credentials are judged with.
    pub fn circumstances(&self) -> Circumstances<'a> {
        Circumstances {
            tenant: self.tenant,
            policies: self.policies,
            facts: &self.seen.facts,
            now: self.now,
        }
    }
}

/// Something to be done about one credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<'a> {
    /// Which credential.
    pub key: CredentialKey,
    /// What to do.
    pub action: Action<'a>,
}

/// What to do about a credential.
#[derive(Debug, Clone, PartialEq)]
pub enum Action<'a> {
    /// Tell people that it runs out, or has.
    Announce(Announce<'a>),
    /// Tell those who were told that it needs nothing more.
    Resolve(Resolve<'a>),
}

/// An alert that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Announce<'a> {
    /// The app.
    pub app: &'a App,
    /// Its credential.
    pub credential: &'a Credential,
    /// How it stands.
    pub assessment: Assessment<'a>,
    /// The rung reached.
    pub rung: Rung,
    /// 0: the rung's own alert; n: the n-th reminder after the end.
    pub reminder: u32,
    /// Reminders that are behind us, whether they were sent or missed.
    pub reminders_behind: u32,
    /// How urgent.
    pub severity: Severity,
    /// Why now.
    pub reason: Reason,
    /// What was announced before, in this life and with this end.
    pub before: Option<&'a Announced>,
}

/// An announced credential that needs nothing more.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolve<'a> {
    /// What was last announced.
    pub announced: &'a Announced,
    /// Why.
    pub why: WhyResolved,
    /// Where it is, if it was seen, with how it stands.
    pub seen: Option<(&'a App, &'a Credential, Assessment<'a>)>,
}

/// Why an announced credential needs nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyResolved {
    /// A complete scan no longer saw it.
    Removed,
    /// A newer one has taken over.
    Superseded(Id),
    /// The service that owns it has renewed it: with this one.
    Renewed(Id),
}

/// Why an alert is due now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The first rung that it is spoken of at.
    Reached(Rung),
    /// A tighter rung than the last one told.
    Tighter {
        /// The rung now reached.
        reached: Rung,
        /// The rung last told.
        told: Rung,
    },
    /// It has ended.
    Ended,
    /// Another day after its end.
    Reminder(u32),
}

/// Why nothing is to be done about a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// It never ends.
    NeverExpires,
    /// It is on no rung.
    NotYet,
    /// The rung it is on was told.
    Told,
    /// It was first seen long after its end.
    Stale,
    /// A newer one has taken over, and the policy is not to speak of it.
    Muted,
    /// A silence holds it back.
    Silenced(Uuid),
    /// It can wait until then: the next hours in which such messages go out.
    Held(DateTime<Utc>),
}

/// What is to be done, for every credential that was seen or is remembered, ordered by what was seen.
pub fn decide<'a>(world: &World<'a>) -> Vec<Decision<'a>> {
    let mut decisions = Vec::new();
    for app in &world.seen.apps {
        for credential in &app.credentials {
            if let Ok(action) = judge(world, app, credential) {
                decisions.push(Decision {
                    key: CredentialKey::new(app, credential),
                    action,
                });
            }
        }
    }
    decisions.extend(removed(world));
    decisions
}

/// The keys of credentials that are remembered as living but that this complete scan did not see. Nothing is concluded about an
/// app that could not be read in full, nor about any while the scan held far fewer apps than the one before.
pub fn gone<'a>(world: &World<'a>) -> Vec<&'a CredentialKey> {
    let unsure = Unsure::of(world);
    if unsure.of_all {
        return Vec::new();
    }
    let seen = world.seen.apps.iter().flat_map(|app| {
        app.credentials
            .iter()
            .map(|credential| CredentialKey::new(app, credential))
    });
    let is_gone = |(key, memory): &(&CredentialKey, &Memory)| !memory.gone && !unsure.covers(key);
    let known: &'a Known = world.known;
    let unseen = known.all_but(seen).filter(is_gone);
    unseen.map(|(key, _)| key).collect()
}

/// Where absence proves nothing.
struct Unsure<'a> {
    of_all: bool,
    object_ids: Vec<&'a str>,
}

impl<'a> Unsure<'a> {
    fn of(world: &World<'a>) -> Self {
        let seen: &'a Snapshot = world.seen;
        let object_ids: Vec<&str> = seen
            .warnings
            .iter()
            .map(|warning| warning.object_id.as_str())
            .collect();
        Self {
            of_all: world.shrunk || object_ids.contains(&""),
            object_ids,
        }
    }

    fn covers(&self, key: &CredentialKey) -> bool {
        !self.object_ids.is_empty()
            && self
                .object_ids
                .contains(&key.object_id.to_string().as_str())
    }
}

fn removed<'a>(world: &World<'a>) -> impl Iterator<Item = Decision<'a>> {
    let left_out = &world.seen.left_out;
    let gone = gone(world).into_iter();
    gone.filter(|key| !left_out.contains(key))
        .filter_map(|key| {
            let announced = world
                .known
                .get(key)?
                .announced
                .as_deref()
                .filter(|announced| !announced.resolved)?;
            let resolve = Resolve {
                announced,
                why: WhyResolved::Removed,
                seen: None,
            };
            Some(Decision {
                key: key.clone(),
                action: Action::Resolve(resolve),
            })
        })
}

/// What is to be done about one credential that was seen, or why nothing is.
pub fn judge<'a>(
    world: &World<'a>,
    app: &'a App,
    credential: &'a Credential,
) -> Result<Action<'a>, Quiet> {
    let assessment = assess(world.circumstances(), app, credential);
    let Some(end) = assessment.end else {
        return Err(Quiet::NeverExpires);
    };
    let (Some(rung), Some(severity)) = (assessment.rung, assessment.severity) else {
        return Err(Quiet::NotYet);
    };
    let key = CredentialKey::new(app, credential);
    let memory: Option<&'a Memory> = world.known.get(&key);
    let announced = memory.and_then(|memory| still_holds(memory, end));

    if let Some(new) = assessment.superseded() {
        if let Some(announced) =
            announced.filter(|announced| !announced.resolved && !announced.softened)
        {
            let why = if assessment.was_renewed() {
                WhyResolved::Renewed(new.id.clone())
            } else {
                WhyResolved::Superseded(new.id.clone())
            };
            return Ok(Action::Resolve(Resolve {
                announced,
                why,
                seen: Some((app, credential, assessment)),
            }));
        }
        let is_muted = assessment.thresholds.superseded == super::policy::Superseded::Mute;
        if is_muted || assessment.was_renewed() {
            return Err(Quiet::Muted);
        }
    }

    let after_expiry = assessment.thresholds.after_expiry;
    let first_seen = memory.map_or(world.now, |memory| memory.first_seen);
    if announced.is_none() && first_seen > saturating_add(end, after_expiry.lasts) {
        return Err(Quiet::Stale);
    }
    let behind = reminders_behind(end, world.now, after_expiry);
    let (reason, reminder) =
        due(rung, announced, behind, end, world.now, after_expiry).ok_or(Quiet::Told)?;
    let expires = Expiry::At(end);
    if let Some(silence) = holding(
        world.silences,
        world.tenant,
        &key,
        expires,
        severity,
        world.now,
    ) {
        return Err(Quiet::Silenced(silence.id));
    }
    let can_wait = severity < Severity::Critical;
    if let Some(opening) = world.calendar.held_until(world.now).filter(|_| can_wait) {
        return Err(Quiet::Held(opening));
    }
    Ok(Action::Announce(Announce {
        app,
        credential,
        assessment,
        rung,
        reminder,
        reminders_behind: behind,
        severity,
        reason,
        before: announced,
    }))
}

/// What was announced counts only in the life and with the end that it was announced with.
pub(in crate::domain) fn still_holds(memory: &Memory, end: DateTime<Utc>) -> Option<&Announced> {
    let announced = memory.announced.as_deref().filter(|_| !memory.gone)?;
    Expiry::At(announced.expires_at)
        .is_same(Expiry::At(end))
        .then_some(announced)
}

fn due(
    rung: Rung,
    announced: Option<&Announced>,
    behind: u32,
    end: DateTime<Utc>,
    now: DateTime<Utc>,
    after_expiry: AfterExpiry,
) -> Option<(Reason, u32)> {
    match announced {
        None if rung == Rung::END => Some((Reason::Ended, 0)),
        None => Some((Reason::Reached(rung), 0)),
        Some(last) if rung < last.rung && rung == Rung::END => Some((Reason::Ended, 0)),
        Some(last) if rung < last.rung => Some((
            Reason::Tighter {
                reached: rung,
                told: last.rung,
            },
            0,
        )),
        Some(last) if rung == Rung::END && last.rung == Rung::END => {
            let wanted = behind > last.reminder && now < saturating_add(end, after_expiry.lasts);
            wanted.then_some((Reason::Reminder(behind), behind))
        }
        Some(_) => None,
    }
}

/// How many reminders after `end` are behind us at `now`.
fn reminders_behind(end: DateTime<Utc>, now: DateTime<Utc>, after_expiry: AfterExpiry) -> u32 {
    let every = after_expiry.every.num_milliseconds().max(1);
    let since = (now - end).num_milliseconds().max(0);
    u32::try_from(since / every).unwrap_or(u32::MAX)
}

fn saturating_add(at: DateTime<Utc>, delta: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(delta)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Announce<'_> {
    /// Why it is told now, for people.
    pub fn why(&self) -> String {
        match self.assessment.overdue() {
            Some(rule) => format!(
                "{}; {} should have renewed it {} days before its end, and has not: {}",
                self.reason, rule.service, rule.overdue_from, rule.remedy
            ),
            None => self.reason.to_string(),
        }
    }

    /// When it was first told as critical or worse, once it is told at `now`. What was resolved between begins anew.
    pub fn critical_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let before = self.before.filter(|before| !before.resolved);
        let is_critical = self.severity >= Severity::Critical;
        before
            .and_then(Announced::critical_since)
            .or(is_critical.then_some(now))
    }

    /// What is remembered once it is told to `receivers`, in addition to those told before. `row` is what they are told.
    pub fn remembered(&self, row: Arc<Row>, now: DateTime<Utc>, receivers: &[String]) -> Announced {
        let softened = self.assessment.superseded().is_some();
        let mut told = self
            .before
            .map(|before| before.told.clone())
            .unwrap_or_default();
        told.extend(
            receivers
                .iter()
                .filter(|name| !told.contains(name))
                .cloned()
                .collect::<Vec<_>>(),
        );
        Announced {
            rung: self.rung,
            reminder: self.reminders_behind,
            severity: self.severity,
            at: now,
            expires_at: row.expires_at.unwrap_or(now),
            row,
            told,
            // those who were told that it is replaced are not told once more when it is removed
            resolved: softened && self.before.is_some_and(|before| before.resolved),
            softened,
            persons: self
                .before
                .map(|before| before.persons.clone())
                .unwrap_or_default(),
            critical_since: self.critical_since(now),
            escalated: self.before.is_some_and(|before| before.escalated),
        }
    }
}

impl Resolve<'_> {
    /// What is remembered once it is told: the rung stays the one that was announced.
    pub fn remembered(&self, now: DateTime<Utc>) -> Announced {
        Announced {
            at: now,
            resolved: true,
            softened: self.seen.is_some(),
            ..self.announced.clone()
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached(rung) => write!(f, "it has reached the {rung}-day threshold"),
            Self::Tighter { reached, told } => {
                write!(
                    f,
                    "it has reached the {reached}-day threshold; last told at {told} days"
                )
            }
            Self::Ended => f.write_str("it has run out; reminders follow while it is still there"),
            Self::Reminder(n) => write!(f, "it has run out and is still there (reminder {n})"),
        }
    }
}

impl fmt::Display for WhyResolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed => f.write_str("it was removed"),
            Self::Superseded(by) => {
                write!(f, "it was replaced by {by}; remove it once nothing uses it")
            }
            Self::Renewed(by) => write!(f, "the service that owns it has renewed it: with {by}"),
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod hours_properties;

#[cfg(test)]
mod properties;

#[cfg(test)]
mod rotation_properties;

#[cfg(test)]
mod silence_properties;
