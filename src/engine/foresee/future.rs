//! A tenant's future, round by round.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{Foreseen, Outlook};
use crate::{
    domain::{
        App, Id, Row, Snapshot,
        decide::{Quiet, World, judge},
        escalate::unattended,
        known::{CredentialKey, Known, Memory},
        turning_points::TurningPoints,
    },
    engine::{
        plan::{Past, Planned, Planner},
        round::empty_round,
    },
    store::{Remembered, Round},
};

/// The state between two rounds.
pub(super) struct Future<'a> {
    outlook: Outlook<'a>,
    points: TurningPoints,
    /// What every scan finds. The apps come in for the rounds that look at them, and lie in `apps` otherwise.
    scene: Snapshot,
    apps: Vec<Option<App>>,
    /// What is remembered, but for the credentials.
    remembered: Remembered,
    /// What is remembered of the apps' credentials.
    memories: HashMap<CredentialKey, Memory>,
    /// What is remembered of credentials that no scan will see, until they count as gone.
    unseen: Vec<(CredentialKey, Memory)>,
    /// The next turning point of each app that has one.
    queue: BTreeSet<(DateTime<Utc>, usize)>,
    /// Apps that the next round looks at, whenever it is.
    waiting: BTreeSet<usize>,
    is_first: bool,
    /// When the first of all credentials was first seen.
    since: Option<DateTime<Utc>>,
    foreseen: Foreseen,
}

impl<'a> Future<'a> {
    pub(super) fn new(
        outlook: Outlook<'a>,
        mut snapshot: Snapshot,
        mut remembered: Remembered,
    ) -> Self {
        let apps: Vec<App> = std::mem::take(&mut snapshot.apps);
        let seen: HashSet<CredentialKey> = apps.iter().flat_map(keys).collect();
        let known = std::mem::take(&mut remembered.known);
        let since = known.since();
        remembered.known.scanned_before = known.scanned_before;
        let (memories, unseen) = known
            .into_entries()
            .into_iter()
            .partition::<Vec<_>, _>(|(key, _)| seen.contains(key));
        Self {
            points: TurningPoints::of(outlook.policies),
            scene: snapshot,
            apps: apps.into_iter().map(Some).collect(),
            remembered,
            memories: memories.into_iter().collect(),
            unseen,
            queue: BTreeSet::new(),
            waiting: BTreeSet::new(),
            is_first: true,
            since,
            foreseen: Foreseen::default(),
            outlook,
        }
    }

    pub(super) fn end(self) -> Foreseen {
        self.foreseen
    }

    /// Plays one round.
    pub(super) fn round(&mut self, now: DateTime<Utc>) -> Planned {
        let chosen = self.choose(now);
        let outcome = self.play(&chosen, now);
        outcome.unwrap_or_else(|| {
            let everything = (0..self.apps.len()).collect();
            self.play(&everything, now).unwrap_or_default()
        })
    }

    /// Plays it with a look at these apps. `None`: it would send a summary, which speaks of the whole tenant, so that it has to be played
    /// again with all of them.
    fn play(&mut self, chosen: &BTreeSet<usize>, now: DateTime<Utc>) -> Option<Planned> {
        self.scene.apps = chosen
            .iter()
            .filter_map(|at| self.apps.get_mut(*at)?.take())
            .collect();
        let scanned_before = self.remembered.known.scanned_before;
        self.remembered.known = Known::new(self.recall(), scanned_before);
        let outcome = self.decide(now, chosen.len() == self.apps.len());
        if outcome.is_some() {
            self.waiting = self.wait(chosen, now);
        }
        self.keep();
        for (at, app) in chosen.iter().zip(std::mem::take(&mut self.scene.apps)) {
            if let Some(place) = self.apps.get_mut(*at) {
                *place = Some(app);
            }
        }
        outcome
    }

    /// The apps to look at, in the order they were seen in.
    fn choose(&mut self, now: DateTime<Utc>) -> BTreeSet<usize> {
        if std::mem::take(&mut self.is_first) {
            for at in 0..self.apps.len() {
                self.enqueue(at, now);
            }
            return (0..self.apps.len()).collect();
        }
        let mut chosen = std::mem::take(&mut self.waiting);
        while let Some((due, at)) = self.queue.pop_first() {
            if due > now {
                self.queue.insert((due, at));
                break;
            }
            self.enqueue(at, now);
            chosen.insert(at);
        }
        chosen
    }

