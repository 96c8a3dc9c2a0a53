//! What came or went: credentials that are new or gone, and apps that lost their last owner. It takes the ways of an alert of severity
//! `info`, once: what is told and what is remembered of it are committed together.

use std::{borrow::Cow, cmp::Reverse, collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{Planner, new_id};
use crate::{
    domain::{
        App, Credential, Id, Notification, Row, Severity,
        assess::assess,
        audience::{Audience, in_person},
        change::{Changes, Coming, Remark, come},
        facts::Owner,
        group::{Due, group},
        known::CredentialKey,
        notification::Subject,
        row::{RowSeverity, Section},
    },
    store::{AppOwners, Inventory, Round},
};

/// What planning has to be told of changes, since the scan does not show it.
#[derive(Debug, Default)]
pub struct Found {
    /// Which changes are told.
    pub wanted: Changes,
    /// The credentials that are gone, as they were remembered.
    pub gone: Vec<Inventory>,
    /// Who owned their apps, as far as it was ever learnt.
    pub owned: Vec<AppOwners>,
    /// Apps that nobody owns any more, with who did.
    pub lost: Vec<AppOwners>,
}

/// A change on its way to be routed.
struct Entry<'a> {
    app: Cow<'a, App>,
    credential: Cow<'a, Credential>,
    owners: &'a [Owner],
    row: Arc<Row>,
}

