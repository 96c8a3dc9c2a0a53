//! Lengths of time: `36h`, `7d`.

use chrono::TimeDelta;

use crate::config::{path::KeyPath, report::Report};

/// A hundred years: anything longer is a slip, and would overflow dates.
const LONGEST: TimeDelta = TimeDelta::days(36_500);

/// A length of time of more than nothing.
pub(super) fn duration(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<TimeDelta> {
    between(TimeDelta::milliseconds(1), text, at, report)
}

/// A length of time; `0d` is one.
pub(super) fn duration_or_none(
    text: &str,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<TimeDelta> {
    between(TimeDelta::zero(), text, at, report)
}

fn between(
    least: TimeDelta,
    text: &str,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<TimeDelta> {
    let parsed = humantime::parse_duration(text)
        .ok()
        .and_then(|duration| TimeDelta::from_std(duration).ok());
    match parsed {
        Some(duration) if (least..=LONGEST).contains(&duration) => Some(duration),
        Some(_) => {
            report.error(
                at,
                format!("{text:?} is not a sensible length of time"),
                "write more than nothing and at most a hundred years",
            );
            None
        }
        None => {
            report.error(
                at,
                format!("{text:?} is not a length of time"),
                "write a number and a unit, as `36h`, `7d` or `2weeks`",
            );
            None
        }
    }
}
