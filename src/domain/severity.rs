//! How urgent.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How urgent an alert is. Ordered: `Expired` is the greatest.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is urgent.
    Info,
    /// To be planned.
    Warning,
    /// To be done now.
    Critical,
    /// It no longer works.
    Expired,
}

impl Severity {
    /// Every severity, least urgent first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Critical, Self::Expired];

    /// The one that is more urgent; `None`: nothing is.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| *severity > self)
    }

    /// The name in configuration, JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
