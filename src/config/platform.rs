//! What the platform that we run on says about signing in, by environment variables that it sets itself.
//!
//! They are what Microsoft's own libraries read: the workload identity webhook of AKS sets `AZURE_…`
//! (<https://azure.github.io/azure-workload-identity/docs/>), App Service, Container Apps and the Azure Arc agent set the others.
//! What the configuration says goes before them.

/// The variables that are looked at.
pub(crate) const VARIABLES: &[&str] = &[
    CLIENT_ID,
    TENANT_ID,
    TOKEN_FILE,
    AUTHORITY,
    IDENTITY_ENDPOINT,
    IDENTITY_HEADER,
    IMDS_ENDPOINT,
    SERVICE_FABRIC,
];

pub(crate) const CLIENT_ID: &str = "AZURE_CLIENT_ID";
pub(crate) const TENANT_ID: &str = "AZURE_TENANT_ID";
/// The file in which the platform keeps a token for us.
pub(crate) const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
/// The sign-in service of the cloud that the cluster is in.
pub(crate) const AUTHORITY: &str = "AZURE_AUTHORITY_HOST";
/// Where a managed identity's tokens are handed out; which dialect is spoken there is told by the variables beside it.
pub(crate) const IDENTITY_ENDPOINT: &str = "IDENTITY_ENDPOINT";
/// App Service and Container Apps: what has to be sent along. A secret.
pub(crate) const IDENTITY_HEADER: &str = "IDENTITY_HEADER";
/// Azure Arc.
pub(crate) const IMDS_ENDPOINT: &str = "IMDS_ENDPOINT";
/// Service Fabric.
pub(crate) const SERVICE_FABRIC: &str = "IDENTITY_SERVER_THUMBPRINT";

/// The variables as they are set.
#[derive(Default)]
pub(crate) struct Platform(Vec<(&'static str, String)>);

impl Platform {
    /// Picks them from the environment. An empty one counts as not set.
    pub(crate) fn of(environment: &[(String, String)]) -> Self {
        let known = environment.iter().filter_map(|(name, value)| {
            let name = VARIABLES.iter().find(|known| **known == name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| (*name, value.to_owned()))
        });
        Self(known.collect())
    }

    /// The value of one of the variables.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let entry = self.0.iter().find(|(known, _)| *known == name);
        entry.map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}
