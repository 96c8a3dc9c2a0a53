//! Receivers of type `graph-mail`.

use lettre::message::Mailbox;

use super::smtp::{mailbox, recipients};
use crate::{
    config::{path::KeyPath, raw, report::Report, suggest::did_you_mean},
    domain::Id,
    notify::graph_mail::GraphMailConfig,
};

/// Who gets mail, and which mailbox of which tenant sends it. `tenants` are the names of all of them, also of those that turn out to
/// be wrong. `at` is the receiver.
pub(super) fn graph_mail(
    raw: raw::Receiver,
    tenants: &[Option<String>],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<GraphMailConfig> {
    let to = recipients(&raw.to.unwrap_or_default(), &at.key("to"), report);
    let key = at.key("from");
    let remedy = "say which mailbox sends, as `from = \"forewarn@contoso.com\"`";
    let from = report
        .require(raw.from, &key, remedy)
        .and_then(|text| sender(&text, &key, report));
    let tenant = tenant(raw.tenant, tenants, &at.key("tenant"), report);
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

/// The named tenant, or the only one.
fn tenant(
    name: Option<String>,
    tenants: &[Option<String>],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<String> {
    let named = || tenants.iter().flatten().map(String::as_str);
    match (name, tenants) {
        (Some(name), _) if named().any(|known| known == name) => Some(name),
        (Some(name), _) => {
            if named().next().is_some() {
                let remedy = did_you_mean(&name, named());
                report.error(at, format!("there is no tenant {name:?}"), remedy);
            }
            None
        }
        (None, [only]) => only.clone(),
        (None, []) => None,
        (None, _) => {
            let names: Vec<String> = named()
                .map(|name| format!("`tenant = \"{name}\"`"))
                .collect();
            report.error(
                at,
                "there are several tenants, and the mailbox is in one of them",
                format!("write {}", names.join(" or ")),
            );
            None
        }
    }
}
