//! `smtp.oauth2`: signing in to a mail server with a token (XOAUTH2).

use lettre::Address;
use url::Url;

use super::{
    secret::secret,
    sign_in::{client_id, warn_of_secret_id},
    tenant::tenant_id,
};
use crate::{
    config::{path::KeyPath, raw, report::Report},
    entra::config::{Cloud, TenantConfig},
    notify::email::{OAuth2Client, SmtpSignIn},
};

/// Who gets the token and for which mailbox. `at` is the table `smtp`.
pub(super) fn oauth2(
    username: Option<String>,
    raw: raw::OAuth2,
    tenants: &[TenantConfig],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SmtpSignIn> {
    let mailbox = mailbox(username, &at.key("username"), report);
    let at = at.key("oauth2");
    let tenant_id = tenant_id(raw.tenant_id, &at.key("tenant_id"), report);
    let client_id = client_id(raw.client_id, &at.key("client_id"), report);
    let key = at.key("client_secret");
    let remedy = "write `client_secret = { env = \"NAME\" }` or `{ file = \"PATH\" }`";
    let secret = report
        .require(raw.client_secret, &key, remedy)
        .and_then(|raw| secret(raw, &key, report))
        .inspect(|secret| warn_of_secret_id(secret, &key, report));
    let tenant_id = tenant_id?;
    Some(SmtpSignIn::OAuth2 {
        mailbox: mailbox?,
        client: OAuth2Client {
            authority: authority(&tenant_id, tenants, &at, report)?,
            tenant_id,
            client_id: client_id?,
            secret: secret?,
        },
    })
}

fn mailbox(username: Option<String>, at: &KeyPath, report: &mut Report<'_>) -> Option<String> {
    let remedy =
        "write the address of the mailbox that sends, as `username = \"forewarn@contoso.com\"`";
    let username = report.require(username, at, remedy)?;
    if username.parse::<Address>().is_err() {
        report.error(
            at,
            format!("{username:?} is not a mailbox's address"),
            remedy,
        );
        return None;
    }
    Some(username)
}

/// Where to sign in: where a tenant of that id signs in, else the public cloud's.
fn authority(
    tenant_id: &str,
    tenants: &[TenantConfig],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<Url> {
    let is_it = |tenant: &&TenantConfig| tenant.tenant_id.eq_ignore_ascii_case(tenant_id);
    let Some(tenant) = tenants.iter().find(is_it) else {
        return Url::parse(Cloud::Public.authority()).ok();
    };
    if tenant.cloud != Cloud::Public {
        report.error(
            at,
            format!(
                "tokens for SMTP are known in the public cloud alone, and tenant `{}` is in {}",
                tenant.name, tenant.cloud
            ),
            "use a receiver of type \"graph-mail\", which works in every cloud",
        );
        return None;
    }
    Some(tenant.authority.clone())
}
