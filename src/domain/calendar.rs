//! Working days, holidays and the configured time zone.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// When people work, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The zone in which dates are shown.
    pub timezone: Tz,
    /// Days of the week on which people work; at least one.
    pub working_days: Vec<Weekday>,
    /// Days off.
    pub holidays: BTreeSet<NaiveDate>,
    /// When messages that can wait go out; `None`: at any time.
    pub send_between: Option<Hours>,
}

/// The hours of a working day in which messages that can wait go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first moment.
    pub from: NaiveTime,
    /// The first moment after them; later than `from`.
    pub to: NaiveTime,
}

impl Default for Calendar {
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self {
            timezone: Tz::UTC,
            working_days: vec![Mon, Tue, Wed, Thu, Fri],
            holidays: BTreeSet::new(),
            send_between: None,
        }
    }
}

impl Calendar {
    /// The calendar day of an instant, in the configured zone.
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.timezone).date_naive()
    }

    /// Is it a day on which somebody can renew a credential?
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.working_days.contains(&day.weekday()) && !self.holidays.contains(&day)
    }

    /// May messages that can wait go out?
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.send_between.is_none_or(|hours| {
            let time = at.with_timezone(&self.timezone).time();
            self.is_working_day(self.day_of(at)) && hours.from <= time && time < hours.to
        })
    }

    /// The first time after `now` at which messages that can wait may go out again. `None` where they always may, and where no
    /// working day is within a year.
    pub fn next_opening(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hours = self.send_between?;
        self.day_of(now)
            .iter_days()
            .take(366)
            .filter(|day| self.is_working_day(*day))
            .filter_map(|day| self.first_from(day, hours.from))
            .find(|opening| *opening > now && self.is_open(*opening))
    }

    /// The first instant of the day at which its clocks show this time or later. Clocks that go forward skip a quarter of an
    /// hour or several.
    fn first_from(&self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        let quarters = (0..=24 * 4).map(|quarter| TimeDelta::minutes(15 * quarter));
        let walls = quarters.map(|later| day.and_time(time) + later);
        let instants = walls.filter_map(|wall| self.timezone.from_local_datetime(&wall).earliest());
        instants.map(|at| at.with_timezone(&Utc)).next()
    }

    /// The last working day before the day on which `end` falls. `None` when none is within a year: the holidays
    /// leave no working day.
    pub fn last_working_day_before(&self, end: DateTime<Utc>) -> Option<NaiveDate> {
        self.day_of(end)
            .iter_days()
            .rev()
            .skip(1)
            .take(366)
            .find(|day| self.is_working_day(*day))
    }
}

#[cfg(test)]
mod tests {
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
}
