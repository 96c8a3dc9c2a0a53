//! The walk through a tenant's applications and service principals.
//!
//! Graph takes a good tenth of a second for a page, and we a hundredth to decode it. So the next request is sent as soon as a
//! page's next link is known, and the page is decoded on another thread meanwhile: a scan takes as long as the download
//! alone. At most two pages are in memory at any time, in two buffers that take turns.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::task::spawn_blocking;
use url::Url;

use super::{
    Directory, Progress,
    answer::below,
    arm::Arm,
    check::{Check, Checked},
    collect::Collector,
    config::TenantConfig,
    error::ScanError,
    graph::Graph,
    last_use::LastUseReader,
    links::portal_link,
    list::List,
    owners::{self, FoundOwners},
    pace::{Dice, Pace, Skew},
    page,
    signin::Clients,
    walk::Walk,
};
use crate::{
    domain::{App, Clock, Row, Secrets, Snapshot, ownership::Ownership, skew::TOLD_FROM},
    telemetry::Metrics,
};

/// Twenty million apps; no tenant has so many.
const PAGES_MAX: usize = 20_000;
/// How long [`Directory::check`] may take.
const CHECK_TIME: Duration = Duration::from_mins(2);
/// How many odd values are named in the log; all of them are in the snapshot.
const WARNINGS_NAMED: usize = 5;

/// A tenant as Microsoft serves it.
pub struct Tenant {
    config: Arc<TenantConfig>,
    pub(super) graph: Graph,
    arm: Option<Arm>,
    pub(super) pages_max: usize,
    last_use: LastUseReader,
    clock: Arc<dyn Clock>,
    dice: Dice,
    said: owners::OwnersSaid,
}

impl Tenant {
    /// Connects nothing yet. `seed` feeds the jitter of waits and the ids of requests.
    pub fn new(
        config: TenantConfig,
        http: Clients,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        seed: u64,
    ) -> Self {
        Self {
            arm: Arm::wanted(&config, &http, Arc::clone(&secrets)),
            graph: Graph::new(&config, http, secrets, metrics),
            config: Arc::new(config),
            pages_max: PAGES_MAX,
            last_use: LastUseReader::default(),
            clock,
            dice: Dice::new(seed),
            said: owners::OwnersSaid::default(),
        }
    }

