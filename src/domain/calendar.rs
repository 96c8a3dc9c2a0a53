//! Working days, holidays and the configured time zone.

use std::{collections::BTreeSet, ops::Range};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
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
    /// The first moment after them: later than `from`, or midnight for the end of the day.
    pub to: NaiveTime,
}

/// When summaries go out where nothing is said of the hours.
const FROM_EIGHT: Hours = Hours {
    from: match NaiveTime::from_hms_opt(8, 0, 0) {
        Some(eight) => eight,
        None => NaiveTime::MIN,
    },
    to: NaiveTime::MIN,
};

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
        self.send_between
            .is_none_or(|hours| self.is_within(hours, at))
    }

    /// The first time after `now` at which messages that can wait may go out again. `None` where they always may, and where no
    /// working day is within a year.
    pub fn next_opening(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next_span(self.send_between?, now)
            .map(|span| span.start)
    }

    /// The next time in which summaries go out, of those that begin after `now`. `None` where no working day is within a year.
    pub fn next_summary_time(&self, now: DateTime<Utc>) -> Option<Range<DateTime<Utc>>> {
        self.next_span(self.send_between.unwrap_or(FROM_EIGHT), now)
    }

    fn next_span(&self, hours: Hours, now: DateTime<Utc>) -> Option<Range<DateTime<Utc>>> {
        let today = self.day_of(now);
        let yesterday = today.pred_opt().unwrap_or(today);
        yesterday
            .iter_days()
            .take(367)
            .filter_map(|day| self.span(day, hours))
            .find(|span| span.start > now)
    }

    /// Until when messages that can wait are held back at `now`. `None`: they go out. A calendar whose holidays leave no working day
    /// within a year holds nothing back: it would for ever.
    pub fn held_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next_opening(now).filter(|_| !self.is_open(now))
    }

    /// Is it the time of a working day at which summaries go out: the hours of `send_between`, or any from eight o'clock on?
    pub fn is_summary_time(&self, at: DateTime<Utc>) -> bool {
        self.is_within(self.send_between.unwrap_or(FROM_EIGHT), at)
    }

    fn is_within(&self, hours: Hours, at: DateTime<Utc>) -> bool {
        let today = self.day_of(at);
        // where clocks go back over midnight, a day's hours reach into the day beside it
        let days = [today.pred_opt(), Some(today), today.succ_opt()];
        days.into_iter()
            .flatten()
            .filter_map(|day| self.span(day, hours))
            .any(|span| span.contains(&at))
    }

    /// The hours of one day, in one piece: from the first time that its clocks show the beginning to the last time that they show
    /// the end. `None` on a day off, and on one whose clocks skip them.
    fn span(&self, day: NaiveDate, hours: Hours) -> Option<Range<DateTime<Utc>>> {
        if !self.is_working_day(day) {
            return None;
        }
        let last_day = match hours.to {
            NaiveTime::MIN => day.succ_opt()?,
            _ => day,
        };
        let (start, _) = self.shown(day.and_time(hours.from))?;
        let (_, end) = self.shown(last_day.and_time(hours.to))?;
        (start < end).then_some(start..end)
    }

    /// The first and the last instant at which the clocks show this time; where they skip it, the one at which they do.
    pub(super) fn shown(&self, wall: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let shown = self.timezone.from_local_datetime(&wall);
        match (shown.earliest(), shown.latest()) {
            (Some(first), Some(last)) => Some((first.to_utc(), last.to_utc())),
            _ => self.skipped(wall).map(|at| (at, at)),
        }
    }

    /// The first instant at which the clocks show a time after `wall`, which they skip. Some have skipped a whole day.
    fn skipped(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        const TWO_DAYS: i64 = 2 * 24 * 60 * 60;
        let around = wall.and_utc().timestamp();
        let (mut before, mut after) = (around - TWO_DAYS, around + TWO_DAYS);
        while after - before > 1 {
            let middle = before.midpoint(after);
            let at = DateTime::from_timestamp(middle, 0)?;
            if at.with_timezone(&self.timezone).naive_local() < wall {
                before = middle;
            } else {
                after = middle;
            }
        }
        DateTime::from_timestamp(after, 0)
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
mod tests;

#[cfg(test)]
mod properties;
