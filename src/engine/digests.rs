//! What the summaries that are due need from the store.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    plan::{Past, digest},
};
use crate::store::{Removed, StoreError};

impl Engine {
    /// What went since the oldest of the summaries that are due now. Nothing is read where none is.
    pub(super) async fn removed_since_digests(
        &self,
        tenant: &str,
        past: Past<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Removed>, StoreError> {
        let due = digest::due(&self.receivers, past, &self.calendar, now);
        let since = due
            .into_iter()
            .map(|(_, every, last)| every.news_since(last, now))
            .min();
        match since {
            Some(since) => self.store.removed(tenant, since).await,
            None => Ok(Vec::new()),
        }
    }
}
