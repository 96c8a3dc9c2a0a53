//! Summaries beside the alerts.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;

/// How often a summary is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Every working day.
    Daily,
    /// The first working day of every week.
    Weekly,
}

/// When a receiver last had a summary of a tenant, or when its first period began, without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    /// The receiver's name.
    pub receiver: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Every {
    /// Is the next summary due at `now`, when the last one was sent then? It is in the hours of the first working day of a period on
    /// which anybody asks.
    pub fn is_due(
        self,
        last: Option<DateTime<Utc>>,
        calendar: &Calendar,
        now: DateTime<Utc>,
    ) -> bool {
        let period = |at| self.period(calendar.day_of(at));
        calendar.is_summary_time(now) && last.is_none_or(|last| period(last) < period(now))
    }

    /// From when on something is news in the next summary.
    pub fn news_since(self, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
        let days = match self {
            Self::Daily => 1,
            Self::Weekly => 7,
        };
        last.unwrap_or(now - TimeDelta::days(days))
    }

    /// The first day of the period that `day` belongs to.
    fn period(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Daily => day,
            Self::Weekly => day.week(Weekday::Mon).first_day(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_summary_is_due_in_the_hours_of_the_first_working_day_of_its_period() {
        let calendar = Calendar {
            timezone: chrono_tz::Europe::Berlin,
            holidays: ["2026-12-28".parse().unwrap()].into(),
            ..Calendar::default()
        };
        let last = at("2026-12-21T09:00:00Z"); // a Monday
        for (now, weekly, daily) in [
            ("2026-12-21T15:00:00Z", false, false),
            ("2026-12-22T06:59:59Z", false, false), // before eight in Berlin
            ("2026-12-22T07:00:00Z", false, true),
            ("2026-12-27T12:00:00Z", false, false), // a Sunday
            ("2026-12-28T12:00:00Z", false, false), // the holiday
            ("2026-12-29T07:00:00Z", true, true),
            ("2026-12-31T07:00:00Z", true, true), // for one that was down
            ("2027-01-01T07:00:00Z", true, true), // the same ISO week in another year
        ] {
            let now = at(now);
            let due = |every: Every| every.is_due(Some(last), &calendar, now);
            assert_eq!(
                (due(Every::Weekly), due(Every::Daily)),
                (weekly, daily),
                "{now}"
            );
        }
        let sent = Some(at("2026-12-31T07:00:00Z"));
        assert!(!Every::Weekly.is_due(sent, &calendar, at("2027-01-01T09:00:00Z")));
        assert!(Every::Weekly.is_due(sent, &calendar, at("2027-01-04T09:00:00Z")));
        assert!(Every::Weekly.is_due(None, &calendar, at("2026-12-23T09:00:00Z")));
    }
}
