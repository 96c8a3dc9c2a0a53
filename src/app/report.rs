//! One scan of every tenant, without alerts: the answer of `forewarn scan`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, future::BoxFuture, stream};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::owners::{self, Shown};
use crate::{
    domain::{
        App, Clock, Credential, Expiry, Id, Row, Snapshot,
        assess::{Assessment, Circumstances, assess},
        policy::Policies,
        row::RowSeverity,
        skew,
    },
    engine::{round::DEADLINE, schedule::TENANTS_AT_ONCE},
    entra::{Directory, Progress},
};

/// What a scan of all tenants found. Kept compact: rows are made one at a time when they are written.
pub struct Report {
    now: DateTime<Utc>,
    policies: Arc<Policies>,
    tenants: Vec<TenantReport>,
    /// Tenant, app, credential; soonest end first.
    order: Vec<(u16, u32, u32)>,
    summary: Summary,
}

/// A credential, its app, and what it is judged with.
type Place<'a> = (Circumstances<'a>, &'a App, &'a Credential);

struct TenantReport {
    name: String,
    result: Result<Snapshot, String>,
}

/// How many credentials are how urgent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// App registrations seen (service principals, where only those are scanned).
    pub apps: u64,
    /// Credentials seen.
    pub credentials: u64,
    /// On no rung.
    pub ok: u64,
    /// Information.
    pub info: u64,
    /// Warning.
    pub warning: u64,
    /// Critical.
    pub critical: u64,
    /// Run out.
    pub expired: u64,
    /// Of the expired: ended for longer than reminders would last, so they are only to be cleaned up.
    pub stale: u64,
    /// Of all: without an end. They count as `ok` too.
    pub never_expires: u64,
    /// Odd values that were met, and notes of the tenants.
    pub warnings: u64,
}

/// An odd value that a scan met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oddity<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The app's object id; empty when it is not known which app it was.
    pub object_id: &'a str,
    /// The app's name, if it was kept. Hostile.
    pub app_name: Option<&'a str>,
    /// What was odd and what was done about it.
    pub message: &'a str,
}

/// How one tenant's scan went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantLine<'a> {
    /// The tenant's name.
    pub name: &'a str,
    /// Did the scan see everything?
    pub complete: bool,
    /// Why not.
    pub error: Option<&'a str>,
    /// What was asked for beside the credentials and could not be learnt, and why.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub notes: &'a [String],
    /// What is wrong with our clock, by which all this is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

impl Summary {
    fn count(&mut self, assessment: &Assessment<'_>, now: DateTime<Utc>) {
        let counter = match assessment.severity.map_or(RowSeverity::Ok, Into::into) {
            RowSeverity::Ok => &mut self.ok,
            RowSeverity::Info => &mut self.info,
            RowSeverity::Warning => &mut self.warning,
            RowSeverity::Critical => &mut self.critical,
            RowSeverity::Expired => &mut self.expired,
        };
        *counter += 1;
        self.credentials += 1;
        self.stale += u64::from(assessment.is_stale(now));
        self.never_expires += u64::from(assessment.end.is_none());
    }
}

impl Report {
    /// Scans every tenant, and learns the owners of what is due or ends `within`. `progress` is told the tenant's name and how
    /// far it is.
    pub async fn gather(
        directories: &[Arc<dyn Directory>],
        policies: Arc<Policies>,
        within: Option<TimeDelta>,
        clock: &dyn Clock,
        progress: &(dyn Fn(&str, Progress) + Send + Sync),
    ) -> Self {
        let shown = Shown {
            policies: &policies,
            within,
            most: owners::LISTED_MAX,
        };
        let scans: Vec<BoxFuture<'_, TenantReport>> = directories
            .iter()
            .map(|directory| scan(directory, shown, clock, progress))
            .collect();
        let tenants = stream::iter(scans)
            .buffered(TENANTS_AT_ONCE)
            .collect()
            .await;
        let mut report = Self {
            now: clock.now(),
            policies,
            tenants,
            order: Vec::new(),
            summary: Summary::default(),
        };
        report.assess();
        report
    }

    /// Counts and orders all credentials in one pass over them as they lie in memory; in the order of their ends they are all
    /// over the place.
    fn assess(&mut self) {
        let mut summary = Summary::default();
        let mut order: Vec<(Expiry, u16, u32, u32)> = Vec::with_capacity(self.credentials());
        for (tenant, of) in (0_u16..).zip(&self.tenants) {
            let Ok(snapshot) = &of.result else { continue };
            summary.apps += snapshot.listed;
            summary.warnings += (snapshot.warnings.len() + snapshot.facts.missing.len()) as u64;
            let circumstances = self.circumstances(&of.name, snapshot);
            for (at, app) in (0_u32..).zip(&snapshot.apps) {
                for (c, credential) in (0_u32..).zip(&app.credentials) {
                    let assessment = assess(circumstances, app, credential);
                    summary.count(&assessment, self.now);
                    order.push((credential.expires, tenant, at, c));
                }
            }
        }
        order.sort_unstable();
        self.order = order
            .into_iter()
            .map(|(_, tenant, app, credential)| (tenant, app, credential))
            .collect();
        self.summary = summary;
    }

