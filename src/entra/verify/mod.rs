//! "Is the value that I hold the right one?"
//!
//! The value is looked at first (`looks`): what surely is something else, somebody else's key perhaps, is sent nowhere. Then the token
//! endpoint is asked, and the token thrown away. Then, where a configured tenant can read the app, its secrets are compared with
//! what is held. `judge` makes one answer of all that; it does no I/O. The value is in none of it. A `certificate` goes the same way.

mod attempt;
mod certificate;
mod judge;
mod registry;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

pub use self::certificate::{HeldCertificate, Shown, verify_certificate};
use self::{judge::Evidence, registry::Registry};
use super::{
    config::{Auth, Cloud, TenantConfig},
    looks::{self, Look},
    signin::Clients,
};
use crate::domain::{Clock, Credential, Kind, SecretSource, Secrets, rung::days_left};

/// What is asked, but for the value itself.
#[derive(Debug, Clone)]
pub struct Question {
    /// The tenant's id or one of its domains.
    pub tenant_id: String,
    /// The application (client) id.
    pub client_id: String,
    /// The cloud that the tenant lives in.
    pub cloud: Cloud,
    /// Base URL of the sign-in service.
    pub authority: Url,
    /// A configured tenant that may be able to read the app.
    pub reader: Option<TenantConfig>,
}

/// What it takes to ask.
#[derive(Clone)]
pub struct Means {
    /// It must not follow redirects.
    pub http: Clients,
    /// For the reader's own credential.
    pub secrets: Arc<dyn Secrets>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Feeds the jitter of waits and the ids of requests.
    pub seed: u64,
}

/// Does it work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Entra gave a token for it.
    Works,
    /// It is not a secret of this app, or no longer.
    DoesNotWork,
    /// Entra could not be asked, or refused for another reason.
    CouldNotTell,
}

/// The answer. Nothing of the value is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Does it work?
    pub outcome: Outcome,
    /// The answer in a sentence.
    pub answer: String,
    /// What else is known, a sentence each.
    pub details: Vec<String>,
    /// What to do, in this order.
    pub next: Vec<String>,
    /// Whose secret it should be.
    pub client_id: String,
    /// In which tenant.
    pub tenant_id: String,
    /// What was noticed on the value before anybody was asked.
    pub look: Option<&'static str>,
    /// The AADSTS number of the refusal.
    pub aadsts: Option<u32>,
    /// For Microsoft's support, and to find the sign-in in Entra's log.
    pub correlation_id: Option<String>,
    /// The secret that it most likely is, by its first three characters, or the one whose ID it is.
    pub secret: Option<Listed>,
    /// One of the same app that is newer than that, and valid.
    pub newer: Option<Listed>,
    /// The certificate, where it is one that is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Shown>,
}

impl Finding {
    /// Nothing is known yet.
    fn about(question: &Question) -> Self {
        Self {
            outcome: Outcome::CouldNotTell,
            answer: String::new(),
            details: Vec::new(),
            next: Vec::new(),
            client_id: question.client_id.clone(),
            tenant_id: question.tenant_id.clone(),
            look: None,
            aadsts: None,
            correlation_id: None,
            secret: None,
            newer: None,
            certificate: None,
        }
    }
}

/// A credential as Graph lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// What the portal calls *Secret ID*.
    pub credential_id: String,
    /// Its description.
    pub credential_name: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// When it begins to be valid.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whole days left, negative after the end.
    pub days_left: Option<i64>,
}

impl Listed {
    fn of(credential: &Credential, now: DateTime<Utc>) -> Self {
        let end = credential.expires.at();
        Self {
            credential_id: credential.id.to_string(),
            credential_name: credential.name.as_deref().map(str::to_owned),
            kind: credential.kind,
            starts_at: credential.starts_at,
            expires_at: end,
            days_left: end.map(|end| days_left(end, now)),
        }
    }
}

/// Finds out about `held`.
pub async fn verify(held: &SecretString, question: &Question, means: &Means) -> Finding {
    let look = looks::look(held.expose_secret());
    let registry = Registry::new(question, means);
    if let Some(look) = look.filter(|look| look.is_certain()) {
        let evidence = Evidence {
            look: Some(look),
            whose: match look {
                Look::SecretId => registry.whose(held).await,
                _ => registry::Whose::NotAsked,
            },
            ..Evidence::new(question, means)
        };
        return judge::judge(held, &evidence);
    }
    let sign_in = async |value: &SecretString| {
        let auth = Auth::ClientSecret {
            client_id: question.client_id.clone(),
            secret: SecretSource::Literal(value.clone()),
        };
        attempt::sign_in(auth, question, means).await
    };
    let tried = sign_in(held).await;
    let mended = looks::mended(held.expose_secret()).filter(|_| tried.is_wrong());
    let mended_tried = match &mended {
        Some(mended) => Some(sign_in(mended).await),
        None => None,
    };
    let evidence = Evidence {
        look,
        app: registry.app().await,
        mended: mended_tried.filter(|tried| !tried.is_wrong()),
        tried: Some(tried),
        ..Evidence::new(question, means)
    };
    // without what surrounds it, the value begins as its secret does
    judge::judge(mended.as_ref().unwrap_or(held), &evidence)
}
