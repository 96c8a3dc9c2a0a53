//! Whether a tenant can be seen. Being blind is an alert.

use chrono::{DateTime, Utc};

/// What is remembered of a tenant's scans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// When the last complete scan ended.
    pub last_success: Option<DateTime<Utc>>,
    /// How many apps it held.
    pub apps: Option<u64>,
    /// Scans that failed since then.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<DateTime<Utc>>,
    /// What the last one said.
    pub last_error: Option<String>,
    /// True while `monitor.failing` has been told and not yet `monitor.recovered`.
    pub announced: bool,
}
