//! Forgetting: finished things older than the configured retention.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Engine;

/// How often.
const EVERY: Duration = Duration::from_hours(24);

/// Forgets once a day until told to stop.
pub async fn run(engine: &Engine, retention: TimeDelta, stop: &CancellationToken) {
    loop {
        let before = engine.clock.now() - retention;
        match engine.store.forget(before).await {
            Ok(0) => {}
            Ok(rows) => info!(rows, "forgot {rows} rows older than {before}"),
            Err(error) => {
                warn!(store.error = %error, "nothing could be forgotten; tomorrow tries again");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.clock.sleep(EVERY) => {}
        }
    }
}
