//! Keeping within Graph's limits, so that it need not turn us away.
//!
//! - Requests that select `keyCredentials` are limited to 150 a minute and tenant, for applications and for service principals
//!   (learn.microsoft.com/graph/api/application-list, serviceprincipal-list). One count is kept for both, refused requests
//!   included.
//! - Every answer tells its cost in resource units, and from four fifths of a limit on how much of it is used up
//!   (learn.microsoft.com/graph/throttling-limits). Both are metered, and the next request waits a little then.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

use super::excerpt::excerpt;

/// So many requests…
const REQUESTS: usize = 150;
/// …in this time.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// Graph speaks of a limit from here on.
const NEARLY: f64 = 0.8;
/// What is waited for each whole limit beyond that: the budget's window.
const BUDGET_WINDOW: Duration = Duration::from_secs(10);

/// What an answer told of the limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    /// What it cost.
    pub(super) units: u64,
    /// How much of a limit is used up: 1 is all of it, 0 is next to nothing.
    pub(super) used: f64,
}

/// What was sent lately, and what Graph said of it.
#[derive(Debug)]
pub(super) struct Throttle {
    requests: usize,
    window: TimeDelta,
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    sent: VecDeque<DateTime<Utc>>,
    /// To be waited before the next request.
    pause: Duration,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new(REQUESTS, WINDOW)
    }
}

impl Throttle {
    /// So many requests in that time.
    pub(super) fn new(requests: usize, window: TimeDelta) -> Self {
        Self {
            requests,
            window,
            recent: Mutex::default(),
        }
    }

    /// `None`: a request may go, and is counted. Otherwise how long to wait before asking again.
    pub(super) fn before_request(&self, now: DateTime<Utc>) -> Option<Duration> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = std::mem::take(&mut recent.pause);
        if !pause.is_zero() {
            return Some(pause);
        }
        // a clock that was set back must not make anybody wait for it
        recent
            .sent
            .retain(|at| *at <= now && now - *at < self.window);
        if let Some(oldest) = recent
            .sent
            .front()
            .filter(|_| recent.sent.len() >= self.requests)
        {
            return (*oldest + self.window - now).to_std().ok();
        }
        recent.sent.push_back(now);
        None
    }

    /// How long a request that selects no `keyCredentials` waits, because of what Graph said last.
    pub(super) fn pause(&self) -> Option<Duration> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = std::mem::take(&mut recent.pause);
        (!pause.is_zero()).then_some(pause)
    }

    /// Notes what an answer tells of the limits.
    pub(super) fn after_answer(&self, headers: &HeaderMap, tenant: &str) -> Load {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| text(name)?.trim().parse::<f64>().ok();
        let used =
            number("x-ms-throttle-limit-percentage").filter(|used| (0.0..=10.0).contains(used));
        let load = Load {
            units: text("x-ms-resource-unit")
                .and_then(|units| units.trim().parse().ok())
                .unwrap_or(0),
            used: used.unwrap_or(0.0),
        };
        if load.used > NEARLY {
            let named = |name| excerpt(text(name).unwrap_or("unknown"), 200);
            tracing::info!(
                tenant.name = tenant,
                throttle.used = load.used,
                throttle.scope = named("x-ms-throttle-scope"),
                throttle.information = named("x-ms-throttle-information"),
                "Graph says that a limit is nearly used up; the next request waits a little"
            );
            let pause = BUDGET_WINDOW.mul_f64((load.used - NEARLY).min(1.0));
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.pause = pause;
        }
        load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_hundred_and_fifty_in_a_minute_and_no_more() {
        let throttle = Throttle::default();
        for n in 0..150 {
            assert_eq!(throttle.before_request(at(n / 10)), None, "{n}");
        }
        assert_eq!(
            throttle.before_request(at(20)),
            Some(Duration::from_secs(40))
        );
        assert_eq!(
            throttle.before_request(at(59)),
            Some(Duration::from_secs(1))
        );
        for n in 0..10 {
            assert_eq!(throttle.before_request(at(60)), None, "{n}");
        }
        assert_eq!(
            throttle.before_request(at(60)),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait() {
        let throttle = Throttle::default();
        for _ in 0..150 {
            throttle.before_request(at(1_000));
        }
        assert_eq!(throttle.before_request(at(0)), None);
    }

    #[test]
    fn from_four_fifths_of_a_limit_on_the_next_request_waits_once() {
        let throttle = Throttle::default();
        let quiet = throttle.after_answer(&headers(&[("x-ms-resource-unit", "2")]), "contoso");
        assert_eq!(
            quiet,
            Load {
                units: 2,
                used: 0.0
            }
        );
        assert_eq!(throttle.before_request(at(0)), None);
        let busy = headers(&[
            ("x-ms-throttle-limit-percentage", "1.3"),
            ("x-ms-resource-unit", "1"),
        ]);
        assert_eq!(
            throttle.after_answer(&busy, "contoso"),
            Load {
                units: 1,
                used: 1.3
            }
        );
        assert_eq!(throttle.before_request(at(0)), Some(Duration::from_secs(5)));
        assert_eq!(throttle.before_request(at(5)), None);
        for odd in ["", "NaN", "-1", "x", "1e300"] {
            throttle.after_answer(
                &headers(&[
                    ("x-ms-throttle-limit-percentage", odd),
                    ("x-ms-resource-unit", odd),
                ]),
                "t",
            );
            assert_eq!(throttle.before_request(at(6)), None, "{odd}");
        }
    }
}
