//! When rounds run: at every tick of the schedule, and when the hours begin in which messages that can wait go out, so that none
//! of them waits for longer than it has to.

use chrono::{DateTime, Utc};

use super::{calendar::Calendar, schedule::Schedule};

/// When rounds run.
#[derive(Debug, Clone)]
pub struct Timetable {
    schedule: Schedule,
    calendar: Calendar,
}

impl Timetable {
    /// The schedule's ticks and the calendar's openings.
    pub fn new(schedule: Schedule, calendar: Calendar) -> Self {
        Self { schedule, calendar }
    }

    /// The first round strictly after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let tick = self.schedule.next_after(now);
        let opening = self.calendar.next_opening(now);
        tick.into_iter().chain(opening).min()
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
}