    fn pace<'a>(
        &'a self,
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> Pace<'a> {
        Pace {
            clock: self.clock.as_ref(),
            dice: &self.dice,
            deadline,
            progress,
            skew: Skew::default(),
        }
    }

    fn url(&self, list: List, query: &str) -> Url {
        let mut url = below(&self.config.graph, &["v1.0", list.segment()]);
        url.set_query(Some(query));
        url
    }

    async fn snapshot(&self, pace: &Pace<'_>) -> Result<Snapshot, ScanError> {
        let mut snapshot = Snapshot::default();
        snapshot.facts.own = self.config.auth.own();
        let mut read = 0;
        for (position, list) in List::wanted(&self.config).into_iter().enumerate() {
            let collector = self.list(list, read, pace).await?;
            read += collector.read();
            collector.add_to(&mut snapshot, position == 0);
        }
        if self.config.sign_in_activity {
            let facts = &mut snapshot.facts;
            let (graph, config) = (&self.graph, &self.config);
            self.last_use.read(graph, config, pace, facts).await;
        }
        Ok(snapshot)
    }

    /// Reads one list, after so many rows of the others.
    async fn list(&self, list: List, read: usize, pace: &Pace<'_>) -> Result<Collector, ScanError> {
        match self.list_from_start(list, read, pace).await {
            Err(ScanError::Graph(refusal)) if refusal.is_expired_page() => {
                tracing::info!(
                    tenant.name = %self.config.name,
                    "Graph no longer knows our place in the list; it is read again from its start"
                );
                self.list_from_start(list, read, pace).await
            }
            other => other,
        }
    }

    async fn list_from_start(
        &self,
        list: List,
        read: usize,
        pace: &Pace<'_>,
    ) -> Result<Collector, ScanError> {
        let first = self.url(list, &list.query(&self.config));
        let mut walk = Walk::new(self.config.graph.clone(), first.clone(), self.pages_max);
        let mut collector = Collector::new(Arc::clone(&self.config), list);
        let mut spare = Vec::new();
        let mut body = self.graph.get(&first, Vec::new(), pace).await?;
        loop {
            let number = walk.pages();
            let link = page::next_link(&body).map_err(|error| malformed(number, &error))?;
            let next = link.map(|link| walk.follow(&link)).transpose()?;
            // not a task beside this one: a runtime's worker keeps the last task that it was given for itself, and the
            // request would wait until the rows are decoded
            let decoding = async {
                let (collector, body) = decode(collector, body, number).await?;
                (pace.progress)(Progress::Apps(read + collector.read()));
                Ok((collector, body))
            };
            let Some(next) = next else {
                let (collector, _) = decoding.await?;
                return Ok(collector);
            };
            let fetching = self.graph.get(&next, spare, pace);
            ((collector, spare), body) = tokio::try_join!(decoding, fetching)?;
        }
    }

    async fn name_clusters(&self, snapshot: &mut Snapshot, pace: &Pace<'_>) {
        let Some(arm) = &self.arm else { return };
        let (clusters, trouble) = arm.clusters(pace).await;
        snapshot.facts.clusters = clusters;
        snapshot.facts.missing.extend(trouble);
    }

    fn warn_of_skew(&self, pace: &Pace<'_>) {
        let ahead = pace.skew.get().unwrap_or_default();
        if ahead.abs() > TOLD_FROM {
            let ahead = ahead.num_seconds();
            tracing::warn!(
                tenant.name = %self.config.name,
                clock.skew_seconds = ahead,
                "this machine's clock differs from Graph's by {} seconds; what is due is judged by this machine's",
                ahead.abs()
            );
        }
    }

    fn warn_of_oddities(&self, snapshot: &Snapshot) {
        if snapshot.warnings.is_empty() {
            return;
        }
        let named: Vec<String> = snapshot
            .warnings
            .iter()
            .take(WARNINGS_NAMED)
            .map(|warning| format!("{}: {}", warning.object_id, warning.message))
            .collect();
        tracing::warn!(
            tenant.name = %self.config.name,
            scan.warnings = snapshot.warnings.len(),
            scan.warnings_first = named.join("; "),
            "{} values of this scan were odd", snapshot.warnings.len()
        );
    }
}

/// Takes the rows of a page on a thread of its own, for it keeps a processor busy; gives both back.
async fn decode(
    mut collector: Collector,
    body: Vec<u8>,
    page: usize,
) -> Result<(Collector, Vec<u8>), ScanError> {
    let taken = spawn_blocking(move || {
        let taken = collector.take(&body);
        taken.map(|()| (collector, body))
    });
    taken
        .await
        .map_err(ScanError::Interrupted)?
        .map_err(|error| malformed(page, &error))
}

fn malformed(page: usize, error: &serde_json::Error) -> ScanError {
    ScanError::Malformed {
        page,
        detail: error.to_string(),
    }
}

impl Directory for Tenant {
    fn tenant(&self) -> &str {
        &self.config.name
    }

    fn scan<'a>(
        &'a self,
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, Result<Snapshot, ScanError>> {
        async move {
            let pace = self.pace(deadline, progress);
            let outcome = self.snapshot(&pace).await;
            self.warn_of_skew(&pace);
            let mut snapshot = outcome?;
            snapshot.clock_skew = pace.skew.get();
            self.warn_of_oddities(&snapshot);
            self.name_clusters(&mut snapshot, &pace).await;
            Ok(snapshot)
        }
        .boxed()
    }

    fn ownership(&self) -> &Ownership {
        &self.config.ownership
    }

    fn owners<'a>(
        &'a self,
        apps: &'a [&'a App],
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, FoundOwners> {
        async move {
            let pace = self.pace(deadline, progress);
            let found = owners::find(&self.graph, &self.config, apps, &pace).await;
            self.said.tell(&self.config.name, &found);
            found
        }
        .boxed()
    }

    fn portal_link(&self, row: &Row) -> String {
        portal_link(self.config.cloud, row)
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, ScanError>> {
        async move {
            let deadline = self.clock.now() + CHECK_TIME;
            let pace = self.pace(deadline, &|_| {});
            let check = Check {
                config: &self.config,
                graph: &self.graph,
                pace: &pace,
                arm: self.arm.as_ref(),
            };
            let checked = check.run().await?;
            self.warn_of_skew(&pace);
            Ok(checked)
        }
        .boxed()
    }
}
