//! One round of one tenant: scan → owners → decide → commit. Whatever goes wrong leaves the store as it was.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, info, warn};

use super::{
    Engine,
    monitor::judge_health,
    plan::{Past, Planned, Planner, new_id},
};
use crate::{
    domain::{
        Snapshot,
        assess::{Circumstances, assess},
        decide::World,
        health::{Health, Scanned},
        known::Known,
        row::RowSeverity,
    },
    entra::{Directory, Progress, ScanError},
    store::{AppOwners, Inventory, Round, ScanRecord, StoreError},
    telemetry::metrics::Series,
};

/// No scan takes longer, throttling included; the next round tries again.
pub(crate) const DEADLINE: TimeDelta = TimeDelta::minutes(30);

impl Engine {
    /// Scans a tenant and commits what is due. An error here is the store's; a failed scan is an outcome, not an error.
    pub async fn round(&self, directory: &dyn Directory) -> Result<(), StoreError> {
        let tenant = directory.tenant();
        // a round that could not be recorded is not begun
        self.store.ping().await?;
        let before = self.store.health(tenant).await?;
        let started_at = self.clock.now();
        let mut result = directory
            .scan(started_at + DEADLINE, &|progress| {
                log_waiting(tenant, &progress);
            })
            .await;
        let now = self.clock.now();
        let mut round = empty_round(tenant, started_at, now);
        let mut known = Known::default();
        let mut lost = Vec::new();
        if let Ok(snapshot) = &mut result {
            known = self.store.known(tenant).await?;
            let shrunk = before.shrank_to(snapshot.listed, snapshot.listed_principals);
            lost = self
                .learn_owners(directory, &known, snapshot, shrunk, now)
                .await;
        }
        let planned = match &result {
            Ok(snapshot) => {
                self.complete(directory, snapshot, &known, &before, lost, &mut round)
                    .await?
            }
            Err(error) => self.failed(error, &before, &mut round),
        };
        self.store.commit(&round).await?;
        self.outbox_bell.notify_waiters();
        self.status.set_tenant(tenant, round.health.clone());
        if result.is_ok() {
            self.status.set_escalation(tenant, planned.next_escalation);
        }
        let Ok(snapshot) = &result else {
            self.metrics.scan_failed(tenant, now - started_at);
            return Ok(());
        };
        // only what is recorded is told: a stop may come before that
        log_complete(tenant, &round, planned);
        self.log_held(tenant, planned);
        self.observe(tenant, snapshot, &round.scan);
        // a large tenant need not lie in memory beside the series
        drop((round, known));
        drop(result);
        if let Err(error) = self.refresh_series().await {
            warn!(store.error = %error, "the per-credential metrics could not be refreshed");
        }
        Ok(())
    }

