//! `[[tenants]]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Matcher, Secret};

/// A directory that is watched, and how forewarn signs in to it.
#[expect(clippy::struct_field_names, reason = "`tenant_id` is the key's name")]
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    /// Its name here: lower-case letters, digits, `_` and `-`; unique.
    pub(crate) name: Option<String>,
    /// The directory (tenant) id, or a verified domain. For `workload-identity`, default: `AZURE_TENANT_ID`.
    pub(crate) tenant_id: Option<String>,
    /// The Microsoft cloud it lives in. Default: `public`.
    pub(crate) cloud: Option<Cloud>,
    /// What is scanned. Default: `applications` and `service-principals`.
    pub(crate) include: Option<Vec<Include>>,
    /// Ask when each key was last used (beta API; needs P1 or P2 and `AuditLog.Read.All`). Default: false.
    pub(crate) sign_in_activity: Option<bool>,
    /// Credentials to leave out. Default: none.
    pub(crate) ignore: Option<Vec<Matcher>>,
    /// How forewarn signs in.
    #[serde(default)]
    pub(crate) auth: Auth,
    /// Azure resources that use these credentials.
    #[serde(default)]
    pub(crate) azure: Azure,
    /// Other hosts than the cloud's: new clouds, proxies, the sandbox.
    #[serde(default)]
    pub(crate) endpoints: Endpoints,
}

/// A Microsoft cloud.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cloud {
    /// Global, and GCC.
    Public,
    /// US Government L4 (GCC High).
    #[serde(rename = "usgov")]
    UsGov,
    /// US Government L5 (`DoD`).
    #[serde(rename = "usgov-dod")]
    UsGovDod,
    /// China, operated by 21Vianet.
    China,
}

/// What is scanned.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Include {
    /// App registrations.
    Applications,
    /// Enterprise apps: SAML signing certificates, and secrets and certificates of their own.
    ServicePrincipals,
    /// With `service-principals`: those of managed identities, too. Azure renews their certificates.
    ManagedIdentities,
    /// With `service-principals`: Microsoft's own, too.
    Microsoft,
    /// With `applications`: federated credentials, as information. They do not expire.
    Federated,
}

/// How forewarn signs in.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    /// Default: `client-secret`.
    pub(crate) method: Option<AuthMethod>,
    /// The application (client) id of the app registration that forewarn signs in as; for `managed-identity`, of a user-assigned
    /// identity. For `workload-identity` and `managed-identity`, default: `AZURE_CLIENT_ID`.
    pub(crate) client_id: Option<String>,
    /// For `client-secret`: the secret's value (not its id).
    pub(crate) client_secret: Option<Secret>,
    /// For `certificate`: PEM with its RSA private key.
    pub(crate) certificate: Option<Secret>,
    /// For `certificate`: what the key is encrypted with, if it is.
    pub(crate) certificate_password: Option<Secret>,
}

/// How forewarn signs in.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AuthMethod {
    /// With a client secret.
    ClientSecret,
    /// With a certificate.
    Certificate,
    /// As a Kubernetes service account (federated).
    WorkloadIdentity,
    /// As the Azure resource that forewarn runs on.
    ManagedIdentity,
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
}

/// Azure resources that use these credentials.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Azure {
    /// Name the AKS clusters that use a service principal (needs Reader on the subscriptions). Default: false.
    pub(crate) aks: Option<bool>,
}

/// Other hosts than the cloud's. `https` unless the host is a loopback address.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoints {
    /// The sign-in service, such as `https://login.microsoftonline.com`.
    pub(crate) authority: Option<String>,
    /// Graph without a version, such as `https://graph.microsoft.com`.
    pub(crate) graph: Option<String>,
    /// Azure Resource Manager, such as `https://management.azure.com`.
    pub(crate) arm: Option<String>,
    /// The instance metadata service, such as `http://169.254.169.254`; given, `managed-identity` asks nobody else.
    pub(crate) imds: Option<String>,
}