    fn credentials(&self) -> usize {
        let results = self.tenants.iter().map(|tenant| &tenant.result);
        results.flatten().map(Snapshot::credentials).sum()
    }

    /// The instant at which everything was judged.
    pub fn judged_at(&self) -> DateTime<Utc> {
        self.now
    }

    /// How many credentials are how urgent.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// How each tenant's scan went.
    pub fn tenants(&self) -> impl Iterator<Item = TenantLine<'_>> {
        self.tenants.iter().map(|tenant| {
            let error = tenant.result.as_ref().err().map(String::as_str);
            TenantLine {
                name: &tenant.name,
                complete: error.is_none(),
                error,
                notes: match &tenant.result {
                    Ok(snapshot) => &snapshot.facts.missing,
                    Err(_) => &[],
                },
                clock: (tenant.result.as_ref().ok())
                    .and_then(|snapshot| skew::problem(snapshot.clock_skew?)),
            }
        })
    }

    /// Odd values that were met.
    pub fn oddities(&self) -> impl Iterator<Item = Oddity<'_>> {
        self.tenants.iter().flat_map(|tenant| {
            let of = |snapshot| oddities(&tenant.name, snapshot);
            tenant.result.iter().flat_map(of)
        })
    }

    /// The rows, soonest end first; with `within`, only those that end by then (those that have ended too).
    pub fn rows(&self, within: Option<TimeDelta>) -> impl Iterator<Item = Row> + '_ {
        let until = within.map(|within| {
            self.now
                .checked_add_signed(within)
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        });
        let is_wanted = move |row: &Row| {
            until.is_none_or(|until| row.expires_at.is_some_and(|end| end <= until))
        };
        let places = self.order.iter().filter_map(|at| self.place(*at));
        places.map(|place| self.row(place)).take_while(is_wanted)
    }

    /// The rows of what forewarn itself signs in with, soonest end first.
    pub fn own_rows(&self) -> impl Iterator<Item = Row> + '_ {
        let places = self.order.iter().filter_map(|at| self.place(*at));
        places
            .filter(|(circumstances, app, credential)| circumstances.facts.is_own(app, credential))
            .map(|place| self.row(place))
    }

    fn row(&self, (circumstances, app, credential): Place<'_>) -> Row {
        let assessment = assess(circumstances, app, credential);
        Row {
            stale: assessment.is_stale(self.now),
            ..assessment.row(circumstances, app, credential)
        }
    }

    fn place(&self, (tenant, app, credential): (u16, u32, u32)) -> Option<Place<'_>> {
        let tenant = self.tenants.get(usize::from(tenant))?;
        let snapshot = tenant.result.as_ref().ok()?;
        let app = snapshot.apps.get(app as usize)?;
        let credential = app.credentials.get(credential as usize)?;
        Some((self.circumstances(&tenant.name, snapshot), app, credential))
    }

    fn circumstances<'a>(&'a self, tenant: &'a str, snapshot: &'a Snapshot) -> Circumstances<'a> {
        Circumstances {
            tenant,
            policies: &self.policies,
            facts: &snapshot.facts,
            now: self.now,
        }
    }

    /// The whole as one JSON document, with only the rows `within`.
    pub fn as_json(&self, within: Option<TimeDelta>) -> impl Serialize + '_ {
        Document {
            report: self,
            within,
        }
    }
}

fn oddities<'a>(tenant: &'a str, snapshot: &'a Snapshot) -> impl Iterator<Item = Oddity<'a>> {
    snapshot.warnings.iter().map(move |warning| {
        let object_id = Id::parse(&warning.object_id);
        let app = snapshot.apps.iter().find(|app| app.object_id == object_id);
        Oddity {
            tenant,
            object_id: &warning.object_id,
            app_name: app.map(|app| app.name.as_ref()),
            message: &warning.message,
        }
    })
}

struct Document<'a> {
    report: &'a Report,
    within: Option<TimeDelta>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Report", 4)?;
        document.serialize_field("scanned_at", &self.report.now)?;
        document.serialize_field("summary", &self.report.summary)?;
        document.serialize_field("tenants", &self.report.tenants().collect::<Vec<_>>())?;
        document.serialize_field("credentials", &Rows(self))?;
        document.end()
    }
}

struct Rows<'a>(&'a Document<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.report.rows(self.0.within))
    }
}

fn scan<'a>(
    directory: &'a Arc<dyn Directory>,
    shown: Shown<'a>,
    clock: &'a dyn Clock,
    progress: &'a (dyn Fn(&str, Progress) + Send + Sync),
) -> BoxFuture<'a, TenantReport> {
    Box::pin(async move {
        let name = directory.tenant().to_owned();
        let tell = |step| progress(&name, step);
        let mut result = directory
            .scan(clock.now() + DEADLINE, &tell)
            .await
            .map_err(|error| error.to_string());
        if let Ok(snapshot) = &mut result {
            owners::learn(directory.as_ref(), snapshot, shown, clock, &tell).await;
        }
        TenantReport { name, result }
    })
}
