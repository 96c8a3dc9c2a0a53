//! How long to wait before the next try. Shared by everything that talks to somebody else's server.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The most by which a wait is stretched, as a part of itself.
const STRETCH: f64 = 0.2;

/// The wait before try `attempt` (the first retry is 0): `base` doubled each time, at most `cap`, then stretched by up to a
/// fifth so that many clients do not come back at the same instant. `jitter` is a random number in `0..1`. The wait is never
/// shortened: what was asked for is the least.
pub fn delay(attempt: u32, base: Duration, cap: Duration, jitter: f64) -> Duration {
    let doubled = 2_u32
        .checked_pow(attempt)
        .and_then(|factor| base.checked_mul(factor))
        .map_or(cap, |wait| wait.min(cap));
    let stretched = doubled.as_secs_f64() * (1.0 + STRETCH * jitter.clamp(0.0, 1.0));
    // what is too long for a Duration, or no number at all, is not stretched
    Duration::try_from_secs_f64(stretched).unwrap_or(doubled)
}

/// Reads the value of a `Retry-After` header, in seconds or as an HTTP date (RFC 9110, section 10.2.3). A date that has passed is
/// no wait at all; a number too large to hold is the longest wait that there is.
pub fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = DateTime::<Utc>::from(httpdate::parse_http_date(value).ok()?);
    let ahead = at.signed_duration_since(now).max(TimeDelta::zero());
    ahead.to_std().ok()
}

/// The waits between tries of a delivery: those that the Standard Webhooks specification recommends.
pub const DELIVERY_RETRIES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// How long a delivery that has failed `failures` times (at least once) waits; `None`: it is given up on. `jitter` is from 0 to
/// 1 and only ever lengthens the wait; what the receiver asked for is the least.
pub fn delivery_wait(failures: u32, asked: Option<Duration>, jitter: f64) -> Option<TimeDelta> {
    let step = usize::try_from(failures).ok()?.checked_sub(1)?;
    let wait = DELIVERY_RETRIES
        .get(step)?
        .mul_f64(1.0 + 0.1 * jitter.clamp(0.0, 1.0));
    // a receiver cannot put a delivery off for ever
    let asked = asked.unwrap_or_default().min(Duration::from_hours(24));
    TimeDelta::from_std(wait.max(asked)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<u64> = (0..8)
            .map(|attempt| delay(attempt, SECOND, MINUTE, 0.0).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(delay(u32::MAX, SECOND, MINUTE, 0.0), MINUTE);
    }

    #[test]
    fn jitter_only_lengthens_and_by_a_fifth_at_most() {
        assert_eq!(
            delay(1, SECOND, MINUTE, 0.5),
            Duration::from_millis(2_200),
            "half of a fifth of two seconds"
        );
        assert_eq!(delay(9, SECOND, MINUTE, 1.0), Duration::from_secs(72));
        for odd in [-3.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(delay(0, SECOND, MINUTE, odd), SECOND);
        }
        assert_eq!(
            delay(0, SECOND, MINUTE, f64::INFINITY),
            Duration::from_millis(1_200)
        );
        assert_eq!(delay(0, Duration::MAX, Duration::MAX, 1.0), Duration::MAX);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        for (value, expected) in [
            ("0", Some(0)),
            (" 17 ", Some(17)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 22 Nov 2026 10:01:30 GMT", Some(90)),
            ("Sunday, 22-Nov-26 10:00:01 GMT", Some(1)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(
                parse_retry_after(value, now),
                expected.map(Duration::from_secs),
                "{value:?}"
            );
        }
    }

    #[test]
    fn deliveries_wait_as_the_standard_says_and_are_then_given_up() {
        let waits: Vec<_> = (1..=10)
            .map(|failures| delivery_wait(failures, None, 0.0))
            .collect();
        let expected =
            [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(TimeDelta::seconds);
        assert_eq!(waits[..9], expected.map(Some));
        assert_eq!(waits[9], None);
        assert_eq!(
            delivery_wait(1, None, 1.0),
            Some(TimeDelta::milliseconds(5_500))
        );
    }

    #[test]
    fn what_the_receiver_asks_for_is_the_least_but_not_without_bound() {
        let asked = |seconds| delivery_wait(1, Some(Duration::from_secs(seconds)), 0.0);
        assert_eq!(asked(1), Some(TimeDelta::seconds(5)));
        assert_eq!(asked(120), Some(TimeDelta::seconds(120)));
        assert_eq!(asked(1_000_000), Some(TimeDelta::hours(24)));
    }
}
