//! What a tenant's part of the configuration says, validated.

use std::fmt;

use url::Url;

use crate::domain::{
    Id, Kind, SecretSource,
    matcher::Matcher,
    own::Own,
    ownership::{OwnerSource, Ownership},
};

/// One tenant and how we sign in to it.
#[derive(Debug, Clone)]
pub struct TenantConfig {
    /// Its name in the configuration; unique.
    pub name: String,
    /// The directory (tenant) id or a verified domain.
    pub tenant_id: String,
    /// Which cloud it lives in.
    pub cloud: Cloud,
    /// Base URL of the sign-in service, without a trailing slash in its path.
    pub authority: Url,
    /// Base URL of Graph, without a version.
    pub graph: Url,
    /// Base URL of Azure Resource Manager.
    pub arm: Url,
    /// How we sign in.
    pub auth: Auth,
    /// What is scanned.
    pub include: Vec<Include>,
    /// Ask when each key was last used.
    pub sign_in_activity: bool,
    /// Name the AKS clusters that use a service principal.
    pub aks: bool,
    /// A receiver of type `graph-mail` sends as the same client.
    pub sends_mail: bool,
    /// Credentials to leave out. Those that ask for an owner are in `ownership`, since the owners are known later.
    pub ignore: Vec<Matcher>,
    /// How owners are found.
    pub ownership: Ownership,
}

impl TenantConfig {
    /// A sign-in and nothing else: nobody but `authority` is asked for anything.
    pub fn sign_in_alone(tenant_id: String, cloud: Cloud, authority: Url, auth: Auth) -> Self {
        Self {
            name: tenant_id.clone(),
            tenant_id,
            cloud,
            graph: authority.clone(),
            arm: authority.clone(),
            authority,
            auth,
            include: Vec::new(),
            sign_in_activity: false,
            aks: false,
            sends_mail: false,
            ignore: Vec::new(),
            ownership: Ownership::default(),
        }
    }

    /// Is this scanned?
    pub fn includes(&self, what: Include) -> bool {
        self.include.contains(&what)
    }

    /// What a token for Graph is for.
    pub fn graph_resource(&self) -> String {
        resource(&self.graph, self.cloud.graph())
    }

    /// What a token for Azure Resource Manager is for.
    pub fn arm_resource(&self) -> String {
        resource(&self.arm, self.cloud.arm())
    }

    /// What is asked of Microsoft beside the credentials.
    pub fn features(&self) -> Features {
        Features {
            owners: self.ownership.sources.contains(&OwnerSource::Graph),
            sign_in_activity: self.sign_in_activity,
            aks: self.aks,
        }
    }

    /// Are apps' notes read, for the owners that they may name?
    pub fn reads_notes(&self) -> bool {
        self.ownership.sources.contains(&OwnerSource::Notes)
    }
}

/// A cloud that is not on our list gives tokens for its own Graph and Resource Manager, which are known by the first label of
/// their names (`graph.svc.sovcloud.fr`, `management.sovcloud-api.fr`: azure-cli's `cloud.py`). Any other address is another
/// way to the cloud's own: a proxy, the sandbox.
fn resource(url: &Url, of_cloud: &str) -> String {
    const LABELS: [&str; 4] = ["graph", "dod-graph", "microsoftgraph", "management"];
    let label = url.host_str().and_then(|host| host.split('.').next());
    if label.is_some_and(|label| LABELS.contains(&label)) {
        url.origin().ascii_serialization()
    } else {
        of_cloud.to_owned()
    }
}

/// What is asked of Microsoft beside the credentials themselves: each costs a permission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features {
    /// Who owns an app.
    pub owners: bool,
    /// When each key was last used.
    pub sign_in_activity: bool,
    /// Which AKS clusters use a service principal.
    pub aks: bool,
}

/// What is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Include {
    /// App registrations.
    Applications,
    /// Service principals (enterprise apps), but for those of the next two kinds.
    ServicePrincipals,
    /// Service principals of managed identities, too.
    ManagedIdentities,
    /// Microsoft's own service principals, too.
    Microsoft,
    /// Federated credentials of app registrations, as information.
    Federated,
}

impl Include {
    /// The name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::ServicePrincipals => "service-principals",
            Self::ManagedIdentities => "managed-identities",
            Self::Microsoft => "microsoft",
            Self::Federated => "federated",
        }
    }
}

