//! When rounds run: the `cron` crate, given the meaning that people expect of it.
//!
//! Four things are put right here. A number for a day of the week has its Unix meaning (0 and 7 are Sunday), while the
//! crate counts 1 as Sunday. Five fields are minute…weekday, and then a day of the month and a day of the
//! week mean either, not both. And a wall-clock time is resolved by us: one that a
//! clock change skips is shifted forward by as much as the clock, one that comes twice is taken the first time.

use std::{fmt, str::FromStr};

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A cron expression in a time zone.
#[derive(Clone)]
pub struct Schedule {
    written: Box<str>,
    /// Any of them.
    crons: Vec<cron::Schedule>,
    timezone: Tz,
}

/// Why an expression is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Neither five nor six fields.
    #[error("{0} fields; write five (minute hour day month weekday) or six (second first)")]
    Fields(usize),
    /// A field says something impossible.
    #[error("{0}")]
    Field(String),
    /// It is understood, but no such day comes.
    #[error("it never fires: no such date exists")]
    Never,
}

impl Schedule {
    /// Reads an expression. `now` only serves to see whether it ever fires.
    pub fn new(expression: &str, timezone: Tz, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let mut fields: Vec<String> = expression.split_whitespace().map(str::to_owned).collect();
        let five = fields.len() == 5;
        match fields.len() {
            5 => fields.insert(0, "0".to_owned()),
            6 => {}
            count => return Err(ScheduleError::Fields(count)),
        }
        fields[5] = name_weekdays(&fields[5])?;
        let crons = if five && is_restricted(&fields[3]) && is_restricted(&fields[5]) {
            // to Unix, a day of the month and a day of the week mean: either
            let any = |at: usize| [&fields[..at], &["*".to_owned()], &fields[at + 1..]].concat();
            vec![parse(&any(5))?, parse(&any(3))?]
        } else {
            vec![parse(&fields)?]
        };
        let schedule = Self {
            written: expression.into(),
            crons,
            timezone,
        };
        schedule.next_after(now).ok_or(ScheduleError::Never)?;
        Ok(schedule)
    }

    /// The first time strictly after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // local wall time is given to the crate as if it were UTC; what a clock change skipped lies just behind us
        let local = now.with_timezone(&self.timezone).naive_local() - self.skipped_lately(now);
        let local = Utc.from_utc_datetime(&local);
        let next = |cron: &cron::Schedule| {
            cron.after(&local)
                .map(|wall| self.resolve(wall.naive_utc()))
                .find(|at| *at > now)
        };
        self.crons.iter().filter_map(next).min()
    }

    /// The zone it is read in.
    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    /// How much wall time the last day's clock change skipped, if there was one.
    fn skipped_lately(&self, now: DateTime<Utc>) -> TimeDelta {
        let forward = self.ahead_of_utc(now) - self.ahead_of_utc(now - TimeDelta::hours(25));
        forward.max(TimeDelta::zero())
    }

    fn resolve(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match self.timezone.from_local_datetime(&wall) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
            LocalResult::None => {
                // by the clock as it was before the change, a skipped time is as far behind the gap as it was into it
                let wall = wall.and_utc();
                wall - self.ahead_of_utc(wall - TimeDelta::days(1))
            }
        }
    }

    fn ahead_of_utc(&self, at: DateTime<Utc>) -> TimeDelta {
        let offset = self
            .timezone
            .offset_from_utc_datetime(&at.naive_utc())
            .fix();
        TimeDelta::seconds(i64::from(offset.local_minus_utc()))
    }
}

/// Does the field leave anything out?
fn is_restricted(field: &str) -> bool {
    !matches!(field, "*" | "?")
}

fn parse(fields: &[String]) -> Result<cron::Schedule, ScheduleError> {
    cron::Schedule::from_str(&fields.join(" ")).map_err(|error| {
        let text = error.to_string();
        // the crate draws a caret under the expression: the last line with words says what is wrong
        let said = text
            .lines()
            .rev()
            .find(|line| line.chars().any(char::is_alphabetic));
        ScheduleError::Field(said.unwrap_or("it is not understood").trim().to_owned())
    })
}

/// Writes weekday numbers as names, so that they mean what they mean to Unix.
fn name_weekdays(field: &str) -> Result<String, ScheduleError> {
    field
        .split(',')
        .map(name_weekday_item)
        .collect::<Result<Vec<_>, _>>()
        .map(|items| items.join(","))
}

