//! Teams.

mod config;

pub use config::TeamsConfig;
