//! What the hours change of what is told: when, and nothing else.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::prelude::*;

use super::{tests::remember, *};
use crate::domain::{
    Kind, ObjectType,
    calendar::Hours,
    policy::{AfterExpiry, Policies, Thresholds},
};

const DAYS: i64 = 120;

#[derive(Debug, Clone)]
struct Story {
    calendar: Calendar,
    /// The ends of secrets, in hours from the beginning.
    ends: Vec<i64>,
    /// Hours at which the schedule asks for a round.
    ticks: Vec<i64>,
}

fn stories() -> impl Strategy<Value = Story> {
    let zone = prop::sample::select(vec![
        chrono_tz::Europe::Berlin,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::America::Havana,
        chrono_tz::UTC,
    ]);
    let hours = (0..24_u32, 1..=24_u32);
    let days = prop::collection::btree_set(0..7_u8, 1..7);
    let holidays = prop::collection::btree_set(0..DAYS, 0..15);
    let calendar =
        (zone, hours, days, holidays).prop_map(|(timezone, (from, lasts), days, holidays)| {
            let time = |hour: u32| NaiveTime::from_hms_opt(hour % 24, 0, 0).unwrap();
            Calendar {
                timezone,
                working_days: days
                    .into_iter()
                    .map(|day| Weekday::try_from(day).unwrap())
                    .collect(),
                holidays: holidays
                    .into_iter()
                    .map(|day| hour(day * 24).date_naive())
                    .collect(),
                send_between: Some(Hours {
                    from: time(from),
                    to: time((from + lasts).min(24)),
                }),
            }
        });
    let ends = prop::collection::vec(0..(DAYS + 70) * 24, 1..6);
    let ticks = prop::collection::btree_set(0..DAYS * 24, 0..80);
    (calendar, ends, ticks).prop_map(|(calendar, ends, ticks)| Story {
        calendar,
        ends,
        ticks: ticks.into_iter().collect(),
    })
}

fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn secret(number: usize, end: i64) -> Credential {
    Credential {
        id: Id::parse(&number.to_string()),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At(hour(end)),
        thumbprint: None,
        active: None,
    }
}

/// When a round was, which secret was told of, and how.
type Told = (DateTime<Utc>, String, Rung, Severity, u32);

/// What is told in rounds at these times.
fn tell(story: &Story, rounds: &[DateTime<Utc>], calendar: &Calendar) -> Vec<Told> {
    let policies = Policies {
        default: Thresholds {
            after_expiry: AfterExpiry {
                every: TimeDelta::days(1),
                lasts: TimeDelta::days(400),
            },
            ..Thresholds::default()
        },
        exceptions: Vec::new(),
    };
    let credentials = (0..)
        .zip(&story.ends)
        .map(|(number, end)| secret(number, *end));
    let seen = Snapshot {
        apps: vec![App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o"),
            app_id: Id::parse("a"),
            name: "app".into(),
            tags: Box::default(),
            credentials: credentials.collect(),
        }],
        ..Snapshot::default()
    };
    let mut known = Known::default();
    let mut told = Vec::new();
    for now in rounds {
        let world = World {
            tenant: "t",
            known: &known,
            seen: &seen,
            policies: &policies,
            silences: &[],
            calendar,
            shrunk: false,
            now: *now,
        };
        let decisions = decide(&world);
        for decision in &decisions {
            if let Action::Announce(one) = &decision.action {
                let id = decision.key.credential_id.to_string();
                told.push((*now, id, one.rung, one.severity, one.reminder));
            }
        }
        known = remember(&world, &decisions);
    }
    told
}

/// Rounds at the ticks and at each opening, as the timetable has them.
fn rounds(story: &Story) -> Vec<DateTime<Utc>> {
    let next = |at: &DateTime<Utc>| story.calendar.next_opening(*at);
    let openings = std::iter::successors(next(&hour(0)), next);
    let mut rounds: Vec<_> = openings.take_while(|at| *at < hour(DAYS * 24)).collect();
    rounds.extend(story.ticks.iter().map(|tick| hour(*tick)));
    rounds.sort_unstable();
    rounds.dedup();
    rounds
}

/// The tightest rung that each secret was told at, by some time.
fn standing(told: &[Told], until: DateTime<Utc>) -> BTreeMap<&str, Rung> {
    let by_then = told.iter().filter(|(at, ..)| *at <= until);
    by_then
        .map(|(_, id, rung, ..)| (id.as_str(), *rung))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_waits_is_told_at_the_next_opening_at_the_latest_and_urgent_things_never_wait(story in stories()) {
        let rounds = rounds(&story);
        let held = tell(&story, &rounds, &story.calendar);
        let free = tell(&story, &rounds, &Calendar::default());

        for (at, _, _, severity, _) in &held {
            prop_assert!(*severity >= Severity::Critical || story.calendar.is_open(*at));
        }
        // whatever is urgent is told in the same round as it would be without hours
        for urgent in free.iter().filter(|one| one.3 >= Severity::Critical) {
            prop_assert!(held.contains(urgent), "{urgent:?}");
        }
        // whenever a round is in the hours, all that would have been told by then has been
        for at in rounds.iter().filter(|at| story.calendar.is_open(**at)) {
            prop_assert_eq!(standing(&held, *at), standing(&free, *at), "at {}", at);
        }
    }

    #[test]
    fn no_rung_is_told_twice_and_each_is_tighter_than_the_one_before(story in stories()) {
        let mut last: BTreeMap<String, Rung> = BTreeMap::new();
        for (_, id, rung, _, reminder) in tell(&story, &rounds(&story), &story.calendar) {
            if reminder > 0 {
                continue;
            }
            let before = last.insert(id, rung);
            prop_assert!(before.is_none_or(|before| rung < before));
        }
    }
}