fn name_weekday_item(item: &str) -> Result<String, ScheduleError> {
    let (range, step) = item
        .split_once('/')
        .map_or((item, None), |(range, step)| (range, Some(step)));
    let (from, to) = match (range.split_once('-'), step) {
        (Some(ends), _) => ends,
        // to Unix, a number with a step begins a range that runs to the end
        (None, Some(_)) if is_number(range) => (range, "6"),
        (None, _) => {
            let named = if is_number(range) {
                weekday_name(range)?
            } else {
                range
            };
            return Ok(with_step(named.to_owned(), step));
        }
    };
    let both_numbers = [from, to].iter().all(|end| end.parse::<u8>().is_ok());
    if !both_numbers {
        return Ok(with_step(
            format!("{}-{}", weekday_name(from)?, weekday_name(to)?),
            step,
        ));
    }
    // a range of numbers may run over Sunday (5-7, 6-1), which the crate cannot say: it becomes a list
    let (first, last) = (weekday_number(from)?, weekday_number(to)?);
    let last = if last < first { last + 7 } else { last };
    let step: usize = step.map_or(Ok(1), |step| {
        step.parse()
            .ok()
            .filter(|step| *step > 0)
            .ok_or_else(|| bad_weekday(item))
    })?;
    Ok((first..=last)
        .step_by(step)
        .map(|day| NAMES[day % 7])
        .collect::<Vec<_>>()
        .join(","))
}

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn with_step(range: String, step: Option<&str>) -> String {
    match step {
        Some(step) => format!("{range}/{step}"),
        None => range,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn weekday_name(text: &str) -> Result<&str, ScheduleError> {
    if text.chars().all(|c| c.is_ascii_digit()) {
        Ok(NAMES[weekday_number(text)? % 7])
    } else {
        Ok(text)
    }
}

fn weekday_number(text: &str) -> Result<usize, ScheduleError> {
    text.parse()
        .ok()
        .filter(|day| *day <= 7)
        .ok_or_else(|| bad_weekday(text))
}

fn bad_weekday(text: &str) -> ScheduleError {
    ScheduleError::Field(format!(
        "`{text}` is no weekday; write 0-7 (0 and 7 are Sunday) or mon-sun"
    ))
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.written, self.timezone)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(expression: &str, zone: Tz, from: &str, count: usize) -> Vec<String> {
        let from: DateTime<Utc> = from.parse().unwrap();
        let schedule = Schedule::new(expression, zone, from).unwrap();
        let next = |at: &DateTime<Utc>| schedule.next_after(*at);
        std::iter::successors(schedule.next_after(from), next)
            .take(count)
            .map(|at| at.with_timezone(&zone).format("%a %d %H:%M%:z").to_string())
            .collect()
    }

    #[test]
    fn five_fields_have_their_unix_meaning() {
        let utc = Tz::UTC;
        assert_eq!(
            runs("0 8 * * 1-5", utc, "2026-11-20T09:00:00Z", 2),
            ["Mon 23 08:00+00:00", "Tue 24 08:00+00:00"]
        );
        assert_eq!(
            runs("0 8 * * 0", utc, "2026-11-20T09:00:00Z", 1),
            ["Sun 22 08:00+00:00"]
        );
        assert_eq!(
            runs("0 8 * * 7", utc, "2026-11-20T09:00:00Z", 1),
            ["Sun 22 08:00+00:00"]
        );
        assert_eq!(
            runs("0 8 * * 5-7", utc, "2026-11-20T09:00:00Z", 3)[2],
            "Fri 27 08:00+00:00"
        );
        assert_eq!(
            runs("0 8 * * mon,3", utc, "2026-11-20T09:00:00Z", 2)[1],
            "Wed 25 08:00+00:00"
        );
        assert_eq!(
            runs("0 8 1 * 1", utc, "2026-11-20T09:00:00Z", 3),
            [
                "Mon 23 08:00+00:00",
                "Mon 30 08:00+00:00",
                "Tue 01 08:00+00:00"
            ],
            "either the first of the month or a Monday"
        );
        assert_eq!(
            runs("0 8 * * 6/2", utc, "2026-11-22T09:00:00Z", 1),
            ["Sat 28 08:00+00:00"]
        );
        assert_eq!(
            runs("*/15 * * * *", utc, "2026-11-20T09:00:00Z", 1),
            ["Fri 20 09:15+00:00"]
        );
    }

    #[test]
    fn a_time_that_the_clock_skips_is_shifted_and_one_that_comes_twice_runs_once() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(
            runs("30 2 * * *", berlin, "2026-03-28T12:00:00Z", 2),
            ["Sun 29 03:30+02:00", "Mon 30 02:30+02:00"]
        );
        assert_eq!(
            runs("30 2 * * *", berlin, "2026-10-24T12:00:00Z", 2),
            ["Sun 25 02:30+02:00", "Mon 26 02:30+01:00"]
        );
        assert_eq!(
            runs("10,45 2,3 * * *", berlin, "2026-03-29T00:30:00Z", 4),
            [
                "Sun 29 03:10+02:00",
                "Sun 29 03:45+02:00",
                "Mon 30 02:10+02:00",
                "Mon 30 02:45+02:00"
            ]
        );
        let lord_howe = chrono_tz::Australia::Lord_Howe;
        assert_eq!(
            runs("15 2 * * *", lord_howe, "2026-10-03T00:00:00Z", 1),
            ["Sun 04 02:45+11:00"]
        );
    }

    #[test]
    fn times_only_ever_go_forward() {
        let zone = chrono_tz::Europe::Berlin;
        let from: DateTime<Utc> = "2026-10-24T00:00:00Z".parse().unwrap();
        let schedule = Schedule::new("*/30 * * * *", zone, from).unwrap();
        let runs: Vec<_> = std::iter::successors(Some(from), |at| schedule.next_after(*at))
            .take(120)
            .collect();
        assert!(runs.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_is_no_schedule_says_why() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let error = |text| Schedule::new(text, Tz::UTC, now).unwrap_err();
        assert_eq!(error("0 8 * *"), ScheduleError::Fields(4));
        assert_eq!(error("0 0 0 31 2 *"), ScheduleError::Never);
        assert!(error("0 8 * * 8").to_string().contains("no weekday"));
        assert!(!error("0 99 * * *").to_string().is_empty());
    }
}
