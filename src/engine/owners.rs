//! Who owns the apps of which something is due: from the store where it was learnt lately, else from the directory.
//!
//! Nothing here can fail a round. What the directory does not tell now is taken from the store, however old; what is not there
//! either is not known.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Engine;
use crate::{
    domain::{
        App, Id, Snapshot,
        assess::Circumstances,
        facts::Owner,
        known::Known,
        ownership::{self, FRESH_FOR},
    },
    entra::Directory,
    store::AppOwners,
};

/// No alert waits longer for its owners.
const DEADLINE: TimeDelta = TimeDelta::minutes(5);

impl Engine {
    /// Puts what is known of the owners into the snapshot, and takes out what `ignore` leaves out by them.
    pub(super) async fn learn_owners(
        &self,
        directory: &dyn Directory,
        known: &Known,
        snapshot: &mut Snapshot,
        now: DateTime<Utc>,
    ) {
        let ownership = directory.ownership();
        if ownership.sources.is_empty() {
            return;
        }
        let circumstances = Circumstances {
            tenant: directory.tenant(),
            policies: &self.policies,
            facts: &snapshot.facts,
            now,
        };
        let due: Vec<&App> = ownership::due(circumstances, known, &snapshot.apps).collect();
        let (told, missing) = self.told_by_directory(directory, &due, snapshot, now).await;
        let owners = ownership.together(&due, &snapshot.noted, told);
        snapshot.facts.owners = owners;
        snapshot.facts.missing.extend(missing);
        ownership.leave_out(directory.tenant(), snapshot);
    }

    /// What the directory says of those of the apps that it has to be asked about, and what is missing from that.
    async fn told_by_directory(
        &self,
        directory: &dyn Directory,
        due: &[&App],
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> (Vec<(Id, Vec<Owner>)>, Vec<String>) {
        let ownership = directory.ownership();
        let asks = |app: &&App| ownership.asks_directory(app, &snapshot.noted);
        let wanted: Vec<&App> = due.iter().copied().filter(asks).collect();
        let kept = self.kept(directory.tenant(), &wanted).await;
        let is_fresh = |of: &AppOwners| now.signed_duration_since(of.fetched_at) < FRESH_FOR;
        let fresh: HashMap<&Id, bool> = kept
            .iter()
            .map(|of| (&of.object_id, is_fresh(of)))
            .collect();
        let is_missing = |app: &&App| !fresh.get(&app.object_id).copied().unwrap_or_default();
        let missing: Vec<&App> = wanted.into_iter().filter(is_missing).collect();
        let (learnt, notes) = self.ask(directory, &missing).await;
        // what was learnt now stands after what was kept, and so in its place
        let all = kept.into_iter().chain(learnt);
        let told = all.map(|of| (of.object_id, of.owners)).collect();
        (told, notes)
    }

    async fn kept(&self, tenant: &str, apps: &[&App]) -> Vec<AppOwners> {
        let ids: Vec<Id> = apps.iter().map(|app| app.object_id.clone()).collect();
        let kept = self.store.owners(tenant, &ids).await;
        kept.unwrap_or_else(|error| {
            warn!(tenant.name = tenant, store.error = %error, "the owners that were learnt before could not be read");
            Vec::new()
        })
    }

    async fn ask(&self, directory: &dyn Directory, apps: &[&App]) -> (Vec<AppOwners>, Vec<String>) {
        if apps.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let tenant = directory.tenant();
        let deadline = self.clock.now() + DEADLINE;
        let found = directory.owners(apps, deadline, &|_| {}).await;
        let missing = found.missing();
        let fetched_at = self.clock.now();
        let learnt: Vec<AppOwners> = found
            .owners
            .into_iter()
            .map(|(object_id, owners)| AppOwners {
                object_id,
                owners,
                fetched_at,
            })
            .collect();
        if let Err(error) = self.store.put_owners(tenant, &learnt).await {
            warn!(tenant.name = tenant, store.error = %error, "the owners of apps could not be kept; they are asked for again");
        }
        (learnt, missing)
    }
}
