//! The demo tenant: a small company called Contoso, whose apps are made, rotated, forgotten and deleted as time goes by.
//!
//! The tales are in `tales.rs`, as data. Here they are evaluated: at any moment, which apps are there, and with which credentials.

mod principals;
mod tales;

use chrono::{DateTime, Duration, SubsecRound as _, TimeZone as _, Utc};
use uuid::Uuid;

use self::tales::{Habit, Key, TALES, Tale};
use super::{
    Collection,
    app::{App, Certificate, Secret},
};
use crate::sandbox::tenant::identity;

/// The demo tenant. The same `start` and the same moment give the same apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The moment at which the tales' day 0 begins.
    pub start: DateTime<Utc>,
}

impl Story {
    /// Those of a list that there are at `now`.
    pub(super) fn rows(
        &self,
        of: Collection,
        now: DateTime<Utc>,
    ) -> Box<dyn Iterator<Item = App> + '_> {
        match of {
            Collection::Applications => Box::new(self.apps(now)),
            Collection::ServicePrincipals => Box::new(self.principals(now)),
        }
    }

    /// The apps there are at `now`.
    pub(super) fn apps(&self, now: DateTime<Utc>) -> impl Iterator<Item = App> + '_ {
        let hour = self.hour(now);
        TALES
            .iter()
            .filter(move |tale| tale.until.is_none_or(|until| hour < until))
            .map(move |tale| self.app(tale, hour))
    }

    /// The client id of the app of this name in its tale.
    pub(super) fn client_id_of(slug: &str) -> Option<Uuid> {
        let tale = TALES.iter().find(|tale| tale.slug == slug)?;
        Some(tale.client_id())
    }

    /// Whole hours since the start.
    fn hour(&self, now: DateTime<Utc>) -> i64 {
        (now - self.start).num_seconds().div_euclid(3600)
    }

    fn app(&self, tale: &Tale, hour: i64) -> App {
        let there = |key: &&Key| key.starts <= hour && key.removed.is_none_or(|gone| hour < gone);
        let mut secrets: Vec<Secret> = tale
            .secrets
            .iter()
            .filter(there)
            .map(|key| self.secret(tale, key, hour))
            .collect();
        if let Some(habit) = &tale.habit {
            secrets.push(self.secret(tale, &habit.current(hour), hour));
        }
        let certificates = tale.certificates.iter().filter(there);
        App {
            id: tale.guid("object"),
            app_id: tale.client_id(),
            display_name: Some(tale.name.to_owned()),
            created_at: self.at(tale.registered),
            notes: tale.notes.map(str::to_owned),
            tags: tale.tags.iter().map(|&tag| tag.to_owned()).collect(),
            service_management_reference: None,
            certificates: certificates
                .map(|key| self.certificate(tale, key, hour))
                .collect(),
            secrets,
            federated: tale.federated.iter().map(|&name| name.to_owned()).collect(),
            principal: None,
        }
    }

    fn secret(&self, tale: &Tale, key: &Key, hour: i64) -> Secret {
        Secret {
            key_id: tale.key_id(key),
            display_name: key.name.map(str::to_owned),
            custom_key_identifier: None,
            hint: key.hint.map(str::to_owned),
            starts_at: Some(self.at(key.starts)),
            ends_at: self.end(key),
            last_used_at: self.last_use(key, hour),
        }
    }

    fn certificate(&self, tale: &Tale, key: &Key, hour: i64) -> Certificate {
        let key_id = tale.key_id(key);
        let thumbprint = thumbprint(key_id, key);
        Certificate {
            usage: "Verify",
            key_id,
            display_name: key.name.map(str::to_owned),
            custom_key_identifier: Some(thumbprint),
            starts_at: Some(self.at(key.starts)),
            ends_at: self.end(key),
            last_used_at: self.last_use(key, hour),
        }
    }

    fn end(&self, key: &Key) -> Option<DateTime<Utc>> {
        key.ends.map_or_else(
            || Utc.with_ymd_and_hms(2299, 12, 31, 0, 0, 0).single(),
            |hour| Some(self.at(hour)),
        )
    }

    fn last_use(&self, key: &Key, hour: i64) -> Option<DateTime<Utc>> {
        key.last_use(hour).map(|hour| self.at(hour))
    }

    fn at(&self, hour: i64) -> DateTime<Utc> {
        // Whole seconds: what is finer than the directory's ticks would be lost on the wire.
        self.start.trunc_subsecs(0) + Duration::hours(hour)
    }
}

/// A thumbprint is 20 bytes; the story's certificates have no others to take the hash of.
fn thumbprint(key_id: Uuid, key: &Key) -> String {
    format!("{:X}{:08X}", key_id.as_simple(), key.starts.unsigned_abs())
}

impl Tale {
    fn client_id(&self) -> Uuid {
        if self.is_ourselves {
            return Uuid::try_parse(identity::CLIENT_ID).unwrap_or_default();
        }
        self.guid("client")
    }