    fn enqueue(&mut self, at: usize, now: DateTime<Utc>) {
        let app = self.apps.get(at).and_then(Option::as_ref);
        let next = app.and_then(|app| self.points.next_after(app, now));
        self.queue.extend(next.map(|next| (next, at)));
    }

    fn recall(&mut self) -> Vec<(CredentialKey, Memory)> {
        let Self {
            scene,
            memories,
            unseen,
            ..
        } = self;
        let of_apps = scene.apps.iter().flat_map(keys);
        let of_apps = of_apps.filter_map(|key| memories.remove_entry(&key));
        of_apps.chain(std::mem::take(unseen)).collect()
    }

    /// The other way round. One that is gone does not come back.
    fn keep(&mut self) {
        let known = std::mem::take(&mut self.remembered.known);
        self.remembered.known.scanned_before = known.scanned_before;
        let seen: HashSet<CredentialKey> = self.scene.apps.iter().flat_map(keys).collect();
        for (key, memory) in known.into_entries() {
            if seen.contains(&key) {
                self.memories.insert(key, memory);
            } else if !memory.gone {
                self.unseen.push((key, memory));
            }
        }
    }

    fn world(&self, now: DateTime<Utc>) -> World<'_> {
        self.outlook.world(&self.scene, &self.remembered, now)
    }

    /// As the engine does, but that it is remembered here. `None`: see [`Self::play`]; nothing has changed then.
    fn decide(&mut self, now: DateTime<Utc>, sees_everything: bool) -> Option<Planned> {
        let mut round = empty_round(self.outlook.tenant, now, now);
        let planner = Planner {
            world: self.world(now),
            routes: self.outlook.routes,
            receivers: self.outlook.receivers,
            portal_link: self.outlook.portal_link,
            past: Past {
                since: self.since,
                last_scan: self.remembered.health.last_success,
                digested: &self.remembered.digested,
                // a summary's list of what was renewed is not foreseen
                removed: &[],
            },
        };
        let outcome = planner.complete(&self.scene, &self.remembered.health, &mut round);
        if !sees_everything && !round.digested.is_empty() {
            return None;
        }
        self.foreseen.unheard.extend(unheard(&round, now));
        self.foreseen.messages.append(&mut round.notifications);
        self.remembered = std::mem::take(&mut self.remembered).after(&round);
        self.since.get_or_insert(now);
        Some(outcome)
    }

    /// Those of the chosen apps that wait for something else than their own time.
    fn wait(&self, chosen: &BTreeSet<usize>, now: DateTime<Utc>) -> BTreeSet<usize> {
        let world = self.world(now);
        let unattended = unattended(&world, self.outlook.routes);
        let unattended: HashSet<&Id> = unattended.iter().map(|of| &of.key.object_id).collect();
        let waits = |app: &App| {
            let mut credentials = app.credentials.iter();
            unattended.contains(&app.object_id)
                || credentials.any(|credential| !is_settled(judge(&world, app, credential).err()))
        };
        let apps = chosen.iter().zip(&self.scene.apps);
        apps.filter(|(_, app)| waits(app))
            .map(|(at, _)| *at)
            .collect()
    }
}

/// Will nothing be due before the next turning point?
fn is_settled(quiet: Option<Quiet>) -> bool {
    matches!(
        quiet,
        Some(Quiet::NeverExpires | Quiet::NotYet | Quiet::Told | Quiet::Stale | Quiet::Muted)
    )
}

fn keys(app: &App) -> impl Iterator<Item = CredentialKey> {
    let credentials = app.credentials.iter();
    credentials.map(move |credential| CredentialKey::new(app, credential))
}

/// The alerts that no notification carries.
fn unheard(
    round: &Round<'_>,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, Arc<Row>)> {
    let alerts = round.alerts.iter();
    let unheard: HashSet<&CredentialKey> = alerts
        .filter(|alert| alert.notifications.is_empty())
        .map(|alert| &alert.key)
        .collect();
    let announced = round.announced.iter();
    announced.filter_map(move |(key, _, announced)| {
        let announced = announced.as_ref()?;
        unheard
            .contains(key)
            .then(|| (now, Arc::clone(&announced.row)))
    })
}
