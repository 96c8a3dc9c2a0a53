//! `forewarn test RECEIVER`.

use std::{process::ExitCode, sync::Arc};

use super::{Global, output::print};
use crate::{
    app::{clock::SystemClock, sample},
    config::SystemSecrets,
    domain::Clock,
};

/// Send a sample alert to one receiver, marked as a test. Nothing is read from Graph, nothing is stored.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  forewarn test ops-slack\n\nExit codes: 0 the receiver took it, 1 it did not."
)]
pub(super) struct Test {
    /// The receiver's name in the configuration
    receiver: String,
}

impl Test {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_for_people()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config = global.load_telling_warnings(&*clock, &["receivers", "tls", "calendar"])?;
        let sent = sample::send(&config, Arc::new(SystemSecrets), &self.receiver, &clock).await?;
        let mut exit = ExitCode::SUCCESS;
        for (target, result) in sent {
            let to = if target.is_empty() {
                self.receiver.clone()
            } else {
                format!("{} ({target})", self.receiver)
            };
            match result {
                Ok(()) => print(&format!("{to} took the test message\n"))?,
                Err(error) => {
                    print(&format!("{to} did not take the test message: {error}\n"))?;
                    exit = ExitCode::FAILURE;
                }
            }
        }
        Ok(exit)
    }
}
