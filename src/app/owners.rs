//! Who owns the apps that a scan shows: asked anew each time, since a scan writes nothing and remembers nothing.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        App, Clock, Snapshot, assess::Circumstances, known::Known, ownership, policy::Policies,
    },
    entra::{Directory, FoundOwners, Progress},
};

/// No answer waits longer for owners.
const DEADLINE: TimeDelta = TimeDelta::minutes(5);
/// Beyond what is due, the owners of so many apps are asked for to be listed: a hundred requests. Nobody reads a longer table.
pub(super) const LISTED_MAX: usize = 2_000;

/// What a scan shows and is judged by.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) policies: &'a Policies,
    /// What ends within this time is listed; `None`: only what is due is asked about.
    pub(super) within: Option<TimeDelta>,
    /// Of so many apps at most beyond what is due.
    pub(super) most: usize,
}

/// Puts the owners, and what is missing of them, into the snapshot, and takes out what `ignore` leaves out by them.
pub(super) async fn learn(
    directory: &dyn Directory,
    snapshot: &mut Snapshot,
    shown: Shown<'_>,
    clock: &dyn Clock,
    progress: &(dyn Fn(Progress) + Send + Sync),
) {
    let ownership = directory.ownership();
    if ownership.sources.is_empty() {
        return;
    }
    let now = clock.now();
    let apps = wanted(directory.tenant(), snapshot, shown, now);
    let asks = |app: &&App| ownership.asks_directory(app, &snapshot.noted);
    let asked: Vec<&App> = apps.iter().copied().filter(asks).collect();
    let mut found = FoundOwners::default();
    if !asked.is_empty() {
        found = directory.owners(&asked, now + DEADLINE, progress).await;
    }
    let missing = found.missing();
    let owners = ownership.together(&apps, &snapshot.noted, found.owners);
    snapshot.facts.owners = owners;
    snapshot.facts.missing.extend(missing);
    ownership.leave_out(directory.tenant(), snapshot);
}

fn wanted<'a>(
    tenant: &str,
    snapshot: &'a Snapshot,
    shown: Shown<'_>,
    now: DateTime<Utc>,
) -> Vec<&'a App> {
    let circumstances = Circumstances {
        tenant,
        policies: shown.policies,
        facts: &snapshot.facts,
        now,
    };
    let known = Known::default();
    let due: Vec<&App> = ownership::due(circumstances, &known, &snapshot.apps).collect();
    let until = shown.within.map(|within| {
        now.checked_add_signed(within)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    });
    let listed = until.map_or_else(Vec::new, |until| {
        ownership::listed(&snapshot.apps, until, shown.most)
    });
    ownership::each_once(due.into_iter().chain(listed))
}
