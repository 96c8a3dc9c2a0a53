//! "Does the certificate that I hold work?"
//!
//! The file is looked at first: is there a key, is it the certificate's, can Entra take it. Then an assertion that it signed is shown to
//! the token endpoint, and the token thrown away. Then, where a configured tenant can read the app, its certificates are compared with
//! it by thumbprint. `judge` makes one answer of all that. The private key is in none of it, and leaves this process in no form.

mod judge;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;

use self::judge::Evidence;
use super::{Finding, Listed, Means, Question, attempt, registry::Registry};
use crate::{
    domain::SecretSource,
    entra::{CertificateError, config::Auth, signin::Certificate},
};

/// What is held.
#[derive(Debug, Clone)]
pub struct HeldCertificate {
    /// The text of a PEM file with the certificate and its private key.
    pub pem: SecretString,
    /// What the private key is encrypted with.
    pub password: Option<SecretString>,
}

impl HeldCertificate {
    /// Does it take a password that is not there?
    pub fn lacks_password(&self) -> bool {
        matches!(self.inspect(), Err(CertificateError::Encrypted))
    }

    fn inspect(&self) -> Result<Certificate, CertificateError> {
        Certificate::inspect(&self.pem, self.password.as_ref())
    }

    fn as_auth(&self, client_id: &str) -> Auth {
        Auth::Certificate {
            client_id: client_id.to_owned(),
            certificate: SecretSource::Literal(self.pem.clone()),
            password: self.password.clone().map(SecretSource::Literal),
        }
    }
}

/// The certificate that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// By SHA-1, as the portal shows it.
    pub thumbprint: Option<String>,
    /// By SHA-256.
    pub thumbprint_sha256: String,
    /// When it begins to be valid.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Which of the app's certificates it is.
    pub registered: Option<Listed>,
}

/// Finds out about a certificate.
pub async fn verify_certificate(
    held: &HeldCertificate,
    question: &Question,
    means: &Means,
) -> Finding {
    let certificate = match held.inspect() {
        Ok(certificate) => certificate,
        Err(why) => return judge::unfit(&why, question),
    };
    let auth = held.as_auth(&question.client_id);
    let evidence = Evidence {
        question,
        now: means.clock.now(),
        certificate: &certificate,
        tried: attempt::sign_in(auth, question, means).await,
        app: Registry::new(question, means).app().await,
    };
    judge::judge(&evidence)
}
