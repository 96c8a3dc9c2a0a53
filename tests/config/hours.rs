//! When messages that can wait go out.

use chrono::{Days, NaiveDate, NaiveTime};
use forewarn::domain::{calendar::Hours, digest::Every};

use crate::{MINIMAL, good, load_text, told};

fn between(text: &str) -> String {
    format!("{MINIMAL}\n[calendar]\nsend_between = \"{text}\"\n")
}

#[test]
fn hours_are_two_times_of_a_day_and_the_day_ends_at_24() {
    let time = |text: &str| text.parse::<NaiveTime>().unwrap();
    for (text, from, to) in [
        ("08:00-18:00", "08:00:00", "18:00:00"),
        (" 8:30 - 17:15 ", "08:30:00", "17:15:00"),
        ("00:00-24:00", "00:00:00", "00:00:00"),
    ] {
        let (from, to) = (time(from), time(to));
        let config = good(&between(text), &[]);
        assert_eq!(
            config.calendar.send_between,
            Some(Hours { from, to }),
            "{text}"
        );
    }
    for text in ["18:00-08:00", "08:00-08:00", "08:00-00:00"] {
        let told = told(load_text(between(text), &[]));
        assert!(
            told.contains("does not end on the day on which it begins"),
            "{told}"
        );
        assert!(told.contains("until midnight is \"08:00-24:00\""), "{told}");
    }
    for text in [
        "",
        "08:00",
        "8-18",
        "08:00-25:00",
        "24:00-24:00",
        "08:00-18:00-19:00",
        "a-b",
    ] {
        let told = told(load_text(between(text), &[]));
        assert!(told.contains("is not a span of one day"), "{told}");
    }
}

#[test]
fn holidays_that_leave_no_working_day_are_warned_about() {
    let day: NaiveDate = "2026-11-01".parse().unwrap();
    let days = (0..500).map(|n| format!("\"{}\"", day + Days::new(n)));
    let list = days.collect::<Vec<_>>().join(", ");
    let text = format!("{}holidays = [{list}]\n", between("08:00-18:00"));
    let told = told(load_text(text, &[]));
    assert!(
        told.contains("no working day is within a year, so nothing is held back"),
        "{told}"
    );
}

#[test]
fn a_summary_is_daily_or_weekly_or_not_at_all() {
    assert_eq!(good(MINIMAL, &[]).receivers[0].digest, None);
    for (text, every) in [("daily", Every::Daily), ("weekly", Every::Weekly)] {
        let config = good(&format!("{MINIMAL}digest = \"{text}\"\n"), &[]);
        assert_eq!(config.receivers[0].digest, Some(every));
    }
}
