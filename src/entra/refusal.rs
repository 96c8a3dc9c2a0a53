//! The answers that mean no, from the token endpoint and from Graph, read and put into words.

use std::fmt;

use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{aadsts, excerpt::excerpt, looks};
use crate::domain::secret::SecretString;

const REDACTED: &str = "[redacted]";

/// The token endpoint refused us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRefusal {
    /// HTTP status.
    pub status: u16,
    /// The AADSTS number, if the answer held one.
    pub aadsts: Option<u32>,
    /// OAuth's short error, like `invalid_client`; empty when the answer was not Entra's.
    pub error: String,
    /// What the service said, without control characters and shortened.
    pub description: String,
    /// For Microsoft's support.
    pub correlation_id: Option<String>,
    /// The client that signed in.
    pub client_id: String,
    /// What it proved itself with.
    pub presented: Presented,
    /// Where that was read from.
    pub secret_source: String,
    /// What is wrong with the secret by the looks of it.
    pub suspicion: Option<String>,
}

/// What a client proves itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// A client secret.
    Secret,
    /// An assertion signed with a certificate's key.
    Certificate,
    /// A token of somebody else.
    Token,
}

impl fmt::Display for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Token => "federated token",
        })
    }
}

/// What was tried.
pub(super) struct Tried {
    pub(super) client_id: String,
    pub(super) presented: Presented,
    /// Where the secret, the certificate or the token was read from.
    pub(super) source: String,
    /// What was sent.
    pub(super) value: SecretString,
}

/// The error body of the token endpoint (Microsoft identity platform, "client credentials flow", error response).
#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenError {
    error: String,
    error_description: String,
    error_codes: Vec<u32>,
    correlation_id: Option<String>,
}

impl SignInRefusal {
    /// Reads an error answer, whatever it is: Entra's JSON, a proxy's HTML, or nothing. What was sent is not kept,
    /// and not shown should the answer echo it.
    pub(super) fn read(status: u16, body: &[u8], tried: Tried) -> Self {
        let parsed: Option<TokenError> = serde_json::from_slice(body).ok();
        let parsed = parsed.unwrap_or_else(|| TokenError {
            error_description: String::from_utf8_lossy(body).into_owned(),
            ..TokenError::default()
        });
        let shown = |text: &str, max| excerpt(&without(text, &tried.value), max);
        Self {
            status,
            aadsts: parsed
                .error_codes
                .first()
                .copied()
                .or_else(|| aadsts::find(&parsed.error_description)),
            error: shown(&parsed.error, 60),
            description: shown(&parsed.error_description, 400),
            correlation_id: parsed.correlation_id.map(|id| shown(&id, 40)),
            suspicion: (tried.presented == Presented::Secret)
                .then(|| looks::look(tried.value.expose_secret()).map(looks::Look::clause))
                .flatten(),
            client_id: tried.client_id,
            presented: tried.presented,
            secret_source: tried.source,
        }
    }

    /// Will the same request work later?
    pub(super) fn is_transient(&self) -> bool {
        self.error == "temporarily_unavailable"
            || self
                .aadsts
                .and_then(aadsts::explain)
                .is_some_and(aadsts::Explanation::is_transient)
    }

    /// Is it what we prove ourselves with that is refused?
    pub(super) fn is_about_the_credential(&self) -> bool {
        let known = self.aadsts.and_then(aadsts::explain);
        known.is_some_and(|known| known.credential)
    }

    /// In short, for a log line.
    pub(super) fn summary(&self) -> String {
        match self.aadsts {
            Some(code) => format!("AADSTS{code}, HTTP {}", self.status),
            None => format!("HTTP {} {}", self.status, self.error)
                .trim_end()
                .to_owned(),
        }
    }
}

impl std::error::Error for SignInRefusal {}

impl fmt::Display for SignInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, .. } = self;
        write!(
            f,
            "Entra refused the sign-in of client {client_id} ({})",
            self.summary()
        )?;
        match self.aadsts.and_then(aadsts::explain) {
            Some(known) => {
                write!(f, ": {}. ", known.meaning)?;
                if known.credential {
                    let Self {
                        presented,
                        secret_source,
                        ..
                    } = self;
                    write!(f, "The {presented} was read from {secret_source}")?;
                    // what can be seen is better advice than all that can be the matter
                    match &self.suspicion {
                        Some(suspicion) => write!(f, ", and {suspicion}")?,
                        None => write!(f, ". To fix it: {}", known.fix_for(client_id))?,
                    }
                } else {
                    write!(f, "To fix it: {}", known.fix_for(client_id))?;
                }
            }
            None if self.description.is_empty() => {
                f.write_str(" and did not say why; look for a proxy between this machine and it")?;
            }
            None => {
                let hint = by_oauth(&self.error);
                write!(f, ": {hint}. It said: {}", self.description)?;
            }
        }
        match &self.correlation_id {
            Some(id) => write!(f, " (correlation id {id})"),
            None => Ok(()),
        }
    }
}

