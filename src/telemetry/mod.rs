//! Logging set-up, the metrics, and the events that are log line and metric in one.

pub mod logging;
pub mod metrics;

pub use metrics::Metrics;
