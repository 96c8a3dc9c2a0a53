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
