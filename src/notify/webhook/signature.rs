//! Signatures as the Standard Webhooks specification has them: HMAC-SHA256 of `id.timestamp.body`, one for each key, so that a
//! receiver can change its key while we still sign with both.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A key that signs.
pub(super) struct Key(hmac::Key);

/// It is not base64, or nothing at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotAKey;

impl Key {
    /// Reads `whsec_` and base64; without the prefix, too, as the published libraries do.
    pub(super) fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        match STANDARD.decode(encoded) {
            Ok(bytes) if !bytes.is_empty() => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes))),
            _ => Err(NotAKey),
        }
    }

    fn sign(&self, signed: &str) -> String {
        let tag = hmac::sign(&self.0, signed.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    }
}

/// The `webhook-signature` header; `None` without keys.
pub(super) fn header(keys: &[Key], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let signed = format!("{id}.{timestamp}.{body}");
    let signatures: Vec<String> = keys.iter().map(|key| key.sign(&signed)).collect();
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_own_example_is_signed_as_it_says() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let header = header(
            &[key],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            header.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for text in ["", "whsec_", "whsec_not base64!", "  "] {
            assert!(Key::parse(text).is_err(), "{text:?}");
        }
    }
}
