//! `[[tenants]]`.

use url::Url;

use super::{
    matcher::{Asked, matcher},
    name::Names,
    secret::secret,
    url::{http_url, is_safe},
};
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{Id, SecretSource, secret::ExposeSecret},
    entra::config::{Auth, Cloud, TenantConfig},
};

/// The tenants that could be understood.
pub(super) fn tenants(raw: Vec<raw::Tenant>, report: &mut Report<'_>) -> Vec<TenantConfig> {
    let at = KeyPath::root().key("tenants");
    if raw.is_empty() {
        report.error(
            &at,
            "no tenant is given, so there is nothing to watch",
            "add [[tenants]] with `name`, `tenant_id` and [tenants.auth]",
        );
    }
    let mut names = Names::default();
    raw.into_iter()
        .enumerate()
        .filter_map(|(index, raw)| tenant(raw, &mut names, &at.index(index), report))
        .collect()
}

fn tenant(
    raw: raw::Tenant,
    names: &mut Names,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<TenantConfig> {
    let name = names.take(raw.name, at, report);
    let tenant_id = tenant_id(raw.tenant_id, &at.key("tenant_id"), report);
    let cloud = match raw.cloud {
        Some(raw::Cloud::UsGov) => Cloud::UsGov,
        Some(raw::Cloud::UsGovDod) => Cloud::UsGovDod,
        Some(raw::Cloud::China) => Cloud::China,
        Some(raw::Cloud::Public) | None => Cloud::Public,
    };
    if raw.include.is_some_and(|include| include.is_empty()) {
        report.error(
            &at.key("include"),
            "an empty list: nothing would be scanned",
            "write `[\"applications\"]`, or leave the key out",
        );
    }
    let ignore = raw.ignore.unwrap_or_default().into_iter().enumerate();
    let ignore = ignore.map(|(index, raw)| {
        let at = at.key("ignore").index(index);
        let matcher = matcher(raw, Asked::BeforeSeverityIsKnown, &at, report);
        if matcher.is_empty() {
            report.error(
                &at,
                "ignores everything",
                "say what to ignore, as `{ app = \"P2P Server\" }`",
            );
        }
        matcher
    });
    let ignore = ignore.collect();
    let auth = auth(raw.auth, &at.key("auth"), report);
    let mut endpoint =
        |text, default, key| endpoint(text, default, &at.key("endpoints").key(key), report);
    let authority = endpoint(
        raw.endpoints.authority,
        Some(cloud.authority()),
        "authority",
    );
    let graph = endpoint(raw.endpoints.graph, Some(cloud.graph()), "graph");
    endpoint(raw.endpoints.arm, None, "arm");
    if let Some(imds) = raw.endpoints.imds {
        // the metadata service is plain http on a link-local address by design
        http_url(&imds, &at.key("endpoints").key("imds"), report);
    }
    Some(TenantConfig {
        name: name?,
        tenant_id: tenant_id?,
        cloud,
        authority: authority?,
        graph: graph?,
        auth: auth?,
        ignore,
    })
}

/// A GUID or a domain: what the sign-in service takes for one directory.
fn tenant_id(id: Option<String>, at: &KeyPath, report: &mut Report<'_>) -> Option<String> {
    const REMEDY: &str =
        "the directory (tenant) id is on the overview page of the Entra admin centre";
    let id = report.require(id, at, REMEDY)?;
    if matches!(id.as_str(), "common" | "organizations" | "consumers") {
        report.error(at, format!("`{id}` is not one directory"), REMEDY);
        return None;
    }
    if !Id::parse(&id).is_guid() && !is_domain(&id) {
        report.error(at, format!("{id:?} is neither a GUID nor a domain"), REMEDY);
        return None;
    }
    Some(id)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.contains('.') && text.split('.').all(label)
}

fn auth(raw: raw::Auth, at: &KeyPath, report: &mut Report<'_>) -> Option<Auth> {
    let method = raw.method.unwrap_or(raw::AuthMethod::ClientSecret);
    let certificate = [
        (raw.certificate, "certificate"),
        (raw.certificate_password, "certificate_password"),
    ];
    for (value, key) in certificate {
        let Some(value) = value else { continue };
        secret(value, &at.key(key), report);
        if method != raw::AuthMethod::Certificate {
            report.error(
                &at.key(key),
                "only `method = \"certificate\"` takes this key",
                "delete it, or change the method",
            );
        }
    }
    if method != raw::AuthMethod::ClientSecret {
        return None; // `not_yet` has said so
    }
    let client_id = client_id(raw.client_id, &at.key("client_id"), report);
    let at = at.key("client_secret");
    let remedy =
        "write `client_secret = { env = \"NAME\" }` or `{ file = \"PATH\" }` in [tenants.auth]";
    let value = report.require(raw.client_secret, &at, remedy)?;
    let value = secret(value, &at, report);
    if let Some(SecretSource::Literal(text)) = &value
        && Id::parse(text.expose_secret()).is_guid()
    {
        report.warning(
            &at,
            "this looks like the secret's id, not its value; Entra would answer AADSTS7000215",
            "the value is shown only once, when a secret is made: make a new one and copy its value",
        );
    }
    Some(Auth::ClientSecret {
        client_id: client_id?,
        secret: value?,
    })
}

fn client_id(id: Option<String>, at: &KeyPath, report: &mut Report<'_>) -> Option<String> {
    const REMEDY: &str =
        "the application (client) id is on the overview page of the app registration";
    let id = report.require(id.filter(|id| !id.trim().is_empty()), at, REMEDY)?;
    if !Id::parse(&id).is_guid() {
        report.warning(at, format!("{id:?} is not a GUID"), REMEDY);
    }
    Some(id)
}

/// A base URL without a slash at the end of its path.
fn endpoint(
    text: Option<String>,
    default: Option<&str>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<Url> {
    let Some(text) = text else {
        return default.and_then(|url| Url::parse(url).ok());
    };
    let mut url = http_url(&text, at, report)?;
    if !is_safe(&url) {
        let remedy = "write https://…; only a loopback address, such as 127.0.0.1, may do without";
        report.error(at, "credentials would be sent unencrypted", remedy);
        return None;
    }
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let path = url.path().trim_end_matches('/').to_owned();
    if !is_bare || path.ends_with("/v1.0") || path.ends_with("/beta") {
        let remedy = "write the host alone, as `https://graph.microsoft.com`, without version, user or query";
        report.error(at, "more than a base URL", remedy);
        return None;
    }
    url.set_path(&path);
    Some(url)
}
