//! `forewarn run`.

use std::{process::ExitCode, sync::Arc};

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Global;
use crate::{
    app::{clock::SystemClock, daemon::Daemon, signals::stop_on_signal},
    config::SystemSecrets,
};

/// Run the daemon until SIGTERM or Ctrl-C: scans on schedule, decides what is due, delivers.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn run\n  forewarn run --config /etc/forewarn/forewarn.toml\n  \
    FOREWARN__SCHEDULE__CRON='0 7 * * 1-5' FOREWARN__LOG__FORMAT=pretty forewarn run\n\n\
    Exit codes: 0 after a clean stop, 1 when it could not start or a part of it failed."
)]
pub(super) struct Run {}

impl Run {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let Self {} = self;
        let clock = Arc::new(SystemClock);
        let loaded = global.load(clock.as_ref())?;
        global.log_as(loaded.config.log_format, "info")?;
        for problem in &loaded.warnings {
            warn!(
                config.key = problem.path,
                help = problem.remedy,
                "{}: {}",
                problem.origin,
                problem.message
            );
        }
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        let daemon = Daemon::build(loaded.config, clock, Arc::new(SystemSecrets)).await?;
        daemon.run(stop).await?;
        Ok(ExitCode::SUCCESS)
    }
}
