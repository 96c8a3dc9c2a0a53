//! The instants at which what is decided about an app may change, while it stays as it is and nobody does anything.
//!
//! Between two of them every decision about it is the same, so whoever looks into the future need not look there. What waits for
//! something else than its own time (a silence to end, hours to begin) is not told here.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    App, Credential,
    policy::{AfterExpiry, Policies, Thresholds},
    self_renewing::shipped_days,
    usage::earliest_handover,
};

/// Where they lie, for apps that are judged by certain policies.
#[derive(Debug, Clone)]
pub struct TurningPoints {
    /// Whole days before an end.
    days: BTreeSet<i64>,
    /// Reminders after it.
    reminders: Vec<AfterExpiry>,
}

/// Some things change at an instant, others as soon as it is over. Nothing is told more precisely than this.
const JUST_AFTER: TimeDelta = TimeDelta::milliseconds(1);

impl TurningPoints {
    /// Under any of these policies.
    pub fn of(policies: &Policies) -> Self {
        let exceptions = policies.exceptions.iter();
        let renewed = exceptions.clone().filter_map(|policy| policy.self_renewing);
        let mut points = Self {
            days: shipped_days().chain(renewed).map(i64::from).collect(),
            reminders: Vec::new(),
        };
        for thresholds in exceptions
            .map(|policy| &policy.thresholds)
            .chain([&policies.default])
        {
            points.add(thresholds);
            // forewarn's own sign-in
            points.add(&thresholds.a_rung_earlier());
            if !points.reminders.contains(&thresholds.after_expiry) {
                points.reminders.push(thresholds.after_expiry);
            }
        }
        points
    }

    fn add(&mut self, thresholds: &Thresholds) {
        let rungs = thresholds.ladder.rungs().iter();
        self.days.extend(rungs.map(|rung| i64::from(rung.days())));
        // so many whole days are left as long as less than one more is
        let levels = [thresholds.warning, thresholds.critical];
        self.days
            .extend(levels.map(|level| level.saturating_add(1)));
    }

    /// How long before its end the first of a credential's lies.
    pub fn reach(&self) -> TimeDelta {
        let widest = self.days.last().copied().unwrap_or_default();
        TimeDelta::try_days(widest).unwrap_or(TimeDelta::MAX)
    }

    /// The first one of the app strictly after `now`; none when nothing will change any more.
    pub fn next_after(&self, app: &App, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let all = app.credentials.iter();
        let all = all.flat_map(|credential| self.near(credential, now));
        all.flat_map(|at| [Some(at), at.checked_add_signed(JUST_AFTER)])
            .flatten()
            .filter(|at| *at > now)
            .min()
    }

    /// One credential's; of its reminders only those around `now`.
    fn near(
        &self,
        credential: &Credential,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> {
        let end = credential.expires.at();
        let before = end.into_iter().flat_map(|end| {
            let days = self
                .days
                .iter()
                .filter_map(|days| TimeDelta::try_days(*days));
            days.filter_map(move |days| end.checked_sub_signed(days))
        });
        let after = end.into_iter().flat_map(move |end| {
            let reminders = self.reminders.iter();
            reminders.flat_map(move |reminders| around(end, *reminders, now))
        });
        let began = credential
            .starts_at
            .into_iter()
            .flat_map(|began| [Some(began), began.checked_add_signed(earliest_handover())]);
        before.chain(after).chain(began.flatten())
    }
}

/// The last reminder before `now` and the first after it.
fn around(
    end: DateTime<Utc>,
    reminders: AfterExpiry,
    now: DateTime<Utc>,
) -> impl Iterator<Item = DateTime<Utc>> {
    let every = reminders.every.num_milliseconds().max(1);
    let behind = ((now - end).num_milliseconds() / every).max(0);
    [behind, behind.saturating_add(1)]
        .into_iter()
        .filter(|count| *count > 0)
        .filter_map(move |count| TimeDelta::try_milliseconds(every.checked_mul(count)?))
        .filter(move |later| *later <= reminders.lasts)
        .filter_map(move |later| end.checked_add_signed(later))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Expiry, Id, Kind, Ladder, ObjectType};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn app(end: Option<&str>) -> App {
        let credential = Credential {
            id: Id::parse("c"),
            kind: Kind::ClientSecret,
            name: None,
            hint: None,
            starts_at: Some(at("2026-01-01T00:00:00Z")),
            expires: Expiry::new(end.map(at)),
            thumbprint: None,
            active: None,
        };
        App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o"),
            app_id: Id::parse("a"),
            name: "app".into(),
            tags: Box::default(),
            credentials: [credential].into(),
        }
    }

    #[test]
    fn rungs_levels_reminders_and_the_days_of_services_that_renew() {
        let policies = Policies {
            exceptions: Vec::new(),
            default: Thresholds {
                ladder: Ladder::new([10]),
                warning: 10,
                critical: 2,
                after_expiry: AfterExpiry {
                    every: TimeDelta::hours(36),
                    lasts: TimeDelta::days(4),
                },
                ..Thresholds::default()
            },
        };
        let points = TurningPoints::of(&policies);
        let app = app(Some("2026-06-30T12:00:00Z"));
        let next = |from: &DateTime<Utc>| points.next_after(&app, *from);
        let all = std::iter::successors(next(&at("2026-03-01T00:00:00Z")), next);
        let days: Vec<String> = all
            .filter(|at| at.timestamp_subsec_millis() == 0)
            .map(|at| at.format("%m-%d %H").to_string())
            .collect();
        // 30 and 7 are of services that renew; 21, 20 and 11, 10 of its own sign-in and of any
        assert_eq!(
            days,
            [
                "05-31 12", "06-09 12", "06-10 12", "06-19 12", "06-20 12", "06-23 12", "06-27 12",
                "06-30 12", "07-02 00", "07-03 12"
            ]
        );
        assert_eq!(points.reach(), TimeDelta::days(30));
    }

    #[test]
    fn what_never_ends_only_begins() {
        let points = TurningPoints::of(&Policies::default());
        let app = app(None);
        let next = |from| points.next_after(&app, at(from));
        assert_eq!(
            next("2025-12-31T00:00:00Z"),
            Some(at("2026-01-01T00:00:00Z"))
        );
        assert_eq!(
            next("2026-01-02T00:00:00Z"),
            Some(at("2026-01-03T00:00:00Z"))
        );
        assert_eq!(next("2026-01-04T00:00:00Z"), None);
    }
}
