//! The configuration where there is none: the directory that this machine's Azure CLI is signed in to, and a default for everything
//! else. It goes the way of a file, so that variables of the environment override it as they would a file.

use chrono::{DateTime, Utc};

use crate::{
    config::{self, Loaded, Problems},
    entra::{Account, CliError, azure_cli_account},
};

/// What problems call it.
const NAME: &str = "the configuration that stands in for a missing file";

/// A configuration that nobody wrote.
pub struct Improvised {
    /// The configuration; its one tenant is the directory.
    pub loaded: Loaded,
    /// As whom the directory will be read, and which it is; for people.
    pub whose: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NoConfiguration {
    /// The Azure CLI does not help.
    #[error("there is no configuration file, and the Azure CLI cannot stand in for one: {0}")]
    AzureCli(CliError),
    /// Variables of the environment do not fit.
    #[error(transparent)]
    Problems(#[from] Problems),
}

/// Asks the Azure CLI. `environment` and `now` are as in [`config::load`].
pub async fn improvise(
    environment: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<Improvised, NoConfiguration> {
    let account = azure_cli_account()
        .await
        .map_err(NoConfiguration::AzureCli)?;
    let mut loaded = config::load_text(NAME, text(&account), environment, now)?;
    for tenant in &mut loaded.config.tenants {
        name(tenant, &account);
    }
    let whose = loaded
        .config
        .tenants
        .first()
        .map_or_else(String::new, |it| {
            let user = account
                .user
                .map_or_else(String::new, |user| format!("{user} in "));
            format!("{user}{}", it.name)
        });
    Ok(Improvised { loaded, whose })
}

/// The file that somebody would write. Names hold no dots there, so the tenant is named by its id.
fn text(account: &Account) -> String {
    let Account {
        tenant_id, cloud, ..
    } = account;
    format!(
        "[[tenants]]\nname = \"{tenant_id}\"\ntenant_id = \"{tenant_id}\"\ncloud = \"{cloud}\"\n\
         [tenants.auth]\nmethod = \"azure-cli\"\n"
    )
}

/// People know a directory by its domain, unless the environment says otherwise.
fn name(tenant: &mut crate::entra::config::TenantConfig, account: &Account) {
    let is_ours = tenant.name == account.tenant_id && tenant.tenant_id == account.tenant_id;
    if let Some(domain) = account.domain.as_ref().filter(|_| is_ours) {
        tenant.name.clone_from(domain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entra::config::{Auth, Cloud};

    const TENANT: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";

    fn account() -> Account {
        Account {
            tenant_id: TENANT.to_owned(),
            domain: Some("contoso.com".to_owned()),
            user: None,
            cloud: Cloud::UsGov,
        }
    }

    fn load(environment: &[(&str, &str)]) -> Result<Loaded, Problems> {
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        config::load_text(NAME, text(&account()), &environment, now)
    }

    #[test]
    fn the_text_is_a_configuration() {
        let loaded = load(&[]).unwrap();
        let warnings = loaded.warnings.iter();
        let paths: Vec<&str> = warnings.map(|warning| warning.path.as_str()).collect();
        assert_eq!(paths, ["receivers"], "nobody is told, and nothing else");
        let mut tenant = loaded.config.tenants[0].clone();
        assert_eq!(tenant.tenant_id, TENANT);
        assert_eq!(tenant.cloud, Cloud::UsGov);
        assert!(matches!(tenant.auth, Auth::AzureCli));
        name(&mut tenant, &account());
        assert_eq!(tenant.name, "contoso.com");
    }

    #[test]
    fn the_environment_goes_over_it() {
        let loaded = load(&[
            ("FOREWARN__TENANTS__0__NAME", "mine"),
            (
                "FOREWARN__TENANTS__0__ENDPOINTS__GRAPH",
                "http://127.0.0.1:7",
            ),
            ("FOREWARN__THRESHOLDS__WARNING", "45"),
        ])
        .unwrap();
        let mut tenant = loaded.config.tenants[0].clone();
        assert_eq!(tenant.graph.as_str(), "http://127.0.0.1:7/");
        assert_eq!(loaded.config.policies.default.warning, 45);
        name(&mut tenant, &account());
        assert_eq!(tenant.name, "mine", "a name that was given stays");
        let error = load(&[("FOREWARN__TENANTS__1__NAME", "x")]).unwrap_err();
        assert!(error.to_string().contains("FOREWARN__TENANTS__1__NAME"));
    }
}
