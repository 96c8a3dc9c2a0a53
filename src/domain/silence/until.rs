//! Until when: `7d`, `2026-12-31`, or an instant.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::domain::calendar::Calendar;

/// A length of time as people write it (`36h`, `7d`, `2weeks`); `None`: it is none, or a negligible or absurd one.
fn lasting(text: &str) -> Option<TimeDelta> {
    const ABSURD: TimeDelta = TimeDelta::days(36_500);
    let duration = humantime::parse_duration(text.trim()).ok()?;
    let delta = TimeDelta::from_std(duration).ok()?;
    (delta > TimeDelta::zero() && delta < ABSURD).then_some(delta)
}

/// The instant that a text means: `2026-12-31` is the end of that day in the calendar's zone; or RFC 3339, as it says.
fn end_of(text: &str, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let midnight = day.succ_opt()?.and_time(NaiveTime::MIN);
    calendar.shown(midnight).map(|(first, _)| first)
}

/// When it is to end cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoEnd {
    /// Neither or both were given.
    #[error(
        "say either for how long, as `7d`, or until when, as `2026-12-31`: a silence always has an end"
    )]
    NotOne,
    /// It is not a length of time.
    #[error("{0:?} is not a length of time; write a number and a unit, as `36h`, `7d` or `2weeks`")]
    NotALength(String),
    /// It is not a day.
    #[error(
        "{0:?} is not a day; write it as `2026-12-31`, or an instant as `2026-12-31T18:00:00Z`"
    )]
    NotADay(String),
}

/// When it ends, by a length of time from `now` or by a day; one of them has to be given, and an empty text is not.
pub fn ends_at(
    lasts: Option<&str>,
    until: Option<&str>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, NoEnd> {
    let given = |text: &&str| !text.trim().is_empty();
    match (lasts.filter(given), until.filter(given)) {
        (Some(lasts), None) => lasting(lasts)
            .and_then(|delta| now.checked_add_signed(delta))
            .ok_or_else(|| NoEnd::NotALength(lasts.to_owned())),
        (None, Some(until)) => {
            end_of(until, calendar).ok_or_else(|| NoEnd::NotADay(until.to_owned()))
        }
        (None, None) | (Some(_), Some(_)) => Err(NoEnd::NotOne),
    }
}
