//! `[[tenants]]`.

use url::Url;

use super::{
    matcher::{Asked, matcher},
    name::Names,
    sign_in,
    url::{http_url, is_safe},
};
use crate::{
    config::{
        path::KeyPath,
        platform::{self, Platform},
        raw,
        report::Report,
    },
    domain::{
        Id,
        matcher::Matcher,
        ownership::{OwnerSource, Ownership},
    },
    entra::config::{Cloud, Include, TenantConfig},
    notify::config::{Backend, ReceiverConfig},
};

/// The tenants that could be understood. `owners`: where they are looked for.
pub(super) fn tenants(
    raw: Vec<raw::Tenant>,
    platform: &Platform,
    owners: &[OwnerSource],
    report: &mut Report<'_>,
) -> Vec<TenantConfig> {
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
        .filter_map(|(index, raw)| {
            tenant(raw, &mut names, platform, owners, &at.index(index), report)
        })
        .collect()
}

/// Notes which of them send mail as well.
pub(super) fn note_senders(tenants: &mut [TenantConfig], receivers: &[ReceiverConfig]) {
    for tenant in tenants {
        tenant.sends_mail = receivers.iter().any(|receiver| {
            matches!(&receiver.backend, Backend::GraphMail(mail) if mail.tenant == tenant.name)
        });
    }
}

fn tenant(
    raw: raw::Tenant,
    names: &mut Names,
    platform: &Platform,
    owners: &[OwnerSource],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<TenantConfig> {
    let name = names.take(raw.name, at, report);
    // who vouches for us also says to whom
    let voucher = (raw.auth.method == Some(raw::AuthMethod::WorkloadIdentity)).then_some(platform);
    let by_platform = voucher.and_then(|platform| platform.get(platform::TENANT_ID));
    let tenant_id = raw.tenant_id.or_else(|| by_platform.map(str::to_owned));
    let tenant_id = self::tenant_id(tenant_id, &at.key("tenant_id"), report);
    let cloud = match raw.cloud {
        Some(raw::Cloud::UsGov) => Cloud::UsGov,
        Some(raw::Cloud::UsGovDod) => Cloud::UsGovDod,
        Some(raw::Cloud::China) => Cloud::China,
        Some(raw::Cloud::Public) | None => Cloud::Public,
    };
    let include = include(raw.include, &at.key("include"), report);
    let sign_in_activity = raw.sign_in_activity.unwrap_or(false);
    if sign_in_activity && cloud != Cloud::Public {
        report.warning(
            &at.key("sign_in_activity"),
            format!(
                "Microsoft has no such report in the cloud `{cloud}`, so last use stays unknown"
            ),
            "leave it out; rotation is then judged by names",
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
    let (by_owner, ignore) = ignore.partition(|matcher: &Matcher| !matcher.owner.is_empty());
    let ownership = Ownership {
        sources: owners.to_vec(),
        ignore: by_owner,
    };
    let key = |key| at.key("endpoints").key(key);
    let authority = authority(
        raw.endpoints.authority,
        cloud,
        voucher,
        &key("authority"),
        report,
    );
    let graph = endpoint(
        raw.endpoints.graph,
        Some(cloud.graph()),
        &key("graph"),
        report,
    );
    let arm = endpoint(raw.endpoints.arm, Some(cloud.arm()), &key("arm"), report);
    // the metadata service is plain http on a link-local address by design
    let imds = raw.endpoints.imds;
    let imds = imds.and_then(|imds| http_url(&imds, &key("imds"), report));
    let auth = sign_in::auth(raw.auth, imds, platform, &at.key("auth"), report);
    Some(TenantConfig {
        name: name?,
        tenant_id: tenant_id?,
        cloud,
        authority: authority?,
        graph: graph?,
        arm: arm?,
        auth: auth?,
        include,
        sign_in_activity,
        ignore,
        aks: raw.azure.aks.unwrap_or(false),
        sends_mail: false,
        ownership,
    })
}

/// What is scanned: by default both lists.
fn include(raw: Option<Vec<raw::Include>>, at: &KeyPath, report: &mut Report<'_>) -> Vec<Include> {
    let Some(raw) = raw else {
        return vec![Include::Applications, Include::ServicePrincipals];
    };
    let has = |what| raw.contains(&what);
    let lists = [raw::Include::Applications, raw::Include::ServicePrincipals];
    if !lists.into_iter().any(has) {
        report.error(
            at,
            "neither applications nor service principals: nothing would be scanned",
            "write `[\"applications\", \"service-principals\"]`, or leave the key out",
        );
    }
    for (word, needed, remedy) in [
        (
            raw::Include::Federated,
            lists[0],
            "add \"applications\": federated credentials are read with them",
        ),
        (
            raw::Include::ManagedIdentities,
            lists[1],
            "add \"service-principals\": managed identities are among them",
        ),
        (
            raw::Include::Microsoft,
            lists[1],
            "add \"service-principals\": Microsoft's are among them",
        ),
    ] {
        let position = raw.iter().position(|of| *of == word);
        if let Some(position) = position.filter(|_| !has(needed)) {
            report.error(
                &at.index(position),
                "adds nothing to what is scanned",
                remedy,
            );
        }
    }
    raw.into_iter().map(Include::from).collect()
}

impl From<raw::Include> for Include {
    fn from(raw: raw::Include) -> Self {
        match raw {
            raw::Include::Applications => Self::Applications,
            raw::Include::ServicePrincipals => Self::ServicePrincipals,
            raw::Include::ManagedIdentities => Self::ManagedIdentities,
            raw::Include::Microsoft => Self::Microsoft,
            raw::Include::Federated => Self::Federated,
        }
    }
}

/// A GUID or a domain: what the sign-in service takes for one directory.
pub(super) fn tenant_id(
    id: Option<String>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<String> {
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

/// Where to sign in: what is written, else what a platform says that vouches for us, else the cloud's.
fn authority(
    raw: Option<String>,
    cloud: Cloud,
    platform: Option<&Platform>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<Url> {
    let by_platform = platform.and_then(|platform| platform.get(platform::AUTHORITY));
    let (None, Some(text)) = (&raw, by_platform) else {
        return endpoint(raw, Some(cloud.authority()), at, report);
    };
    let url = endpoint(Some(text.to_owned()), None, at, report)?;
    let is_host_of = |known: &str| Url::parse(known).is_ok_and(|known| known.host() == url.host());
    if !is_host_of(cloud.authority()) && !cloud.former_authority().is_some_and(is_host_of) {
        report.warning(
            at,
            format!(
                "the platform signs in at {text} ({}), which is not the cloud `{cloud}`",
                platform::AUTHORITY
            ),
            "set `cloud`, so that the same cloud's Graph is asked",
        );
    }
    Some(url)
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