impl Planner<'_> {
    /// Adds one notification a receiver and group, section by section. Says how many changes there are.
    pub fn plan_changes(&self, found: &Found, round: &mut Round<'_>) -> usize {
        let entries = self.entries(found);
        let due: Vec<Due<'_>> = entries.iter().map(Entry::due).collect();
        let groups = group(self.world.tenant, &due, self.routes, false);
        let groups = in_person(groups, &due, |name| self.receivers.tells_owners(name));
        let mut told: Vec<Vec<String>> = vec![Vec::new(); due.len()];
        for group in &groups {
            let in_person = matches!(group.audience, Audience::Owner { .. });
            for at in group.alerts.iter().filter(|_| !in_person) {
                told[*at].push(group.receiver.clone());
            }
        }
        for mut group in groups {
            group.alerts.sort_by_key(|at| place(&due[*at].row));
            let rows = group.alerts.iter().map(|at| Arc::clone(&due[*at].row));
            let subject = Subject::Changed {
                alerts: rows.collect(),
            };
            let fallback = self.fallback(&group, &told);
            // changes are found but once, so those that can wait do so in the outbox
            let deliveries = self.deliveries_of(&group, &fallback, self.in_hours(&group.receiver));
            let notification = Notification {
                id: new_id(self.world.now),
                subject,
                decided_at: self.world.now,
                first_scan: false,
                stale: 0,
                escalation: false,
                audience: group.audience,
            };
            round.notifications.push((notification, deliveries));
        }
        due.len()
    }

    fn entries<'e>(&'e self, found: &'e Found) -> Vec<Entry<'e>> {
        let wanted = found.wanted;
        let mut entries = Vec::new();
        if wanted.added {
            let come = come(self.world.known, self.world.seen);
            entries.extend(come.map(|(app, credential, how)| self.added(app, credential, how)));
        }
        if wanted.removed {
            entries.extend(self.removed(found));
        }
        if wanted.owner_lost {
            let by_id: HashMap<&Id, &AppOwners> =
                found.lost.iter().map(|of| (&of.object_id, of)).collect();
            let apps = self.world.seen.apps.iter();
            entries.extend(apps.filter_map(|app| self.lost(app, by_id.get(&app.object_id)?)));
        }
        entries
    }

    fn added<'e>(&'e self, app: &'e App, credential: &'e Credential, how: Coming) -> Entry<'e> {
        let mut row = self.row(app, credential, Section::Added);
        row.reason = (how == Coming::Back).then(|| Remark::IsBack.to_string());
        row.links = Some(self.links(&row));
        Entry {
            app: Cow::Borrowed(app),
            credential: Cow::Borrowed(credential),
            owners: self.owners(app),
            row: Arc::new(row),
        }
    }

    fn removed<'e>(&'e self, found: &'e Found) -> impl Iterator<Item = Entry<'e>> {
        let owned: HashMap<&Id, &[Owner]> = found
            .owned
            .iter()
            .map(|of| (&of.object_id, of.owners.as_slice()))
            .collect();
        let apps = self.world.seen.apps.iter();
        let seen: HashMap<&Id, &App> = if found.gone.is_empty() {
            HashMap::new()
        } else {
            apps.map(|app| (&app.object_id, app)).collect()
        };
        found.gone.iter().map(move |gone| {
            let app = seen.get(&gone.key.object_id);
            let learnt = app.and_then(|app| self.world.seen.facts.owners.of(app));
            let owners = learnt.or_else(|| owned.get(&gone.key.object_id).copied());
            self.gone(gone, app.copied(), owners)
        })
    }

    fn gone<'e>(
        &'e self,
        gone: &Inventory,
        seen: Option<&'e App>,
        owners: Option<&'e [Owner]>,
    ) -> Entry<'e> {
        let credential = gone.credential();
        let told = self.told_before(&gone.key);
        let object_type = told.map(|row| row.object_type).unwrap_or_default();
        let app = seen.map_or_else(|| Cow::Owned(gone.app(object_type, None)), Cow::Borrowed);
        let mut row = self.row(&app, &credential, Section::Removed);
        // it can no longer run out
        row.severity = RowSeverity::Ok;
        row.owners = labels(owners.unwrap_or_default());
        row.ownerless = owners.is_some_and(<[Owner]>::is_empty);
        // where nothing tells what kind of object it is, there is no saying where its page is
        let is_known = seen.is_some() || told.is_some();
        row.links = is_known.then(|| self.links(&row));
        Entry {
            app,
            credential: Cow::Owned(credential),
            owners: owners.unwrap_or_default(),
            row: Arc::new(row),
        }
    }

    /// One row an app, with the credential that ends next.
    fn lost<'e>(&'e self, app: &'e App, of: &AppOwners) -> Option<Entry<'e>> {
        let credential = ends_next(app, self.world.now)?;
        let mut row = self.row(app, credential, Section::OwnerLost);
        row.reason = Some(Remark::LastOwners(&of.owners).to_string());
        row.links = Some(self.links(&row));
        Some(Entry {
            app: Cow::Borrowed(app),
            credential: Cow::Borrowed(credential),
            owners: self.owners(app),
            row: Arc::new(row),
        })
    }

    fn row(&self, app: &App, credential: &Credential, section: Section) -> Row {
        let circumstances = self.world.circumstances();
        let row = assess(circumstances, app, credential).row(circumstances, app, credential);
        Row {
            section: Some(section),
            ..row
        }
    }

    fn owners(&self, app: &App) -> &[Owner] {
        let owners = self.world.seen.facts.owners.of(app);
        owners.unwrap_or_default()
    }

    /// What was last announced of it: it knows more than the inventory does.
    fn told_before(&self, key: &CredentialKey) -> Option<&Row> {
        let memory = self.world.known.get(key)?;
        Some(&*memory.announced.as_deref()?.row)
    }
}

impl Entry<'_> {
    fn due(&self) -> Due<'_> {
        Due {
            app: &self.app,
            credential: &self.credential,
            severity: Severity::Info,
            owners: self.owners,
            row: Arc::clone(&self.row),
        }
    }
}

/// Section by section. What is new comes newest first, since that is what somebody has just done; the rest most urgent first, as it
/// came.
fn place(row: &Row) -> (Option<Section>, Reverse<Option<DateTime<Utc>>>) {
    let is_new = row.section == Some(Section::Added);
    (row.section, Reverse(row.starts_at.filter(|_| is_new)))
}

fn labels(owners: &[Owner]) -> Vec<String> {
    owners
        .iter()
        .map(|owner| owner.label().into_owned())
        .collect()
}

/// What has not ended comes before what never ends, and that before what has.
fn ends_next(app: &App, now: DateTime<Utc>) -> Option<&Credential> {
    let place = |credential: &&Credential| match credential.expires.at() {
        Some(end) if end > now => (0, end - now),
        None => (1, chrono::TimeDelta::zero()),
        Some(end) => (2, now - end),
    };
    app.credentials.iter().min_by_key(place)
}
