//! The promises of rotation, over random lives of two keys and random use of them.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{tests::remember, *};
use crate::domain::{Kind, ObjectType, facts::LastUse};

const DAY: i64 = 24;

/// A rotation: times are hours after an arbitrary instant, at which the older key begins.
#[derive(Debug, Clone)]
struct Story {
    /// When the older key ends.
    end: i64,
    /// When the newer one begins.
    began: i64,
    /// Do they have the same name?
    same_name: bool,
    /// When each is used.
    uses: Vec<(Key, i64)>,
    /// When a scan is made, and whether the report can be had.
    polls: Vec<(i64, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Old,
    New,
}

impl Key {
    fn id(self) -> Id {
        Id::parse(match self {
            Self::Old => "old",
            Self::New => "new",
        })
    }
}

/// Hours of the polls at which something was told, and whether the report could be had then.
#[derive(Debug, Default)]
struct Told {
    /// That it is replaced, or a rung at less than its days left call for.
    softened: Vec<(i64, bool)>,
    /// A rung as if there were no other key.
    aloud: Vec<(i64, bool)>,
}

fn stories() -> impl Strategy<Value = Story> {
    let key = prop_oneof![Just(Key::Old), Just(Key::New)];
    let uses = prop::collection::vec((key, 0..4_000_i64), 0..40);
    let polls = prop::collection::vec((0..4_000_i64, prop::bool::weighted(0.9)), 1..40);
    (100..3_000_i64, 0..2_999_i64, any::<bool>(), uses, polls).prop_map(
        |(end, began, same_name, uses, mut polls)| {
            let can_be = |(key, at): &(Key, i64)| match key {
                Key::Old => *at < end,
                Key::New => *at >= began,
            };
            polls.sort_unstable();
            polls.dedup_by_key(|(at, _)| *at);
            Story {
                end,
                began: began.min(end - 1).max(1),
                same_name,
                uses: uses.into_iter().filter(can_be).collect(),
                polls,
            }
        },
    )
}

fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn credential(key: Key, name: &str, start: i64, end: i64) -> Credential {
    Credential {
        id: key.id(),
        kind: Kind::ClientSecret,
        name: Some(name.into()),
        hint: None,
        starts_at: Some(hour(start)),
        expires: Expiry::At(hour(end)),
        thumbprint: None,
        active: None,
    }
}

impl Story {
    fn last_use(&self, key: Key, now: i64) -> Option<i64> {
        let of_key = self.uses.iter().filter(|(of, at)| *of == key && *at <= now);
        of_key.map(|(_, at)| *at).max()
    }

    fn report(&self, now: i64) -> LastUse {
        let mut report = LastUse::default();
        for key in [Key::Old, Key::New] {
            if let Some(at) = self.last_use(key, now) {
                report.insert(key.id(), hour(at));
            }
        }
        report
    }

    fn app(&self, now: i64) -> App {
        let old = credential(Key::Old, "prod 1", 0, self.end);
        let name = if self.same_name { "prod 2" } else { "staging" };
        let new = credential(Key::New, name, self.began, 20_000);
        let is_there = |credential: &Credential| credential.starts_at <= Some(hour(now));
        let credentials: Vec<Credential> = [old, new].into_iter().filter(is_there).collect();
        App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o"),
            app_id: Id::parse("a"),
            name: "app".into(),
            tags: Box::default(),
            credentials: credentials.into(),
        }
    }

    /// What was told of the older key.
    fn told(&self) -> Told {
        let policies = Policies::default();
        let mut known = Known::default();
        let mut told = Told::default();
        for (at, has_report) in &self.polls {
            let mut seen = Snapshot {
                apps: vec![self.app(*at)],
                ..Snapshot::default()
            };
            seen.facts.last_use = has_report.then(|| self.report(*at));
            let world = World {
                tenant: "t",
                known: &known,
                seen: &seen,
                policies: &policies,
                silences: &[],
                calendar: &Calendar::default(),
                shrunk: false,
                now: hour(*at),
            };
            let decisions = decide(&world);
            for decision in decisions
                .iter()
                .filter(|of| of.key.credential_id == Key::Old.id())
            {
                let is_soft = match &decision.action {
                    Action::Announce(announce) => announce.assessment.superseded().is_some(),
                    Action::Resolve(_) => true,
                };
                if is_soft {
                    told.softened.push((*at, *has_report));
                } else {
                    told.aloud.push((*at, *has_report));
                }
            }
            known = remember(&world, &decisions);
        }
        told
    }
}

proptest! {
    #[test]
    fn nothing_is_softened_while_the_old_key_is_in_use(story in stories()) {
        for (at, _) in story.told().softened.into_iter().filter(|(_, has_report)| *has_report) {
            let since = story.began + DAY;
            prop_assert!(at >= since, "softened before the other had been there for a day");
            prop_assert!(story.last_use(Key::Old, at).is_none_or(|last| last <= since));
        }
    }

    #[test]
    fn without_a_report_names_decide(story in stories()) {
        for (at, _) in story.told().softened.into_iter().filter(|(_, has_report)| !has_report) {
            prop_assert!(story.same_name && at >= story.began);
        }
    }

    #[test]
    fn what_has_long_been_replaced_is_not_told_aloud(story in stories()) {
        for (at, _) in story.told().aloud.into_iter().filter(|(_, has_report)| *has_report) {
            let since = story.began + DAY;
            let in_use = story.last_use(Key::Old, at).is_some_and(|last| last > since);
            prop_assert!(in_use || at < since + DAY, "told aloud, though replaced and unused");
        }
    }
}
