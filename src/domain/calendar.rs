//! Working days, holidays and the configured time zone.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
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
}

impl Default for Calendar {
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self {
            timezone: Tz::UTC,
            working_days: vec![Mon, Tue, Wed, Thu, Fri],
            holidays: BTreeSet::new(),
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
