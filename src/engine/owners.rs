//! Who owns the apps of which something is due: from the store where it was learnt lately, else from the directory.
//!
//! Nothing here can fail a round. What the directory does not tell now is taken from the store, however old; what is not there
//! either is not known.
//!
//! Where changes are told, whose credentials came or went is learnt too. To notice that an app has lost its last owner the directory
//! must be asked about every app now and then: each round asks about some of those that were asked about longest ago.

mod walk;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Engine;
use crate::{
    domain::{
        App, Id, Snapshot,
        assess::Circumstances,
        change,
        facts::Owners,
        known::Known,
        ownership::{self, FRESH_FOR},
    },
    entra::Directory,
    store::AppOwners,
};

/// No alert waits longer for its owners.
const DEADLINE: TimeDelta = TimeDelta::minutes(5);

/// What is told of owners: by the store what was learnt before, by the directory what was asked now.
struct Told {
    kept: Vec<AppOwners>,
    learnt: Vec<AppOwners>,
}

impl Engine {
    /// Puts what is known of the owners into the snapshot, and takes out what `ignore` leaves out by them. Answers which apps have lost
    /// their last owner, with who owned them, where that is told; then it is for the round to remember that nobody does.
    pub(super) async fn learn_owners(
        &self,
        directory: &dyn Directory,
        known: &Known,
        snapshot: &mut Snapshot,
        shrunk: bool,
        now: DateTime<Utc>,
    ) -> Vec<AppOwners> {
        let ownership = directory.ownership();
        if ownership.sources.is_empty() {
            return Vec::new();
        }
        let circumstances = Circumstances {
            tenant: directory.tenant(),
            policies: &self.policies,
            facts: &snapshot.facts,
            now,
        };
        let due = ownership::due(circumstances, known, &snapshot.apps);
        let touched = if self.changes.any() {
            change::touched(known, snapshot)
        } else {
            Vec::new()
        };
        let mut apps = ownership::each_once(due.chain(touched));
        if self.changes.owner_lost {
            let more = self.walk(directory, snapshot, &apps, now).await;
            apps.extend(more);
        }
        let (told, missing) = self
            .told_by_directory(directory, &apps, snapshot, now)
            .await;
        // what was learnt now stands after what was kept, and so in its place
        let all = told.kept.iter().chain(&told.learnt).cloned();
        let all = all.map(|of| (of.object_id, of.owners));
        let owners = ownership.together(&apps, &snapshot.noted, all);
        let lost = if self.changes.owner_lost {
            lost(&told, &apps, &owners)
        } else {
            Vec::new()
        };
        self.keep(directory.tenant(), told.learnt, &lost).await;
        snapshot.facts.owners = owners;
        snapshot.facts.missing.extend(missing);
        ownership.leave_out(directory.tenant(), snapshot);
        // where much is suddenly hidden, owners may be too; what is not kept is asked for again
        if shrunk { Vec::new() } else { lost }
    }

    /// What is known of the owners of those of the apps that the directory has to be asked about, and what is missing from that.
    async fn told_by_directory(
        &self,
        directory: &dyn Directory,
        apps: &[&App],
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> (Told, Vec<String>) {
        let ownership = directory.ownership();
        let asks = |app: &&App| ownership.asks_directory(app, &snapshot.noted);
        let wanted: Vec<&App> = apps.iter().copied().filter(asks).collect();
        let ids: Vec<Id> = wanted.iter().map(|app| app.object_id.clone()).collect();
        let kept = self.kept(directory.tenant(), &ids).await;
        let is_fresh = |of: &AppOwners| now.signed_duration_since(of.fetched_at) < FRESH_FOR;
        let fresh: HashMap<&Id, bool> = kept
            .iter()
            .map(|of| (&of.object_id, is_fresh(of)))
            .collect();
        let is_missing = |app: &&App| !fresh.get(&app.object_id).copied().unwrap_or_default();
        let missing: Vec<&App> = wanted.into_iter().filter(is_missing).collect();
        let (learnt, notes) = self.ask(directory, &missing).await;
        (Told { kept, learnt }, notes)
    }

    /// What the store keeps of these apps' owners.
    pub(super) async fn kept(&self, tenant: &str, apps: &[Id]) -> Vec<AppOwners> {
        let kept = self.store.owners(tenant, apps).await;
        kept.unwrap_or_else(|error| {
            warn!(tenant.name = tenant, store.error = %error, "the owners that were learnt before could not be read");
            Vec::new()
        })
    }

    async fn ask(&self, directory: &dyn Directory, apps: &[&App]) -> (Vec<AppOwners>, Vec<String>) {
        if apps.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let deadline = self.clock.now() + DEADLINE;
        let found = directory.owners(apps, deadline, &|_| {}).await;
        let missing = found.missing();
        let fetched_at = self.clock.now();
        let of = |(object_id, owners)| AppOwners {
            object_id,
            owners,
            fetched_at,
        };
        (found.owners.into_iter().map(of).collect(), missing)
    }

    /// Keeps what was learnt, but for what is `lost`: that is remembered when it is told, or else it might never be.
    async fn keep(&self, tenant: &str, mut learnt: Vec<AppOwners>, lost: &[AppOwners]) {
        if !lost.is_empty() {
            let is_lost = |id: &Id| lost.iter().any(|of| of.object_id == *id);
            learnt.retain(|of| !is_lost(&of.object_id));
        }
        if learnt.is_empty() {
            return;
        }
        if let Err(error) = self.store.put_owners(tenant, &learnt).await {
            warn!(tenant.name = tenant, store.error = %error, "the owners of apps could not be kept; they are asked for again");
        }
    }
}

/// The apps that had owners, and that are known to have none by any source, with who owned them.
fn lost(told: &Told, apps: &[&App], owners: &Owners) -> Vec<AppOwners> {
    let had: HashMap<&Id, &AppOwners> = told
        .kept
        .iter()
        .filter(|of| !of.owners.is_empty())
        .map(|of| (&of.object_id, of))
        .collect();
    let has_none: HashMap<&Id, bool> = apps
        .iter()
        .map(|app| {
            let none = owners.of(app).is_some_and(<[_]>::is_empty);
            (&app.object_id, none)
        })
        .collect();
    told.learnt
        .iter()
        .filter(|of| of.owners.is_empty() && has_none.get(&of.object_id) == Some(&true))
        .filter_map(|of| had.get(&of.object_id).copied().cloned())
        .collect()
}
