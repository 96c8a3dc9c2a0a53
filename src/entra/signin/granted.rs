//! A token as it is handed out, in the spellings of the several places that do.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::domain::{Id, secret::SecretString};

/// A token is renewed so many seconds before its end at the most.
const MARGIN_MAX: i64 = 300;
/// How long a token is trusted whose answer does not say how long it lives.
const LIFE_UNKNOWN: i64 = 300;
/// The longest life that is believed, in seconds: ten years.
const LIFE_MAX: i64 = 315_360_000;

/// The token endpoint says `expires_in`, App Service `expires_on` alone, the metadata service both; all but the first as
/// texts. The Azure CLI has its own name for the token.
#[derive(Deserialize)]
struct Answer {
    #[serde(alias = "accessToken")]
    access_token: SecretString,
    #[serde(default)]
    expires_in: serde_json::Value,
    /// Seconds since 1970.
    #[serde(default)]
    expires_on: serde_json::Value,
    /// Azure Arc: whose token it is.
    #[serde(default)]
    client_id: Option<String>,
}

/// A token, and until when it is good to use.
pub(in crate::entra) struct Granted {
    /// The whole `Authorization` value, marked sensitive: its `Debug` shows nothing.
    pub(in crate::entra) bearer: HeaderValue,
    pub(in crate::entra) renew_at: DateTime<Utc>,
    /// The directory that the token says it is for.
    pub(super) tenant_id: Option<String>,
    /// The identity that the answer says it is for.
    pub(super) client_id: Option<String>,
}

impl Granted {
    /// Reads an answer; nothing if it holds no token.
    pub(super) fn read(body: &[u8], asked_at: DateTime<Utc>) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(body).ok()?;
        let token = answer.access_token.expose_secret();
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        bearer.set_sensitive(true);
        let until = || Some(seconds(&answer.expires_on)?.saturating_sub(asked_at.timestamp()));
        let life = seconds(&answer.expires_in).or_else(until);
        let life = life.unwrap_or(LIFE_UNKNOWN).clamp(0, LIFE_MAX);
        let margin = MARGIN_MAX.min(life / 5);
        Some(Self {
            bearer,
            renew_at: asked_at + TimeDelta::seconds(life - margin),
            tenant_id: tenant_of(token),
            client_id: answer.client_id,
        })
    }

    /// Is it for another directory than `tenant_id`? A domain cannot be compared, nor can a token that does not tell.
    pub(super) fn strays_from(&self, tenant_id: &str) -> Option<&str> {
        let theirs = self.tenant_id.as_deref()?;
        let both = Id::parse(theirs).is_guid() && Id::parse(tenant_id).is_guid();
        (both && !theirs.eq_ignore_ascii_case(tenant_id)).then_some(theirs)
    }
}

/// The tokens of Graph are JWTs, though nobody promises so: it is only read to notice a mix-up, and for no more.
fn tenant_of(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        tid: String,
    }
    let claims = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    Some(serde_json::from_slice::<Claims>(&claims).ok()?.tid)
}

/// A number of seconds, also where it is written as a text.
fn seconds(value: &serde_json::Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_of_a_life_is_understood() {
        let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
        let at = now.timestamp();
        for (more, life) in [
            (json!({ "expires_in": 3599 }), 3299),
            (json!({ "expires_in": "86399", "expires_on": "1" }), 86_099),
            (json!({ "expires_on": (at + 1000).to_string() }), 800),
            (json!({ "expires_on": at + 1000 }), 800),
            (
                json!({ "expires_on": "11/22/2026 11:00:00 AM +00:00" }),
                240,
            ),
            (json!({}), 240),
            (json!({ "expires_in": -5 }), 0),
            (json!({ "expires_in": i64::MAX }), LIFE_MAX - 300),
            (json!({ "expires_on": i64::MIN }), 0),
        ] {
            let mut body = json!({ "access_token": "t" });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let granted = Granted::read(body.to_string().as_bytes(), now).unwrap();
            assert_eq!((granted.renew_at - now).num_seconds(), life, "{body}");
        }
    }

    #[test]
    fn a_token_for_another_directory_is_noticed() {
        let now = DateTime::UNIX_EPOCH;
        let ours = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";
        let other = "11111111-2222-3333-4444-555555555555";
        let token = |claims: &str| {
            let token = format!("e30.{}.s", URL_SAFE_NO_PAD.encode(claims));
            let body = json!({ "accessToken": token }).to_string();
            Granted::read(body.as_bytes(), now).unwrap()
        };
        let theirs = token(&format!(r#"{{"tid":"{other}"}}"#));
        assert_eq!(theirs.strays_from(ours), Some(other));
        assert_eq!(theirs.strays_from(&other.to_uppercase()), None);
        assert_eq!(theirs.strays_from("contoso.com"), None);
        for untold in ["{}", "no json", r#"{"tid":7}"#] {
            assert_eq!(token(untold).strays_from(ours), None, "{untold}");
        }
    }
}
