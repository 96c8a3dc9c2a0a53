//! Microsoft's side of the world: clouds, sign-in, Graph's pages and moods, and what an AADSTS code means.
//!
//! The rest of the house sees only [`Directory`]: it gives a whole snapshot of a tenant, or an error that says why not.

pub mod config;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::domain::{Id, Snapshot};

/// A tenant that can be read.
pub trait Directory: Send + Sync {
    /// The tenant's name in the configuration.
    fn tenant(&self) -> &str;

    /// One complete pass. `deadline` bounds all waiting (throttling included); an answer is complete or it is an error.
    fn scan<'a>(
        &'a self,
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, Result<Snapshot, ScanError>>;

    /// The page of the Entra portal where an app's credentials are renewed.
    fn portal_link(&self, app_id: &Id) -> String;

    /// Signs in and reads the smallest possible page: does it work at all?
    fn check(&self) -> BoxFuture<'_, Result<String, ScanError>>;
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many apps have been read.
    Apps(usize),
    /// The server asked us to wait.
    Waiting {
        /// For this long.
        duration: std::time::Duration,
        /// HTTP status of the refusal.
        status: u16,
    },
}

/// Why there is no snapshot. `Display` is one or two sentences for people: what happened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// To be replaced by the real list.
    #[error("{0}")]
    Other(String),
}
