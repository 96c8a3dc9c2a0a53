//! What one complete pass over a tenant saw.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::{App, facts::Facts, known::CredentialKey, ownership::Noted};

/// Everything a complete scan saw. There is no partial snapshot: a scan that could not finish is an error instead.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The apps that carry credentials, or of which something could not be read; each once, in the order they came.
    pub apps: Vec<App>,
    /// How many app registrations there are; where only service principals are scanned, how many of those, with credentials or
    /// without. A sudden loss of them means that something is no longer seen.
    pub listed: u64,
    /// How many service principals there are beside them; `None`: they are not scanned, or are the ones that `listed` counts.
    pub listed_principals: Option<u64>,
    /// Odd values that were met on the way; none of them stopped the scan.
    pub warnings: Vec<Warning>,
    /// What else is known of the apps.
    pub facts: Facts,
    /// Whom the apps' notes name as owners.
    pub noted: Noted,
    /// What was seen but is left out by configuration. It is not among the credentials of `apps`, and yet nothing was removed.
    pub left_out: HashSet<CredentialKey>,
    /// How far the server's clock was ahead of ours, if it said.
    pub clock_skew: Option<TimeDelta>,
}

impl Snapshot {
    /// How many credentials the apps carry.
    pub fn credentials(&self) -> usize {
        self.apps.iter().map(|app| app.credentials.len()).sum()
    }
}

/// One credential or app that could not be read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The app's object id as text; empty when it is not known which app it was.
    pub object_id: String,
    /// What was odd and what was done about it, with untrusted text quoted and shortened.
    pub message: String,
}
