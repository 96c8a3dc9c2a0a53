//! A heartbeat: after the rounds of all tenants somebody else is told that they went well, or that they did not, so that our silence
//! is noticed, too.
//!
//! It beats whether or not anything was due. Not well is: a tenant that could not be scanned, rounds that could not be recorded, and
//! a receiver to which nothing arrives any more, for then forewarn sees what it cannot tell. That the beat itself fails is a line
//! in the log and a metric, and never anything else.

use std::{fmt, time::Duration};

use futures_util::future::BoxFuture;
use tracing::{info, warn};

use super::{Engine, plan::Receivers};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// All is as it should be.
    Well,
    /// Something is not.
    Fail,
}

impl fmt::Display for Beat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Well => "well",
            Self::Fail => "fail",
        })
    }
}

/// Whoever notices our silence.
pub trait Watcher: Send + Sync {
    /// Tells it once. What went wrong is said without any of its address, which is a secret.
    fn tell(&self, beat: Beat) -> BoxFuture<'_, Result<(), String>>;
}

/// The waits before the second and the third try.
const RETRIES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// Tells the watcher how the last rounds went.
pub async fn beat(engine: &Engine, watcher: &dyn Watcher) {
    let trouble = trouble(engine).await;
    let beat = match &trouble {
        None => Beat::Well,
        Some(trouble) => {
            info!(heartbeat.beat = %Beat::Fail, "the heartbeat says that something is wrong: {trouble}");
            Beat::Fail
        }
    };
    let mut waits = RETRIES.into_iter();
    loop {
        let Err(error) = watcher.tell(beat).await else {
            engine.metrics.heartbeat(true);
            return;
        };
        let Some(wait) = waits.next() else {
            engine.metrics.heartbeat(false);
            warn!(heartbeat.beat = %beat, heartbeat.error = error, "the heartbeat did not arrive: {error}");
            return;
        };
        engine.clock.sleep(wait).await;
    }
}

/// What is not as it should be, if anything.
async fn trouble(engine: &Engine) -> Option<String> {
    if let Some(problem) = engine.status.round_problem() {
        return Some(problem);
    }
    let health = engine.status.tenants();
    for directory in engine.directories.iter() {
        let tenant = directory.tenant();
        let is_well = health
            .get(tenant)
            .is_some_and(|health| health.failures == 0 && health.last_success.is_some());
        if !is_well {
            return Some(format!("tenant {tenant} could not be scanned"));
        }
    }
    let outbox = match engine.store.outbox().await {
        Ok(outbox) => outbox,
        Err(error) => return Some(error.to_string()),
    };
    let configured = engine.receivers.names();
    outbox
        .into_iter()
        .find(|state| state.failing_since.is_some() && configured.contains(&state.receiver))
        .map(|state| format!("nothing arrives at the receiver {}", state.receiver))
}
