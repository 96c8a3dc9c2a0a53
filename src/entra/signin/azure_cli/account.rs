//! Who is signed in to the Azure CLI, and to which directory: what `az account show` prints. It asks nobody, and so is quick.

use std::path::Path;

use serde::Deserialize;

use super::{CliError, PROGRAM, TIMEOUT, run};
use crate::{
    domain::{Id, clean::clean},
    entra::config::Cloud,
};

/// Who is signed in to the Azure CLI, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The directory's id; a GUID in lower case.
    pub tenant_id: String,
    /// The directory's default domain. The Azure CLI knows it since 2.61, and not of every directory that one is a guest in.
    pub domain: Option<String>,
    /// The user's name, or the client id of an application. Shortened, and safe to print.
    pub user: Option<String>,
    /// The cloud that the Azure CLI is set to.
    pub cloud: Cloud,
}

/// The account in use, of several.
pub async fn account() -> Result<Account, CliError> {
    account_of(Path::new(PROGRAM)).await
}

/// The account in use, as this program tells it.
pub(in crate::entra::signin) async fn account_of(program: &Path) -> Result<Account, CliError> {
    let asked = ["account", "show", "--output", "json"];
    read(&run(program, &asked, None, TIMEOUT).await?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    tenant_id: String,
    #[serde(default)]
    tenant_default_domain: Option<String>,
    #[serde(default)]
    environment_name: Option<String>,
    #[serde(default)]
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    name: Option<String>,
}

fn read(printed: &[u8]) -> Result<Account, CliError> {
    let printed: Printed = serde_json::from_slice(printed).map_err(|_| CliError::NoDirectory)?;
    let tenant_id = printed.tenant_id.to_ascii_lowercase();
    if !Id::parse(&tenant_id).is_guid() {
        return Err(CliError::NoDirectory);
    }
    let shown = |text: String| Some(clean(&text, 120)).filter(|text| !text.is_empty());
    Ok(Account {
        tenant_id,
        domain: printed.tenant_default_domain.filter(|it| is_domain(it)),
        user: printed.user.and_then(|user| user.name).and_then(shown),
        cloud: cloud(printed.environment_name.as_deref())?,
    })
}

/// A domain as Entra writes it (others than Latin ones in Punycode).
fn is_domain(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    text.contains('.') && text.len() <= 253 && text.chars().all(fine)
}

/// The Azure CLI's names for the clouds (its `cloud.py`). It has none for `DoD`, which shares the sign-in service of GCC High.
fn cloud(name: Option<&str>) -> Result<Cloud, CliError> {
    match name {
        None | Some("AzureCloud") => Ok(Cloud::Public),
        Some("AzureUSGovernment") => Ok(Cloud::UsGov),
        Some("AzureChinaCloud") => Ok(Cloud::China),
        Some(other) => Err(CliError::UnknownCloud(clean(other, 60))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TENANT: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";

    fn read_json(printed: &Value) -> Result<Account, CliError> {
        read(printed.to_string().as_bytes())
    }

    #[test]
    fn every_field_but_the_directory_may_be_missing() {
        let account = read_json(&json!({ "tenantId": TENANT.to_uppercase() })).unwrap();
        let least = Account {
            tenant_id: TENANT.to_owned(),
            domain: None,
            user: None,
            cloud: Cloud::Public,
        };
        assert_eq!(account, least);
        let nulls =
            json!({ "tenantId": TENANT, "tenantDefaultDomain": null, "user": { "name": null } });
        assert_eq!(read_json(&nulls).unwrap(), least);
        for none in [
            json!({}),
            json!([]),
            json!({ "tenantId": "contoso" }),
            json!({ "tenantId": 7 }),
        ] {
            let error = read_json(&none).unwrap_err();
            assert!(matches!(error, CliError::NoDirectory), "{none}");
        }
    }

    #[test]
    fn what_is_hostile_is_not_taken_over() {
        let account = json!({
            "tenantId": TENANT,
            "tenantDefaultDomain": "contoso.com\u{1b}[31m",
            "user": { "name": "dana\u{1b}]0;x\u{7}@contoso.com" },
        });
        let account = read_json(&account).unwrap();
        assert_eq!(account.domain, None);
        assert_eq!(account.user.as_deref(), Some("dana ]0;x @contoso.com"));
    }

    #[test]
    fn each_cloud_is_known_by_its_name_and_no_other_is_guessed() {
        let of = |name: &str| read_json(&json!({ "tenantId": TENANT, "environmentName": name }));
        for (name, cloud) in [
            ("AzureCloud", Cloud::Public),
            ("AzureUSGovernment", Cloud::UsGov),
            ("AzureChinaCloud", Cloud::China),
        ] {
            assert_eq!(of(name).unwrap().cloud, cloud);
        }
        let error = of("AzureStack").unwrap_err().to_string();
        assert!(error.contains("AzureStack") && error.contains("az cloud set"));
    }
}
