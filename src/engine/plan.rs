//! From decisions to what the store commits: alerts, notifications and deliveries of one round.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    domain::{
        App, Credential, Id, Notification, Row, Severity,
        assess::assess,
        decide::{Action, Announce, Resolve, World, decide, gone},
        group::{Due, Group, group, most_urgent_first},
        known::CredentialKey,
        notification::Subject,
        route::Routes,
        row::Links,
        rung::days_left,
        silence::Silence,
    },
    store::{AlertRecord, Fallback, NewDelivery, Round},
};

/// What planning needs to know of the receivers.
pub trait Receivers {
    /// Those that a delivery to `receiver` goes to, each its own; none for a receiver that does not exist.
    fn targets(&self, receiver: &str) -> Vec<String>;
    /// Does it want to hear that something needs nothing more?
    fn wants_resolved(&self, receiver: &str) -> bool;
    /// Every receiver's name.
    fn names(&self) -> Vec<String>;
    /// The client id of the app that it signs in as with Entra, if it does.
    fn signs_in_as(&self, receiver: &str) -> Option<Id>;
}

/// What one round is planned from.
pub struct Planner<'a> {
    /// Everything that decisions depend on.
    pub world: World<'a>,
    /// Who is told what.
    pub routes: &'a Routes,
    /// The receivers.
    pub receivers: &'a dyn Receivers,
    /// Where an app's credentials are renewed.
    pub portal_link: &'a dyn Fn(&Row) -> String,
}

/// How many alerts were decided, and how many of them reach nobody because no route takes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Alerts decided.
    pub alerts: usize,
    /// Credentials that need nothing more.
    pub resolved: usize,
    /// Alerts that no route takes.
    pub unrouted: usize,
}