/// How we sign in.
#[derive(Debug, Clone)]
pub enum Auth {
    /// With a client secret.
    ClientSecret {
        /// The application (client) id.
        client_id: String,
        /// Its secret.
        secret: SecretSource,
    },
    /// With a certificate whose private key we hold.
    Certificate {
        /// The application (client) id.
        client_id: String,
        /// PEM with the certificate and its private key.
        certificate: SecretSource,
        /// What the private key is encrypted with, if it is.
        password: Option<SecretSource>,
    },
    /// With a token of somebody whom Entra trusts to vouch for us: a Kubernetes service account.
    WorkloadIdentity {
        /// The application (client) id.
        client_id: String,
        /// Where the platform puts that token, and renews it.
        token: SecretSource,
    },
    /// As the Azure resource that we run on.
    ManagedIdentity {
        /// Which of its user-assigned identities; `None` for the resource's own.
        client_id: Option<String>,
        /// Who hands out its tokens.
        endpoint: IdentityEndpoint,
    },
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
}

impl Auth {
    /// The client id that is signed in as, where it is known: the resource's own managed identity and the Azure CLI do not tell.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::ClientSecret { client_id, .. }
            | Self::Certificate { client_id, .. }
            | Self::WorkloadIdentity { client_id, .. } => Some(client_id),
            Self::ManagedIdentity { client_id, .. } => client_id.as_deref(),
            Self::AzureCli => None,
        }
    }

    /// The client id and what proves it, where that is something that runs out.
    pub fn own(&self) -> Option<Own> {
        let kind = match self {
            Self::ClientSecret { .. } => Kind::ClientSecret,
            Self::Certificate { .. } => Kind::Certificate,
            Self::WorkloadIdentity { .. } | Self::ManagedIdentity { .. } | Self::AzureCli => {
                return None;
            }
        };
        Some(Own {
            app_id: Id::parse(self.client_id()?),
            kind,
        })
    }
}

/// Who hands out a managed identity's tokens. Each is on this machine or its host, and is never asked through a proxy.
#[derive(Debug, Clone)]
pub enum IdentityEndpoint {
    /// The instance metadata service of a virtual machine or an AKS node: base URL.
    Imds(Url),
    /// App Service, Functions and Container Apps.
    AppService {
        /// `IDENTITY_ENDPOINT`.
        url: Url,
        /// `IDENTITY_HEADER`: without it, the endpoint answers nobody.
        header: SecretSource,
    },
    /// The agent of Azure Arc, on a machine outside of Azure: `IDENTITY_ENDPOINT`.
    Arc(Url),
}

/// A Microsoft cloud. Hosts: graph-facts section 5.4 (learn.microsoft.com "national cloud deployments", azure-cli's `cloud.py`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cloud {
    /// Global, and GCC.
    #[default]
    Public,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (`DoD`).
    UsGovDod,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// The name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGov => "usgov",
            Self::UsGovDod => "usgov-dod",
            Self::China => "china",
        }
    }

    /// The sign-in service.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Public => "https://login.microsoftonline.com",
            Self::UsGov | Self::UsGovDod => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// Graph.
    pub fn graph(self) -> &'static str {
        match self {
            Self::Public => "https://graph.microsoft.com",
            Self::UsGov => "https://graph.microsoft.us",
            Self::UsGovDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// Azure Resource Manager.
    pub fn arm(self) -> &'static str {
        match self {
            Self::Public => "https://management.azure.com",
            Self::UsGov | Self::UsGovDod => "https://management.usgovcloudapi.net",
            Self::China => "https://management.chinacloudapi.cn",
        }
    }

    /// The sign-in service's older name, which Azure's own tools still use.
    pub fn former_authority(self) -> Option<&'static str> {
        (self == Self::China).then_some("https://login.chinacloudapi.cn")
    }

    /// The Entra admin centre.
    pub fn portal(self) -> &'static str {
        match self {
            Self::Public => "https://entra.microsoft.com",
            Self::UsGov | Self::UsGovDod => "https://entra.microsoft.us",
            Self::China => "https://entra.microsoftonline.cn",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_cloud_gives_tokens_for_its_own_and_a_proxy_for_the_cloud_behind_it() {
        let of = |url: &str| resource(&url.parse().unwrap(), Cloud::Public.graph());
        for own in [
            "https://graph.microsoft.com",
            "https://graph.svc.sovcloud.fr",
            "https://dod-graph.microsoft.us",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://management.sovcloud-api.fr",
        ] {
            assert_eq!(of(own), own);
        }
        for way in [
            "http://127.0.0.1:8090",
            "http://[::1]:8090",
            "https://proxy.contoso.com/graph",
        ] {
            assert_eq!(of(way), Cloud::Public.graph());
        }
    }
}