/// What OAuth's own error means where there is no AADSTS number that we know (RFC 6749, section 5.2).
pub(super) fn by_oauth(error: &str) -> &'static str {
    match error {
        "invalid_client" => "the client id, or what it proves itself with, is wrong; check both",
        "unauthorized_client" => {
            "this client may not sign in here; check the client id and the tenant"
        }
        "invalid_grant" => "the sign-in is not allowed; check consent and Conditional Access",
        "invalid_scope" | "invalid_resource" => "Graph is not known here; check the tenant's cloud",
        "invalid_request" => "the request was not understood; check the tenant id",
        "temporarily_unavailable" => {
            "the service is overloaded or being worked on, which says nothing about the credential; try again a little later"
        }
        "" => {
            "the answer is not Entra's; look for a proxy between, and check `endpoints.authority`"
        }
        _ => "check the tenant, the client id and what it proves itself with",
    }
}

/// `text` without the secret, plain or form-encoded.
fn without(text: &str, secret: &SecretString) -> String {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return text.to_owned();
    }
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    text.replace(secret, REDACTED).replace(&encoded, REDACTED)
}

/// Graph refused a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphRefusal {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, like `Authorization_RequestDenied`; empty when the answer was not Graph's.
    pub code: String,
    /// Graph's message, or the beginning of the answer, without control characters and shortened.
    pub message: String,
    /// For Microsoft's support.
    pub request_id: Option<String>,
    /// Was it asked as whoever is signed in to the Azure CLI?
    pub as_user: bool,
}

/// Graph's error body (learn.microsoft.com/graph/errors).
#[derive(Default, Deserialize)]
#[serde(default)]
struct GraphError {
    error: GraphErrorBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GraphErrorBody {
    code: String,
    message: String,
}

impl GraphRefusal {
    /// Reads an error answer, whatever it is.
    pub(super) fn read(status: u16, body: &[u8], request_id: Option<&str>) -> Self {
        let parsed: Option<GraphError> = serde_json::from_slice(body).ok();
        let parsed = parsed.map_or_else(
            || GraphErrorBody {
                message: String::from_utf8_lossy(body).into_owned(),
                ..GraphErrorBody::default()
            },
            |parsed| parsed.error,
        );
        Self {
            status,
            code: excerpt(&parsed.code, 80),
            message: excerpt(&parsed.message, 240),
            request_id: request_id.map(|id| excerpt(id, 40)),
            as_user: false,
        }
    }

    /// The place in the list that a next link stands for is no longer known; the list can be read from its start.
    pub(super) fn is_expired_page(&self) -> bool {
        self.code == "Directory_ExpiredPageToken"
    }

    /// In short, for a log line.
    pub(super) fn summary(&self) -> String {
        let text = format!("HTTP {} {} {}", self.status, self.code, self.message);
        excerpt(&text, 160)
    }

    fn remedy(&self) -> &'static str {
        match (self.status, self.code.as_str()) {
            (_, "Directory_ExpiredPageToken") => {
                "Reading the list took too long for Graph twice; the next scan tries again"
            }
            (_, "Authorization_IdentityNotFound") => {
                "The client's service principal is gone from the tenant; create it again with `az ad sp create --id` and the client id"
            }
            (401, _) => {
                "A fresh token was refused too: check the tenant's `cloud` and `endpoints.graph`, and this machine's clock"
            }
            (403, _) if self.as_user => {
                "Whoever is signed in to the Azure CLI may not read app registrations here (guests may not): sign in with `az login \
                 --allow-no-subscriptions` as somebody who may, such as a Global Reader, or ask as an app by a configuration file"
            }
            (403, _) => {
                "Grant the client the application permission Application.Read.All in Entra (API permissions), and give it admin consent"
            }
            (404, _) => "Check the tenant's `endpoints.graph`",
            (_, "") => "The answer is not Graph's; look for a proxy between this machine and it",
            _ => "If it happens again, please report it with the request id",
        }
    }
}

impl std::error::Error for GraphRefusal {}

impl fmt::Display for GraphRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Microsoft Graph refused to list the applications")?;
        tell_refusal(f, self.status, &self.code, &self.message, self.remedy())?;
        match &self.request_id {
            Some(id) => write!(f, " (request id {id})"),
            None => Ok(()),
        }
    }
}

/// What an API said when it refused, and what to do.
pub(super) fn tell_refusal(
    f: &mut fmt::Formatter<'_>,
    status: u16,
    code: &str,
    message: &str,
    remedy: &str,
) -> fmt::Result {
    write!(f, " (HTTP {status}")?;
    if !code.is_empty() {
        write!(f, " {code}")?;
    }
    f.write_str(")")?;
    if !message.is_empty() {
        write!(f, ": {}", message.trim_end_matches('.'))?;
    }
    write!(f, ". {remedy}")
}
