//! The promises, over random ladders, lifetimes, polls and outages.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{tests::remember, *};
use crate::domain::{
    Kind, Ladder, ObjectType,
    policy::{AfterExpiry, Thresholds},
};

/// One credential's story: times are hours after an arbitrary instant.
#[derive(Debug, Clone)]
struct Story {
    ladder: Vec<u16>,
    start: Option<i64>,
    end: i64,
    /// When a scan is tried, and whether it is complete.
    polls: Vec<(i64, bool)>,
    /// When the credential is removed, if it is.
    removed_at: Option<i64>,
    every: i64,
    lasts: i64,
}

fn stories() -> impl Strategy<Value = Story> {
    let polls = prop::collection::vec((0..6_000_i64, prop::bool::weighted(0.8)), 1..60);
    (
        prop::collection::vec(0..120_u16, 1..8),
        prop::option::of(-3_000..4_000_i64),
        0..5_000_i64,
        polls,
        prop::option::weighted(0.3, 0..6_000_i64),
        1..72_i64,
        0..400_i64,
    )
        .prop_map(
            |(ladder, start, end, mut polls, removed_at, every, lasts)| {
                polls.sort_unstable();
                polls.dedup_by_key(|(at, _)| *at);
                Story {
                    ladder,
                    start: start.filter(|start| *start < end),
                    end,
                    polls,
                    removed_at,
                    every,
                    lasts,
                }
            },
        )
}

fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

/// What was told, and at which poll.
fn tell(story: &Story) -> Vec<(i64, String, Rung)> {
    let credential = Credential {
        id: Id::parse("c"),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: story.start.map(hour),
        expires: Expiry::At(hour(story.end)),
        thumbprint: None,
        active: None,
    };
    let policies = Policies {
        exceptions: Vec::new(),
        default: Thresholds {
            ladder: Ladder::new(story.ladder.clone()),
            after_expiry: AfterExpiry {
                every: TimeDelta::hours(story.every),
                lasts: TimeDelta::hours(story.lasts),
            },
            ..Thresholds::default()
        },
    };
    let mut known = Known::default();
    let mut told = Vec::new();
    for (at, complete) in &story.polls {
        if !complete {
            continue; // a failed scan has no snapshot: there is nothing that `decide` could be asked about
        }
        let present = story.removed_at.is_none_or(|removed| *at < removed);
        let credentials: Box<[Credential]> = if present {
            [credential.clone()].into()
        } else {
            Box::default()
        };
        let app = App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o"),
            app_id: Id::parse("a"),
            name: "app".into(),
            tags: Box::default(),
            credentials,
        };
        let seen = Snapshot {
            apps: vec![app],
            ..Snapshot::default()
        };
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
        for decision in &decisions {
            told.push(match &decision.action {
                Action::Announce(announce) if announce.reminder > 0 => (
                    *at,
                    format!("reminder {}", announce.reminder),
                    announce.rung,
                ),
                Action::Announce(announce) => (*at, "rung".to_owned(), announce.rung),
                Action::Resolve(resolve) => (*at, "resolved".to_owned(), resolve.announced.rung),
            });
        }
        known = remember(&world, &decisions);
    }
    told
}

/// The rung that must have been told of by a poll at `at`: reckoned again, in plain arithmetic.
fn expected_rung(story: &Story, at: i64) -> Option<u16> {
    let rungs = story.ladder.iter().copied().chain([0]);
    let applies = |rung: u16| {
        story
            .start
            .is_none_or(|start| story.end - start >= 48 * i64::from(rung))
    };
    rungs
        .filter(|rung| applies(*rung) && at >= story.end - 24 * i64::from(*rung))
        .min()
}

/// The complete scans that saw the credential.
fn sightings(story: &Story) -> Vec<i64> {
    let seen = |at: i64| story.removed_at.is_none_or(|removed| at < removed);
    story
        .polls
        .iter()
        .filter(|(at, complete)| *complete && seen(*at))
        .map(|(at, _)| *at)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rung_is_told_twice_and_each_is_tighter_than_the_one_before(story in stories()) {
        let rungs: Vec<Rung> =
            tell(&story).into_iter().filter(|(_, what, _)| what == "rung").map(|(_, _, rung)| rung).collect();
        prop_assert!(rungs.windows(2).all(|pair| pair[1] < pair[0]), "{rungs:?}");
    }

    #[test]
    fn every_poll_leaves_the_tightest_rung_told_whatever_was_missed_before(story in stories()) {
        let told = tell(&story);
        let sightings = sightings(&story);
        let stale = sightings.first().is_some_and(|first| *first > story.end + story.lasts);
        for at in &sightings {
            let mut so_far = told.iter().filter(|(when, what, _)| when <= at && what == "rung");
            let last = so_far.next_back().map(|(_, _, rung)| rung.days());
            let expected = expected_rung(&story, *at).filter(|_| !stale);
            prop_assert_eq!(last, expected, "at hour {}", at);
        }
    }

    #[test]
    fn downtime_does_not_matter_to_what_is_told_in_the_end(story in stories(), up_again in 0..6_000_i64) {
        // seen once at the very start, then not again before `up_again`
        let eager = Story { polls: [vec![(-100, true)], story.polls.clone()].concat(), ..story.clone() };
        let away = Story {
            polls: eager.polls.iter().copied().filter(|(at, _)| *at == -100 || *at >= up_again).collect(),
            ..eager.clone()
        };
        let last_rung = |story: &Story| {
            let until = sightings(story).last().copied().unwrap_or(i64::MIN);
            tell(story).into_iter().rfind(|(at, what, _)| *at <= until && what == "rung").map(|told| told.2)
        };
        if sightings(&eager).last() == sightings(&away).last() {
            prop_assert_eq!(last_rung(&eager), last_rung(&away));
        }
    }

    #[test]
    fn reminders_come_after_the_end_in_order_and_stop(story in stories()) {
        let mut last = 0;
        for (at, what, rung) in tell(&story) {
            let Some(number) = what.strip_prefix("reminder ") else { continue };
            let number: i64 = number.parse().unwrap();
            prop_assert!(number > last && rung == Rung::END);
            prop_assert!(at >= story.end + number * story.every && at < story.end + story.lasts);
            last = number;
        }
    }

    #[test]
    fn it_is_resolved_only_once_and_only_if_a_complete_scan_no_longer_saw_it(story in stories()) {
        let told = tell(&story);
        let resolved: Vec<i64> =
            told.iter().filter(|(_, what, _)| what == "resolved").map(|(at, _, _)| *at).collect();
        let missed = |at: &(i64, bool)| at.1 && story.removed_at.is_some_and(|removed| at.0 >= removed);
        let first_missed = story.polls.iter().find(|at| missed(at)).map(|(at, _)| *at);
        let announced = told.iter().any(|(_, what, _)| what == "rung");
        let expected: Vec<i64> = first_missed.filter(|_| announced).into_iter().collect();
        prop_assert_eq!(resolved, expected);
    }
}