    async fn complete<'a>(
        &self,
        directory: &dyn Directory,
        snapshot: &'a Snapshot,
        known: &Known,
        before: &Health,
        lost: Vec<AppOwners>,
        round: &mut Round<'a>,
    ) -> Result<Planned, StoreError> {
        let tenant = directory.tenant();
        let now = round.scan.finished_at;
        let silences = self.store.silences(now).await?;
        let world = World {
            tenant,
            known,
            seen: snapshot,
            policies: &self.policies,
            silences: &silences,
            calendar: &self.calendar,
            shrunk: before.shrank_to(snapshot.listed, snapshot.listed_principals),
            now,
        };
        let digested = self.store.digested(tenant).await?;
        let mut past = Past {
            since: known.since(),
            last_scan: before.last_success,
            digested: &digested,
            removed: &[],
        };
        let removed = self.removed_since_digests(tenant, past, now).await?;
        past.removed = &removed;
        let found = self.changes(&world, lost, round).await?;
        let planner = Planner {
            world,
            routes: &self.routes,
            receivers: &self.receivers,
            portal_link: &|row| directory.portal_link(row),
            past,
        };
        let counts = planner.complete(snapshot, before, round);
        planner.plan_changes(&found, round);
        Ok(counts)
    }

    fn failed(&self, error: &ScanError, before: &Health, round: &mut Round<'_>) -> Planned {
        let text = error.to_string();
        let tenant = round.tenant.clone();
        error!(
            tenant.name = tenant,
            scan.error = text,
            "tenant {tenant} could not be scanned; nothing was concluded from it"
        );
        let (scanned, refused) = (Scanned::Failed { error: &text }, error.refused_client());
        judge_health(before, scanned, refused.as_ref(), &self.receivers, round);
        round.scan.error = Some(text);
        Planned::default()
    }

    fn log_held(&self, tenant: &str, planned: Planned) {
        let Some(held) = planned.held else { return };
        let until = held.until.with_timezone(&self.calendar.timezone);
        info!(
            tenant.name = tenant,
            alerts.held = held.alerts,
            "{} alerts of info and warning wait until {}, the next hours of calendar.send_between",
            held.alerts,
            until.format("%a %-d %b %Y %H:%M %Z"),
        );
    }

    fn observe(&self, tenant: &str, snapshot: &Snapshot, scan: &ScanRecord) {
        self.metrics.scan_succeeded(
            tenant,
            scan.finished_at,
            scan.finished_at - scan.started_at,
            scan.warnings,
        );
        let circumstances = Circumstances {
            tenant,
            policies: &self.policies,
            facts: &snapshot.facts,
            now: scan.finished_at,
        };
        let mut counts = [0_u64; RowSeverity::ALL.len()];
        for app in &snapshot.apps {
            for credential in &app.credentials {
                let assessment = assess(circumstances, app, credential);
                let severity: RowSeverity = assessment.severity.map_or(RowSeverity::Ok, Into::into);
                counts[severity as usize] += 1;
            }
        }
        for (severity, count) in RowSeverity::ALL.into_iter().zip(counts) {
            self.metrics.set_severity(tenant, severity, count);
        }
    }

    /// Reads the per-credential series from the inventory, so that they survive a restart.
    pub async fn refresh_series(&self) -> Result<(), StoreError> {
        let tenants: Vec<String> = self
            .directories
            .iter()
            .map(|directory| directory.tenant().to_owned())
            .collect();
        let (soonest, total) = self
            .store
            .soonest(&tenants, self.clock.now(), self.max_credentials)
            .await?;
        let omitted = total.saturating_sub(soonest.len() as u64);
        self.metrics
            .set_credentials(soonest.iter().filter_map(series), omitted);
        Ok(())
    }
}

fn series(known: &Inventory) -> Option<Series<'_>> {
    Some(Series {
        tenant: &known.tenant,
        app_id: &known.app_id,
        app_name: &known.app_name,
        credential_id: &known.key.credential_id,
        credential_name: known.name.as_deref(),
        kind: known.key.kind,
        expires_at: known.expires.at()?,
    })
}

pub(super) fn empty_round<'a>(
    tenant: &str,
    started_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
) -> Round<'a> {
    let scan = ScanRecord {
        id: new_id(started_at),
        started_at,
        finished_at,
        error: None,
        apps: 0,
        credentials: 0,
        warnings: 0,
    };
    Round {
        tenant: tenant.to_owned(),
        scan,
        upserts: Vec::new(),
        gone: Vec::new(),
        announced: Vec::new(),
        alerts: Vec::new(),
        notifications: Vec::new(),
        broken_silences: Vec::new(),
        digested: Vec::new(),
        owners: Vec::new(),
        health: Health::default(),
    }
}

fn log_waiting(tenant: &str, progress: &Progress) {
    if let Progress::Waiting { duration, status } = progress {
        let wait_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        info!(
            tenant.name = tenant,
            http.status = *status,
            wait_ms,
            "Graph asks to wait; the scan goes on after that"
        );
    }
}

fn log_complete(tenant: &str, round: &Round<'_>, planned: Planned) {
    let scan = &round.scan;
    info!(
        tenant.name = tenant,
        scan.apps = scan.apps,
        scan.credentials = scan.credentials,
        scan.warnings = scan.warnings,
        scan.took_ms = (scan.finished_at - scan.started_at).num_milliseconds(),
        alerts = planned.alerts,
        resolved = planned.resolved,
        "the scan is complete: {} apps, {} credentials, {} alerts due",
        scan.apps,
        scan.credentials,
        planned.alerts,
    );
    if planned.unrouted > 0 {
        warn!(
            tenant.name = tenant,
            alerts = planned.unrouted,
            "{} alerts match no [[routes]] entry and reach nobody; add a last route without `match`",
            planned.unrouted,
        );
    }
}
