//! How long to wait before trying again.

use std::time::Duration;

use chrono::TimeDelta;

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
