//! The metrics, as typed methods: no name or label is written anywhere else.

use std::{
    fmt,
    sync::atomic::{AtomicI64, AtomicU64},
};

use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use crate::domain::{Id, Kind, row::RowSeverity};

/// One credential's series.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The application (client) id.
    pub app_id: &'a Id,
    /// The app's display name.
    pub app_name: &'a str,
    /// The key id.
    pub credential_id: &'a Id,
    /// The credential's name.
    pub credential_name: Option<&'a str>,
    /// The kind.
    pub kind: Kind,
    /// The end.
    pub expires_at: DateTime<Utc>,
}

/// All metrics of the process.
pub struct Metrics {
    registry: Registry,
    expiry: Family<CredentialLabels, Gauge<i64, AtomicI64>>,
    omitted: Gauge<i64, AtomicI64>,
    credentials: Family<SeverityLabels, Gauge<i64, AtomicI64>>,
    scan_success: Family<TenantLabels, Gauge<i64, AtomicI64>>,
    scan_duration: Family<TenantLabels, Gauge<f64, AtomicU64>>,
    scan_failures: Family<TenantLabels, Counter>,
    scan_warnings: Family<TenantLabels, Gauge<i64, AtomicI64>>,
    graph_requests: Family<RequestLabels, Counter>,
    graph_units: Family<TenantLabels, Counter>,
    graph_limit: Family<TenantLabels, Gauge<f64, AtomicU64>>,
    clock_skew: Family<TenantLabels, Gauge<f64, AtomicU64>>,
    deliveries: Family<DeliveryLabels, Counter>,
    outbox_pending: Family<ReceiverLabels, Gauge<i64, AtomicI64>>,
    outbox_oldest: Gauge<f64, AtomicU64>,
    heartbeats: Family<HeartbeatLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CredentialLabels {
    tenant: String,
    app_id: String,
    app_name: String,
    credential_id: String,
    credential_name: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SeverityLabels {
    tenant: String,
    severity: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TenantLabels {
    tenant: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    tenant: String,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    receiver: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HeartbeatLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReceiverLabels {
    receiver: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Fresh metrics, all registered.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("forewarn"),
            expiry: Family::default(),
            omitted: Gauge::default(),
            credentials: Family::default(),
            scan_success: Family::default(),
            scan_duration: Family::default(),
            scan_failures: Family::default(),
            scan_warnings: Family::default(),
            graph_requests: Family::default(),
            graph_units: Family::default(),
            graph_limit: Family::default(),
            clock_skew: Family::default(),
            deliveries: Family::default(),
            outbox_pending: Family::default(),
            outbox_oldest: Gauge::default(),
            heartbeats: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        let seconds = || Unit::Seconds;
        r.register_with_unit(
            "credential_expiry_timestamp",
            "When the credential expires; soonest first, at most metrics.max_credentials",
            seconds(),
            self.expiry.clone(),
        );
        r.register(
            "credentials_omitted",
            "Credentials with an end that have no series of their own, by metrics.max_credentials",
            self.omitted.clone(),
        );
        r.register(
            "credentials",
            "Credentials seen by the last complete scan",
            self.credentials.clone(),
        );
        r.register_with_unit(
            "scan_last_success_timestamp",
            "When the last complete scan ended",
            seconds(),
            self.scan_success.clone(),
        );
        r.register_with_unit(
            "scan_duration",
            "How long the last scan took",
            seconds(),
            self.scan_duration.clone(),
        );
        r.register(
            "scan_failures",
            "Scans that failed",
            self.scan_failures.clone(),
        );
        r.register(
            "scan_warnings",
            "Credentials that the last complete scan could not read in full",
            self.scan_warnings.clone(),
        );
        r.register(
            "graph_requests",
            "Requests to Graph by HTTP status, or `error` when there was no answer",
            self.graph_requests.clone(),
        );
        r.register(
            "graph_resource_units",
            "What requests to Graph have cost of the tenant's budget, as Graph tells it",
            self.graph_units.clone(),
        );
        r.register(
            "graph_throttle_limit_ratio",
            "How much of a throttling limit was used up at Graph's last answer; 0 while Graph says nothing, which is below 0.8",
            self.graph_limit.clone(),
        );
        r.register_with_unit(
            "clock_skew",
            "How far Graph's clock is ahead of ours",
            seconds(),
            self.clock_skew.clone(),
        );
        r.register(
            "deliveries",
            "Attempts to deliver, by what came of them",
            self.deliveries.clone(),
        );
        r.register(
            "outbox_pending",
            "Deliveries that wait",
            self.outbox_pending.clone(),
        );
        r.register_with_unit(
            "outbox_oldest",
            "Age of the oldest delivery that waits",
            seconds(),
            self.outbox_oldest.clone(),
        );
        r.register(
            "heartbeats",
            "Heartbeats, by whether they arrived; none without heartbeat.url",
            self.heartbeats.clone(),
        );
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        r.register("build", "Which forewarn this is", version);
    }

    /// The OpenMetrics text (content type [`Metrics::CONTENT_TYPE`]).
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// What [`Metrics::encode`] writes.
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Replaces the per-credential series; `omitted` credentials with an end have none.
    pub fn set_credentials<'a>(&self, soonest: impl IntoIterator<Item = Series<'a>>, omitted: u64) {
        self.expiry.clear();
        for series in soonest {
            let labels = CredentialLabels {
                tenant: series.tenant.to_owned(),
                app_id: series.app_id.to_string(),
                app_name: series.app_name.to_owned(),
                credential_id: series.credential_id.to_string(),
                credential_name: series.credential_name.unwrap_or_default().to_owned(),
                kind: series.kind.as_str(),
            };
            self.expiry
                .get_or_create(&labels)
                .set(series.expires_at.timestamp());
        }
        self.omitted.set(i64::try_from(omitted).unwrap_or(i64::MAX));
    }

    /// How many credentials of a tenant are how urgent.
    pub fn set_severity(&self, tenant: &str, severity: RowSeverity, count: u64) {
        let labels = SeverityLabels {
            tenant: tenant.to_owned(),
            severity: severity.as_str(),
        };
        self.credentials
            .get_or_create(&labels)
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// When the last complete scan ended, as an earlier process left it.
    pub fn set_last_success(&self, tenant: &str, at: DateTime<Utc>) {
        self.scan_success
            .get_or_create(&TenantLabels {
                tenant: tenant.to_owned(),
            })
            .set(at.timestamp());
    }

    /// A scan was complete.
    pub fn scan_succeeded(&self, tenant: &str, at: DateTime<Utc>, took: TimeDelta, warnings: u64) {
        let labels = TenantLabels {
            tenant: tenant.to_owned(),
        };
        self.scan_success.get_or_create(&labels).set(at.timestamp());
        self.scan_duration
            .get_or_create(&labels)
            .set(in_seconds(took));
        self.scan_warnings
            .get_or_create(&labels)
            .set(i64::try_from(warnings).unwrap_or(i64::MAX));
    }

    /// A scan failed.
    pub fn scan_failed(&self, tenant: &str, took: TimeDelta) {
        let labels = TenantLabels {
            tenant: tenant.to_owned(),
        };
        self.scan_duration
            .get_or_create(&labels)
            .set(in_seconds(took));
        self.scan_failures.get_or_create(&labels).inc();
    }

    /// Graph answered with this status; `None`: it did not answer.
    pub fn graph_request(&self, tenant: &str, status: Option<u16>) {
        let status = status.map_or_else(|| "error".to_owned(), |status| status.to_string());
        self.graph_requests
            .get_or_create(&RequestLabels {
                tenant: tenant.to_owned(),
                status,
            })
            .inc();
    }

    /// An answer of Graph cost so many resource units, and this much of a limit is used up: 1 is all of it.
    pub fn graph_load(&self, tenant: &str, units: u64, used: f64) {
        let labels = TenantLabels {
            tenant: tenant.to_owned(),
        };
        self.graph_units.get_or_create(&labels).inc_by(units);
        self.graph_limit.get_or_create(&labels).set(used);
    }

    /// How far Graph's clock is ahead of ours.
    pub fn set_clock_skew(&self, tenant: &str, ahead: TimeDelta) {
        self.clock_skew
            .get_or_create(&TenantLabels {
                tenant: tenant.to_owned(),
            })
            .set(in_seconds(ahead));
    }

    /// An attempt to deliver came to `outcome`: `delivered`, `retry` or `given-up`.
    pub fn delivery(&self, receiver: &str, outcome: &'static str) {
        self.deliveries
            .get_or_create(&DeliveryLabels {
                receiver: receiver.to_owned(),
                outcome,
            })
            .inc();
    }

    /// Lets a tenant's count of failures exist at 0 before its first scan, so that an alert on its rate can work.
    pub fn announce_tenant(&self, tenant: &str) {
        let labels = TenantLabels {
            tenant: tenant.to_owned(),
        };
        drop(self.scan_failures.get_or_create(&labels));
    }

    /// Lets a receiver's series exist at 0 before anything happened, so that an alert on their rate can work.
    pub fn announce_receiver(&self, receiver: &str) {
        for outcome in ["delivered", "retry", "given-up"] {
            drop(self.deliveries.get_or_create(&DeliveryLabels {
                receiver: receiver.to_owned(),
                outcome,
            }));
        }
        self.set_outbox(receiver, 0);
    }

    /// A heartbeat arrived, or did not.
    pub fn heartbeat(&self, arrived: bool) {
        let outcome = if arrived { "arrived" } else { "lost" };
        self.heartbeats
            .get_or_create(&HeartbeatLabels { outcome })
            .inc();
    }

    /// How many deliveries to a receiver wait.
    pub fn set_outbox(&self, receiver: &str, pending: u64) {
        let labels = ReceiverLabels {
            receiver: receiver.to_owned(),
        };
        self.outbox_pending
            .get_or_create(&labels)
            .set(i64::try_from(pending).unwrap_or(i64::MAX));
    }

    /// The age of the oldest delivery that waits; zero when none does.
    pub fn set_outbox_oldest(&self, age: TimeDelta) {
        self.outbox_oldest.set(in_seconds(age));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a metric: milliseconds beyond 2^53 do not occur"
)]
fn in_seconds(delta: TimeDelta) -> f64 {
    delta.num_milliseconds() as f64 / 1000.0
}
