//! Access tokens: made by the token endpoint, checked by Graph, by Azure Resource Manager and by the mail server.
//!
//! They look like Entra's (a JWT with `aud`, `tid`, `roles` …) and mean nothing outside the sandbox. A keyed checksum takes the place of the
//! signature, so that nothing has to be remembered and what we did not make is not accepted.

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    identity,
    resource::{self, Resource},
};

/// Not a secret: it guards nothing but the sandbox against mix-ups.
const KEY: &[u8] = b"the sandbox's tokens open nothing but the sandbox";

/// A token for `resource` that is valid from `now` on.
pub(super) fn token(
    resource: &str,
    roles: &[String],
    now: DateTime<Utc>,
    life: TimeDelta,
    id: Uuid,
) -> String {
    let tenant_id = identity::TENANT_ID;
    let ends = now
        .checked_add_signed(life)
        .unwrap_or(DateTime::<Utc>::MAX_UTC);
    let mut claims = json!({
        "aud": resource,
        "iss": format!("https://sts.windows.net/{tenant_id}/"),
        "iat": now.timestamp(),
        "nbf": now.timestamp(),
        "exp": ends.timestamp(),
        "app_displayname": "forewarn",
        "appid": identity::CLIENT_ID,
        "appidacr": "1",
        "idtyp": "app",
        "oid": identity::PRINCIPAL_ID,
        "roles": roles,
        "tid": tenant_id,
        "uti": id.as_simple().to_string(),
        "ver": "1.0",
    });
    // Entra leaves the claim out when nothing is granted
    if roles.is_empty()
        && let Value::Object(claims) = &mut claims
    {
        claims.remove("roles");
    }
    seal(&claims)
}

/// A JWT that says this, and that only we can make.
pub(super) fn seal(claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "none", "kid": "sandbox" });
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let checksum = encode(hmac::sign(&key(), signed.as_bytes()));
    format!("{signed}.{checksum}")
}

/// Did we make it?
pub(super) fn is_ours(token: &str) -> bool {
    let Some((signed, checksum)) = token.rsplit_once('.') else {
        return false;
    };
    URL_SAFE_NO_PAD
        .decode(checksum)
        .is_ok_and(|checksum| hmac::verify(&key(), signed.as_bytes(), &checksum).is_ok())
}

/// What the bearer may do, if the request carries a token of ours that is for this resource and valid at `now`; else why not.
pub(super) fn check(
    headers: &HeaderMap,
    resource: Resource,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<Roles, &'static str> {
    let Some(token) = bearer(headers) else {
        return Err("Access token is empty.");
    };
    valid(token, |audience| resource.is_named(audience, call), now)
}

/// May the bearer hand mail to the mail server?
pub(in crate::sandbox) fn may_submit(token: &str, now: DateTime<Utc>) -> bool {
    valid(token, resource::is_outlook, now).is_ok_and(|roles| roles.has(&["SMTP.SendAsApp"]))
}

fn valid(
    token: &str,
    is_meant: impl Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Result<Roles, &'static str> {
    let Some((signed, _)) = token.rsplit_once('.') else {
        return Err("IDX14100: JWT is not well formed, there are no dots (.).");
    };
    let Some(claims) = claims(signed).filter(|_| is_ours(token)) else {
        return Err("Access token validation failure. Invalid signature.");
    };
    if !is_meant(&claims.aud) {
        return Err("Access token validation failure. Invalid audience.");
    }
    if now.timestamp() >= claims.exp {
        return Err("Lifetime validation failed, the token is expired.");
    }
    if now.timestamp() + CLOCK_TOLERANCE < claims.nbf {
        return Err("Lifetime validation failed, the token is not yet valid.");
    }
    Ok(Roles(claims.roles))
}

/// The permissions of a token's bearer.
pub(super) struct Roles(Vec<String>);

impl Roles {
    /// Is one of these among them?
    pub(super) fn has(&self, any: &[&str]) -> bool {
        self.0.iter().any(|role| any.contains(&role.as_str()))
    }
}

/// Seconds by which a token may come from the future: five minutes, as Microsoft's validation allows.
const CLOCK_TOLERANCE: i64 = 300;

#[derive(Deserialize)]
struct Claims {
    aud: String,
    exp: i64,
    nbf: i64,
    #[serde(default)]
    roles: Vec<String>,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn claims(signed: &str) -> Option<Claims> {
    let (_, claims) = signed.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice(&claims).ok()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, KEY)
}
