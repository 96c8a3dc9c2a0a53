//! Signing in as the Azure resource that we run on: no credential of our own, and so none that expires.
//!
//! Three dialects of one question, as Microsoft's own libraries speak them:
//! - the instance metadata service of virtual machines and AKS nodes
//!   (<https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>);
//! - App Service, Functions and Container Apps
//!   (<https://learn.microsoft.com/azure/app-service/overview-managed-identity>, "REST endpoint reference");
//! - the agent of Azure Arc, which first lets us prove that we may read a file that it writes
//!   (<https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>).

mod challenge;
mod refusal;

use std::sync::Arc;

use reqwest::{
    Response,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT},
};
use secrecy::ExposeSecret;
use url::Url;

use self::challenge::Challenge;
pub use self::{challenge::ChallengeError, refusal::IdentityRefusal};
use super::{Outcome, granted::Granted};
use crate::{
    domain::{SecretSource, Secrets, secret::SecretError},
    entra::{
        answer::{self, REQUEST_TIMEOUT},
        config::{IdentityEndpoint, TenantConfig},
        error::{ScanError, Service},
        pace::Pace,
    },
};

/// The identity of the resource that we run on.
pub(in crate::entra) struct ManagedIdentity {
    http: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    dialect: Dialect,
    /// With the whole question.
    url: Url,
    host: String,
    tenant_id: String,
    client_id: Option<String>,
    challenge: Challenge,
}

#[derive(Debug, Clone)]
enum Dialect {
    Imds,
    AppService(SecretSource),
    Arc,
}

impl ManagedIdentity {
    pub(super) fn new(
        config: &TenantConfig,
        client_id: Option<&str>,
        endpoint: &IdentityEndpoint,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        resource: &str,
    ) -> Self {
        let (dialect, mut url, version) = match endpoint {
            IdentityEndpoint::Imds(base) => {
                let url = answer::below(base, &["metadata", "identity", "oauth2", "token"]);
                (Dialect::Imds, url, "2018-02-01")
            }
            IdentityEndpoint::AppService { url, header } => (
                Dialect::AppService(header.clone()),
                url.clone(),
                "2019-08-01",
            ),
            IdentityEndpoint::Arc(url) => (Dialect::Arc, url.clone(), "2020-06-01"),
        };
        url.query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        if let Some(client_id) = client_id {
            url.query_pairs_mut().append_pair("client_id", client_id);
        }
        Self {
            http,
            secrets,
            dialect,
            host: answer::host(&url),
            url,
            tenant_id: config.tenant_id.clone(),
            client_id: client_id.map(str::to_owned),
            challenge: Challenge::default(),
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) async fn attempt(&self, pace: &Pace<'_>) -> Result<Outcome, ScanError> {
        let asked_at = pace.clock.now();
        let mut response = match self.ask(pace, None).await? {
            Ok(response) => response,
            Err(broken) => return Ok(Outcome::Broken(broken)),
        };
        if matches!(self.dialect, Dialect::Arc) && response.status() == 401 {
            let key = self.challenge.answer(response.headers());
            let key = key.map_err(ScanError::Challenge)?;
            response = match self.ask(pace, Some(key)).await? {
                Ok(response) => response,
                Err(broken) => return Ok(Outcome::Broken(broken)),
            };
        }
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(answer::redirect(Service::Identity, &response));
        }
        let after = answer::retry_after(response.headers(), pace.clock.now());
        let body = answer::read_small(&mut response).await;
        if status == 200 {
            let granted = Granted::read(&body, asked_at).ok_or_else(|| ScanError::NoToken {
                host: self.host.clone(),
            })?;
            return self.accept(granted).map(Outcome::Granted);
        }
        match (&self.dialect, status) {
            // the metadata service says so while it is updated, for up to 70 seconds
            (Dialect::Imds, 404 | 410 | 500..) | (_, 429 | 503 | 504) => {
                Ok(Outcome::Later { status, after })
            }
            (_, 408 | 500..) => Ok(Outcome::Broken(format!("HTTP {status}"))),
            _ => Err(ScanError::Identity(Box::new(self.refusal(status, &body)))),
        }
    }

    /// Sends the question; inside, why the connection failed.
    async fn ask(
        &self,
        pace: &Pace<'_>,
        authorization: Option<HeaderValue>,
    ) -> Result<Result<Response, String>, ScanError> {
        let mut request = self
            .http
            .get(self.url.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, answer::USER_AGENT)
            .timeout(pace.left(Service::Identity)?.min(REQUEST_TIMEOUT));
        request = match &self.dialect {
            Dialect::AppService(header) => {
                request.header("X-IDENTITY-HEADER", self.identity_header(header)?)
            }
            Dialect::Imds | Dialect::Arc => request.header("Metadata", "true"),
        };
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        Ok(request.send().await.map_err(answer::describe))
    }

    fn identity_header(&self, source: &SecretSource) -> Result<HeaderValue, ScanError> {
        let value = self.secrets.read(source).map_err(ScanError::OwnSecret)?;
        let unfit = |_| ScanError::OwnSecret(SecretError::Empty(source.to_string()));
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(unfit)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A token is of use only for the directory and the identity that were asked for.
    fn accept(&self, granted: Granted) -> Result<Granted, ScanError> {
        if let Some(theirs) = granted.strays_from(&self.tenant_id) {
            return Err(ScanError::OtherTenant {
                theirs: theirs.to_owned(),
                configured: self.tenant_id.clone(),
            });
        }
        // agents that do not know user-assigned identities give the machine's own instead
        let (Dialect::Arc, Some(asked)) = (&self.dialect, &self.client_id) else {
            return Ok(granted);
        };
        let got = granted.client_id.as_deref();
        if got.is_some_and(|got| got.eq_ignore_ascii_case(asked)) {
            return Ok(granted);
        }
        Err(ScanError::OtherIdentity {
            client_id: asked.clone(),
        })
    }

    fn refusal(&self, status: u16, body: &[u8]) -> IdentityRefusal {
        let endpoint = match self.dialect {
            Dialect::Imds => "The instance metadata service",
            Dialect::AppService(_) => "The identity endpoint of App Service or Container Apps",
            Dialect::Arc => "The Azure Arc agent",
        };
        IdentityRefusal::read(endpoint, &self.host, status, body, self.client_id.clone())
    }

    /// Expects Azure Arc's files elsewhere.
    #[cfg(test)]
    pub(super) fn with_challenge_folder(mut self, folder: std::path::PathBuf) -> Self {
        self.challenge = Challenge { folder };
        self
    }
}
