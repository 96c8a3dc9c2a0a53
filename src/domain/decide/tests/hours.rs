//! What waits for the hours in which it may go out.

use super::*;
use crate::domain::calendar::Hours;

/// Weekdays from eight to six. `hour(0)` is a Friday, at eight o'clock.
fn calendar() -> Calendar {
    let time = |text: &str| text.parse().unwrap();
    Calendar {
        send_between: Some(Hours {
            from: time("08:00:00"),
            to: time("18:00:00"),
        }),
        ..Calendar::default()
    }
}

fn life() -> Life {
    Life {
        calendar: calendar(),
        ..Life::new()
    }
}

const MONDAY: i64 = 3 * DAY;

fn ends(hours: i64) -> [Credential; 1] {
    let end = Expiry::At(hour(hours));
    [Credential {
        expires: end,
        ..credential("s", None, Some(0))
    }]
}

#[test]
fn info_and_warning_wait_for_the_next_opening_and_the_rung_then_reached_is_told_once() {
    let mut life = life();
    // 14 days before its end is on Saturday
    let it = ends(DAY + 14 * DAY);
    let saturday = hour(DAY + 1);
    assert_eq!(life.scan(saturday, &it), "");
    assert_eq!(life.quiet(saturday, &it[0]), Quiet::Held(hour(MONDAY)));
    assert_eq!(life.scan(hour(MONDAY - 1), &it), "");
    assert_eq!(life.scan(hour(MONDAY), &it), "14:warning");
    assert_eq!(life.scan(hour(MONDAY + 1), &it), "");
    let mut life = self::life();
    // on 14 since Friday evening, on 13 days and less by Monday: nothing in between
    let it = ends(10 + 60 * DAY);
    assert_eq!(life.scan(hour(10), &it), "");
    assert_eq!(life.scan(hour(MONDAY), &it), "60:info");
}

#[test]
fn critical_and_expired_never_wait_and_what_was_held_is_told_as_what_it_has_become() {
    let mut life = life();
    let it = ends(DAY + 7 * DAY);
    assert_eq!(life.scan(hour(-1), &it), "", "a warning, before eight");
    // seven days are the critical ones
    assert_eq!(life.scan(hour(DAY), &it), "7:critical");
    let mut life = self::life();
    let it = ends(DAY);
    assert_eq!(life.scan(hour(DAY), &it), "0:expired");
    assert_eq!(life.scan(hour(2 * DAY), &it), "reminder1");
}

#[test]
fn one_that_is_replaced_waits_even_when_it_has_ended() {
    let mut life = life();
    let old = credential("prod", Some(-300), Some(1));
    let new = credential("prod", Some(-1), Some(300));
    let both = [old, new];
    assert_eq!(life.scan(hour(DAY + 1), &both), "");
    assert_eq!(life.scan(hour(MONDAY), &both), "0:info");
}

#[test]
fn what_is_removed_while_it_waits_is_never_told() {
    let mut life = life();
    let it = ends(DAY + 14 * DAY);
    assert_eq!(life.scan(hour(DAY + 1), &it), "");
    assert_eq!(life.scan(hour(DAY + 6), &[]), "");
    assert_eq!(life.scan(hour(MONDAY), &[]), "");
}

#[test]
fn how_many_wait_is_counted_until_they_may_go_out() {
    let seen = Snapshot {
        apps: vec![app(vec![
            credential("warning", None, Some(20)),
            credential("info", None, Some(50)),
            credential("critical", None, Some(5)),
            credential("far", None, Some(500)),
        ])],
        ..Snapshot::default()
    };
    let calendar = calendar();
    let (known, policies) = (Known::default(), Policies::default());
    let world = |now| World {
        tenant: "contoso",
        known: &known,
        seen: &seen,
        policies: &policies,
        silences: &[],
        calendar: &calendar,
        shrunk: false,
        now,
    };
    let waiting = Held {
        alerts: 2,
        until: hour(MONDAY),
    };
    assert_eq!(held(&world(hour(DAY))), Some(waiting));
    assert_eq!(held(&world(hour(1))), None);
}

#[test]
fn a_calendar_that_never_opens_holds_nothing() {
    let mut life = life();
    let first = day(0).date_naive();
    life.calendar.holidays = first.iter_days().take(800).collect();
    assert_eq!(
        life.scan(hour(DAY), &[credential("s", None, Some(20))]),
        "30:warning"
    );
}
