//! `[calendar]`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};

use super::schedule::timezone;
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::calendar::{Calendar, Hours},
};

/// Working days, holidays, and the zone they are of.
pub(super) fn calendar(
    raw: &raw::Calendar,
    zone: Option<&str>,
    now: DateTime<Utc>,
    report: &mut Report<'_>,
) -> Calendar {
    let at = KeyPath::root().key("calendar");
    let default = Calendar::default();
    let calendar = Calendar {
        timezone: zone.and_then(timezone).unwrap_or_default(),
        working_days: match &raw.working_days {
            Some(days) => working_days(days, &at.key("working_days"), report),
            None => default.working_days,
        },
        holidays: holidays(raw.holidays.as_deref().unwrap_or_default(), &at, report),
        send_between: raw
            .send_between
            .as_deref()
            .and_then(|hours| send_between(hours, &at.key("send_between"), report)),
    };
    if calendar.send_between.is_some() && calendar.next_opening(now).is_none() {
        report.warning(
            &at.key("send_between"),
            "no working day is within a year, so nothing is held back",
            "look at `holidays` and `working_days`",
        );
    }
    calendar
}

fn working_days(days: &[raw::Weekday], at: &KeyPath, report: &mut Report<'_>) -> Vec<Weekday> {
    if days.is_empty() {
        report.error(
            at,
            "without a working day nobody could renew anything",
            "name at least one day, or leave the key out for mon to fri",
        );
    }
    let mut days: Vec<Weekday> = days.iter().copied().map(weekday).collect();
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    days
}

fn weekday(day: raw::Weekday) -> Weekday {
    match day {
        raw::Weekday::Mon => Weekday::Mon,
        raw::Weekday::Tue => Weekday::Tue,
        raw::Weekday::Wed => Weekday::Wed,
        raw::Weekday::Thu => Weekday::Thu,
        raw::Weekday::Fri => Weekday::Fri,
        raw::Weekday::Sat => Weekday::Sat,
        raw::Weekday::Sun => Weekday::Sun,
    }
}

fn holidays(dates: &[String], at: &KeyPath, report: &mut Report<'_>) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    for (index, text) in dates.iter().enumerate() {
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(day) => {
                days.insert(day);
            }
            Err(_) => report.error(
                &at.key("holidays").index(index),
                format!("{text:?} is not a date"),
                "write year, month and day, as \"2026-12-25\"",
            ),
        }
    }
    days
}

fn send_between(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Hours> {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let times = text.split_once('-').and_then(|(from, to)| {
        let (from, to) = (time(from.trim())?, to.trim());
        match to {
            "24:00" => Some((from, NaiveTime::MIN, true)),
            to => time(to).map(|to| (from, to, from < to)),
        }
    });
    match times {
        Some((from, to, true)) => return Some(Hours { from, to }),
        Some((_, _, false)) => report.error(
            at,
            format!("{text:?} does not end on the day on which it begins"),
            "write the earlier time first; until midnight is \"08:00-24:00\"",
        ),
        None => report.error(
            at,
            format!("{text:?} is not a span of one day"),
            "write two times of a day, the earlier first, as \"08:00-18:00\"",
        ),
    }
    None
}
