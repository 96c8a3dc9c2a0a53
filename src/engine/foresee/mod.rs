//! What the rounds to come will decide, while a tenant stays as it is and nobody does anything: by the very functions that the rounds
//! use, on a memory that is a store's in all but its place.
//!
//! A round need not look at all of a large tenant. It looks at the apps of which a decision may have changed since the round before:
//! those that have passed a turning point ([`TurningPoints`](crate::domain::turning_points::TurningPoints)), and those that wait for something else than their own time. All others
//! would be left as they are. The first round looks at everything, and so does each that sends a summary.
//!
//! What the rounds before have left to be escalated is escalated at its minute, as the daemon that made them does.

mod future;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use self::future::Future;
use super::plan::Receivers;
use crate::{
    domain::{
        Notification, Row, Snapshot, calendar::Calendar, decide::World, escalate::unattended,
        policy::Policies, route::Routes, timetable::Timetable,
    },
    store::{NewDelivery, Remembered},
};

/// How a tenant's rounds decide, and when they run.
#[derive(Clone, Copy)]
pub struct Outlook<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// How credentials are judged.
    pub policies: &'a Policies,
    /// Who is told what.
    pub routes: &'a Routes,
    /// The receivers.
    pub receivers: &'a dyn Receivers,
    /// When people work.
    pub calendar: &'a Calendar,
    /// When rounds run.
    pub timetable: &'a Timetable,
    /// Where an app's credentials are renewed.
    pub portal_link: &'a dyn Fn(&Row) -> String,
}

/// What will be decided.
#[derive(Debug, Default)]
pub struct Foreseen {
    /// Messages with their deliveries, in the order of their decision.
    pub messages: Vec<(Notification, Vec<NewDelivery>)>,
    /// Alerts that reach nobody, with the time of their decision.
    pub unheard: Vec<(DateTime<Utc>, Arc<Row>)>,
}

impl Outlook<'_> {
    /// The first round after `now`, until which no other has run since what is remembered.
    pub fn first_round(
        &self,
        snapshot: &Snapshot,
        remembered: &Remembered,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let world = self.world(snapshot, remembered, now);
        let unattended = unattended(&world, self.routes);
        let escalations = unattended.iter().map(|of| of.due_at);
        let tick = self.timetable.next_after(now);
        // what is overdue has no round of its own any more
        let escalations = escalations.filter(|due_at| *due_at > now);
        escalations.chain(tick).min()
    }

    /// Plays the rounds from `first`, which is one, to `until`, in which each scan finds what `snapshot` holds.
    pub fn foresee(
        &self,
        snapshot: Snapshot,
        remembered: Remembered,
        first: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Foreseen {
        let mut future = Future::new(*self, snapshot, remembered);
        let mut next = Some(first);
        while let Some(now) = next.filter(|now| *now <= until) {
            let escalation = future.round(now).next_escalation;
            let tick = self.timetable.next_after(now);
            next = tick.into_iter().chain(escalation).min();
        }
        future.end()
    }

    fn world<'w>(
        &'w self,
        seen: &'w Snapshot,
        remembered: &'w Remembered,
        now: DateTime<Utc>,
    ) -> World<'w> {
        World {
            tenant: self.tenant,
            known: &remembered.known,
            seen,
            policies: self.policies,
            silences: &remembered.silences,
            calendar: self.calendar,
            shrunk: remembered
                .health
                .shrank_to(seen.listed, seen.listed_principals),
            now,
        }
    }
}
