//! What the daemon is doing and how it went: written by the jobs, read by health checks and the demo.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::domain::health::Health;

/// The state of the running daemon. Cheap to read at any time.
#[derive(Debug)]
pub struct Status {
    started_at: DateTime<Utc>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tenants: BTreeMap<String, Health>,
    next_round: Option<DateTime<Utc>>,
    round_problem: Option<String>,
    escalations: BTreeMap<String, DateTime<Utc>>,
}

impl Status {
    /// For a process that starts now. Every tenant is known from the beginning.
    pub fn new(
        started_at: DateTime<Utc>,
        tenants: impl IntoIterator<Item = (String, Health)>,
    ) -> Self {
        let state = State {
            tenants: tenants.into_iter().collect(),
            ..State::default()
        };
        Self {
            started_at,
            state: Mutex::new(state),
        }
    }

    /// When the process started.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// The tenants' health.
    pub fn tenants(&self) -> BTreeMap<String, Health> {
        self.state().tenants.clone()
    }

    /// When the next round will begin; `None` while one is going on.
    pub fn next_round(&self) -> Option<DateTime<Utc>> {
        self.state().next_round
    }

    /// Why the last round could not be recorded, if it could not.
    pub fn round_problem(&self) -> Option<String> {
        self.state().round_problem.clone()
    }

    /// When the next alert is to be escalated, as far as is known: after a start, from each tenant's first round on.
    pub fn next_escalation(&self) -> Option<DateTime<Utc>> {
        self.state().escalations.values().min().copied()
    }

    pub(super) fn set_escalation(&self, tenant: &str, at: Option<DateTime<Utc>>) {
        let mut state = self.state();
        match at {
            Some(at) => state.escalations.insert(tenant.to_owned(), at),
            None => state.escalations.remove(tenant),
        };
    }

    /// Takes out the tenants in which an alert is to be escalated at `now`: the round that follows sees to it, or the next one does.
    pub(super) fn take_escalations(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut state = self.state();
        let due = state.escalations.extract_if(.., |_, at| *at <= now);
        due.map(|(tenant, _)| tenant).collect()
    }

    pub(super) fn set_tenant(&self, tenant: &str, health: Health) {
        self.state().tenants.insert(tenant.to_owned(), health);
    }

    pub(super) fn set_next_round(&self, at: Option<DateTime<Utc>>) {
        self.state().next_round = at;
    }

    pub(super) fn set_round_problem(&self, problem: Option<String>) {
        self.state().round_problem = problem;
    }

    /// A panic elsewhere cannot leave the state half-written: every write is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
