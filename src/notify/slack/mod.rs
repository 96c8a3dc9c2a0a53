//! Slack.

mod config;

pub use config::SlackConfig;
