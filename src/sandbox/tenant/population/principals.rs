//! The service principals of a generated tenant: those of its apps first, then those of others.
//!
//! As in real tenants most carry no credential. Of those that have no app registration here, a third are managed identities
//! with a certificate each, a quarter Microsoft's own, three in a hundred SAML apps with one or two signing certificates (three
//! objects each), one in a hundred `Legacy` ones with a secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::Duration;
use uuid::Uuid;

use super::{
    app::{App, Certificate, Principal, Secret},
    generated::{Generated, Naming},
    names,
    rng::Rng,
};
use crate::sandbox::tenant::identity;

/// Sets their numbers apart from those of the apps.
const STREAM: u64 = 0x5EB1_C1CE;

/// The two tenants of Microsoft's own apps.
const MICROSOFT: [&str; 2] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

impl Generated {
    /// The service principal at position `index`.
    pub fn principal(&self, index: usize) -> App {
        let mut rng = Rng::new(self.seed ^ STREAM, index as u64);
        let id = self.guid(&mut rng, index, Naming::Principal);
        let mut principal = App {
            id,
            app_id: self.guid(&mut rng, index, Naming::PrincipalClient),
            display_name: names::app(&mut rng, index),
            created_at: self.base - Duration::days(800),
            notes: None,
            tags: Vec::new(),
            service_management_reference: None,
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated: Vec::new(),
            principal: None,
        };
        let mut facts = Principal {
            kind: "Application",
            owner: Uuid::try_parse(identity::TENANT_ID).ok(),
            ..Principal::default()
        };
        if index < self.apps {
            let app = self.app(index);
            principal.app_id = app.app_id;
            principal.display_name = app.display_name;
            if rng.chance(20) {
                principal.secrets.push(self.secret(&mut rng));
            }
        } else {
            self.fill(&mut principal, &mut facts, &mut rng);
        }
        principal.principal = Some(facts);
        principal
    }

    fn fill(&self, principal: &mut App, facts: &mut Principal, rng: &mut Rng) {
        match rng.below(100) {
            0..33 => {
                facts.kind = "ManagedIdentity";
                facts.alternative_names =
                    vec![format!("/subscriptions/{}/resourceGroups/rg", rng.uuid())];
                let starts_at =
                    self.base - Duration::days(i64::try_from(rng.below(45)).unwrap_or(0));
                principal.certificates.push(Certificate {
                    starts_at: Some(starts_at),
                    ends_at: Some(starts_at + Duration::days(90)),
                    last_used_at: Some(self.base),
                    ..self.certificate(rng)
                });
            }
            33..58 => facts.owner = Uuid::try_parse(rng.pick(&MICROSOFT)).ok(),
            58..61 => {
                facts.single_sign_on = Some("saml");
                for _ in 0..=rng.below(2) {
                    facts.signs_with = Some(self.sign(principal, rng));
                }
            }
            61 => {
                facts.kind = "Legacy";
                principal.secrets.push(self.secret(rng));
            }
            _ => facts.owner = Some(rng.uuid()),
        }
    }

    /// Adds the three objects of a SAML signing certificate; gives its thumbprint.
    fn sign(&self, principal: &mut App, rng: &mut Rng) -> String {
        let (high, low) = (
            rng.uuid().as_u128(),
            u32::try_from(rng.below(1 << 32)).unwrap_or(0),
        );
        let bytes = [&high.to_be_bytes()[..], &low.to_be_bytes()].concat();
        let thumbprint = format!("{high:032X}{low:08X}");
        // as the call that makes one writes it, and as older pages of the portal do
        let identifier = if rng.chance(500) {
            STANDARD.encode(bytes)
        } else {
            thumbprint.clone()
        };
        let sign = Certificate {
            usage: "Sign",
            display_name: Some("CN=Microsoft Azure Federated SSO Certificate".to_owned()),
            custom_key_identifier: Some(identifier.clone()),
            ..self.certificate(rng)
        };
        let verify = Certificate {
            usage: "Verify",
            key_id: rng.uuid(),
            ..sign.clone()
        };
        principal.secrets.push(Secret {
            key_id: sign.key_id,
            display_name: sign.display_name.clone(),
            custom_key_identifier: Some(identifier),
            hint: None,
            starts_at: sign.starts_at,
            ends_at: sign.ends_at,
            last_used_at: None,
        });
        principal.certificates.extend([sign, verify]);
        thumbprint
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn the_first_are_those_of_the_apps_and_few_carry_anything_of_their_own() {
        let crowd = Generated {
            apps: 5_000,
            service_principals: 15_000,
            seed: 3,
            base: Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap(),
        };
        assert_eq!(crowd.principal(7).app_id, crowd.app(7).app_id);
        assert_ne!(crowd.principal(7).id, crowd.app(7).id);
        let all: Vec<App> = (0..crowd.service_principals)
            .map(|index| crowd.principal(index))
            .collect();
        let count = |wanted: fn(&App, &Principal) -> bool| {
            let facts = |app: &&App| {
                app.principal
                    .as_ref()
                    .is_some_and(|facts| wanted(app, facts))
            };
            all.iter().filter(facts).count()
        };
        assert!((3_000..3_600).contains(&count(|_, facts| facts.kind == "ManagedIdentity")));
        assert!((60..140).contains(&count(|_, facts| facts.kind == "Legacy")));
        let saml = count(|app, facts| {
            let keys = app.certificates.len();
            facts.signs_with.is_some() && keys == 2 * app.secrets.len() && keys > 0
        });
        assert!((240..360).contains(&saml), "{saml}");
        let bare = count(|app, _| app.secrets.is_empty() && app.certificates.is_empty());
        assert!(bare > 10_000, "{bare}");
    }
}
