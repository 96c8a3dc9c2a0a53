//! Rungs, severity, reminders, policies.

use super::*;

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
    assert_eq!(
        Life::new().scan(day(102), &[credential("s", Some(105), Some(100))]),
        "0:expired",
        "a start after the end is none"
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
        self_renewing: None,
    };
    life.policies.exceptions = vec![policy("other-*", 1), policy("bill*", 90), policy("*", 2)];
    assert_eq!(
        life.scan(day(10), &[credential("s", None, Some(100))]),
        "90:info"
    );
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
        (
            Reason::Ended,
            "it has run out; reminders follow while it is still there",
        ),
        (
            Reason::Reminder(2),
            "it has run out and is still there (reminder 2)",
        ),
    ];
    for (reason, expected) in reasons {
        assert_eq!(reason.to_string(), expected);
    }
}
