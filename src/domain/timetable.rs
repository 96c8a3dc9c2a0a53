//! When rounds run: at every tick of the schedule; when the hours begin in which messages that can wait go out, so that none
//! of them waits for longer than it has to; and, where there are summaries, when the hours for them begin on a working day that the
//! schedule would let pass without one.

use chrono::{DateTime, TimeDelta, Utc};

use super::{calendar::Calendar, schedule::Schedule};

/// When rounds run.
#[derive(Debug, Clone)]
pub struct Timetable {
    schedule: Schedule,
    calendar: Calendar,
    has_summaries: bool,
}

impl Timetable {
    /// The schedule's ticks and the calendar's openings.
    pub fn new(schedule: Schedule, calendar: Calendar) -> Self {
        Self {
            schedule,
            calendar,
            has_summaries: false,
        }
    }

    /// The same, and does any receiver get summaries?
    #[must_use]
    pub fn with_summaries(self, has_summaries: bool) -> Self {
        Self {
            has_summaries,
            ..self
        }
    }

    /// The first round strictly after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let tick = self.schedule.next_after(now);
        let opening = self.calendar.next_opening(now);
        let summary = self.summary_after(now);
        tick.into_iter().chain(opening).chain(summary).min()
    }

    /// The beginning of the next hours for summaries, unless the schedule ticks in them.
    fn summary_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let now = self.has_summaries.then_some(now)?;
        let hours = self.calendar.next_summary_time(now)?;
        let tick = self
            .schedule
            .next_after(hours.start - TimeDelta::nanoseconds(1));
        let is_passed_over = tick.is_none_or(|tick| tick >= hours.end);
        is_passed_over.then_some(hours.start)
    }

    /// The schedule as it is written.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Hours;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_round_also_runs_when_the_hours_begin() {
        let zone = chrono_tz::Europe::Berlin;
        let hours = Hours {
            from: "08:00:00".parse().unwrap(),
            to: "18:00:00".parse().unwrap(),
        };
        let calendar = Calendar {
            timezone: zone,
            send_between: Some(hours),
            ..Calendar::default()
        };
        let friday = at("2026-03-27T12:00:00Z");
        let schedule = Schedule::new("0 6 * * *", zone, friday).unwrap();
        let timetable = Timetable::new(schedule, calendar);
        let next = |from: &DateTime<Utc>| timetable.next_after(*from);
        let rounds: Vec<String> = std::iter::successors(next(&friday), next)
            .take(4)
            .map(|at| at.with_timezone(&zone).format("%a %H:%M%:z").to_string())
            .collect();
        // the clocks go forward on the Sunday
        assert_eq!(
            rounds,
            [
                "Sat 06:00+01:00",
                "Sun 06:00+02:00",
                "Mon 06:00+02:00",
                "Mon 08:00+02:00"
            ]
        );
    }

    #[test]
    fn a_working_day_that_the_schedule_leaves_without_a_summary_has_a_round_for_it() {
        let friday = at("2026-03-27T12:00:00Z");
        let rounds = |cron: &str, has_summaries: bool| -> Vec<String> {
            let schedule = Schedule::new(cron, chrono_tz::Tz::UTC, friday).unwrap();
            let timetable =
                Timetable::new(schedule, Calendar::default()).with_summaries(has_summaries);
            let next = |from: &DateTime<Utc>| timetable.next_after(*from);
            std::iter::successors(next(&friday), next)
                .take(4)
                .map(|at| at.format("%a %H:%M").to_string())
                .collect()
        };
        let early = ["Sat 06:00", "Sun 06:00", "Mon 06:00", "Mon 08:00"];
        assert_eq!(rounds("0 6 * * *", true), early);
        let without = ["Sat 06:00", "Sun 06:00", "Mon 06:00", "Tue 06:00"];
        assert_eq!(rounds("0 6 * * *", false), without);
        // at its own times only
        let enough = ["Fri 18:00", "Sat 06:00", "Sat 18:00", "Sun 06:00"];
        assert_eq!(rounds("0 6,18 * * *", true), enough);
        let at_once = ["Sat 08:00", "Sun 08:00", "Mon 08:00", "Tue 08:00"];
        assert_eq!(rounds("0 8 * * *", true), at_once);
    }
}
