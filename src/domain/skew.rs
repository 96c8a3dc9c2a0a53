//! Whether our clock is right. Everything is judged by it, so one that is wrong is told of as being blind is.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    health::{Change, Health},
    notification::Blindness,
};

/// A clock that differs by more is told of: from five minutes on, Entra refuses assertions too.
pub const TOLD_FROM: TimeDelta = TimeDelta::minutes(5);
/// It is over once it differs by no more than this: between the two nothing changes, so that a clock on the edge is not told of
/// again and again.
const OVER_AT: TimeDelta = TimeDelta::seconds(150);

impl Health {
    /// The health after a scan at `now` whose server was `ahead` of our clock, and what is to be told. `None`: it did not say.
    #[must_use]
    pub fn with_clock(
        self,
        ahead: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> (Self, Option<Change>) {
        let Some(ahead) = ahead else {
            return (self, None);
        };
        let wrong = problem(ahead).filter(|_| !self.skew_announced);
        let change = if let Some(problem) = wrong {
            Change::Failing {
                blindness: Blindness::Skewed,
                problem,
                since: now,
            }
        } else if self.skew_announced && ahead.abs() <= OVER_AT {
            Change::Recovered {
                blindness: Blindness::Skewed,
                note: format!(
                    "The clocks of forewarn's machine and of Microsoft agree again, to {} seconds.",
                    ahead.num_seconds().abs().max(1)
                ),
            }
        } else {
            return (self, None);
        };
        let health = Self {
            skew_announced: !self.skew_announced,
            ..self
        };
        (health, Some(change))
    }
}

/// What is wrong with our clock when the server's is so far ahead of it; `None` for what is still right.
pub fn problem(ahead: TimeDelta) -> Option<String> {
    if ahead.abs() <= TOLD_FROM {
        return None;
    }
    let minutes = ahead.num_minutes().abs();
    let (way, comes) = if ahead > TimeDelta::zero() {
        ("behind", "late")
    } else {
        ("ahead of", "early")
    };
    Some(format!(
        "The clock of forewarn's machine is {minutes} minutes {way} Microsoft's. What is due is judged by this machine's clock, so \
         every alert comes that much too {comes}, and signing in with a certificate fails. Set the clock, and let NTP keep it: \
         `timedatectl` or `chronyc tracking` tells how it is kept; a container has its host's clock."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `F`: failing told, `R`: recovered told, `-`: nothing, for clocks that are so many seconds ahead of ours.
    fn told(seconds: &[Option<i64>]) -> String {
        let mut health = Health::default();
        let mut told = String::new();
        for ahead in seconds {
            let ahead = ahead.map(TimeDelta::seconds);
            let (after, change) = health.with_clock(ahead, DateTime::UNIX_EPOCH);
            told.push(match change {
                None => '-',
                Some(Change::Failing { .. }) => 'F',
                Some(Change::Recovered { .. }) => 'R',
            });
            health = after;
        }
        told
    }

    #[test]
    fn it_is_told_once_and_once_that_it_is_over() {
        let (fine, wrong) = (Some(0), Some(-600));
        assert_eq!(told(&[fine, wrong, wrong, fine, fine]), "-F-R-");
        assert_eq!(
            told(&[Some(300), Some(301), Some(-9_999), Some(-150)]),
            "-F-R"
        );
    }

    #[test]
    fn one_on_the_edge_is_told_once() {
        let edge = [
            Some(301),
            Some(299),
            Some(302),
            Some(151),
            Some(301),
            Some(150),
        ];
        assert_eq!(told(&edge), "F----R");
    }

    #[test]
    fn where_no_server_says_the_time_nothing_changes() {
        assert_eq!(told(&[None, Some(600), None, Some(0), None]), "-F-R-");
    }

    #[test]
    fn it_says_which_way_and_what_to_do() {
        let behind = problem(TimeDelta::minutes(12)).unwrap();
        assert!(behind.contains("12 minutes behind Microsoft's"));
        assert_eq!(problem(TOLD_FROM), None);
        let ahead = problem(TimeDelta::minutes(-12)).unwrap();
        for part in ["12 minutes ahead of", "too early", "NTP"] {
            assert!(ahead.contains(part), "{ahead}");
        }
    }
}
