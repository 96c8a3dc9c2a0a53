//! One test a sentence.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_last_working_day_skips_weekends_and_holidays_in_the_configured_zone() {
    let calendar = Calendar {
        timezone: chrono_tz::Europe::Berlin,
        holidays: [day("2026-12-24"), day("2026-12-25")].into(),
        ..Calendar::default()
    };
    for (end, expected) in [
        ("2026-12-23T09:00:00Z", "2026-12-22"),
        ("2026-12-28T09:00:00Z", "2026-12-23"), // Monday; Thursday and Friday are holidays
        ("2026-12-22T23:30:00Z", "2026-12-22"), // already the 23rd in Berlin
        ("2026-11-22T09:00:00Z", "2026-11-20"), // a Sunday
    ] {
        let end = end.parse().unwrap();
        assert_eq!(
            calendar.last_working_day_before(end),
            Some(day(expected)),
            "{end}"
        );
    }
}

#[test]
fn a_calendar_without_any_working_day_says_so() {
    let all = (0..800)
        .map(|n| day("2025-12-01") + chrono::Days::new(n))
        .collect();
    let calendar = Calendar {
        holidays: all,
        ..Calendar::default()
    };
    assert_eq!(
        calendar.last_working_day_before("2027-01-04T00:00:00Z".parse().unwrap()),
        None
    );
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn hours(from: &str, to: &str) -> Hours {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    Hours {
        from: time(from),
        to: time(to),
    }
}

/// Open every day of the week between these hours.
fn open(timezone: Tz, from: &str, to: &str) -> Calendar {
    let monday = Weekday::Mon;
    Calendar {
        timezone,
        working_days: std::iter::successors(Some(monday), |day| Some(day.succ()))
            .take(7)
            .collect(),
        send_between: Some(hours(from, to)),
        ..Calendar::default()
    }
}

/// The next opening, in UTC and by the clocks there.
fn next(calendar: &Calendar, now: &str) -> String {
    let opening = calendar.next_opening(at(now)).unwrap();
    let there = opening.with_timezone(&calendar.timezone);
    format!(
        "{} {}",
        opening.format("%a %H:%MZ"),
        there.format("%a %H:%M%:z")
    )
}

#[test]
fn the_hours_are_those_of_a_working_day() {
    let calendar = Calendar {
        timezone: chrono_tz::Europe::Berlin,
        holidays: [day("2026-11-23")].into(),
        send_between: Some(hours("08:00", "18:00")),
        ..Calendar::default()
    };
    for (now, is_open) in [
        ("2026-11-20T06:59:59Z", false), // a Friday
        ("2026-11-20T07:00:00Z", true),
        ("2026-11-20T16:59:59Z", true),
        ("2026-11-20T17:00:00Z", false),
        ("2026-11-21T10:00:00Z", false),
        ("2026-11-23T10:00:00Z", false), // the holiday
    ] {
        assert_eq!(calendar.is_open(at(now)), is_open, "{now}");
    }
    let next = |now| next(&calendar, now);
    assert_eq!(next("2026-11-20T06:59:59Z"), "Fri 07:00Z Fri 08:00+01:00");
    assert_eq!(next("2026-11-20T07:00:00Z"), "Tue 07:00Z Tue 08:00+01:00");
    assert_eq!(next("2026-11-21T10:00:00Z"), "Tue 07:00Z Tue 08:00+01:00");
    assert_eq!(calendar.held_until(at("2026-11-20T07:00:00Z")), None);
    let waits = calendar.held_until(at("2026-11-21T10:00:00Z"));
    assert_eq!(waits, Some(at("2026-11-24T07:00:00Z")));
}

#[test]
fn clocks_that_skip_the_beginning_open_when_they_do() {
    use chrono_tz::{America::Sao_Paulo, Australia::Lord_Howe, Europe::Berlin, Pacific::Apia};
    for (calendar, now, expected) in [
        // 02:00 to 03:00
        (
            open(Berlin, "02:10", "18:00"),
            "2026-03-28T23:00:00Z",
            "Sun 01:00Z Sun 03:00+02:00",
        ),
        // 02:00 to 02:30
        (
            open(Lord_Howe, "02:10", "18:00"),
            "2026-10-03T14:00:00Z",
            "Sat 15:30Z Sun 02:30+11:00",
        ),
        // midnight to 01:00
        (
            open(Sao_Paulo, "00:00", "18:00"),
            "2018-11-03T22:00:00Z",
            "Sun 03:00Z Sun 01:00-02:00",
        ),
        // the whole of a Friday
        (
            open(Apia, "08:00", "18:00"),
            "2011-12-30T09:00:00Z",
            "Fri 18:00Z Sat 08:00+14:00",
        ),
    ] {
        assert_eq!(next(&calendar, now), expected);
    }
}

#[test]
fn hours_that_the_clocks_skip_are_those_of_the_next_day() {
    let calendar = open(chrono_tz::Europe::Berlin, "02:00", "03:00");
    let midnight = "2026-03-28T23:00:00Z";
    assert_eq!(next(&calendar, midnight), "Mon 00:00Z Mon 02:00+02:00");
}

#[test]
fn hours_that_begin_or_end_in_what_is_shown_twice_are_one_piece() {
    // 02:00 to 03:00 comes twice on 25 October: at 00:00Z and at 01:00Z
    let opens = open(chrono_tz::Europe::Berlin, "02:30", "04:00");
    assert!(!opens.is_open(at("2026-10-25T00:29:59Z")));
    assert!(opens.is_open(at("2026-10-25T00:30:00Z")));
    assert!(opens.is_open(at("2026-10-25T01:15:00Z")), "02:15 again");
    assert!(!opens.is_open(at("2026-10-25T03:00:00Z")));
    let closes = open(chrono_tz::Europe::Berlin, "01:00", "02:30");
    assert!(closes.is_open(at("2026-10-25T00:45:00Z")), "02:45 at first");
    assert!(closes.is_open(at("2026-10-25T01:29:59Z")));
    assert!(!closes.is_open(at("2026-10-25T01:30:00Z")));
}

#[test]
fn midnight_as_the_end_is_that_of_the_day() {
    let calendar = Calendar {
        send_between: Some(hours("08:00", "00:00")),
        ..Calendar::default()
    };
    assert!(calendar.is_open(at("2026-11-20T23:59:59Z")));
    assert!(!calendar.is_open(at("2026-11-21T00:00:00Z")));
}

#[test]
fn a_calendar_that_never_opens_holds_nothing_back() {
    let all = (0..800).map(|n| day("2026-11-01") + chrono::Days::new(n));
    let calendar = Calendar {
        holidays: all.collect(),
        send_between: Some(hours("08:00", "18:00")),
        ..Calendar::default()
    };
    let now = at("2026-11-20T12:00:00Z");
    assert!(!calendar.is_open(now));
    assert_eq!(calendar.held_until(now), None);
}

#[test]
fn summaries_go_out_from_eight_where_nothing_is_said() {
    let calendar = Calendar::default();
    assert!(!calendar.is_summary_time(at("2026-11-20T07:59:59Z")));
    assert!(calendar.is_summary_time(at("2026-11-20T23:59:59Z")));
    assert!(!calendar.is_summary_time(at("2026-11-21T12:00:00Z")));
    let calendar = Calendar {
        send_between: Some(hours("06:00", "07:00")),
        ..calendar
    };
    assert!(calendar.is_summary_time(at("2026-11-20T06:30:00Z")));
    assert!(!calendar.is_summary_time(at("2026-11-20T12:00:00Z")));
}
