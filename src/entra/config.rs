//! What a tenant's part of the configuration says, validated.

use std::fmt;

use url::Url;

use crate::domain::{SecretSource, matcher::Matcher};

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
    /// How we sign in.
    pub auth: Auth,
    /// Credentials to leave out.
    pub ignore: Vec<Matcher>,
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
