//! Which service principals are looked at.

use super::{
    config::{Include, TenantConfig},
    lenient::Text,
    page::AppRow,
};
use crate::domain::ObjectType;

const MANAGED_IDENTITY: &str = "ManagedIdentity";

/// The tenants that Microsoft's own apps belong to: Microsoft Services and Microsoft Corp (several public auditing scripts agree).
const MICROSOFT: [&str; 2] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

/// Looked at whoever owns them: their certificates are the tenant's own. Those of the first, of Conditional Access for VPNs, are
/// renewed by people; those of the second by Entra, as long as all is well.
const THE_TENANTS_OWN: [&str; 2] = ["VPN Server", "P2P Server"];

/// Carries no credential, or is of a kind that the configuration does not include.
pub(super) fn is_left_out(row: &AppRow<'_>, config: &TenantConfig) -> bool {
    let lists = [&row.passwords, &row.keys];
    if lists.iter().all(|list| list.items.is_empty() && !list.odd) {
        return true;
    }
    if object_type(&row.principal_type) == ObjectType::ManagedIdentity {
        return !config.includes(Include::ManagedIdentities);
    }
    is_any(&row.owner, &MICROSOFT)
        && !is_any(&row.name, &THE_TENANTS_OWN)
        && !config.includes(Include::Microsoft)
}

/// What its `servicePrincipalType` says. `Legacy` ones have credentials like any other.
pub(super) fn object_type(principal_type: &Text<'_>) -> ObjectType {
    if is_any(principal_type, &[MANAGED_IDENTITY]) {
        ObjectType::ManagedIdentity
    } else {
        ObjectType::ServicePrincipal
    }
}

fn is_any(text: &Text<'_>, of: &[&str]) -> bool {
    text.filled()
        .is_some_and(|text| of.iter().any(|one| text.eq_ignore_ascii_case(one)))
}
