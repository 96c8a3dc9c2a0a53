//! A silence with the names of what it covers.

use serde::Serialize;

use super::{Desk, Refusal};
use crate::{
    domain::{
        Id,
        clean::clean,
        known::CredentialKey,
        silence::{Scope, Silence},
    },
    render::words,
    store::{Find, Found},
};

/// A silence as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// The silence.
    #[serde(flatten)]
    pub silence: Silence,
    /// Does it still hold?
    pub in_force: bool,
    /// What it covers, in words: `client secret "prod" of billing-api`.
    pub what: String,
}

/// The longest name that is shown whole, in characters.
const NAME: usize = 80;

impl Desk<'_> {
    pub(super) async fn listed(&self, silence: Silence) -> Result<Listed, Refusal> {
        let found = self.covered(&silence.scope).await?;
        Ok(Listed {
            in_force: silence.is_in_force(self.now),
            what: what(&silence.scope, found.as_ref()),
            silence,
        })
    }

    /// One of the credentials that it covers.
    async fn covered(&self, scope: &Scope) -> Result<Option<Found>, Refusal> {
        let found = match scope {
            Scope::Tenant { .. } => return Ok(None),
            Scope::App { tenant, object_id } => {
                let object_id = Id::parse(object_id);
                let of_app = Find::Object(&object_id);
                self.store.find(Some(tenant), of_app, 1).await?
            }
            Scope::Credential {
                tenant,
                object_id,
                kind,
                credential_id,
                ..
            } => {
                let key = CredentialKey {
                    object_id: Id::parse(object_id),
                    kind: *kind,
                    credential_id: Id::parse(credential_id),
                };
                self.store.find(Some(tenant), Find::Key(&key), 1).await?
            }
        };
        Ok(found.into_iter().next())
    }
}

/// What a silence covers. What is no longer known is told by its id.
fn what(scope: &Scope, found: Option<&Found>) -> String {
    let credential = found.map(|found| &found.credential);
    let app = |object_id: &String| match credential.map(|it| clean(&it.app_name, NAME)) {
        Some(name) if !name.is_empty() => name,
        _ => object_id.clone(),
    };
    match scope {
        Scope::Tenant { tenant } => format!("everything in {tenant}"),
        Scope::App { object_id, .. } => format!("everything of {}", app(object_id)),
        Scope::Credential {
            kind, object_id, ..
        } => {
            let name = credential.and_then(|it| it.name.as_deref());
            let name = clean(name.unwrap_or_default(), NAME);
            format!("{} of {}", words::credential(*kind, &name), app(object_id))
        }
    }
}
