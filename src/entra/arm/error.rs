//! Why clusters cannot be named, and what to do about it.

use std::fmt;

use serde::Deserialize;

use crate::entra::{error::ScanError, excerpt::excerpt, refusal::tell_refusal};

const GRANT: &str =
    "Grant the client the role Reader on the subscriptions or their management group";

/// Why not every cluster is known.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Arm(#[from] ArmError),
    #[error("the client sees no Azure subscription. {GRANT}")]
    NoSubscription,
    #[error("{unread} of {all} subscriptions cannot be read, the first of them because {why}")]
    Unread {
        unread: usize,
        all: usize,
        why: ArmError,
    },
    #[error("Azure Resource Graph cut its answer short; the next scan tries again")]
    CutShort,
    #[error(
        "Azure Resource Graph looks at no more than 10,000 subscriptions, and the client may read more of them. Let it read only those with \
         clusters"
    )]
    NotEverySubscription,
}

/// Why a question to Azure Resource Manager has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArmError {
    /// No token, no connection, no time left.
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Refused(ArmRefusal),
    #[error(
        "an answer of Azure Resource Manager cannot be read ({0}). If it happens again, look for a proxy that alters answers"
    )]
    Malformed(String),
    #[error(
        "a list of Azure Resource Manager goes on at another address or in circles; the token is not sent there. Check the tenant's `cloud` and \
         `endpoints.arm`"
    )]
    Astray,
}

impl ArmError {
    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        Self::Malformed(excerpt(&error.to_string(), 160))
    }

    /// Microsoft.ContainerService was never used in this subscription, so there is no cluster in it.
    pub(super) fn is_unused(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == "MissingSubscriptionRegistration")
    }
}

/// Azure Resource Manager refused a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ArmRefusal {
    status: u16,
    /// Like `AuthorizationFailed`; empty when the answer was not Azure's.
    code: String,
    message: String,
    /// For Microsoft's support.
    correlation_id: Option<String>,
}

/// The error body (github.com/Azure/azure-resource-manager-rpc, "Error response content").
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Detail,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    code: String,
    message: String,
    /// Resource Graph says here what is the matter, and outside only that something is.
    details: Vec<Detail>,
}

impl ArmRefusal {
    /// Reads an error answer, whatever it is.
    pub(super) fn read(status: u16, body: &[u8], correlation_id: Option<&str>) -> Self {
        let parsed: Option<Body> = serde_json::from_slice(body).ok();
        let mut error = parsed.map_or_else(
            || Detail {
                message: String::from_utf8_lossy(body).into_owned(),
                ..Detail::default()
            },
            |body| body.error,
        );
        if let Some(detail) = error.details.pop() {
            error = detail;
        }
        Self {
            status,
            code: excerpt(&error.code, 80),
            message: excerpt(&error.message, 240),
            correlation_id: correlation_id.map(|id| excerpt(id, 40)),
        }
    }

    /// In short, for a log line.
    pub(super) fn summary(&self) -> String {
        let text = format!("HTTP {} {} {}", self.status, self.code, self.message);
        excerpt(&text, 160)
    }

    fn remedy(&self) -> &'static str {
        match (self.status, self.code.as_str()) {
            (401, _) => {
                "A fresh token was refused too: check the tenant's `cloud` and `endpoints.arm`, and this machine's clock"
            }
            (403, _) => GRANT,
            (_, "") => "The answer is not Azure's; look for a proxy between this machine and it",
            (404, _) => "Check the tenant's `endpoints.arm`",
            _ => "If it happens again, please report it with the correlation id",
        }
    }
}

impl std::error::Error for ArmRefusal {}

impl fmt::Display for ArmRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Azure Resource Manager refused to list them")?;
        tell_refusal(f, self.status, &self.code, &self.message, self.remedy())?;
        match &self.correlation_id {
            Some(id) => write!(f, " (correlation id {id})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_happened_and_what_to_do() {
        let said =
            |status, body: &str| ArmRefusal::read(status, body.as_bytes(), Some("c-1")).to_string();
        let forbidden = r#"{"error":{"code":"AuthorizationFailed","message":"The client does not\r\nhave authorization."}}"#;
        assert_eq!(
            said(403, forbidden),
            "Azure Resource Manager refused to list them (HTTP 403 AuthorizationFailed): The client does not have authorization. \
             Grant the client the role Reader on the subscriptions or their management group (correlation id c-1)"
        );
        let nested = r#"{"error":{"code":"BadRequest","message":"Please provide","details":[{"code":"InvalidQuery","message":"No."}]}}"#;
        assert!(
            said(400, nested).contains("(HTTP 400 InvalidQuery): No. If it happens again"),
            "{}",
            said(400, nested)
        );
        let proxy = said(407, "<html>\u{1b}[31mproxy</html>");
        assert!(proxy.contains("<html> [31mproxy</html>"), "{proxy:?}");
        assert!(proxy.contains("look for a proxy"), "{proxy:?}");
        assert!(said(404, "").contains("look for a proxy"));
    }
}
