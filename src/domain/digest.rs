//! Summaries beside the alerts.

use serde::{Deserialize, Serialize};

/// How often a summary is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Every working day.
    Daily,
    /// The first working day of every week.
    Weekly,
}
