//! The composition root: a [`Config`](crate::config::Config) becomes running parts, and stops them again.

pub mod clock;
pub mod daemon;
pub mod demo;
pub mod net;
pub mod parts;
pub mod probe;
pub mod report;
pub mod sample;
pub mod signals;

pub use crate::{entra::Progress, telemetry::logging::start as start_logging};
