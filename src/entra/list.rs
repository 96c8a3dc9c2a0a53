//! The lists that a scan reads, and what it asks of each.

use std::borrow::Cow;

use url::Url;

use super::config::{Include, TenantConfig};

/// One of Graph's collections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// App registrations.
    Applications,
    /// Enterprise apps.
    ServicePrincipals,
}

const APPLICATIONS: &str =
    "$select=id,appId,displayName,tags,passwordCredentials,keyCredentials&$top=999";
/// An app has at most 20 federated credentials, and 20 is also the most that `$expand` gives; with it a page holds at most 100
/// apps (learn.microsoft.com/graph/query-parameters, known issue 13635).
const WITH_FEDERATED: &str = "$select=id,appId,displayName,tags,passwordCredentials,keyCredentials\
    &$expand=federatedIdentityCredentials&$top=100";
const SERVICE_PRINCIPALS: &str = "$select=id,appId,displayName,tags,servicePrincipalType,appOwnerOrganizationId,\
    preferredTokenSigningKeyThumbprint,passwordCredentials,keyCredentials&$top=999";

/// Notes may be a kilobyte an app, so they are asked for only where they are read.
const TAGS: &str = ",tags,";
const TAGS_AND_NOTES: &str = ",tags,notes,";

impl List {
    /// The lists that a tenant is scanned by, in this order: the first is the one whose length counts.
    pub(super) fn wanted(config: &TenantConfig) -> Vec<Self> {
        let mut lists = Vec::new();
        if config.includes(Include::Applications) {
            lists.push(Self::Applications);
        }
        if config.includes(Include::ServicePrincipals) {
            lists.push(Self::ServicePrincipals);
        }
        lists
    }

    /// Is this a page of one of them? Those alone ask for `keyCredentials`, which Graph gives 150 times a minute; a next link
    /// need not say so in its query, but has the list's path.
    pub(super) fn is_of(url: &Url) -> bool {
        let last = url.path().rsplit('/').next().unwrap_or_default();
        [Self::Applications, Self::ServicePrincipals]
            .iter()
            .any(|list| list.segment() == last)
    }

    /// The last segment of its path.
    pub(super) fn segment(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::ServicePrincipals => "servicePrincipals",
        }
    }

    /// What is asked of it.
    pub(super) fn query(self, config: &TenantConfig) -> Cow<'static, str> {
        let query = match self {
            Self::Applications if config.includes(Include::Federated) => WITH_FEDERATED,
            Self::Applications => APPLICATIONS,
            Self::ServicePrincipals => SERVICE_PRINCIPALS,
        };
        if config.reads_notes() {
            query.replacen(TAGS, TAGS_AND_NOTES, 1).into()
        } else {
            query.into()
        }
    }

    /// What people call it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::ServicePrincipals => "service principals",
        }
    }
}
