//! The ladder: how many days before its end a credential is spoken of.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// One rung of the ladder: a number of days before the end. Rung 0 is the end itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rung(u16);

impl Rung {
    /// The end itself: the `expired` alert.
    pub const END: Self = Self(0);

    /// The rung `days` before the end.
    pub const fn days_before(days: u16) -> Self {
        Self(days)
    }

    /// Days before the end.
    pub const fn days(self) -> u16 {
        self.0
    }

    /// The first instant on this rung for a credential that ends at `end`.
    pub fn reached_at(self, end: DateTime<Utc>) -> DateTime<Utc> {
        end - TimeDelta::days(i64::from(self.0))
    }

    /// A rung applies only to a credential that lives at least twice as long; without a start every rung applies. A start that
    /// does not lie before the end says nothing and counts as none.
    pub fn applies(self, starts_at: Option<DateTime<Utc>>, end: DateTime<Utc>) -> bool {
        let least = TimeDelta::days(2 * i64::from(self.0));
        starts_at
            .filter(|start| *start < end)
            .is_none_or(|start| end - start >= least)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The rungs, widest first, without doubles. Rung 0 is always on it: an expiry is always told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(Box<[Rung]>);

impl Ladder {
    /// A ladder of the given days, in any order.
    pub fn new(days: impl IntoIterator<Item = u16>) -> Self {
        let mut rungs: Vec<Rung> = days.into_iter().map(Rung).chain([Rung::END]).collect();
        rungs.sort_unstable_by(|a, b| b.cmp(a));
        rungs.dedup();
        Self(rungs.into())
    }

    /// The rungs, widest first.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }

    /// The tightest rung that a credential has reached at `now`, if any.
    pub fn tightest_reached(
        &self,
        starts_at: Option<DateTime<Utc>>,
        end: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Rung> {
        let left = end - now;
        let reached = |rung: &&Rung| {
            left <= TimeDelta::days(i64::from(rung.0)) && rung.applies(starts_at, end)
        };
        self.0.iter().rev().find(reached).copied()
    }
}

/// Whole days from `now` to `end`, rounded down: negative as soon as the end has passed.
pub fn days_left(end: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let left = end - now;
    let towards_zero = left.num_days();
    towards_zero - i64::from(left < TimeDelta::days(towards_zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_are_rounded_down_to_the_last_nanosecond() {
        let end = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (day, nanosecond) = (TimeDelta::days(1), TimeDelta::nanoseconds(1));
        for (now, expected) in [
            (end - day, 1),
            (end - day + nanosecond, 0),
            (end, 0),
            (end + nanosecond, -1),
            (end + day, -1),
            (end + day + nanosecond, -2),
        ] {
            assert_eq!(days_left(end, now), expected, "{now}");
        }
    }
}
