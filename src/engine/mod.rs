//! The work that goes on: rounds on a schedule, deliveries beside them, and forgetting what is old.
//!
//! Every standing job is an idempotent function: it reads what is stored, drives it towards the goal and returns; the next
//! run is the retry. Nothing here knows Microsoft, a database or a channel by name: only the traits [`Directory`],
//! [`Store`] and [`Notifier`](crate::notify::Notifier).

mod changes;
pub mod deliver;
mod digests;
pub mod foresee;
pub mod heartbeat;
pub mod inventory;
pub mod monitor;
mod owners;
mod pace;
pub mod plan;
pub mod readiness;
pub mod receivers;
pub mod retention;
pub mod round;
pub mod schedule;
pub mod silencing;
mod standing;
pub mod status;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    domain::{Clock, calendar::Calendar, change::Changes, policy::Policies, route::Routes},
    entra::Directory,
    store::Store,
    telemetry::Metrics,
};

pub use receivers::Receiver;
pub use status::Status;

/// What every job works with.
#[derive(Clone)]
pub struct Engine {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What operators see.
    pub status: Arc<Status>,
    /// The tenants.
    pub directories: Arc<[Arc<dyn Directory>]>,
    /// The receivers.
    pub receivers: Arc<[Receiver]>,
    /// How credentials are judged.
    pub policies: Arc<Policies>,
    /// Who is told what.
    pub routes: Arc<Routes>,
    /// When people work.
    pub calendar: Arc<Calendar>,
    /// Which changes are told.
    pub changes: Changes,
    /// Per-credential series at most.
    pub max_credentials: usize,
    /// Rung when something was put into the outbox.
    pub outbox_bell: Arc<Notify>,
}

impl Engine {
    /// The receiver of that name.
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        receivers::named(&self.receivers, name)
    }
}
