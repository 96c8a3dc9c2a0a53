//! Time as a value.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

/// The one source of time. The daemon's runs with the world's; tests and the demo turn their own.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> DateTime<Utc>;

    /// Returns once `duration` of this clock's time has passed. Safe to drop at any point.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}
