//! From what people name to what they mean.

use std::collections::BTreeMap;

use super::{Desk, Refusal};
use crate::{
    domain::{Id, clean::clean, silence::Scope},
    render::words,
    store::{Find, Found, Inventory},
};

/// What somebody names. The narrowest of what is given is meant; the others say where it lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// A tenant's name.
    pub tenant: Option<String>,
    /// An app's display name, application id or object id.
    pub app: Option<String>,
    /// A credential's id.
    pub credential: Option<String>,
}

/// Candidates that are named, at most.
const CANDIDATES: usize = 10;
/// As many credentials as are looked at to tell apps apart.
const ENOUGH: usize = 1_000;
const NAME: usize = 80;

impl Desk<'_> {
    /// What is meant, and which credential, if it is one.
    pub(super) async fn look_up(&self, target: &Target) -> Result<(Scope, Option<Found>), Refusal> {
        let given = |text: &'_ Option<String>| {
            let text = text.as_deref().map(str::trim).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let tenant = match given(&target.tenant) {
            Some(name) => Some(self.tenant(&name).await?),
            None => None,
        };
        let (app, credential) = (given(&target.app), given(&target.credential));
        match (tenant, app, credential) {
            (tenant, app, Some(credential)) => {
                let found = self.credential(tenant, app, &credential).await?;
                let it = &found.credential;
                let scope = Scope::credential(&it.tenant, &it.key, it.expires);
                Ok((scope, Some(found)))
            }
            (tenant, Some(app), None) => {
                let it = self.app(tenant.as_deref(), &app).await?;
                let scope = Scope::App {
                    tenant: it.tenant,
                    object_id: it.key.object_id.to_string(),
                };
                Ok((scope, None))
            }
            (Some(tenant), None, None) => Ok((Scope::Tenant { tenant }, None)),
            (None, None, None) => Err(Refusal::Nothing),
        }
    }

    async fn tenant(&self, name: &str) -> Result<String, Refusal> {
        let known = self.store.tenants().await?;
        if known.iter().any(|tenant| tenant == name) {
            return Ok(name.to_owned());
        }
        Err(Refusal::Unknown {
            what: "tenant",
            name: name.to_owned(),
            similar: known,
        })
    }

    async fn app(&self, tenant: Option<&str>, name: &str) -> Result<Inventory, Refusal> {
        let found = self.store.find(tenant, Find::App(name), ENOUGH).await?;
        let mut apps: BTreeMap<(String, Id), Inventory> = BTreeMap::new();
        for it in found.into_iter().map(|found| found.credential) {
            apps.entry((it.tenant.clone(), it.key.object_id.clone()))
                .or_insert(it);
        }
        let candidates: Vec<String> = apps.values().take(CANDIDATES).map(app_in_words).collect();
        let mut apps = apps.into_values();
        match (apps.next(), apps.next()) {
            (Some(it), None) => Ok(it),
            (None, _) => {
                let similar = self.store.find(tenant, Find::Similar(name), ENOUGH).await?;
                let mut similar: Vec<String> = similar
                    .iter()
                    .map(|found| app_in_words(&found.credential))
                    .collect();
                similar.dedup();
                similar.truncate(CANDIDATES);
                Err(Refusal::Unknown {
                    what: "app",
                    name: name.to_owned(),
                    similar,
                })
            }
            (Some(_), Some(_)) => Err(Refusal::Several {
                what: "app",
                name: name.to_owned(),
                candidates,
            }),
        }
    }

    async fn credential(
        &self,
        tenant: Option<String>,
        app: Option<String>,
        id: &str,
    ) -> Result<Found, Refusal> {
        let app = match app {
            Some(app) => Some(self.app(tenant.as_deref(), &app).await?.key.object_id),
            None => None,
        };
        let tenant = tenant.as_deref();
        let is_of_app = |found: &Found| {
            app.as_ref()
                .is_none_or(|app| *app == found.credential.key.object_id)
        };
        let found = self
            .store
            .find(tenant, Find::Credential(id), ENOUGH)
            .await?;
        let mut found: Vec<Found> = found.into_iter().filter(is_of_app).collect();
        let in_words = |found: &[Found]| {
            let found = found.iter().filter(|found| is_of_app(found));
            found
                .take(CANDIDATES)
                .map(|found| credential_in_words(&found.credential))
                .collect::<Vec<_>>()
        };
        match found.len() {
            0 => {
                let similar = self.store.find(tenant, Find::Similar(id), ENOUGH).await?;
                Err(Refusal::Unknown {
                    what: "credential",
                    name: id.to_owned(),
                    similar: in_words(&similar),
                })
            }
            1 => Ok(found.swap_remove(0)),
            _ => Err(Refusal::Several {
                what: "credential",
                name: id.to_owned(),
                candidates: in_words(&found),
            }),
        }
    }
}

fn app_in_words(it: &Inventory) -> String {
    format!(
        "{} in {}: object id {}, application id {}",
        clean(&it.app_name, NAME),
        it.tenant,
        it.key.object_id,
        it.app_id
    )
}

fn credential_in_words(it: &Inventory) -> String {
    let name = clean(it.name.as_deref().unwrap_or_default(), NAME);
    format!(
        "{}: {} of {} in {}, object id {}",
        it.key.credential_id,
        words::credential(it.key.kind, &name),
        clean(&it.app_name, NAME),
        it.tenant,
        it.key.object_id
    )
}
