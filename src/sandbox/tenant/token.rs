//! The token endpoint, for the client credentials grant (RFC 6749, section 4.4) as Entra serves it.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use url::form_urlencoded;
use uuid::Uuid;

use super::{
    Tenant,
    aadsts::{Given, Refusal},
    assertion::{self, Asked},
    bearer,
    call::Call,
    identity, lock,
    resource::is_known,
};

/// `POST /{tenant}/oauth2/v2.0/token`
pub(super) async fn issue(
    State(tenant): State<Arc<Tenant>>,
    Path(name): Path<String>,
    request: Parts,
    body: Bytes,
) -> Response {
    let call = Call::of(&tenant, &request);
    let form = Form::read(&request.headers, &body);
    let mut response = match form.judge(&tenant, &name, &call) {
        Ok(resource) => success(&tenant, &call, resource),
        Err(refusal) => refusal.into_response(&call),
    };
    lock(&tenant.stats).count_token(response.status());
    let headers = response.headers_mut();
    call.echo(headers);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-cache"),
    );
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    if let Ok(id) = HeaderValue::try_from(call.request_id.to_string()) {
        headers.insert("x-ms-request-id", id);
    }
    response
}

fn success(tenant: &Tenant, call: &Call, resource: &str) -> Response {
    let roles = tenant.roles_at(resource);
    let seconds = tenant.token_life.num_seconds();
    Json(json!({
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": bearer::token(resource, &roles, tenant.now(), tenant.token_life, call.request_id),
    }))
    .into_response()
}

/// The id of the tenant that goes by `name`, or the AADSTS code of the refusal.
pub(super) fn known_tenant(name: &str) -> Result<&'static str, u32> {
    let name = name.to_ascii_lowercase();
    let labels = || name.split('.');
    let is_domain = labels().count() > 1
        && labels().all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    match name.as_str() {
        identity::TENANT_ID => Ok(identity::TENANT_ID),
        "common" | "consumers" => Err(9_001_023),
        "organizations" => Err(50_059),
        name if identity::DOMAINS.contains(&name) => Ok(identity::TENANT_ID),
        name if Uuid::try_parse(name).is_ok() || is_domain => Err(90_002),
        _ => Err(900_023),
    }
}

/// The fields of the form; repeated ones keep the last value.
struct Form(HashMap<String, String>);

impl Form {
    /// Reads the body, and the client's id and secret from HTTP Basic where they come that way (RFC 6749, section 2.3.1).
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut fields: HashMap<String, String> =
            form_urlencoded::parse(body).into_owned().collect();
        if let Some((id, secret)) = basic(headers) {
            fields.entry("client_id".to_owned()).or_insert(id);
            fields.entry("client_secret".to_owned()).or_insert(secret);
        }
        Self(fields)
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The resource that the token is for, or why there is none.
    fn judge<'f>(&'f self, tenant: &Tenant, name: &str, call: &Call) -> Result<&'f str, Refusal> {
        let given = Given {
            tenant: name,
            client_id: self.get("client_id"),
            scope: self.get("scope"),
            grant_type: self.get("grant_type"),
            missing: "",
        };
        let refuse = |code| Err(Refusal::of(code, &given));
        if let Some(code) = lock(&tenant.trouble).faults().token_error {
            return refuse(code);
        }
        if let Err(code) = known_tenant(name) {
            return refuse(code);
        }
        for field in ["grant_type", "client_id", "scope"] {
            if self.get(field).is_empty() {
                return Err(Refusal::of(
                    900_144,
                    &Given {
                        missing: field,
                        ..given
                    },
                ));
            }
        }
        if given.grant_type != "client_credentials" {
            return refuse(70_003);
        }
        let resource = match resource(self.get("scope"), call) {
            Ok(resource) => resource,
            Err(code) => return refuse(code),
        };
        match self.credential(tenant, name, call) {
            Ok(()) => Ok(resource),
            Err(code) => refuse(code),
        }
    }

    /// Does the client exist, and is it who it says it is?
    fn credential(&self, tenant: &Tenant, name: &str, call: &Call) -> Result<(), u32> {
        if !self
            .get("client_id")
            .eq_ignore_ascii_case(identity::CLIENT_ID)
        {
            return Err(700_016);
        }
        let assertion = self.get("client_assertion");
        if !assertion.is_empty() {
            let asked = Asked {
                endpoint: format!("{}/{name}/oauth2/v2.0/token", call.origin),
                client_id: self.get("client_id"),
                now: tenant.now(),
            };
            return assertion::judge(assertion, tenant.registered.as_ref(), &asked);
        }
        match self.get("client_secret") {
            "" => Err(7_000_218),
            secret if secret == identity::client_secret() => Ok(()),
            secret if secret == identity::expired_secret() => Err(7_000_222),
            _ => Err(7_000_215), // the Secret ID among them
        }
    }
}

/// The resource that a scope names.
fn resource<'s>(scope: &'s str, call: &Call) -> Result<&'s str, u32> {
    if scope.split_whitespace().count() > 1 || scope.chars().any(char::is_control) {
        return Err(70_011);
    }
    let resource = scope.strip_suffix("/.default").ok_or(1_002_012_u32)?;
    is_known(resource, call).then_some(resource).ok_or(500_011)
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((unescape(id), unescape(secret)))
}

/// Undoes form encoding, in which both halves of HTTP Basic come.
fn unescape(text: &str) -> String {
    let pair = form_urlencoded::parse(text.as_bytes()).next();
    pair.map_or_else(String::new, |(name, _)| name.into_owned())
}
