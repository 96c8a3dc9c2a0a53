//! By what PagerDuty knows that two events are about the same thing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::notify::single::About;

/// Characters of a `dedup_key` (PagerDuty, "Send an Alert Event").
pub(super) const MOST: usize = 255;

/// The same for every rung, every reminder and every severity, and different for any two things. A test is new each time: a second one
/// would else be hidden behind the first, as long as nobody has closed that.
pub(super) fn dedup_key(about: About<'_>) -> String {
    match about {
        About::Credential(row) => key(&[
            "credential",
            &row.tenant,
            &row.object_id.to_string(),
            row.kind.as_str(),
            &row.credential_id.to_string(),
        ]),
        About::Tenant(tenant, blindness) => key(&["tenant", tenant, blindness.as_str()]),
        About::Receiver(name) => key(&["receiver", name]),
        About::Test(notification, _) => key(&["test", &notification.id.to_string()]),
    }
}

/// Readable where it can be, which is wherever ids are what they always are; else a digest.
fn key(parts: &[&str]) -> String {
    let readable = format!("forewarn/{}", parts.join("/"));
    let is_plain = |part: &&str| {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(fine)
    };
    if readable.len() <= MOST && parts.iter().all(is_plain) {
        return readable;
    }
    // as JSON, so that no two lists of parts are the same text
    let digest = digest(&SHA256, json!(parts).to_string().as_bytes());
    format!("forewarn/{}", BASE64_URL_SAFE_NO_PAD.encode(digest))
}
