//! Which ladder and levels apply to which credential.

use chrono::TimeDelta;

use super::{
    Ladder,
    matcher::{Matcher, Subject},
};

/// How a credential is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// The rungs.
    pub ladder: Ladder,
    /// Warning from this many days left.
    pub warning: i64,
    /// Critical from this many days left.
    pub critical: i64,
    /// What becomes of a credential that a newer one has replaced.
    pub superseded: Superseded,
    /// Reminders after the end.
    pub after_expiry: AfterExpiry,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            ladder: Ladder::new([60, 30, 14, 7, 3, 1, 0]),
            warning: 30,
            critical: 7,
            superseded: Superseded::Soften,
            after_expiry: AfterExpiry {
                every: TimeDelta::days(1),
                lasts: TimeDelta::days(7),
            },
        }
    }
}

/// What becomes of a credential that a newer one has replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Superseded {
    /// Told of at most as `info`.
    #[default]
    Soften,
    /// Not told of.
    Mute,
    /// As if it had not been replaced.
    Alert,
}

/// Reminders after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterExpiry {
    /// The time from one reminder to the next; more than zero.
    pub every: TimeDelta,
    /// Until this long after the end (`for` in the configuration).
    pub lasts: TimeDelta,
}

/// Thresholds for all, and exceptions to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// The exceptions; the first that matches holds.
    pub exceptions: Vec<Policy>,
    /// What holds otherwise.
    pub default: Thresholds,
}

/// An exception for some credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which credentials.
    pub matcher: Matcher,
    /// How they are judged.
    pub thresholds: Thresholds,
    /// How many days before their end a service renews them, if one does.
    pub self_renewing: Option<u16>,
}

impl Policies {
    /// How long after an expiry there are reminders, at the longest.
    pub fn reminders_last(&self) -> TimeDelta {
        let exceptions = self.exceptions.iter().map(|policy| &policy.thresholds);
        exceptions
            .map(|thresholds| thresholds.after_expiry.lasts)
            .fold(self.default.after_expiry.lasts, TimeDelta::max)
    }

    /// The exception that holds for one credential.
    pub fn exception(&self, subject: &Subject<'_>) -> Option<&Policy> {
        self.exceptions
            .iter()
            .find(|policy| policy.matcher.matches(subject))
    }
}
