//! Waiting: how long, how often, and not beyond the deadline.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::{
    Progress,
    error::{ScanError, Service},
};
use crate::domain::{Clock, backoff};

/// The first wait when a server does not say how long.
const BASE: Duration = Duration::from_secs(1);
/// The longest such wait.
const CAP: Duration = Duration::from_mins(1);
/// How often in a row one request may be turned away with "later".
const REFUSALS_MAX: u32 = 8;
/// How often one request is tried on servers that break and connections that die.
const TRIES_MAX: u32 = 4;

/// Randomness from a seed.
pub(super) struct Dice(Mutex<StdRng>);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A number in `0..1`.
    fn fraction(&self) -> f64 {
        self.roll(Rng::random)
    }

    /// A random GUID.
    pub(super) fn guid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.roll(Rng::random)).into_uuid()
    }

    fn roll<T>(&self, roll: impl FnOnce(&mut StdRng) -> T) -> T {
        roll(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How far Graph's clock is ahead of ours, by its last answer that told the time; nothing before that, for a clock that was not
/// compared is not known to be right.
#[derive(Default)]
pub(super) struct Skew(Mutex<Option<TimeDelta>>);

impl Skew {
    pub(super) fn set(&self, ahead: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
    }

    pub(super) fn get(&self) -> Option<TimeDelta> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one scan has in hand for all its requests.
pub(super) struct Pace<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) dice: &'a Dice,
    pub(super) deadline: DateTime<Utc>,
    pub(super) progress: &'a (dyn Fn(Progress) + Send + Sync),
    pub(super) skew: Skew,
}

impl Pace<'_> {
    /// The time that is left.
    pub(super) fn left(&self, service: Service) -> Result<Duration, ScanError> {
        (self.deadline - self.clock.now())
            .to_std()
            .ok()
            .filter(|left| !left.is_zero())
            .ok_or(ScanError::OutOfTime {
                service,
                wait: None,
            })
    }

    /// Waits, unless that would be longer than the time that is left.
    pub(super) async fn wait(&self, service: Service, duration: Duration) -> Result<(), ScanError> {
        if duration >= self.left(service)? {
            return Err(ScanError::OutOfTime {
                service,
                wait: Some(duration),
            });
        }
        self.clock.sleep(duration).await;
        Ok(())
    }
}

/// What one request may still put us through.
pub(super) struct Patience<'a> {
    pace: &'a Pace<'a>,
    service: Service,
    host: &'a str,
    refusals: u32,
    failures: u32,
}

impl<'a> Patience<'a> {
    pub(super) fn new(pace: &'a Pace<'a>, service: Service, host: &'a str) -> Self {
        Self {
            pace,
            service,
            host,
            refusals: 0,
            failures: 0,
        }
    }

    /// The server said "later", perhaps also when. Returns when it is time for the next try.
    pub(super) async fn refused(
        &mut self,
        status: u16,
        retry_after: Option<Duration>,
    ) -> Result<(), ScanError> {
        self.refusals += 1;
        if self.refusals > REFUSALS_MAX {
            return Err(ScanError::Throttled {
                service: self.service,
                host: self.host.to_owned(),
                refusals: self.refusals,
                status,
            });
        }
        let own = self.own_delay(self.refusals - 1);
        // a server that says "in 0 seconds" and then "later" again is not taken at its word for ever
        let duration = match retry_after {
            Some(asked) if self.refusals == 1 => asked,
            Some(asked) => asked.max(own),
            None => own,
        };
        tracing::info!(
            service = %self.service,
            http.status = status,
            wait.ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            "{} asked us to wait", self.service
        );
        (self.pace.progress)(Progress::Waiting { duration, status });
        self.pace.wait(self.service, duration).await
    }

    /// The server broke, or the connection did. Returns when it is time for the next try.
    pub(super) async fn broken(&mut self, last: String) -> Result<(), ScanError> {
        self.failures += 1;
        if self.failures >= TRIES_MAX {
            return Err(ScanError::Failing {
                service: self.service,
                host: self.host.to_owned(),
                tries: self.failures,
                last,
            });
        }
        let duration = self.own_delay(self.failures - 1);
        tracing::info!(service = %self.service, error = %last, "a request failed and is tried again");
        self.pace.wait(self.service, duration).await
    }

    fn own_delay(&self, attempt: u32) -> Duration {
        backoff::delay(attempt, BASE, CAP, self.pace.dice.fraction())
    }
}
