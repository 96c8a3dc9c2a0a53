//! The ways to get a token, one file each, behind [`Method`].
//!
//! `client` signs in as an app registration at the token endpoint, and proves that it may by a `Proof`: a client secret, an
//! `assertion` signed with the key of a `certificate`, or a token of somebody whom Entra trusts. `managed` asks the machine
//! that we run on, `azure_cli` a program on it. Whatever proves who we are is read anew at each sign-in, so that a rotated
//! one needs no restart, and shows in no error and no `Debug`.

mod assertion;
mod azure_cli;
mod certificate;
mod client;
mod der;
mod granted;
mod key;
mod managed;
mod pbes2;
#[cfg(test)]
mod tests;
mod x509;

use std::{sync::Arc, time::Duration};

use self::{
    azure_cli::AzureCli,
    client::{Client, Credential},
    managed::ManagedIdentity,
};
pub use self::{
    azure_cli::{Account, CliError, account as azure_cli_account},
    certificate::CertificateError,
    managed::ChallengeError,
    managed::IdentityRefusal,
};
pub(super) use self::{granted::Granted, x509::Certificate};
use super::{
    config::{Auth, TenantConfig},
    error::{ScanError, Service},
    pace::Pace,
};
use crate::domain::Secrets;

/// The HTTP clients of a tenant. Neither may follow redirects.
#[derive(Debug, Clone)]
pub struct Clients {
    /// For the sign-in service, Graph and Azure Resource Manager.
    pub web: reqwest::Client,
    /// For what is on this machine or its host: never through a proxy, and quick to see that nobody is there.
    pub local: reqwest::Client,
}

/// What came of one try.
pub(super) enum Outcome {
    Granted(Granted),
    Later {
        status: u16,
        after: Option<Duration>,
    },
    Broken(String),
}

/// One way to get a token.
pub(super) enum Method {
    Client(Client),
    ManagedIdentity(ManagedIdentity),
    AzureCli(AzureCli),
}

impl Method {
    pub(super) fn new(
        config: &TenantConfig,
        http: &Clients,
        secrets: Arc<dyn Secrets>,
        resource: &str,
    ) -> Self {
        let client = |client_id, credential, secrets| {
            let http = http.web.clone();
            let client = Client::new(config, client_id, credential, http, secrets, resource);
            Self::Client(client)
        };
        match &config.auth {
            Auth::ClientSecret { client_id, secret } => {
                client(client_id, Credential::Secret(secret.clone()), secrets)
            }
            Auth::Certificate {
                client_id,
                certificate,
                password,
            } => {
                let credential = Credential::Certificate {
                    certificate: certificate.clone(),
                    password: password.clone(),
                };
                client(client_id, credential, secrets)
            }
            Auth::WorkloadIdentity { client_id, token } => {
                client(client_id, Credential::Token(token.clone()), secrets)
            }
            Auth::ManagedIdentity {
                client_id,
                endpoint,
            } => {
                let (id, http) = (client_id.as_deref(), http.local.clone());
                let identity = ManagedIdentity::new(config, id, endpoint, http, secrets, resource);
                Self::ManagedIdentity(identity)
            }
            Auth::AzureCli => Self::AzureCli(AzureCli::new(config, resource)),
        }
    }

    /// Asks once.
    pub(super) async fn attempt(&self, pace: &Pace<'_>) -> Result<Outcome, ScanError> {
        match self {
            Self::Client(client) => client.attempt(pace).await,
            Self::ManagedIdentity(identity) => identity.attempt(pace).await,
            Self::AzureCli(cli) => cli.attempt(pace).await.map(Outcome::Granted),
        }
    }

    /// Who is asked, for people.
    pub(super) fn asked(&self) -> (Service, &str) {
        match self {
            Self::Client(client) => (Service::SignIn, client.host()),
            Self::ManagedIdentity(identity) => (Service::Identity, identity.host()),
            Self::AzureCli(_) => (Service::SignIn, "this machine's Azure CLI"),
        }
    }
}