impl Planner<'_> {
    /// Decides and fills `round`, which holds the scan already.
    pub fn fill(&self, round: &mut Round<'_>) -> Planned {
        let world = &self.world;
        let decisions = decide(world);
        let mut announces = Vec::new();
        let mut resolves = Vec::new();
        for decision in decisions {
            match decision.action {
                Action::Announce(announce) => announces.push((decision.key, announce)),
                Action::Resolve(resolve) => resolves.push((decision.key, resolve)),
            }
        }
        self.plan_gone(round);
        let unrouted = self.plan_announcements(&announces, round);
        self.plan_resolutions(&resolves, round);
        round.broken_silences = self.broken_silences();
        Planned {
            alerts: announces.len(),
            resolved: resolves.len(),
            unrouted,
        }
    }

    /// One that is gone after it was announced begins a new life should it come back.
    fn plan_gone(&self, round: &mut Round<'_>) {
        for key in gone(&self.world) {
            if let Some(memory) = self
                .world
                .known
                .get(key)
                .filter(|memory| memory.announced.is_some())
            {
                round
                    .announced
                    .push((key.clone(), memory.life.saturating_add(1), None));
            }
            round.gone.push(key.clone());
        }
    }

    fn plan_announcements(
        &self,
        announces: &[(CredentialKey, Announce<'_>)],
        round: &mut Round<'_>,
    ) -> usize {
        let now = self.world.now;
        let first_scan = !self.world.known.scanned_before;
        let due: Vec<Due<'_>> = announces
            .iter()
            .map(|(_, announce)| self.due(announce))
            .collect();
        let groups = group(self.world.tenant, &due, self.routes, first_scan);
        let mut told: Vec<Vec<String>> = vec![Vec::new(); due.len()];
        for (group, at) in groups
            .iter()
            .flat_map(|group| group.alerts.iter().map(move |at| (group, *at)))
        {
            told[at].push(group.receiver.clone());
        }
        let mut carried_by: Vec<Vec<Uuid>> = vec![Vec::new(); due.len()];
        for group in &groups {
            let rows = group.alerts.iter().map(|at| &due[*at].row);
            let alerts = rows.map(Arc::clone).collect();
            let notification = Notification {
                id: new_id(now),
                subject: Subject::Due { alerts },
                decided_at: now,
                first_scan,
            };
            for at in &group.alerts {
                carried_by[*at].push(notification.id);
            }
            let deliveries = self.deliveries(&group.receiver, &self.fallback(group, &told));
            round.notifications.push((notification, deliveries));
        }
        for (position, ((key, announce), due)) in announces.iter().zip(due).enumerate() {
            let Some(end) = announce.assessment.end else {
                continue;
            };
            let life = self.life(key, announce);
            let remembered = announce.remembered(due.row, now, &told[position]);
            round.announced.push((key.clone(), life, Some(remembered)));
            round.alerts.push(AlertRecord {
                id: new_id(now),
                key: key.clone(),
                life,
                expires_at: end,
                rung: announce.rung,
                reminder: announce.reminder,
                severity: announce.severity,
                reason: announce.why(),
                decided_at: now,
                notifications: std::mem::take(&mut carried_by[position]),
            });
        }
        told.iter().filter(|receivers| receivers.is_empty()).count()
    }

    /// What was announced with another end was announced in another life.
    fn life(&self, key: &CredentialKey, announce: &Announce<'_>) -> u32 {
        let Some(memory) = self.world.known.get(key) else {
            return 0;
        };
        let has_new_end = memory.announced.is_some() && announce.before.is_none();
        memory.life.saturating_add(u32::from(has_new_end))
    }

    fn due<'d>(&'d self, announce: &'d Announce<'_>) -> Due<'d> {
        let mut row = announce.assessment.row(
            self.world.circumstances(),
            announce.app,
            announce.credential,
        );
        if announce.assessment.superseded().is_none() {
            // where the policy is to alert as if it had not been replaced, the newer one is only mentioned
            row.newer = row.superseded_by.take().or(row.newer);
        }
        row.rung = Some(announce.rung);
        row.reason = Some(announce.why());
        row.links = Some(self.links(&row));
        Due {
            app: announce.app,
            credential: announce.credential,
            severity: announce.severity,
            owners: self
                .world
                .seen
                .facts
                .owners
                .of(announce.app)
                .unwrap_or_default(),
            row: Arc::new(row),
        }
    }

    fn links(&self, row: &Row) -> Links {
        Links {
            portal: (self.portal_link)(row),
        }
    }

    /// One notification a receiver, of all that it had been told of.
    fn plan_resolutions(&self, resolves: &[(CredentialKey, Resolve<'_>)], round: &mut Round<'_>) {
        let now = self.world.now;
        for receiver in self.receivers.names() {
            if !self.receivers.wants_resolved(&receiver) {
                continue;
            }
            let mut rows: Vec<Arc<Row>> = resolves
                .iter()
                .filter(|(_, resolve)| resolve.announced.told.contains(&receiver))
                .map(|(_, resolve)| Arc::new(self.resolved_row(resolve)))
                .collect();
            if rows.is_empty() {
                continue;
            }
            rows.sort_by(|a, b| most_urgent_first(a, b));
            let subject = Subject::Resolved { alerts: rows };
            let notification = Notification {
                id: new_id(now),
                subject,
                decided_at: now,
                first_scan: false,
            };
            round
                .notifications
                .push((notification, self.deliveries(&receiver, &[])));
        }
        for (key, resolve) in resolves
            .iter()
            .filter(|(_, resolve)| resolve.seen.is_some())
        {
            let life = self.world.known.get(key).map_or(0, |memory| memory.life);
            round
                .announced
                .push((key.clone(), life, Some(resolve.remembered(now))));
        }
    }

    fn resolved_row(&self, resolve: &Resolve<'_>) -> Row {
        let told = &resolve.announced.row;
        let mut row = match &resolve.seen {
            Some((app, credential, assessment)) => {
                assessment.row(self.world.circumstances(), app, credential)
            }
            // what is gone is described as it was last told
            None => Row {
                days_left: Some(days_left(resolve.announced.expires_at, self.world.now)),
                ..Row::clone(told)
            },
        };
        row.rung = Some(resolve.announced.rung);
        row.reason = Some(resolve.why.to_string());
        row.links = Some(self.links(&row));
        row
    }

    /// Who is told when the group's receiver gives up. One that is told of all its alerts anyway is left out.
    fn fallback(&self, group: &Group, told: &[Vec<String>]) -> Vec<Fallback> {
        let knows_all = |name: &String| group.alerts.iter().all(|at| told[*at].contains(name));
        let targets = |receiver: &String| {
            let fallback = |target| Fallback {
                receiver: receiver.clone(),
                target,
            };
            self.receivers
                .targets(receiver)
                .into_iter()
                .map(fallback)
                .collect::<Vec<_>>()
        };
        group
            .fallback
            .iter()
            .filter(|name| !knows_all(name))
            .flat_map(targets)
            .collect()
    }

    fn deliveries(&self, receiver: &str, fallback: &[Fallback]) -> Vec<NewDelivery> {
        deliveries(self.receivers, receiver, fallback, self.world.now)
    }

    /// Silences on a credential that changed or turned critical.
    fn broken_silences(&self) -> Vec<Uuid> {
        let on_credential = |silence: &&Silence| silence.is_on_credential();
        let silences: Vec<&Silence> = self.world.silences.iter().filter(on_credential).collect();
        if silences.is_empty() {
            return Vec::new();
        }
        let mut broken: Vec<Uuid> = credentials(&self.world)
            .flat_map(|(app, credential)| {
                let key = CredentialKey::new(app, credential);
                let severity = severity_of(&self.world, app, credential);
                let is_broken = move |silence: &&&Silence| {
                    silence.is_broken_by(self.world.tenant, &key, credential.expires, severity)
                };
                silences
                    .iter()
                    .filter(is_broken)
                    .map(|silence| silence.id)
                    .collect::<Vec<_>>()
            })
            .collect();
        broken.sort_unstable();
        broken.dedup();
        broken
    }
}

/// One delivery a target.
pub(super) fn deliveries(
    receivers: &dyn Receivers,
    receiver: &str,
    fallback: &[Fallback],
    due_at: DateTime<Utc>,
) -> Vec<NewDelivery> {
    let delivery = |target| NewDelivery {
        id: new_id(due_at),
        receiver: receiver.to_owned(),
        target,
        due_at,
        fallback: fallback.to_vec(),
    };
    receivers
        .targets(receiver)
        .into_iter()
        .map(delivery)
        .collect()
}

/// A time-ordered id.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

fn credentials<'a>(world: &World<'a>) -> impl Iterator<Item = (&'a App, &'a Credential)> {
    world.seen.apps.iter().flat_map(|app| {
        app.credentials
            .iter()
            .map(move |credential| (app, credential))
    })
}

fn severity_of(world: &World<'_>, app: &App, credential: &Credential) -> Severity {
    assess(world.circumstances(), app, credential)
        .severity
        .unwrap_or(Severity::Info)
}
