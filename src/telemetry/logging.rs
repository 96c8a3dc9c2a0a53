//! Log lines: to stderr, as JSON for machines or plain for people.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One JSON object a line.
    Json,
    /// For people; coloured when stderr is a terminal.
    Pretty,
}

/// Starts logging. `filter` is `info`, `debug`, or tracing directives such as `info,forewarn::entra=debug`; what cannot be
/// read is an error that says so.
pub fn start(format: Lines, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("the log filter `{filter}` is not understood: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        Lines::Json => {
            let lines = fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false);
            registry.with(lines.with_writer(std::io::stderr)).try_init()
        }
        Lines::Pretty => {
            let colours = std::io::stderr().is_terminal();
            let lines = fmt::layer().compact().with_target(false).with_ansi(colours);
            registry.with(lines.with_writer(std::io::stderr)).try_init()
        }
    };
    started.map_err(|error| error.to_string())
}
