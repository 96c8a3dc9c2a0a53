//! Waiting for what can be seen.

use std::{
    thread,
    time::{Duration, Instant},
};

/// For what takes a second or two on an idle machine. Tests run beside each other, so there is room.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` sees something. Fails the test when that takes longer than `within`.
pub(crate) fn until_some<T>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            begun.elapsed() < within,
            "waited {within:?} in vain until {what}"
        );
        thread::sleep(PAUSE);
    }
}

/// Looks until `look` says yes. Fails the test when that takes longer than `within`.
pub(crate) fn until(what: &str, within: Duration, mut look: impl FnMut() -> bool) {
    until_some(what, within, || look().then_some(()));
}
