//! `forewarn healthcheck`: for containers, whose images hold no other program that could ask.

use std::process::ExitCode;

use super::{describe, output::complain};
use crate::app::net;

/// Ask the daemon on this machine whether it is alive; exits with 0 or 1.
#[derive(Debug, clap::Args)]
pub(super) struct Healthcheck {
    /// What to ask
    #[arg(
        long,
        env = "FOREWARN_HEALTH_URL",
        default_value = "http://127.0.0.1:8080/healthz"
    )]
    url: String,
}

impl Healthcheck {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let answer = net::local_client()?.get(&self.url).send().await;
        match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => Ok(ExitCode::SUCCESS),
            Err(error) => {
                complain(&describe(&anyhow::Error::new(error).context("not healthy")));
                Ok(ExitCode::FAILURE)
            }
        }
    }
}
