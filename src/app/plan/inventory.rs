//! What a plan is made of: what the tenants hold now, and what is remembered of them.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, future::BoxFuture, stream};
use serde::Serialize;

use crate::{
    app::owners::{self, Shown},
    config::Config,
    domain::{
        Clock, Snapshot,
        matcher::Matcher,
        policy::Policies,
        route::{GroupKey, Route},
        skew,
        turning_points::TurningPoints,
    },
    engine::{round::DEADLINE, schedule::TENANTS_AT_ONCE},
    entra::{Directory, Progress},
    store::{Remembered, SqliteStore, StoreError},
};

/// The tenants as they are.
pub struct Inventory {
    taken_at: DateTime<Utc>,
    tenants: Vec<Tenant>,
    has_memory: bool,
}

struct Tenant {
    directory: Arc<dyn Directory>,
    result: Result<Snapshot, String>,
    remembered: Remembered,
}

/// A tenant that could be read.
pub(super) struct Readable<'a> {
    pub(super) name: &'a str,
    pub(super) directory: &'a dyn Directory,
    pub(super) snapshot: &'a Snapshot,
    pub(super) remembered: &'a Remembered,
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
    /// What could not be learnt beside the credentials, or puts them in doubt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where what is remembered comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// From the store.
    Store,
    /// There is no store yet, for the reason given: nothing was told before.
    Nothing(String),
}

impl Inventory {
    /// Scans every tenant, and learns the owners of what comes due within so many days, where any of `configs` turns on them.
    /// `progress` is told the tenant's name and how far it is.
    pub async fn take(
        directories: &[Arc<dyn Directory>],
        configs: &[&Config],
        days: u16,
        clock: &dyn Clock,
        progress: &(dyn Fn(&str, Progress) + Send + Sync),
    ) -> Self {
        let turns_on_owners = configs.iter().any(|config| turns_on_owners(config))
            || (directories.iter()).any(|directory| !directory.ownership().ignore.is_empty());
        let reach = configs
            .iter()
            .map(|of| TurningPoints::of(&of.policies).reach());
        let reach = reach.max().unwrap_or_default();
        let ahead = reach.checked_add(&TimeDelta::days(i64::from(days)));
        let default = Policies::default();
        let shown = Shown {
            policies: configs.first().map_or(&default, |of| &of.policies),
            within: turns_on_owners.then(|| ahead.unwrap_or(TimeDelta::MAX)),
            most: usize::MAX,
        };
        let scans: Vec<BoxFuture<'_, Tenant>> = directories
            .iter()
            .map(|directory| scan(directory, shown, clock, progress))
            .collect();
        let tenants = stream::iter(scans)
            .buffered(TENANTS_AT_ONCE)
            .collect()
            .await;
        Self {
            taken_at: clock.now(),
            tenants,
            has_memory: false,
        }
    }

    /// Takes in what the store at this path remembers, which may be in use by a daemon. Where there is none, nothing is remembered.
    pub async fn recall(&mut self, path: &Path) -> Result<Recalled, StoreError> {
        let store = match SqliteStore::open_beside(path).await {
            Ok(store) => store,
            Err(missing @ (StoreError::Missing { .. } | StoreError::NoFolder { .. })) => {
                return Ok(Recalled::Nothing(missing.to_string()));
            }
            Err(error) => return Err(error),
        };
        for tenant in &mut self.tenants {
            let name = tenant.directory.tenant();
            tenant.remembered = Remembered::read(&store, name, self.taken_at).await?;
        }
        self.has_memory = true;
        Ok(Recalled::Store)
    }

    /// When it was taken.
    pub fn taken_at(&self) -> DateTime<Utc> {
        self.taken_at
    }

    pub(super) fn has_memory(&self) -> bool {
        self.has_memory
    }

    pub(super) fn tenant(&self, name: &str) -> Option<Readable<'_>> {
        let mut tenants = self.tenants.iter();
        let tenant = tenants.find(|tenant| tenant.directory.tenant() == name)?;
        Some(Readable {
            name: tenant.directory.tenant(),
            directory: tenant.directory.as_ref(),
            snapshot: tenant.result.as_ref().ok()?,
            remembered: &tenant.remembered,
        })
    }

    /// How each tenant's scan went.
    pub fn lines(&self) -> impl Iterator<Item = TenantLine<'_>> {
        self.tenants.iter().map(|tenant| {
            let error = tenant.result.as_ref().err().map(String::as_str);
            let snapshot = tenant.result.as_ref().ok();
            let missing = snapshot.iter().flat_map(|of| &of.facts.missing).cloned();
            let clock = snapshot.and_then(|of| skew::problem(of.clock_skew?));
            TenantLine {
                name: tenant.directory.tenant(),
                complete: error.is_none(),
                error,
                notes: missing.chain(clock).collect(),
            }
        })
    }
}

/// Does who is told what, or when, depend on who owns an app?
fn turns_on_owners(config: &Config) -> bool {
    let asks = |matcher: &Matcher| !matcher.owner.is_empty();
    let by_owner = |route: &Route| route.group_by.contains(&GroupKey::Owner);
    let mut policies = config.policies.exceptions.iter();
    let mut routes = config.routes.all().iter();
    let mut receivers = config.receivers.iter();
    policies.any(|policy| asks(&policy.matcher))
        || routes.any(|route| asks(&route.matcher) || by_owner(route))
        || receivers.any(|receiver| receiver.to_owners)
}

fn scan<'a>(
    directory: &'a Arc<dyn Directory>,
    shown: Shown<'a>,
    clock: &'a dyn Clock,
    progress: &'a (dyn Fn(&str, Progress) + Send + Sync),
) -> BoxFuture<'a, Tenant> {
    Box::pin(async move {
        let name = directory.tenant();
        let tell = |step| progress(name, step);
        let mut result = directory
            .scan(clock.now() + DEADLINE, &tell)
            .await
            .map_err(|error| error.to_string());
        if let Ok(snapshot) = &mut result {
            owners::learn(directory.as_ref(), snapshot, shown, clock, &tell).await;
        }
        Tenant {
            directory: Arc::clone(directory),
            result,
            remembered: Remembered::default(),
        }
    })
}
