//! What is said to the log once, and not at every scan.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether some trouble was there the last time. It lives as long as the process.
#[derive(Debug, Default)]
pub(super) struct Said(AtomicBool);

/// Something else than the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Trouble that was not there.
    Trouble,
    /// It is over.
    Over,
}

impl Said {
    /// What is new, now that there is trouble or none.
    pub(super) fn news(&self, trouble: bool) -> Option<News> {
        let was = self.0.swap(trouble, Ordering::Relaxed);
        match (was, trouble) {
            (false, true) => Some(News::Trouble),
            (true, false) => Some(News::Over),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_is_news() {
        let said = Said::default();
        let told = [false, true, true, false, false, true].map(|trouble| said.news(trouble));
        let (trouble, over) = (Some(News::Trouble), Some(News::Over));
        assert_eq!(told, [None, trouble, None, over, None, trouble]);
    }
}
