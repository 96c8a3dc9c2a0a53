//! From decisions to what the store commits: alerts, notifications and deliveries of one round.

mod announce;
mod audience;
mod changes;
mod complete;
pub mod digest;
mod escalate;
mod past;
mod resolve;
mod silences;
mod stale;

pub use changes::Found;
pub use past::Past;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    domain::{
        Id, Row,
        decide::{Action, Held, World, decide, gone, held},
        digest::Every,
        route::Routes,
        row::Links,
    },
    store::{Fallback, NewDelivery, Round},
};

/// What planning needs to know of the receivers.
pub trait Receivers {
    /// Those that a delivery to `receiver` goes to, each its own; none for a receiver that does not exist.
    fn targets(&self, receiver: &str) -> Vec<String>;
    /// Does it want to hear that something needs nothing more?
    fn wants_resolved(&self, receiver: &str) -> bool;
    /// Does it keep what is wrong open until it hears that it is over?
    fn keeps_state(&self, _receiver: &str) -> bool {
        false
    }
    /// How often it wants a summary, if it wants one.
    fn digest(&self, receiver: &str) -> Option<Every>;
    /// Does it tell each app's owners in person?
    fn tells_owners(&self, receiver: &str) -> bool;
    /// Every receiver's name.
    fn names(&self) -> Vec<String>;
    /// The client id of the app that it signs in as with Entra, if it does.
    fn signs_in_as(&self, receiver: &str) -> Option<Id>;
}

/// What one round is planned from.
pub struct Planner<'a> {
    /// Everything that decisions depend on.
    pub world: World<'a>,
    /// Who is told what.
    pub routes: &'a Routes,
    /// The receivers.
    pub receivers: &'a dyn Receivers,
    /// Where an app's credentials are renewed.
    pub portal_link: &'a dyn Fn(&Row) -> String,
    /// What earlier rounds left.
    pub past: Past<'a>,
}

/// How many alerts were decided, and how many of them reach nobody because no route takes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Alerts decided.
    pub alerts: usize,
    /// Credentials that need nothing more.
    pub resolved: usize,
    /// Alerts that no route takes.
    pub unrouted: usize,
    /// Alerts that wait for the hours in which they may go out.
    pub held: Option<Held>,
    /// When an alert will have to be escalated, unless somebody takes care of it before.
    pub next_escalation: Option<DateTime<Utc>>,
}

impl Planner<'_> {
    /// Decides and fills `round`, which holds the scan already.
    pub fn fill(&self, round: &mut Round<'_>) -> Planned {
        let world = &self.world;
        let decisions = decide(world);
        let mut announces = Vec::new();
        let mut resolves = Vec::new();
        for decision in decisions {
            match decision.action {
                Action::Announce(announce) => announces.push((decision.key, announce)),
                Action::Resolve(resolve) => resolves.push((decision.key, resolve)),
            }
        }
        self.plan_gone(round);
        let unrouted = self.plan_announcements(&announces, round);
        self.plan_resolutions(&resolves, round);
        let next_escalation = self.plan_escalations(&announces, round);
        self.plan_digests(&resolves, round);
        round.broken_silences = self.broken_silences();
        Planned {
            alerts: announces.len(),
            resolved: resolves.len(),
            unrouted,
            held: held(world),
            next_escalation,
        }
    }

    /// One that is gone after it was announced begins a new life should it come back.
    fn plan_gone(&self, round: &mut Round<'_>) {
        for key in gone(&self.world) {
            if let Some(memory) = self
                .world
                .known
                .get(key)
                .filter(|memory| memory.announced.is_some())
            {
                round
                    .announced
                    .push((key.clone(), memory.life.saturating_add(1), None));
            }
            round.gone.push(key.clone());
        }
    }

    fn links(&self, row: &Row) -> Links {
        Links {
            portal: (self.portal_link)(row),
            acknowledge: None,
        }
    }

    fn last_working_day(&self, row: &Row) -> Option<NaiveDate> {
        self.world.calendar.last_working_day_before(row.expires_at?)
    }

    /// When what can wait goes to a receiver: in the hours in which such messages do, but to one that keeps an incident open until then
    /// at once.
    fn in_hours(&self, receiver: &str) -> DateTime<Utc> {
        let World { calendar, now, .. } = self.world;
        let can_wait = !self.receivers.keeps_state(receiver);
        let opening = calendar.held_until(now).filter(|_| can_wait);
        opening.unwrap_or(now)
    }
}

/// One delivery a target.
pub(super) fn deliveries(
    receivers: &dyn Receivers,
    receiver: &str,
    fallback: &[Fallback],
    due_at: DateTime<Utc>,
) -> Vec<NewDelivery> {
    let delivery = |target| NewDelivery {
        id: new_id(due_at),
        receiver: receiver.to_owned(),
        target,
        due_at,
        fallback: fallback.to_vec(),
    };
    receivers
        .targets(receiver)
        .into_iter()
        .map(delivery)
        .collect()
}

/// A time-ordered id.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}
