//! Moments as people say them, seen from now.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::calendar::Calendar;

/// `in 6 days`, `in 9 hours`, `2 days ago`. What lies ahead is told in whole days of 24 hours, as everywhere; what is over by the
/// calendar, as people count.
pub(super) fn end(end: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> String {
    if end > now {
        return format!("in {}", span(end - now));
    }
    let days = calendar.day_of(now) - calendar.day_of(end);
    let over = if now - end < TimeDelta::days(1) {
        now - end
    } else {
        days
    };
    format!("{} ago", span(over))
}

/// `today`, `yesterday`, `40 days ago`.
pub(super) fn past(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - at).num_days() {
        ..1 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

fn span(span: TimeDelta) -> String {
    let (count, unit) = match (span.num_days(), span.num_hours()) {
        (0, 0) => (span.num_minutes(), "minute"),
        (0, hours) => (hours, "hour"),
        (days, _) => (days, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_by_its_distance() {
        let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
        for (seconds, expected) in [
            (0, "0 minutes ago"),
            (59, "in 0 minutes"),
            (60, "in 1 minute"),
            (7200, "in 2 hours"),
            (86_399, "in 23 hours"),
            (86_400, "in 1 day"),
            (172_800, "in 2 days"),
            (-3_700, "1 hour ago"),
            (-86_400, "1 day ago"),
            (-129_600, "2 days ago"),
            (-432_000, "5 days ago"),
        ] {
            let then = now + TimeDelta::seconds(seconds);
            assert_eq!(end(then, now, &Calendar::default()), expected);
        }
        for (days, expected) in [
            (-1, "today"),
            (0, "today"),
            (1, "yesterday"),
            (90, "90 days ago"),
        ] {
            assert_eq!(past(now - TimeDelta::days(days), now), expected);
        }
    }
}
