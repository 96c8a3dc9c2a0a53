//! The demo tenant's enterprise apps, as data, and what of them is there at a moment.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Story,
    tales::{Habit, Key, certificate, day, secret},
    thumbprint,
};
use crate::sandbox::tenant::{
    identity,
    population::app::{App, Certificate, Principal, Secret},
};

/// "Microsoft Services", the tenant of Microsoft's own apps.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The tale of one service principal.
struct Tale {
    slug: &'static str,
    name: &'static str,
    kind: &'static str,
    owner: &'static str,
    /// SAML signing certificates, and from when Entra signs with each.
    signing: &'static [(Key, i64)],
    secrets: &'static [Key],
    certificates: &'static [Key],
    /// A certificate that a machine renews.
    habit: Option<Habit>,
}

const fn principal(slug: &'static str) -> Tale {
    Tale {
        slug,
        name: slug,
        kind: "Application",
        owner: identity::TENANT_ID,
        signing: &[],
        secrets: &[],
        certificates: &[],
        habit: None,
    }
}

/// All tales, in the order in which Graph lists the service principals.
static TALES: &[Tale] = &[
    // Single sign-on to a sales system. The next certificate is made on day 20, and used from day 28 on.
    Tale {
        signing: &[
            (
                certificate(
                    "CN=Microsoft Azure Federated SSO Certificate",
                    day(-1060, 9),
                    day(35, 9),
                )
                .removed(day(45, 9)),
                day(-1060, 9),
            ),
            (
                certificate(
                    "CN=Microsoft Azure Federated SSO Certificate",
                    day(20, 9),
                    day(1115, 9),
                ),
                day(28, 9),
            ),
        ],
        ..principal("Salesforce")
    },
    // Older than app registrations, with a secret of its own that nobody remembers.
    Tale {
        kind: "Legacy",
        secrets: &[secret("erp", "K1e", day(-680, 9), day(50, 9)).used_until(day(-190, 9))],
        ..principal("old-erp")
    },
    // A managed identity: Azure renews its certificate after half of its life.
    Tale {
        kind: "ManagedIdentity",
        habit: Some(Habit {
            name: Some("CN=vm-backup"),
            hint: None,
            every: day(45, 0),
            life: day(90, 0),
        }),
        ..principal("vm-backup")
    },
    // Entra renews it. The ladder for people would speak of it again and again.
    Tale {
        name: "P2P Server",
        habit: Some(Habit {
            name: Some("CN=MS-Organization-P2P-Access"),
            hint: None,
            every: day(40, 0),
            life: day(50, 0),
        }),
        ..principal("p2p-server")
    },
    // Conditional Access for VPNs: people renew this one.
    Tale {
        name: "VPN Server",
        certificates: &[
            certificate("CN=Microsoft VPN root CA gen 1", day(-295, 9), day(70, 9))
                .removed(day(66, 9)),
            certificate("CN=Microsoft VPN root CA gen 1", day(58, 9), day(423, 9)),
        ],
        ..principal("vpn-server")
    },
    // Microsoft's own, with a secret that an attacker may have left: a matter for others than us.
    Tale {
        name: "Microsoft Graph",
        owner: MICROSOFT,
        secrets: &[secret("x", "zZ9", day(-100, 9), day(10, 9))],
        ..principal("microsoft-graph")
    },
    // The enterprise app of a registration, as most are: nothing of its own.
    principal("billing-api"),
];

impl Story {
    /// The service principals there are at `now`.
    pub(super) fn principals(&self, now: DateTime<Utc>) -> impl Iterator<Item = App> + '_ {
        let hour = self.hour(now);
        TALES.iter().map(move |tale| self.principal(tale, hour))
    }

    fn principal(&self, tale: &Tale, hour: i64) -> App {
        let there = |key: &&Key| key.starts <= hour && key.removed.is_none_or(|gone| hour < gone);
        let habit = tale.habit.as_ref().map(|habit| habit.current(hour));
        let plain = tale.certificates.iter().filter(there).chain(&habit);
        let mut certificates: Vec<Certificate> = plain
            .map(|key| self.part(tale, key, "Verify", tale.key_id(key), hour))
            .collect();
        let mut secrets: Vec<Secret> = tale
            .secrets
            .iter()
            .filter(there)
            .map(|key| Secret {
                last_used_at: self.last_use(key, hour),
                ..self.password(key, tale.key_id(key), None)
            })
            .collect();
        for (key, _) in tale.signing.iter().filter(|(key, _)| there(&key)) {
            let sign = tale.key_id(key);
            certificates.push(self.part(tale, key, "Sign", sign, hour));
            let verify = tale.guid(&format!("{}/verify", key.starts));
            certificates.push(self.part(tale, key, "Verify", verify, hour));
            secrets.push(self.password(key, sign, Some(tale.thumbprint(key))));
        }
        let active = tale
            .signing
            .iter()
            .filter(|(key, from)| there(&key) && *from <= hour)
            .max_by_key(|(_, from)| *from);
        App {
            id: tale.guid("object"),
            app_id: tale.guid("client"),
            display_name: Some(tale.name.to_owned()),
            created_at: self.at(day(-1100, 9)),
            notes: None,
            tags: vec!["WindowsAzureActiveDirectoryIntegratedApp".to_owned()],
            service_management_reference: None,
            secrets,
            certificates,
            federated: Vec::new(),
            principal: Some(Principal {
                kind: tale.kind,
                owner: Uuid::try_parse(tale.owner).ok(),
                single_sign_on: (!tale.signing.is_empty()).then_some("saml"),
                signs_with: active.map(|(key, _)| tale.thumbprint(key)),
                alternative_names: Vec::new(),
            }),
        }
    }

    fn part(
        &self,
        tale: &Tale,
        key: &Key,
        usage: &'static str,
        key_id: Uuid,
        hour: i64,
    ) -> Certificate {
        Certificate {
            usage,
            key_id,
            display_name: key.name.map(str::to_owned),
            custom_key_identifier: Some(tale.thumbprint(key)),
            starts_at: Some(self.at(key.starts)),
            ends_at: self.end(key),
            last_used_at: self.last_use(key, hour),
        }
    }

    fn password(&self, key: &Key, key_id: Uuid, identifier: Option<String>) -> Secret {
        Secret {
            key_id,
            display_name: key.name.map(str::to_owned),
            custom_key_identifier: identifier,
            hint: key.hint.map(str::to_owned),
            starts_at: Some(self.at(key.starts)),
            ends_at: self.end(key),
            last_used_at: None,
        }
    }
}

impl Tale {
    fn thumbprint(&self, key: &Key) -> String {
        thumbprint(self.key_id(key), key)
    }

    fn key_id(&self, key: &Key) -> Uuid {
        self.guid(&format!("{}/{:?}", key.starts, key.name))
    }

    fn guid(&self, what: &str) -> Uuid {
        let name = format!("principal/{}/{what}", self.slug);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }
}
