//! Receivers of type `graph-mail`.

use lettre::message::Mailbox;

use super::{
    receiver::Tenants,
    smtp::{mailbox, recipients},
};
use crate::{
    config::{path::KeyPath, raw, report::Report, suggest::did_you_mean},
    domain::Id,
    entra::config::{Auth, TenantConfig},
    notify::graph_mail::GraphMailConfig,
};

/// Who gets mail, and which mailbox of which tenant sends it. `at` is the receiver.
pub(super) fn graph_mail(
    raw: raw::Receiver,
    tenants: Tenants<'_>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<GraphMailConfig> {
    let to = recipients(&raw.to.unwrap_or_default(), &at.key("to"), report);
    let key = at.key("from");
    let remedy = "say which mailbox sends, as `from = \"forewarn@contoso.com\"`";
    let from = report
        .require(raw.from, &key, remedy)
        .and_then(|text| sender(&text, &key, report));
    let at = at.key("tenant");
    let tenant = tenant(raw.tenant, tenants.names, &at, report);
    warn_of_azure_cli(tenant.as_deref(), tenants.valid, &at, report);
    Some(GraphMailConfig {
        from: from?,
        to,
        tenant: tenant?,
    })
}

/// Graph would take a user's id, too, but the mail itself has to say in its headers who sends it.
fn sender(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Mailbox> {
    if Id::parse(text).is_guid() {
        report.error(
            at,
            "an id, and a mail names its sender by an address",
            "write the mailbox's address, as `from = \"forewarn@contoso.com\"`",
        );
        return None;
    }
    mailbox(text, at, report)
}

/// What the Azure CLI may do for the person who is signed in to it does not include sending mail.
fn warn_of_azure_cli(
    name: Option<&str>,
    tenants: &[TenantConfig],
    at: &KeyPath,
    report: &mut Report<'_>,
) {
    let is_its = |tenant: &&TenantConfig| Some(tenant.name.as_str()) == name;
    if let Some(tenant) = tenants.iter().find(is_its)
        && matches!(tenant.auth, Auth::AzureCli)
    {
        report.warning(
            at,
            format!(
                "tenant `{}` signs in with the Azure CLI, whose tokens let nobody send mail",
                tenant.name
            ),
            "sign in to it as an app, by another `method`",
        );
    }
}

/// The named tenant, or the only one.
fn tenant(
    name: Option<String>,
    tenants: &[Option<String>],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<String> {
    let known = || tenants.iter().flatten().map(String::as_str);
    match (name, tenants) {
        (Some(name), _) if known().any(|one| one == name) => Some(name),
        (Some(name), _) => {
            if known().next().is_some() {
                let remedy = did_you_mean(&name, known());
                report.error(at, format!("there is no tenant {name:?}"), remedy);
            }
            None
        }
        (None, [only]) => only.clone(),
        (None, []) => None,
        (None, _) => {
            let choices: Vec<String> = known()
                .map(|name| format!("`tenant = \"{name}\"`"))
                .collect();
            report.error(
                at,
                "there are several tenants, and the mailbox is in one of them",
                format!("write {}", choices.join(" or ")),
            );
            None
        }
    }
}
