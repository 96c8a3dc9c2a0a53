//! Signing in as an app registration: the client credentials grant, with any of three proofs.
//!
//! The request is that of <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use std::sync::Arc;

use reqwest::header::{ACCEPT, USER_AGENT};
use secrecy::ExposeSecret;
use url::Url;

use super::{
    Outcome,
    assertion::{self, Claims},
    certificate::{self, CertificateError},
    granted::Granted,
};
use crate::{
    domain::{SecretSource, Secrets, secret::SecretString},
    entra::{
        answer::{self, REQUEST_TIMEOUT},
        config::TenantConfig,
        error::{ScanError, Service},
        pace::Pace,
        refusal::{Presented, SignInRefusal, Tried},
    },
};

/// How an assertion is announced (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An app registration that we sign in as.
pub(in crate::entra) struct Client {
    http: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    url: Url,
    host: String,
    scope: String,
    id: String,
    credential: Credential,
}

/// What we prove with who we are.
pub(super) enum Credential {
    Secret(SecretSource),
    Certificate {
        certificate: SecretSource,
        password: Option<SecretSource>,
    },
    /// A token of somebody whom Entra trusts to vouch for us. The platform renews it, well before its end.
    Token(SecretSource),
}

impl Client {
    pub(super) fn new(
        config: &TenantConfig,
        client_id: &str,
        credential: Credential,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        resource: &str,
    ) -> Self {
        let segments = [config.tenant_id.as_str(), "oauth2", "v2.0", "token"];
        Self {
            http,
            secrets,
            url: answer::below(&config.authority, &segments),
            host: answer::host(&config.authority),
            scope: format!("{resource}/.default"),
            id: client_id.to_owned(),
            credential,
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) async fn attempt(&self, pace: &Pace<'_>) -> Result<Outcome, ScanError> {
        let tried = self.proof(pace)?;
        let asked_at = pace.clock.now();
        let proof = tried.value.expose_secret();
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &*tried.client_id),
        ];
        if tried.presented == Presented::Secret {
            form.push(("client_secret", proof));
        } else {
            form.push(("client_assertion_type", ASSERTION_TYPE));
            form.push(("client_assertion", proof));
        }
        form.push(("scope", &self.scope));
        let request = self
            .http
            .post(self.url.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, answer::USER_AGENT)
            .header("client-request-id", pace.dice.guid().to_string())
            .timeout(pace.left(Service::SignIn)?.min(REQUEST_TIMEOUT))
            .form(&form);
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Broken(answer::describe(error))),
        };
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(answer::redirect(Service::SignIn, &response));
        }
        let after = answer::retry_after(response.headers(), pace.clock.now());
        let body = answer::read_small(&mut response).await;
        if status == 200 {
            let granted = Granted::read(&body, asked_at);
            return granted
                .map(Outcome::Granted)
                .ok_or_else(|| ScanError::NoToken {
                    host: self.host.clone(),
                });
        }
        let refusal = SignInRefusal::read(status, &body, tried);
        match status {
            429 | 503 | 504 => Ok(Outcome::Later { status, after }),
            408 | 500.. => Ok(Outcome::Broken(refusal.summary())),
            _ if refusal.is_transient() => Ok(Outcome::Later { status, after }),
            _ => Err(ScanError::SignIn(Box::new(refusal))),
        }
    }

    /// What proves who we are, made or read at this moment.
    fn proof(&self, pace: &Pace<'_>) -> Result<Tried, ScanError> {
        let read = |source: &SecretSource| self.secrets.read(source).map_err(ScanError::OwnSecret);
        let (presented, source, value) = match &self.credential {
            Credential::Secret(source) => (Presented::Secret, source, read(source)?),
            Credential::Token(source) => (Presented::Token, source, trimmed(&read(source)?)),
            Credential::Certificate {
                certificate,
                password,
            } => {
                let password = password.as_ref().map(read).transpose()?;
                let assertion = self
                    .assertion(certificate, password.as_ref(), pace)
                    .map_err(|why| ScanError::OwnCertificate {
                        origin: certificate.to_string(),
                        why,
                    })?;
                (Presented::Certificate, certificate, assertion)
            }
        };
        Ok(Tried {
            client_id: self.id.clone(),
            presented,
            source: source.to_string(),
            value,
        })
    }

    fn assertion(
        &self,
        certificate: &SecretSource,
        password: Option<&SecretString>,
        pace: &Pace<'_>,
    ) -> Result<SecretString, CertificateError> {
        let signer = certificate::load(self.secrets.as_ref(), certificate, password)?;
        let claims = Claims {
            audience: self.url.as_str(),
            client_id: &self.id,
            id: pace.dice.guid(),
            now: pace.clock.now(),
        };
        assertion::sign(&claims, &signer).ok_or(CertificateError::CannotSign)
    }
}

/// A JWT has no blanks around it, but a file that somebody wrote by hand may.
fn trimmed(token: &SecretString) -> SecretString {
    token.expose_secret().trim().into()
}
