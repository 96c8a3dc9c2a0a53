//! What the last use of a credential says about it: whether a rotation is finished, and whether it is worth renewing.
//!
//! All of it rests on Microsoft's report of last uses ([`LastUse`]). Where there is none, nothing is said here, and rotation is
//! judged by names.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Credential, Expiry, Kind, facts::LastUse};

/// For so long after a newer credential began, the older one may still be used: the change takes its time.
pub const GRACE: TimeDelta = TimeDelta::days(1);
/// For so long after that it must have been watched: most credentials are used daily, and one that is used every morning is not
/// done with in the afternoon.
const WATCHED: TimeDelta = TimeDelta::days(1);
/// How long after a newer credential began the older one can be done with, at the earliest.
pub(super) fn earliest_handover() -> TimeDelta {
    GRACE + WATCHED
}
/// What was not used for so long is to be removed rather than renewed.
pub const UNUSED_AFTER: TimeDelta = TimeDelta::days(90);

/// What is known of a credential's use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Nothing: there is no report, it cannot be read, or this is nothing that an app signs in with.
    Unknown,
    /// Nothing this time, for the report could not be read; what was concluded from it before stands, and names prove nothing.
    Lost,
    /// It was last used then.
    Last(DateTime<Utc>),
    /// It was not used as far as Microsoft remembers.
    NotRemembered,
}

/// What the use of an older credential says about a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// The older one was still used more than a day after the newer one began.
    Unfinished,
    /// It is too early to tell.
    Open,
    /// The older one is unused since a day after the newer one began.
    Finished,
}

impl Usage {
    /// Of one credential. A SAML signing certificate is signed with by Entra, and a federated credential holds nothing that could
    /// be left unused.
    pub fn of(credential: &Credential, last_use: Option<&LastUse>) -> Self {
        let signs_in = matches!(credential.kind, Kind::ClientSecret | Kind::Certificate);
        let Some(report) = last_use.filter(|_| signs_in) else {
            return Self::Unknown;
        };
        match report.of(credential) {
            _ if report.is_lost() => Self::Lost,
            _ if report.is_unreadable(credential) => Self::Unknown,
            Some(at) => Self::Last(at),
            None => Self::NotRemembered,
        }
    }

    /// How far the handover to a credential that began at `began` is; `None` where no use is known.
    pub fn handover(self, began: DateTime<Utc>, now: DateTime<Utc>) -> Option<Handover> {
        let last = match self {
            Self::Unknown | Self::Lost => return None,
            Self::Last(at) => Some(at),
            Self::NotRemembered => None,
        };
        Some(if last.is_some_and(|at| at - began > GRACE) {
            Handover::Unfinished
        } else if now - began < GRACE + WATCHED {
            Handover::Open
        } else {
            Handover::Finished
        })
    }

    /// Was the credential unused for [`UNUSED_AFTER`]? One that ended is judged as of its end, for afterwards it could not be used; one
    /// that has not been there for as long, or nobody knows since when, could not have been used either.
    pub fn is_idle(self, credential: &Credential, now: DateTime<Utc>) -> bool {
        let until = match credential.expires {
            Expiry::At(end) => end.min(now),
            Expiry::Never => now,
        };
        let since = match self {
            Self::Unknown | Self::Lost => None,
            Self::Last(at) => Some(at),
            Self::NotRemembered => credential.starts_at,
        };
        since.is_some_and(|since| until - since >= UNUSED_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Id;

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
    }

    fn day(days: i64) -> DateTime<Utc> {
        hour(days * 24)
    }

    fn credential(starts: Option<i64>, ends: Option<i64>) -> Credential {
        Credential {
            id: Id::parse("key"),
            kind: Kind::ClientSecret,
            name: None,
            hint: None,
            starts_at: starts.map(day),
            expires: Expiry::new(ends.map(day)),
            thumbprint: None,
            active: None,
        }
    }

    #[test]
    fn a_report_tells_of_what_signs_in_and_of_nothing_else() {
        let key = credential(Some(0), Some(365));
        let mut report = LastUse::default();
        assert_eq!(Usage::of(&key, None), Usage::Unknown);
        assert_eq!(Usage::of(&key, Some(&report)), Usage::NotRemembered);
        report.insert(Id::parse("key"), day(7));
        report.insert(Id::parse("key"), day(5));
        assert_eq!(Usage::of(&key, Some(&report)), Usage::Last(day(7)));
        for kind in [Kind::SamlCertificate, Kind::Federated] {
            let other = Credential {
                kind,
                ..key.clone()
            };
            assert_eq!(Usage::of(&other, Some(&report)), Usage::Unknown);
        }
        report.insert_unreadable(Id::parse("key"));
        assert_eq!(Usage::of(&key, Some(&report)), Usage::Unknown);
        assert_eq!(Usage::of(&key, Some(&LastUse::lost())), Usage::Lost);
    }

    #[test]
    fn a_handover_has_a_day_and_is_watched_for_another() {
        let began = day(100);
        for (last, now, expected) in [
            (Usage::Unknown, day(200), None),
            (Usage::Last(hour(2_424)), day(102), Some(Handover::Finished)),
            (
                Usage::Last(hour(2_425)),
                day(102),
                Some(Handover::Unfinished),
            ),
            (
                Usage::Last(hour(2_425)),
                day(300),
                Some(Handover::Unfinished),
            ),
            (Usage::Last(day(99)), hour(2_447), Some(Handover::Open)),
            (Usage::Last(day(10)), day(102), Some(Handover::Finished)),
            (Usage::NotRemembered, hour(2_447), Some(Handover::Open)),
            (Usage::NotRemembered, day(102), Some(Handover::Finished)),
        ] {
            assert_eq!(last.handover(began, now), expected, "{last:?} at {now}");
        }
    }

    #[test]
    fn ninety_days_without_use_are_idle_but_not_for_what_is_younger() {
        let now = day(500);
        let old = credential(Some(100), Some(600));
        for (usage, expected) in [
            (Usage::Unknown, false),
            (Usage::NotRemembered, true),
            (Usage::Last(day(410)), true),
            (Usage::Last(hour(410 * 24 + 1)), false),
            (Usage::Last(day(900)), false),
        ] {
            assert_eq!(usage.is_idle(&old, now), expected, "{usage:?}");
        }
        for (starts, expected) in [(Some(410), true), (Some(411), false), (None, false)] {
            let key = credential(starts, Some(600));
            assert_eq!(
                Usage::NotRemembered.is_idle(&key, now),
                expected,
                "{starts:?}"
            );
        }
    }

    #[test]
    fn one_that_was_used_until_its_end_was_not_idle() {
        let ended = credential(Some(0), Some(300));
        assert!(!Usage::Last(day(299)).is_idle(&ended, day(500)));
        assert!(Usage::Last(day(200)).is_idle(&ended, day(301)));
    }
}
