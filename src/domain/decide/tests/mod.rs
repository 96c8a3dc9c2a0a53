//! One test a sentence of the rules of what is due.

mod hours;
mod ladder;
mod own;
mod renewal;
mod rotation;
mod silences;
mod use_of_keys;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::{
    Kind, Ladder, ObjectType,
    facts::Facts,
    glob::Glob,
    matcher::Matcher,
    policy::{Policy, Superseded, Thresholds},
    silence::Scope,
};

const DAY: i64 = 24;

/// Hours after an arbitrary midnight, so that a test reads as arithmetic.
fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn day(days: i64) -> DateTime<Utc> {
    hour(days * DAY)
}

fn credential(id: &str, starts: Option<i64>, ends: Option<i64>) -> Credential {
    Credential {
        id: Id::parse(id),
        kind: Kind::ClientSecret,
        name: Some(id.into()),
        hint: None,
        starts_at: starts.map(day),
        expires: Expiry::new(ends.map(day)),
        thumbprint: None,
        active: None,
    }
}

fn app(credentials: Vec<Credential>) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse("object"),
        app_id: Id::parse("app"),
        name: "billing".into(),
        tags: Box::default(),
        credentials: credentials.into(),
    }
}

/// A tenant with one app that is scanned again and again; remembers as the engine does.
struct Life {
    app: App,
    known: Known,
    policies: Policies,
    silences: Vec<Silence>,
    calendar: Calendar,
    facts: Facts,
}

impl Life {
    fn new() -> Self {
        Self {
            app: app(Vec::new()),
            known: Known::default(),
            policies: Policies::default(),
            silences: Vec::new(),
            calendar: Calendar::default(),
            facts: Facts::default(),
        }
    }

    fn with(change: impl FnOnce(&mut Thresholds)) -> Self {
        let mut life = Self::new();
        change(&mut life.policies.default);
        life
    }

    /// One complete scan; tells what was decided, a word a decision.
    fn scan(&mut self, now: DateTime<Utc>, credentials: &[Credential]) -> String {
        let seen = Snapshot {
            apps: vec![App {
                credentials: credentials.into(),
                ..self.app.clone()
            }],
            facts: self.facts.clone(),
            ..Snapshot::default()
        };
        let world = World {
            tenant: "contoso",
            known: &self.known,
            seen: &seen,
            policies: &self.policies,
            silences: &self.silences,
            calendar: &self.calendar,
            shrunk: false,
            now,
        };
        let decisions = decide(&world);
        let told: Vec<String> = decisions.iter().map(in_a_word).collect();
        self.known = remember(&world, &decisions);
        told.join(" ")
    }

    fn quiet(&self, now: DateTime<Utc>, of: &Credential) -> Quiet {
        let app = App {
            credentials: [of.clone()].into(),
            ..self.app.clone()
        };
        let seen = Snapshot::default();
        let world = World {
            tenant: "contoso",
            known: &self.known,
            seen: &seen,
            policies: &self.policies,
            silences: &self.silences,
            calendar: &self.calendar,
            shrunk: false,
            now,
        };
        judge(&world, &app, of).expect_err("nothing should be due")
    }
}

fn in_a_word(decision: &Decision<'_>) -> String {
    match &decision.action {
        Action::Announce(announce) if announce.reminder > 0 => {
            format!("reminder{}", announce.reminder)
        }
        Action::Announce(announce) => format!("{}:{}", announce.rung, announce.severity),
        Action::Resolve(Resolve {
            why: WhyResolved::Removed,
            ..
        }) => "removed".to_owned(),
        Action::Resolve(Resolve {
            why: WhyResolved::Superseded(by),
            ..
        }) => format!("superseded-by-{by}"),
        Action::Resolve(Resolve {
            why: WhyResolved::Renewed(by),
            ..
        }) => format!("renewed-by-{by}"),
    }
}

/// What the store would hold after the decisions were committed.
pub(super) fn remember(world: &World<'_>, decisions: &[Decision<'_>]) -> Known {
    let mut entries: std::collections::BTreeMap<CredentialKey, Memory> = world
        .known
        .all_but(std::iter::empty())
        .map(|(key, memory)| (key.clone(), memory.clone()))
        .collect();
    for key in gone(world) {
        let memory = entries.get_mut(key).unwrap();
        memory.gone = true;
        memory.life += u32::from(memory.announced.take().is_some());
    }
    for app in &world.seen.apps {
        for credential in &app.credentials {
            let fresh = Memory {
                first_seen: world.now,
                expires: credential.expires,
                gone: false,
                life: 0,
                fingerprint: 0,
                announced: None,
            };
            let memory = entries
                .entry(CredentialKey::new(app, credential))
                .or_insert(fresh);
            memory.gone = false;
            memory.expires = credential.expires;
        }
    }
    for decision in decisions {
        let memory = entries.get_mut(&decision.key).unwrap();
        match &decision.action {
            Action::Announce(announce) => {
                let row = announce.assessment.row(
                    world.circumstances(),
                    announce.app,
                    announce.credential,
                );
                memory.announced = Some(Box::new(announce.remembered(
                    row.into(),
                    world.now,
                    &["ops".to_owned()],
                )));
            }
            Action::Resolve(resolve) if resolve.seen.is_some() => {
                memory.announced = Some(Box::new(resolve.remembered(world.now)));
            }
            Action::Resolve(_) => {}
        }
    }
    Known::new(entries.into_iter().collect(), true)
}
