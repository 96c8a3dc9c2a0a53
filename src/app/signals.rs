//! When to stop: SIGTERM and SIGINT.

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Cancels `stop` at the first SIGTERM or SIGINT.
pub async fn stop_on_signal(stop: CancellationToken) {
    match wait_for_signal().await {
        Ok(name) => {
            info!(signal = name, "{name} received; stopping");
            stop.cancel();
        }
        Err(error) => {
            warn!(%error, "signals cannot be listened to; only SIGKILL will stop this process");
        }
    }
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = interrupt.recv() => Ok("SIGINT"),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<&'static str> {
    tokio::signal::ctrl_c().await.map(|()| "Ctrl-C")
}
