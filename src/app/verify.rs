//! `forewarn verify`: from what the command line says to a question, its means, and its answer.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};

use super::{net, parts::Net};
pub use crate::entra::verify::{Finding, HeldCertificate, Listed, Outcome};
use crate::{
    config::Config,
    domain::{Clock, Secrets, secret::SecretString},
    entra::{
        Clients,
        config::{Auth, Cloud, TenantConfig},
        verify::{self, Means, Question},
    },
};

/// Whose secret it should be, as the command line says it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A tenant of the configuration, by its name.
    pub tenant: Option<String>,
    /// A tenant by its id or domain; the configuration is of use if it has the same one.
    pub tenant_id: Option<String>,
    /// The application; without it, the one by which the configured tenant signs in.
    pub client_id: Option<String>,
    /// Where a tenant lives that is not in the configuration: `public`, `usgov`, `usgov-dod` or `china`.
    pub cloud: Option<String>,
}

impl Asked {
    /// Is it known whose secret it should be? To be asked before somebody types it in.
    pub fn check(&self, config: Option<&Config>) -> anyhow::Result<()> {
        question(self, config).map(drop)
    }
}

/// Finds out whether `held` is a secret of the application that works.
pub async fn verify(
    asked: &Asked,
    held: &SecretString,
    config: Option<&Config>,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
) -> anyhow::Result<Finding> {
    let question = question(asked, config)?;
    let means = means(config, clock, secrets)?;
    Ok(verify::verify(held, &question, &means).await)
}

/// Finds out whether `held` is a certificate of the application that works.
pub async fn verify_certificate(
    asked: &Asked,
    held: &HeldCertificate,
    config: Option<&Config>,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
) -> anyhow::Result<Finding> {
    let question = question(asked, config)?;
    let means = means(config, clock, secrets)?;
    Ok(verify::verify_certificate(held, &question, &means).await)
}

fn means(
    config: Option<&Config>,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
) -> anyhow::Result<Means> {
    let web = match config {
        Some(config) => Net::new(config)?.http,
        None => net::client(None)?,
    };
    Ok(Means {
        http: Clients {
            web,
            local: net::local_client()?,
        },
        secrets,
        clock,
        seed: rand::random(),
    })
}

fn question(asked: &Asked, config: Option<&Config>) -> anyhow::Result<Question> {
    for (option, id) in [
        ("--tenant-id", &asked.tenant_id),
        ("--client-id", &asked.client_id),
    ] {
        let is_blank = id.as_ref().is_some_and(|id| id.trim().is_empty());
        ensure!(
            !is_blank,
            "{option} is given, but empty; look at the variable that it comes from"
        );
    }
    let configured = configured(asked, config)?;
    if let Some(reader) = configured {
        let client_id = asked.client_id.clone().or_else(|| own(&reader.auth)).with_context(|| {
            format!("which application? Tenant {} is not signed in to by one of its own; add --client-id", reader.name)
        })?;
        return Ok(Question {
            tenant_id: reader.tenant_id.clone(),
            client_id,
            cloud: reader.cloud,
            authority: reader.authority.clone(),
            reader: Some(reader.clone()),
        });
    }
    let tenant_id = asked.tenant_id.clone().context(
        "which tenant? Add --tenant-id, or --tenant with the name of one in the configuration",
    )?;
    let client_id = asked
        .client_id
        .clone()
        .context("which application? Add --client-id")?;
    let cloud = cloud(asked.cloud.as_deref())?;
    Ok(Question {
        tenant_id,
        client_id,
        cloud,
        authority: cloud.authority().parse()?,
        reader: None,
    })
}

/// The tenant of the configuration that is meant, if any is.
fn configured<'c>(
    asked: &Asked,
    config: Option<&'c Config>,
) -> anyhow::Result<Option<&'c TenantConfig>> {
    let tenants = config.map_or(&[][..], |config| &config.tenants);
    if let Some(name) = &asked.tenant {
        let Some(tenant) = tenants.iter().find(|tenant| tenant.name == *name) else {
            let names: Vec<&str> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
            bail!(
                "no tenant is named `{name}`; the configuration has: {}",
                names.join(", ")
            );
        };
        return Ok(Some(tenant));
    }
    let wanted = asked.tenant_id.as_deref().unwrap_or_default();
    Ok(tenants
        .iter()
        .find(|tenant| tenant.tenant_id.eq_ignore_ascii_case(wanted)))
}

/// The application by which a tenant is signed in to, where it is one that can hold secrets.
fn own(auth: &Auth) -> Option<String> {
    match auth {
        Auth::ManagedIdentity { .. } => None,
        other => other.client_id().map(str::to_owned),
    }
}

fn cloud(name: Option<&str>) -> anyhow::Result<Cloud> {
    let name = name.unwrap_or("public");
    [Cloud::Public, Cloud::UsGov, Cloud::UsGovDod, Cloud::China]
        .into_iter()
        .find(|cloud| cloud.as_str() == name)
        .with_context(|| {
            format!("no cloud is named `{name}`; there are public, usgov, usgov-dod and china")
        })
}
