//! The clocks: the world's, and one that is turned by hand.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::domain::Clock;

/// The world's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// A sleep looks at the wall clock at least this often, so that it ends in time even when the machine was suspended or its
/// clock was set.
const LOOK_UP_EVERY: Duration = Duration::from_mins(1);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let until = add(self.now(), duration);
        Box::pin(async move {
            while let Some(left) = remaining(self.now(), until) {
                tokio::time::sleep(left.min(LOOK_UP_EVERY)).await;
            }
        })
    }
}

/// A clock that stands still until it is turned: for tests and the demo.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<DateTime<Utc>>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: watch::Sender::new(now),
        }
    }

    /// Turns it forward to `at`; it never goes back.
    pub fn advance_to(&self, at: DateTime<Utc>) {
        self.now.send_if_modified(|now| {
            let forward = at > *now;
            *now = at.max(*now);
            forward
        });
    }

    /// Turns it forward by `delta`.
    pub fn advance(&self, delta: TimeDelta) {
        self.advance_to(self.now() + delta);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let until = add(self.now(), duration);
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // the sender lives as long as the clock that is borrowed here, so waiting cannot fail
            let _ = now.wait_for(|now| *now >= until).await;
        })
    }
}

fn add(now: DateTime<Utc>, duration: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(duration)
        .ok()
        .and_then(|delta| now.checked_add_signed(delta))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn remaining(now: DateTime<Utc>, until: DateTime<Utc>) -> Option<Duration> {
    (until - now).to_std().ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_has_been_turned_far_enough() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let mut sleep = clock.sleep(Duration::from_secs(10));
        assert!(futures_util::poll!(&mut sleep).is_pending());
        clock.advance(TimeDelta::seconds(9));
        assert!(futures_util::poll!(&mut sleep).is_pending());
        clock.advance(TimeDelta::seconds(1));
        sleep.await;
        clock.advance_to(DateTime::UNIX_EPOCH);
        assert_eq!(
            clock.now(),
            DateTime::UNIX_EPOCH + TimeDelta::seconds(10),
            "it never goes back"
        );
        clock.sleep(Duration::ZERO).await;
    }
}
