//! How soon after one message the channel takes another, whoever sends it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::backoff::DELIVERY_RETRIES,
    notify::{Failure, SendError},
};

/// No channel can keep us waiting for longer.
const LONGEST: Duration = Duration::from_hours(24);

/// Until when the channel pauses after an attempt that ended at `ended`; `None`: it does not. `more`: other parts of the same
/// message follow at its pace, and go before whatever else there is.
pub(super) fn pause_until(
    result: Result<(), &SendError>,
    pace: Duration,
    more: bool,
    ended: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let pause = match result {
        Ok(()) if more => pace.saturating_mul(2),
        Ok(()) => pace,
        // a limit is the channel's, not the message's
        Err(error) => error.retry_after.unwrap_or(match error.failure {
            Failure::Throttled => DELIVERY_RETRIES[0].max(pace),
            _ => pace,
        }),
    };
    let pause = TimeDelta::from_std(pause.min(LONGEST)).ok()?;
    (!pause.is_zero()).then(|| ended + pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_pauses_at_its_pace_and_as_long_as_it_asks() {
        let seconds = Duration::from_secs;
        let error = |failure, retry_after: Option<u64>| SendError {
            retry_after: retry_after.map(seconds),
            ..SendError::new(failure, "")
        };
        let throttled = error(Failure::Throttled, None);
        let asked = error(Failure::Throttled, Some(90));
        let too_long = error(Failure::Unavailable, Some(1_000_000));
        let down = error(Failure::Unavailable, None);
        for (result, pace, more, expected) in [
            (Ok(()), 1, false, Some(1)),
            (Ok(()), 1, true, Some(2)),
            (Ok(()), 0, true, None),
            (Err(&down), 0, false, None),
            (Err(&down), 1, true, Some(1)),
            (Err(&throttled), 0, false, Some(5)),
            (Err(&asked), 1, false, Some(90)),
            (Err(&too_long), 1, false, Some(86_400)),
        ] {
            let until = pause_until(result, seconds(pace), more, DateTime::UNIX_EPOCH);
            assert_eq!(until.map(|until| until.timestamp()), expected, "{result:?}");
        }
    }
}