    fn key_id(&self, key: &Key) -> Uuid {
        self.guid(&format!("{}/{:?}", key.starts, key.name))
    }

    /// A GUID that is the same in every run.
    fn guid(&self, what: &str) -> Uuid {
        let name = format!("{}/{what}", self.slug);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }
}

impl Habit {
    /// The secret in use at `hour`: automation makes a new one every `every` hours and takes the old one away.
    fn current(&self, hour: i64) -> Key {
        let starts = hour.div_euclid(self.every) * self.every;
        Key {
            name: self.name,
            hint: self.hint,
            starts,
            ends: Some(starts + self.life),
            removed: None,
            used_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24;

    fn story() -> Story {
        let start = Utc.with_ymd_and_hms(2026, 3, 2, 0, 0, 0).unwrap();
        Story { start }
    }

    /// `app name: days left of each secret` for the apps called `name`, at noon of `day`.
    fn days_left(name: &str, day: i64) -> Vec<i64> {
        let story = story();
        let now = story.at(day * DAY + 12);
        story
            .apps(now)
            .filter(|app| app.display_name.as_deref() == Some(name))
            .flat_map(|app| {
                let secrets = app.secrets.into_iter().map(|secret| secret.ends_at);
                let certificates = app.certificates.into_iter().map(|one| one.ends_at);
                secrets.chain(certificates).collect::<Vec<_>>()
            })
            .filter_map(|end| end.map(|end| (end - now).num_hours().div_euclid(DAY)))
            .collect()
    }

    #[test]
    fn nobody_looks_after_billing_until_it_breaks() {
        assert_eq!(days_left("billing-api", 0), [62]);
        assert_eq!(days_left("billing-api", 61), [1]);
        assert_eq!(days_left("billing-api", 62), [0]);
        assert_eq!(days_left("billing-api", 63), [-1]);
        assert_eq!(days_left("billing-api", 64), [364]);
    }

    #[test]
    fn payments_rotates_as_one_should() {
        assert_eq!(days_left("payments-gateway", 30), [15]);
        assert_eq!(days_left("payments-gateway", 32), [13, 364]);
        assert_eq!(days_left("payments-gateway", 35), [361]);
    }

    #[test]
    fn automation_never_lets_the_ci_secret_near_its_end() {
        for day in 0..90 {
            let left = days_left("ci-deployer", day);
            assert_eq!(left.len(), 1, "day {day}");
            assert!((1..=9).contains(&left[0]), "day {day}: {left:?}");
        }
    }

    #[test]
    fn apps_and_secrets_come_and_go() {
        assert_eq!(days_left("event-registration", 46), [29]);
        assert!(days_left("event-registration", 47).is_empty());
        assert!(days_left("summer-campaign", 39).is_empty());
        assert_eq!(days_left("summer-campaign", 41), [19]);
        assert_eq!(days_left("Reporting", 0).len(), 2);
        assert!(days_left("partner-feed", 0)[0] > 200 * 365);
        assert_eq!(story().apps(story().start).count(), TALES.len());
        assert_eq!(story().apps(story().at(89 * DAY)).count(), TALES.len() - 1);
    }

    #[test]
    fn no_two_things_share_an_id_and_they_keep_it() {
        let story = story();
        let ids = |day: i64| -> Vec<Uuid> {
            story
                .apps(story.at(day * DAY))
                .flat_map(|app| {
                    let keys = app.secrets.into_iter().map(|secret| secret.key_id);
                    let certificates = app.certificates.into_iter().map(|one| one.key_id);
                    [app.id, app.app_id]
                        .into_iter()
                        .chain(keys)
                        .chain(certificates)
                })
                .collect()
        };
        for day in [0, 32, 89] {
            let mut seen = ids(day);
            let count = seen.len();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), count, "day {day}");
        }
        assert_eq!(ids(0), ids(0));
    }

    #[test]
    fn the_watcher_itself_is_on_the_list_with_the_secret_it_holds() {
        let story = story();
        let ourselves = story
            .apps(story.start)
            .find(|app| app.app_id.to_string() == identity::CLIENT_ID)
            .unwrap();
        let hint = ourselves.secrets[0].hint.clone().unwrap();
        assert!(identity::client_secret().starts_with(&hint));
        assert_eq!(ourselves.secrets[0].key_id.to_string(), identity::SECRET_ID);
    }

    #[test]
    fn thumbprints_are_twenty_bytes_in_hex() {
        let story = story();
        let certificates: Vec<_> = story
            .apps(story.start)
            .flat_map(|app| app.certificates)
            .collect();
        assert!(!certificates.is_empty());
        for certificate in certificates {
            let thumbprint = certificate.custom_key_identifier.unwrap();
            assert_eq!(thumbprint.len(), 40);
            assert!(thumbprint.chars().all(|digit| digit.is_ascii_hexdigit()));
        }
    }
}
