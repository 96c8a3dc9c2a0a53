//! The client assertion: a short-lived statement of who we are, signed with our certificate's key.
//!
//! Its form is that of <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>: PS256 (RFC 7518, section
//! 3.5), the certificate named by `x5t#S256`, the token endpoint as its audience.

use aws_lc_rs::{rand::SystemRandom, signature::RSA_PSS_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::certificate::Signer;
use crate::domain::secret::SecretString;

/// Seconds for which it is valid; Microsoft asks for five to ten minutes.
const LIFE: i64 = 600;

/// What it says.
pub(super) struct Claims<'a> {
    /// The token endpoint.
    pub(super) audience: &'a str,
    pub(super) client_id: &'a str,
    /// Never the same twice.
    pub(super) id: Uuid,
    pub(super) now: DateTime<Utc>,
}

/// The assertion, ready to be sent. It cannot be made with a key that is too short for its signature.
pub(super) fn sign(claims: &Claims<'_>, signer: &Signer) -> Option<SecretString> {
    let now = claims.now.timestamp();
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": encode(signer.thumbprint()) });
    let body = json!({
        "aud": claims.audience,
        "iss": claims.client_id,
        "sub": claims.client_id,
        "jti": claims.id,
        "nbf": now,
        "iat": now,
        "exp": now + LIFE,
    });
    let content = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(body.to_string())
    );
    let key = signer.key();
    let mut signature = vec![0; key.public_modulus_len()];
    // the salt is no matter of chance that a test would want to turn: it must not be foreseen
    let salt = SystemRandom::new();
    key.sign(&RSA_PSS_SHA256, &salt, content.as_bytes(), &mut signature)
        .ok()?;
    Some(format!("{content}.{}", encode(signature)).into())
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
