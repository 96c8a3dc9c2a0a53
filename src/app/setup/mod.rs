//! `forewarn setup`: what has to be done once in a tenant so that forewarn can read it, as a script of `az` commands or as
//! Terraform. Nothing is done here: the text is for an administrator to read and run.
//!
//! The texts are templates beside this file; what they say follows from a [`Plan`], and every value in them goes through
//! `quote`.

mod quote;
#[cfg(test)]
mod tests;
mod text;

use anyhow::{Context as _, bail, ensure};

use crate::{
    config::Config,
    domain::{Id, SecretSource},
    entra::{
        config::{Auth, Cloud, Features, Include, TenantConfig},
        permissions::{self, Permission},
    },
    notify::config::{Backend, ReceiverConfig},
};

/// How forewarn is to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With a client secret.
    ClientSecret,
    /// With a certificate.
    Certificate,
    /// As a Kubernetes service account.
    WorkloadIdentity,
    /// As the Azure resource that it runs on.
    ManagedIdentity,
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
}

impl Method {
    fn of(auth: &Auth) -> Self {
        match auth {
            Auth::ClientSecret { .. } => Self::ClientSecret,
            Auth::Certificate { .. } => Self::Certificate,
            Auth::WorkloadIdentity { .. } => Self::WorkloadIdentity,
            Auth::ManagedIdentity { .. } => Self::ManagedIdentity,
            Auth::AzureCli => Self::AzureCli,
        }
    }

    /// As the configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
        }
    }

    /// Is there an app registration?
    fn is_app(self) -> bool {
        matches!(
            self,
            Self::ClientSecret | Self::Certificate | Self::WorkloadIdentity
        )
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A tenant of the configuration, by its name; without a configuration, the name that it will have.
    pub tenant: Option<String>,
    /// Another method than the configured one.
    pub method: Option<Method>,
    /// Last use, too.
    pub sign_in_activity: bool,
    /// AKS clusters, too.
    pub aks: bool,
    /// A mailbox that it is to send mail as, through Graph, beside those of the configuration.
    pub mail: Option<String>,
}

/// What is to be set up.
#[derive(Debug, Clone)]
pub struct Plan {
    name: String,
    /// A GUID or a domain, where it is known already.
    tenant_id: Option<String>,
    cloud: Cloud,
    method: Method,
    /// The client that is there already, if it is.
    client_id: Option<Id>,
    features: Features,
    include: Vec<Include>,
    /// Where the configuration reads what is signed in with.
    source: Option<SecretSource>,
    /// The mailboxes that it sends mail as.
    mailboxes: Vec<String>,
}

const NEW: &str = "main";

impl Plan {
    /// From the configuration, where there is one.
    pub fn new(asked: &Asked, config: Option<&Config>) -> anyhow::Result<Self> {
        let mut plan = match config {
            Some(config) => Self::of(
                chosen(asked.tenant.as_deref(), &config.tenants)?,
                &config.receivers,
            ),
            None => Self::fresh(asked.tenant.as_deref().unwrap_or(NEW))?,
        };
        if let Some(method) = asked.method.filter(|method| *method != plan.method) {
            plan.method = method;
            plan.source = None;
        }
        plan.features.sign_in_activity |= asked.sign_in_activity;
        plan.features.aks |= asked.aks;
        plan.mailboxes.extend(asked.mail.clone());
        plan.mailboxes.sort_unstable();
        plan.mailboxes.dedup();
        for mailbox in &plan.mailboxes {
            let is_address = mailbox.parse::<lettre::Address>().is_ok();
            ensure!(is_address, "{mailbox:?} is not a mailbox's address");
        }
        ensure!(
            plan.mailboxes.is_empty() || plan.method != Method::AzureCli,
            "the Azure CLI's tokens do not let anybody send mail; choose another --method"
        );
        ensure!(
            !plan.features.sign_in_activity || plan.cloud == Cloud::Public,
            "last use of credentials is known only in the public cloud; leave `sign_in_activity` out for {}",
            plan.cloud
        );
        Ok(plan)
    }

    fn fresh(name: &str) -> anyhow::Result<Self> {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        ensure!(
            !name.is_empty() && name.chars().all(fine),
            "{name:?} cannot be a tenant's name: use lower-case letters, digits, `_` and `-`"
        );
        Ok(Self {
            name: name.to_owned(),
            tenant_id: None,
            cloud: Cloud::Public,
            method: Method::ClientSecret,
            client_id: None,
            features: Features {
                owners: true,
                ..Features::default()
            },
            include: vec![Include::Applications, Include::ServicePrincipals],
            source: None,
            mailboxes: Vec::new(),
        })
    }

    fn of(tenant: &TenantConfig, receivers: &[ReceiverConfig]) -> Self {
        let source = match &tenant.auth {
            Auth::ClientSecret { secret, .. } => Some(secret),
            Auth::Certificate { certificate, .. } => Some(certificate),
            Auth::WorkloadIdentity { .. } | Auth::ManagedIdentity { .. } | Auth::AzureCli => None,
        };
        let client_id = tenant.auth.client_id();
        Self {
            name: tenant.name.clone(),
            tenant_id: Some(tenant.tenant_id.clone()),
            cloud: tenant.cloud,
            method: Method::of(&tenant.auth),
            // one that is no GUID yet is a placeholder
            client_id: client_id.map(Id::parse).filter(Id::is_guid),
            features: tenant.features(),
            include: tenant.include.clone(),
            source: source.cloned(),
            mailboxes: mailboxes(tenant, receivers),
        }
    }

    fn permissions(&self) -> Vec<Permission> {
        permissions::needed(self.features, &self.include)
    }

    /// The `az` commands, as a script for bash.
    pub fn script(&self) -> anyhow::Result<String> {
        text::script(self)
    }

    /// The same as Terraform.
    pub fn terraform(&self) -> anyhow::Result<String> {
        if self.method == Method::AzureCli {
            bail!(
                "there is nothing to create for `azure-cli`: forewarn reads as whoever is signed in to it. Choose another --method, or leave \
                 --terraform out to see what that person needs"
            );
        }
        text::terraform(self)
    }
}

/// Those that receivers of type `graph-mail` send from by this tenant's sign-in.
fn mailboxes(tenant: &TenantConfig, receivers: &[ReceiverConfig]) -> Vec<String> {
    let its = receivers
        .iter()
        .filter_map(|receiver| match &receiver.backend {
            Backend::GraphMail(mail) if mail.tenant == tenant.name => {
                Some(mail.from.email.to_string())
            }
            _ => None,
        });
    its.collect()
}

fn chosen<'c>(name: Option<&str>, tenants: &'c [TenantConfig]) -> anyhow::Result<&'c TenantConfig> {
    let names = || {
        let names: Vec<&str> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        names.join(", ")
    };
    match (name, tenants) {
        (Some(name), tenants) => {
            let tenant = tenants.iter().find(|tenant| tenant.name == name);
            tenant.with_context(|| {
                format!(
                    "no tenant is named `{name}`; the configuration has: {}",
                    names()
                )
            })
        }
        (None, [tenant]) => Ok(tenant),
        (None, _) => bail!(
            "which tenant? The configuration has: {}; name one with --tenant",
            names()
        ),
    }
}
