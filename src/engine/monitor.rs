//! What is told of a tenant as a whole: that it cannot be seen as it should be, and that this is over.
//!
//! It goes to every receiver, whatever the routes say, but for those that are deaf: where Entra refuses the app that we sign in as, a
//! receiver that signs in as the same app fails too.

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::{Receivers, deliveries, new_id};
use crate::{
    domain::{
        Id, Notification, audience,
        health::{Change, Health, Scanned},
        notification::Subject,
    },
    store::{NewDelivery, Round},
};

/// Puts into `round` how the tenant's health is after a scan, and what is to be told of that. `before` is how it was; `refused` as in
/// [`monitor`].
pub fn judge_health(
    before: &Health,
    scanned: Scanned<'_>,
    refused: Option<&Id>,
    receivers: &dyn Receivers,
    round: &mut Round<'_>,
) {
    let now = round.scan.finished_at;
    let (health, change) = before.after(scanned, now);
    round.health = health;
    let told = change.map(|change| monitor(&round.tenant, change, refused, receivers, now));
    round.notifications.extend(told);
}

/// The same of our clock, from which the server's differs by so much; `None`: it did not say.
pub fn judge_clock(skew: Option<TimeDelta>, receivers: &dyn Receivers, round: &mut Round<'_>) {
    let now = round.scan.finished_at;
    let health = std::mem::take(&mut round.health);
    let (health, change) = health.with_clock(skew, now);
    round.health = health;
    let told = change.map(|change| monitor(&round.tenant, change, None, receivers, now));
    round.notifications.extend(told);
}

/// The notification of a change, and who gets it. `refused` is the client id that Entra did not let sign in, if that is the trouble.
pub fn monitor(
    tenant: &str,
    change: Change,
    refused: Option<&Id>,
    receivers: &dyn Receivers,
    now: DateTime<Utc>,
) -> (Notification, Vec<NewDelivery>) {
    let tenant = tenant.to_owned();
    let audience = Audience::of(receivers, refused);
    let subject = match change {
        Change::Failing {
            blindness,
            problem,
            since,
        } => Subject::Failing {
            blindness,
            tenant,
            problem: problem + &audience.remark(),
            since,
        },
        Change::Recovered { blindness, note } => Subject::Recovered {
            tenant,
            blindness,
            note,
        },
    };
    let notification = Notification {
        id: new_id(now),
        subject,
        decided_at: now,
        first_scan: false,
        stale: 0,
        escalation: false,
        audience: audience::Audience::default(),
    };
    let deliveries = audience
        .told()
        .iter()
        .flat_map(|name| deliveries(receivers, name, &[], now))
        .collect();
    (notification, deliveries)
}

/// Who can hear, and who cannot.
struct Audience {
    hearing: Vec<String>,
    deaf: Vec<String>,
}

impl Audience {
    fn of(receivers: &dyn Receivers, refused: Option<&Id>) -> Self {
        let is_deaf = |name: &String| {
            let client = receivers.signs_in_as(name);
            client.is_some_and(|client| Some(&client) == refused)
        };
        let (deaf, hearing) = receivers.names().into_iter().partition(is_deaf);
        Self { hearing, deaf }
    }

    /// Where nobody can hear it is sent all the same: the failure to deliver is seen, and it arrives once the app may sign in again.
    fn told(&self) -> &[String] {
        if self.hearing.is_empty() {
            &self.deaf
        } else {
            &self.hearing
        }
    }

    fn remark(&self) -> String {
        let named: Vec<String> = self.deaf.iter().map(|name| format!("`{name}`")).collect();
        let named = named.join(", ");
        match (self.deaf.len(), self.hearing.is_empty()) {
            (0, _) => String::new(),
            (_, true) => format!(
                ". Every receiver ({named}) signs in as the same app, so that this message waits until it may sign in again"
            ),
            (1, false) => format!(
                ". The receiver {named} signs in as the same app: it is deaf until then, and is not told of this"
            ),
            (_, false) => format!(
                ". The receivers {named} sign in as the same app: they are deaf until then, and are not told of this"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{digest::Every, notification::Blindness};

    /// Receivers and the client ids that they sign in as.
    struct Fakes(&'static [(&'static str, Option<&'static str>)]);

    impl Receivers for Fakes {
        fn targets(&self, _: &str) -> Vec<String> {
            vec![String::new()]
        }

        fn wants_resolved(&self, _: &str) -> bool {
            false
        }

        fn digest(&self, _: &str) -> Option<Every> {
            None
        }

        fn tells_owners(&self, _: &str) -> bool {
            false
        }

        fn names(&self) -> Vec<String> {
            self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
        }

        fn signs_in_as(&self, receiver: &str) -> Option<Id> {
            let (_, client) = self.0.iter().find(|(name, _)| *name == receiver)?;
            client.map(Id::parse)
        }
    }

    const OWN: &str = "b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35";
    const OTHER: &str = "00000000-5e64-4f0b-8c19-0d9a6e4f7c35";

    /// Who is told that scans fail, and what is said of the others.
    fn told(receivers: &Fakes, refused: Option<&str>) -> (Vec<String>, String) {
        let change = Change::Failing {
            blindness: Blindness::Unreadable,
            problem: "Refused".to_owned(),
            since: DateTime::UNIX_EPOCH,
        };
        let refused = refused.map(Id::parse);
        let now = DateTime::UNIX_EPOCH;
        let (notification, deliveries) =
            monitor("contoso", change, refused.as_ref(), receivers, now);
        let Subject::Failing { problem, .. } = notification.subject else {
            panic!("not failing")
        };
        let names = deliveries.into_iter().map(|delivery| delivery.receiver);
        (names.collect(), problem)
    }

    #[test]
    fn a_receiver_that_signs_in_as_the_refused_app_is_left_out_and_named() {
        let receivers = || Fakes(&[("mail", Some(OWN)), ("slack", None), ("other", Some(OTHER))]);
        let (names, problem) = told(&receivers(), Some(&OWN.to_uppercase()));
        assert_eq!(names, ["slack", "other"]);
        assert!(
            problem.contains("receiver `mail` signs in as the same app"),
            "{problem}"
        );

        let (names, problem) = told(&receivers(), None);
        assert_eq!(names, ["mail", "slack", "other"]);
        assert_eq!(problem, "Refused");
    }

    #[test]
    fn where_all_are_deaf_all_are_told() {
        let receivers = Fakes(&[("mail", Some(OWN)), ("more", Some(OWN))]);
        let (names, problem) = told(&receivers, Some(OWN));
        assert_eq!(names, ["mail", "more"]);
        assert!(
            problem.contains("Every receiver (`mail`, `more`)"),
            "{problem}"
        );
    }
}
