//! The composition root: a [`Config`](crate::config::Config) becomes running parts, and stops them again.

pub mod azure_cli;
pub mod clock;
pub mod daemon;
pub mod demo;
pub mod explain;
mod heartbeat;
pub mod memory;
pub mod net;
mod owners;
pub mod parts;
pub mod plan;
pub mod preview;
pub mod probe;
pub mod report;
pub mod sample;
pub mod samples;
pub mod setup;
pub mod signals;
pub mod silences;
pub mod templates;
mod tokens;
pub mod verify;

pub use crate::entra::Progress;
use crate::{config::LogFormat, telemetry::logging};

/// Starts logging to stderr; `filter` is `info`, `debug`, or tracing directives. An error says what is not understood.
pub fn start_logging(format: LogFormat, filter: &str) -> Result<(), String> {
    let lines = match format {
        LogFormat::Json => logging::Lines::Json,
        LogFormat::Pretty => logging::Lines::Pretty,
    };
    logging::start(lines, filter)
}
