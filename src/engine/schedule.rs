//! The timer of the rounds: every tenant, at every tick of the schedule, or when asked; and between them a tenant in which an alert is
//! to be escalated.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{
    Engine,
    heartbeat::{self, Watcher},
};
use crate::{domain::timetable::Timetable, entra::Directory, store::StoreError};

/// After a round that the store did not take.
const STORE_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// So many tenants are scanned side by side.
pub(crate) const TENANTS_AT_ONCE: usize = 4;

/// Runs rounds until told to stop, and tells the watcher of each. `now_please` asks for one beside the schedule.
pub async fn run(
    engine: &Engine,
    timetable: &Timetable,
    watcher: Option<&dyn Watcher>,
    now_please: &Notify,
    stop: &CancellationToken,
) {
    loop {
        let now = engine.clock.now();
        let scheduled = timetable.next_after(now);
        // a round that could not be recorded is not put off for a whole period
        let again = engine.status.round_problem().map(|_| now + STORE_PAUSE);
        let all = scheduled.into_iter().chain(again).min();
        let next = all.into_iter().chain(engine.status.next_escalation()).min();
        engine.status.set_next_round(next);
        let tick = async {
            match next {
                Some(at) => {
                    engine
                        .clock
                        .sleep((at - now).to_std().unwrap_or_default())
                        .await;
                }
                None => std::future::pending().await,
            }
        };
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = tick => false,
            () = now_please.notified() => true,
        };
        engine.status.set_next_round(None);
        let now = engine.clock.now();
        let escalating = engine.status.take_escalations(now);
        let every = asked || all.is_some_and(|at| at <= now);
        let is_due = |tenant: &str| every || escalating.iter().any(|name| name == tenant);
        tokio::select! {
            () = stop.cancelled() => return,
            () = watched_rounds(engine, is_due, watcher) => {}
        }
    }
}

async fn watched_rounds(
    engine: &Engine,
    is_due: impl Fn(&str) -> bool,
    watcher: Option<&dyn Watcher>,
) {
    rounds_of(engine, is_due).await;
    if let Some(watcher) = watcher {
        heartbeat::beat(engine, watcher).await;
    }
}

/// One round of every tenant. Dropping it half-way is safe: a round writes in one transaction, at its end.
pub async fn rounds(engine: &Engine) {
    rounds_of(engine, |_| true).await;
}

async fn rounds_of(engine: &Engine, is_due: impl Fn(&str) -> bool) {
    let rounds: Vec<BoxFuture<'_, Result<(), StoreError>>> = engine
        .directories
        .iter()
        .filter(|directory| is_due(directory.tenant()))
        .map(|directory| round(engine, directory))
        .collect();
    let results: Vec<_> = stream::iter(rounds)
        .buffer_unordered(TENANTS_AT_ONCE)
        .collect()
        .await;
    let problem = results.into_iter().find_map(Result::err).map(|error| {
        error!(store.error = %error, "a round could not be recorded; the next one tries again");
        error.to_string()
    });
    engine.status.set_round_problem(problem);
}

/// Boxed: the compiler cannot see of a stream of borrowing futures that they may cross threads.
fn round<'a>(
    engine: &'a Engine,
    directory: &'a Arc<dyn Directory>,
) -> BoxFuture<'a, Result<(), StoreError>> {
    Box::pin(engine.round(directory.as_ref()))
}
