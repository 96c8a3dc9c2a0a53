//! What forewarn itself signs in with. When that runs out, every other expiry goes unseen: it is judged a rung earlier.

use super::{App, Credential, Id, Kind, Ladder, Rung, policy::Thresholds};

/// What forewarn proves itself with in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The client id that it signs in as.
    pub app_id: Id,
    /// What it shows: its secret or its certificate. The app's other kind is as anybody's.
    pub kind: Kind,
}

impl Own {
    /// May this be what it signs in with? Which of several it is, only their owner knows; one that a newer one has replaced is softened
    /// as anywhere.
    pub fn is(&self, app: &App, credential: &Credential) -> bool {
        app.app_id == self.app_id && credential.kind == self.kind
    }
}

/// The first rung of one that has only its end on the ladder.
const BEFORE_THE_END: u16 = 7;

impl Thresholds {
    /// The same, a rung earlier: the ladder has one rung more on its top, and each rung is as urgent as the next tighter one was.
    ///
    /// The new rung is as far above the widest as that is above the next. Of 60, 30, 14, 7, 3, 1, 0 with warning at 30 and critical at
    /// 7 come 90, 60, 30, 14, … with warning at 60 and critical at 14. All other rules stay as they are.
    #[must_use]
    pub fn a_rung_earlier(&self) -> Self {
        let ladder = self.ladder.with_one_more();
        let earlier = |level: i64| ladder.next_wider_than(level).unwrap_or(level).max(level);
        Self {
            warning: earlier(self.warning),
            critical: earlier(self.critical),
            ladder,
            ..self.clone()
        }
    }
}

impl Ladder {
    fn with_one_more(&self) -> Self {
        let days = |at: usize| self.rungs().get(at).map_or(0, |rung| rung.days());
        let widest = days(0);
        let gap = match widest - days(1) {
            0 => BEFORE_THE_END,
            gap => gap,
        };
        let all = self.rungs().iter().map(|rung| rung.days());
        Self::new(all.chain([widest.saturating_add(gap)]))
    }

    /// The days of the rung above the widest that lies at or below `level`.
    fn next_wider_than(&self, level: i64) -> Option<i64> {
        let days = |rung: &Rung| i64::from(rung.days());
        let at = self.rungs().iter().position(|rung| days(rung) <= level)?;
        self.rungs().get(at.checked_sub(1)?).map(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rungs, warning and critical of the own credential where the others have these.
    fn earlier(days: &[u16], warning: i64, critical: i64) -> (Vec<u16>, i64, i64) {
        let thresholds = Thresholds {
            ladder: Ladder::new(days.iter().copied()),
            warning,
            critical,
            ..Thresholds::default()
        };
        let own = thresholds.a_rung_earlier();
        let days = own.ladder.rungs().iter().map(|rung| rung.days()).collect();
        (days, own.warning, own.critical)
    }

    #[test]
    fn there_is_one_rung_more_and_each_is_as_urgent_as_the_next_was() {
        let default = earlier(&[60, 30, 14, 7, 3, 1, 0], 30, 7);
        assert_eq!(default, (vec![90, 60, 30, 14, 7, 3, 1, 0], 60, 14));
        assert_eq!(earlier(&[14, 1], 14, 1), (vec![27, 14, 1, 0], 27, 14));
        assert_eq!(earlier(&[10], 10, 0), (vec![20, 10, 0], 20, 10));
        assert_eq!(earlier(&[0], 0, 0), (vec![7, 0], 7, 7));
    }

    #[test]
    fn levels_between_the_rungs_are_those_of_the_rung_below_and_none_comes_later() {
        // 20 makes the rung at 14 the first in warning
        assert_eq!(
            earlier(&[60, 30, 14], 20, 5),
            (vec![90, 60, 30, 14, 0], 30, 14)
        );
        assert_eq!(earlier(&[30, 7], 100, 50), (vec![53, 30, 7, 0], 100, 53));
        assert_eq!(earlier(&[30, 7], 7, -1), (vec![53, 30, 7, 0], 30, -1));
        let widest = earlier(&[u16::MAX, 1], 1, 0);
        assert_eq!(widest, (vec![u16::MAX, 1, 0], i64::from(u16::MAX), 1));
    }
}
