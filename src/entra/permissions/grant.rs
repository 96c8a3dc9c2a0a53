//! The command that grants a permission, or what to do where no command can.

use super::{GRAPH_APP_ID, Held, Permission};
use crate::{
    domain::Id,
    entra::config::{Auth, Cloud},
};

/// Whom a permission would be granted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// A service principal, by its object id or its application's client id.
    Principal(Id),
    /// A person.
    Person,
    /// A service principal that we know no id of.
    Unknown,
}

impl Grantee {
    /// The bearer of a token, else whoever signs in so.
    pub(in crate::entra) fn of(held: &Held, auth: &Auth) -> Self {
        match (held, auth) {
            (Held::Delegated { .. }, _) | (_, Auth::AzureCli) => return Self::Person,
            (
                Held::Application {
                    principal: Some(id),
                    ..
                },
                _,
            ) => return Self::Principal(id.clone()),
            _ => {}
        }
        let id = auth.client_id().map(Id::parse).filter(Id::is_guid);
        id.map_or(Self::Unknown, Self::Principal)
    }

    /// How it gets `permission`. Somebody with the Entra role Privileged Role Administrator has to do it
    /// (<https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent>).
    pub fn fix(&self, permission: Permission, cloud: Cloud) -> String {
        let id = match self {
            Self::Principal(id) => id,
            Self::Person => {
                return format!(
                    "give whoever is signed in to the Azure CLI the Entra role {}, or sign in as somebody who has it",
                    permission.role()
                );
            }
            Self::Unknown => {
                return format!(
                    "grant {} to the identity that forewarn signs in as; `forewarn setup` prints how",
                    permission.name()
                );
            }
        };
        // one line to paste, and only GUIDs and names of ours in it. `az ad app permission admin-consent` would be shorter, but
        // knows app registrations in the public cloud alone (azure-cli, `role/custom.py`)
        format!(
            "SP=$(az ad sp show --id {id} --query id -o tsv) && az rest --method POST \
             --url {graph}/v1.0/servicePrincipals/$SP/appRoleAssignments --body \
             \"$(az ad sp show --id {GRAPH_APP_ID} -o json --query \"{{principalId:'$SP',resourceId:id,\
             appRoleId:appRoles[?value=='{name}'].id|[0]}}\")\"",
            graph = cloud.graph(),
            name = permission.name(),
        )
    }
}
