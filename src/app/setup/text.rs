//! From a plan to its texts.

use minijinja::{Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

use super::{Method, Plan, quote};
use crate::{
    domain::{Id, SecretSource},
    entra::{
        config::{Cloud, Include},
        permissions::{GRAPH_APP_ID, Permission},
    },
};

pub(super) fn script(plan: &Plan) -> anyhow::Result<String> {
    render(plan, include_str!("templates/setup.sh"))
}

pub(super) fn terraform(plan: &Plan) -> anyhow::Result<String> {
    render(plan, include_str!("templates/main.tf"))
}

fn render(plan: &Plan, template: &str) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.add_filter("sh", |text: String| quote::sh(&text));
    environment.add_filter("hcl", |text: String| quote::hcl(&text));
    environment.add_filter("toml", |text: String| quote::toml(&text));
    environment.add_filter("powershell", |text: String| quote::powershell(&text));
    environment.add_filter("comment", |text: String| quote::comment(&text));
    Ok(environment.render_str(template, values(plan))?)
}

fn values(plan: &Plan) -> Value {
    let tenant_guid = plan.tenant_id.as_deref().map(Id::parse);
    let tenant_guid = tenant_guid.filter(Id::is_guid).map(|id| id.to_string());
    let client_id = plan.client_id.as_ref().map(Id::to_string);
    let permissions: Vec<Value> = plan.permissions().into_iter().map(permission).collect();
    let (credential, keep) = credential(plan);
    context! {
        tenant => &plan.name,
        tenant_id => &plan.tenant_id,
        tenant_guid,
        client_id => client_id.unwrap_or_default(),
        method => plan.method.name(),
        method_words => words(plan.method),
        is_app => plan.method.is_app(),
        aks => plan.features.aks,
        needs_azurerm => plan.features.aks || plan.method == Method::ManagedIdentity,
        permissions,
        graph_app_id => GRAPH_APP_ID,
        graph => plan.cloud.graph(),
        cloud_set => cloud_set(plan.cloud),
        azuread_environment => azuread_environment(plan.cloud),
        azurerm_environment => azurerm_environment(plan.cloud),
        file => file(plan),
        credential,
        keep,
        keys => keys(plan),
        mailboxes => &plan.mailboxes,
        mail_filter => mail_filter(&plan.mailboxes),
    }
}

/// The mailboxes as a filter of Exchange Online, in which a quotation mark is doubled
/// (<https://learn.microsoft.com/powershell/exchange/recipient-filters>).
fn mail_filter(mailboxes: &[String]) -> String {
    let one = |mailbox: &String| {
        let quoted = mailbox.replace('\'', "''");
        format!("PrimarySmtpAddress -eq '{quoted}'")
    };
    let all: Vec<String> = mailboxes.iter().map(one).collect();
    all.join(" -or ")
}

fn permission(permission: Permission) -> Value {
    context! {
        name => permission.name(),
        purpose => permission.purpose(),
        role => permission.role(),
    }
}

fn words(method: Method) -> &'static str {
    match method {
        Method::ClientSecret => "a client secret of an app registration",
        Method::Certificate => "a certificate of an app registration",
        Method::WorkloadIdentity => "a Kubernetes service account that an app registration trusts",
        Method::ManagedIdentity => "the managed identity of the Azure resource that it runs on",
        Method::AzureCli => "the Azure CLI of this machine",
    }
}

/// How the Azure CLI gets to a cloud. It knows none for the US Department of Defense, whose Graph has a host of its own
/// (azure-cli, `cloud.py`; learn.microsoft.com "national cloud deployments").
fn cloud_set(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "az cloud set --name AzureCloud",
        Cloud::UsGov => "az cloud set --name AzureUSGovernment",
        Cloud::UsGovDod => {
            "az cloud set --name AzureUSGovernment && az cloud update --name AzureUSGovernment \
             --endpoint-microsoft-graph-resource-id https://dod-graph.microsoft.us"
        }
        Cloud::China => "az cloud set --name AzureChinaCloud",
    }
}

/// As the provider's documentation names them (registry.terraform.io, hashicorp/azuread).
fn azuread_environment(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "global",
        Cloud::UsGov => "usgovernmentl4",
        Cloud::UsGovDod => "usgovernmentl5",
        Cloud::China => "china",
    }
}

/// As the provider's documentation names them (registry.terraform.io, hashicorp/azurerm).
fn azurerm_environment(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "public",
        Cloud::UsGov | Cloud::UsGovDod => "usgovernment",
        Cloud::China => "china",
    }
}

/// Where the secret or the certificate is put by whoever runs the text.
fn file(plan: &Plan) -> String {
    let end = match plan.method {
        Method::Certificate => "pem",
        _ => "secret",
    };
    format!("forewarn-{}.{end}", plan.name)
}

/// The line of `[tenants.auth]` that says where the credential is, and what is to be done with the file if that is elsewhere.
fn credential(plan: &Plan) -> (Option<String>, Option<String>) {
    let key = match plan.method {
        Method::ClientSecret => "client_secret",
        Method::Certificate => "certificate",
        _ => return (None, None),
    };
    let (kind, place, keep) = match &plan.source {
        Some(SecretSource::File(path)) => {
            let path = path.to_string_lossy().into_owned();
            let keep = format!(
                "the configuration reads it from the file {}",
                quote::comment(&path)
            );
            ("file", path, Some(keep))
        }
        Some(SecretSource::Env(name)) => {
            let keep = format!(
                "the configuration reads it from the variable {}",
                quote::comment(name)
            );
            ("env", name.clone(), Some(keep))
        }
        Some(SecretSource::Literal(_)) | None => ("file", file(plan), None),
    };
    (
        Some(format!("{key} = {{ {kind} = {} }}", quote::toml(&place))),
        keep,
    )
}

/// The tenant's other keys, but for those that have their default.
fn keys(plan: &Plan) -> Vec<String> {
    let mut keys = Vec::new();
    if plan.cloud != Cloud::Public {
        keys.push(format!("cloud = {}", quote::toml(plan.cloud.as_str())));
    }
    if plan.include != [Include::Applications, Include::ServicePrincipals] {
        let words: Vec<String> = plan
            .include
            .iter()
            .map(|what| quote::toml(what.as_str()))
            .collect();
        keys.push(format!("include = [{}]", words.join(", ")));
    }
    if plan.features.sign_in_activity {
        keys.push("sign_in_activity = true".to_owned());
    }
    keys
}
