//! One test a sentence of the rules of what is due.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::{
    Kind, Ladder,
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
    }
}

fn app(credentials: Vec<Credential>) -> App {
    App {
        object_id: Id::parse("object"),
        app_id: Id::parse("app"),
        name: "billing".into(),
        tags: Box::default(),
        credentials: credentials.into(),
    }
}

/// A tenant with one app that is scanned again and again; remembers as the engine does.
struct Life {
    known: Known,
    policies: Policies,
    silences: Vec<Silence>,
}

impl Life {
    fn new() -> Self {
        Self {
            known: Known::default(),
            policies: Policies::default(),
            silences: Vec::new(),
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
            apps: vec![app(credentials.to_vec())],
            warnings: Vec::new(),
        };
        let world = World {
            tenant: "contoso",
            known: &self.known,
            seen: &seen,
            policies: &self.policies,
            silences: &self.silences,
            now,
        };
        let decisions = decide(&world);
        let told: Vec<String> = decisions.iter().map(in_a_word).collect();
        self.known = remember(&world, &decisions);
        told.join(" ")
    }

    fn quiet(&self, now: DateTime<Utc>, of: &Credential) -> Quiet {
        let app = app(vec![of.clone()]);
        let seen = Snapshot::default();
        let world = World {
            tenant: "contoso",
            known: &self.known,
            seen: &seen,
            policies: &self.policies,
            silences: &self.silences,
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
    }
}

/// What the store would hold after the decisions were committed.
pub(super) fn remember(world: &World<'_>, decisions: &[Decision<'_>]) -> Known {
    let mut entries: std::collections::BTreeMap<CredentialKey, Memory> = world
        .known
        .iter()
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
                let row = announce
                    .assessment
                    .row(world.tenant, announce.app, announce.credential);
                memory.announced = Some(Box::new(announce.remembered(
                    row,
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

#[test]
fn a_rung_is_reached_at_its_very_instant_and_told_once() {
    let mut life = Life::new();
    let it = [credential("s", None, Some(100))];
    assert_eq!(life.scan(day(40) - TimeDelta::milliseconds(1), &it), "");
    assert_eq!(life.scan(day(40), &it), "60:info");
    assert_eq!(life.scan(day(40), &it), "");
    assert_eq!(life.quiet(day(41), &it[0]), Quiet::Told);
}

#[test]
fn only_the_tightest_rung_reached_is_told_however_long_the_downtime() {
    let mut life = Life::new();
    let it = [credential("s", None, Some(100))];
    assert_eq!(life.scan(day(39), &it), "");
    assert_eq!(life.scan(day(94), &it), "7:critical");
    assert_eq!(life.scan(day(97), &it), "3:critical");
}

#[test]
fn severity_comes_from_the_days_left_at_the_moment_of_decision() {
    for (days, expected) in [
        (40, "60:info"),
        (70, "30:warning"),
        (71, "30:warning"),
        (93, "7:critical"),
        (100, "0:expired"),
    ] {
        assert_eq!(
            Life::new().scan(day(days), &[credential("s", None, Some(100))]),
            expected,
            "day {days}"
        );
    }
    // a little over 30 days are 30 whole days left, which is warning, though only the rung at 60 is reached
    assert_eq!(
        Life::new().scan(hour(70 * DAY - 2), &[credential("s", None, Some(100))]),
        "60:warning"
    );
}

#[test]
fn a_rung_applies_only_to_a_credential_that_lives_at_least_twice_as_long() {
    let ninety = credential("s", Some(0), Some(90));
    assert_eq!(Life::new().scan(day(31), std::slice::from_ref(&ninety)), "");
    assert_eq!(Life::new().scan(day(60), &[ninety]), "30:warning");
    assert_eq!(
        Life::new().scan(day(40), &[credential("s", Some(-20), Some(100))]),
        "60:info"
    );
    assert_eq!(
        Life::new().scan(day(40), &[credential("s", None, Some(100))]),
        "60:info",
        "no start: every rung"
    );
}

#[test]
fn after_the_end_it_is_told_once_and_then_reminded_until_the_time_is_over() {
    let mut life = Life::new();
    let it = [credential("s", None, Some(100))];
    let mut told = Vec::new();
    for quarter in 0..60 {
        told.push(life.scan(hour(100 * DAY - 6 + quarter * 6), &it));
    }
    told.retain(|word| !word.is_empty());
    let expected = [
        "1:critical",
        "0:expired",
        "reminder1",
        "reminder2",
        "reminder3",
        "reminder4",
        "reminder5",
        "reminder6",
    ];
    assert_eq!(told, expected);
}

#[test]
fn missed_reminders_are_not_made_up_for() {
    let mut life = Life::new();
    let it = [credential("s", None, Some(100))];
    life.scan(day(99), &it);
    assert_eq!(life.scan(hour(102 * DAY + 12), &it), "0:expired");
    assert_eq!(life.scan(hour(102 * DAY + 18), &it), "");
    assert_eq!(life.scan(day(103), &it), "reminder3");
    assert_eq!(life.scan(day(106), &it), "reminder6");
    assert_eq!(
        life.scan(day(120), &it),
        "",
        "the time for reminders is over"
    );
}

#[test]
fn one_first_seen_long_dead_is_stale_and_one_known_alive_is_told_however_late() {
    let it = [credential("s", None, Some(100))];
    assert_eq!(Life::new().scan(hour(107 * DAY + 1), &it), "");
    assert_eq!(Life::new().quiet(hour(107 * DAY + 1), &it[0]), Quiet::Stale);
    assert_eq!(
        Life::new().scan(day(107), &it),
        "0:expired",
        "dead for just as long as reminders last"
    );

    let mut life = Life::new();
    life.scan(day(10), &it);
    assert_eq!(life.scan(day(300), &it), "0:expired");
    assert_eq!(life.scan(day(301), &it), "");
}

#[test]
fn one_without_an_end_or_with_an_absurd_one_never_comes_due() {
    let end_of_time = Credential {
        expires: Expiry::new(Some("2299-12-31T00:00:00Z".parse().unwrap())),
        ..credential("s", None, None)
    };
    for it in [credential("s", None, None), end_of_time] {
        assert_eq!(Life::new().scan(day(1), std::slice::from_ref(&it)), "");
        assert_eq!(Life::new().quiet(day(1), &it), Quiet::NeverExpires);
    }
}

fn rotated() -> [Credential; 2] {
    [
        credential("prod-1", Some(0), Some(100)),
        credential("prod-2", Some(80), Some(400)),
    ]
}

#[test]
fn a_superseded_credential_is_softened_muted_or_alerted_as_configured() {
    for (superseded, expected) in [
        (Superseded::Soften, "14:info"),
        (Superseded::Mute, ""),
        (Superseded::Alert, "14:warning"),
    ] {
        let mut life = Life::with(|thresholds| thresholds.superseded = superseded);
        assert_eq!(life.scan(day(86), &rotated()), expected, "{superseded:?}");
    }
}

#[test]
fn without_evidence_the_alert_is_as_usual() {
    let other = credential("staging", Some(80), Some(400));
    assert_eq!(
        Life::new().scan(day(86), &[rotated()[0].clone(), other]),
        "14:warning"
    );
}

#[test]
fn an_announced_one_is_resolved_once_when_superseded_and_not_again_when_removed() {
    let mut life = Life::new();
    let [old, new] = rotated();
    assert_eq!(life.scan(day(70), std::slice::from_ref(&old)), "30:warning");
    assert_eq!(
        life.scan(day(86), &[old.clone(), new.clone()]),
        "superseded-by-prod-2"
    );
    assert_eq!(life.scan(day(87), &[old.clone(), new.clone()]), "");
    assert_eq!(life.scan(day(93), &[old, new.clone()]), "7:info");
    assert_eq!(life.scan(day(94), &[new]), "");
}

#[test]
fn an_announced_one_is_resolved_once_when_removed() {
    let mut life = Life::new();
    let it = credential("s", None, Some(100));
    assert_eq!(life.scan(day(70), std::slice::from_ref(&it)), "30:warning");
    assert_eq!(life.scan(day(71), &[]), "removed");
    assert_eq!(life.scan(day(72), &[]), "");
    // restored within Entra's thirty days: people were told that it is done, so they are told anew
    assert_eq!(life.scan(day(73), std::slice::from_ref(&it)), "30:warning");
    assert_eq!(life.scan(day(74), &[it]), "");
}

#[test]
fn one_that_was_never_announced_goes_in_silence() {
    let mut life = Life::new();
    assert_eq!(life.scan(day(1), &[credential("s", None, Some(100))]), "");
    assert_eq!(life.scan(day(2), &[]), "");
}

#[test]
fn one_whose_replacement_goes_away_is_told_at_its_full_severity_from_the_next_rung() {
    let mut life = Life::new();
    let [old, new] = rotated();
    assert_eq!(life.scan(day(86), &[old.clone(), new]), "14:info");
    assert_eq!(life.scan(day(88), std::slice::from_ref(&old)), "");
    assert_eq!(life.scan(day(93), &[old]), "7:critical");
}

#[test]
fn a_new_end_starts_the_ladder_anew() {
    let mut life = Life::new();
    assert_eq!(
        life.scan(day(93), &[credential("s", None, Some(100))]),
        "7:critical"
    );
    assert_eq!(life.scan(day(94), &[credential("s", None, Some(200))]), "");
    assert_eq!(
        life.scan(day(140), &[credential("s", None, Some(200))]),
        "60:info"
    );
}

#[test]
fn changing_the_ladder_never_repeats_rungs_already_told() {
    let mut life = Life::new();
    let it = [credential("s", None, Some(100))];
    assert_eq!(life.scan(day(70), &it), "30:warning");
    life.policies.default.ladder = Ladder::new([90, 45, 30, 20]);
    assert_eq!(life.scan(day(71), &it), "");
    assert_eq!(life.scan(day(80), &it), "20:warning");
    life.policies.default.ladder = Ladder::new([25, 22]);
    assert_eq!(life.scan(day(81), &it), "");
}

#[test]
fn the_end_is_always_on_the_ladder() {
    let mut life = Life::with(|thresholds| thresholds.ladder = Ladder::new([14]));
    assert_eq!(
        life.scan(day(100), &[credential("s", None, Some(100))]),
        "0:expired"
    );
}

#[test]
fn the_first_policy_that_matches_holds() {
    let mut life = Life::new();
    let policy = |app: &str, rung| Policy {
        matcher: Matcher {
            app: vec![Glob::new(app)],
            ..Matcher::default()
        },
        thresholds: Thresholds {
            ladder: Ladder::new([rung]),
            ..Thresholds::default()
        },
    };
    life.policies.exceptions = vec![policy("other-*", 1), policy("bill*", 90), policy("*", 2)];
    assert_eq!(
        life.scan(day(10), &[credential("s", None, Some(100))]),
        "90:info"
    );
}

fn silence(scope: Scope, until: i64) -> Silence {
    Silence {
        id: Uuid::nil(),
        scope,
        reason: "moving house".to_owned(),
        author: "anna".to_owned(),
        created_at: day(0),
        ends_at: day(until),
        even_critical: false,
    }
}

fn on_credential(ends: i64) -> Scope {
    Scope::Credential {
        tenant: "contoso".to_owned(),
        object_id: "object".to_owned(),
        kind: Kind::ClientSecret,
        credential_id: "s".to_owned(),
        expires_at: Some(day(ends)),
    }
}

#[test]
fn a_silence_holds_back_and_when_it_ends_the_rung_then_reached_is_due() {
    let mut life = Life::new();
    life.silences = vec![silence(
        Scope::Tenant {
            tenant: "contoso".to_owned(),
        },
        95,
    )];
    let it = [credential("s", None, Some(100))];
    assert_eq!(life.scan(day(40), &it), "");
    assert_eq!(life.quiet(day(94), &it[0]), Quiet::Silenced(Uuid::nil()));
    assert_eq!(life.scan(day(95), &it), "7:critical");
}

#[test]
fn a_silence_on_one_credential_breaks_when_that_changes_or_turns_critical() {
    let it = [credential("s", None, Some(100))];
    let mut life = Life::new();
    life.silences = vec![silence(on_credential(100), 200)];
    assert_eq!(life.scan(day(86), &it), "");
    assert_eq!(life.scan(day(93), &it), "7:critical");

    let mut life = Life::new();
    life.silences = vec![Silence {
        even_critical: true,
        ..silence(on_credential(100), 200)
    }];
    assert_eq!(life.scan(day(93), &it), "");
    assert_eq!(life.scan(day(100), &it), "");

    let mut life = Life::new();
    life.silences = vec![silence(on_credential(99), 200)];
    assert_eq!(life.scan(day(70), &it), "30:warning", "set for another end");

    let mut life = Life::new();
    let elsewhere = Scope::App {
        tenant: "contoso".to_owned(),
        object_id: "another".to_owned(),
    };
    life.silences = vec![silence(elsewhere, 200)];
    assert_eq!(life.scan(day(70), &it), "30:warning", "on another app");
}

#[test]
fn each_decision_says_why() {
    let reasons = [
        (
            Reason::Reached(Rung::days_before(30)),
            "it has reached the 30-day threshold",
        ),
        (
            Reason::Tighter {
                reached: Rung::days_before(7),
                told: Rung::days_before(30),
            },
            "it has reached the 7-day threshold; last told at 30 days",
        ),
        (Reason::Ended, "it has run out"),
        (
            Reason::Reminder(2),
            "it has run out and is still there (reminder 2)",
        ),
    ];
    for (reason, expected) in reasons {
        assert_eq!(reason.to_string(), expected);
    }
}
