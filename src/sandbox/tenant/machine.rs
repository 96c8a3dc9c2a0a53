//! The machine that a client may run on: it hands out tokens of its managed identity, in two dialects.
//!
//! - `GET /metadata/identity/oauth2/token`: the instance metadata service
//!   (<https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>).
//! - `GET /msi/token`: App Service and Container Apps
//!   (<https://learn.microsoft.com/azure/app-service/overview-managed-identity>).
//!
//! The identity is the sandbox's one client, both as the machine's own and as a user-assigned one.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Tenant, assertion, bearer, call::Call, identity, lock, resource::is_known};

type Words = Query<HashMap<String, String>>;

/// The metadata service. It answers only those who show that they meant to ask it, and not for others.
pub(super) async fn imds(
    State(tenant): State<Arc<Tenant>>,
    Query(words): Words,
    request: Parts,
) -> Response {
    let headers = &request.headers;
    let is_meant = headers.get("metadata").is_some_and(|value| value == "true");
    let refusal = if !is_meant || headers.contains_key("x-forwarded-for") {
        Some("Required metadata header not specified")
    } else if !is(&words, "api-version", "2018-02-01") {
        Some("The requested version is not supported")
    } else if !is_ours(&words) {
        Some("Identity not found")
    } else {
        None
    };
    let call = Call::of(&tenant, &request);
    let response = match (refusal, resource(&words, &call)) {
        (None, Some(resource)) => answer(&tenant, &call, resource, true),
        (refusal, _) => {
            let text = refusal.unwrap_or("AADSTS500011: The resource principal was not found.");
            let body = json!({ "error": "invalid_request", "error_description": text });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    };
    lock(&tenant.stats).count_token(response.status());
    response
}

/// App Service. It answers only those who know its header.
pub(super) async fn app_service(
    State(tenant): State<Arc<Tenant>>,
    Query(words): Words,
    request: Parts,
) -> Response {
    let call = Call::of(&tenant, &request);
    let refuse = |status: StatusCode, message: &str| {
        let body = json!({ "statusCode": status.as_u16(), "message": message });
        (status, Json(body)).into_response()
    };
    let response = if !knows_header(&request.headers) {
        refuse(StatusCode::UNAUTHORIZED, "Unauthorized")
    } else if !is(&words, "api-version", "2019-08-01") {
        refuse(StatusCode::BAD_REQUEST, "Unsupported api-version.")
    } else if !is_ours(&words) {
        let text = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
        refuse(StatusCode::BAD_REQUEST, text)
    } else if let Some(resource) = resource(&words, &call) {
        answer(&tenant, &call, resource, false)
    } else {
        refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unexpected error occurred.",
        )
    };
    lock(&tenant.stats).count_token(response.status());
    response
}

/// `GET /_sandbox/federated-token`: a token as the platform keeps it in a file for a pod.
pub(super) async fn federated_token(State(tenant): State<Arc<Tenant>>) -> String {
    assertion::federated_token(tenant.now())
}

fn is(words: &HashMap<String, String>, name: &str, value: &str) -> bool {
    words.get(name).is_some_and(|given| given == value)
}

/// Is the machine's own identity asked for, or the user-assigned one that it has?
fn is_ours(words: &HashMap<String, String>) -> bool {
    let given = words.get("client_id");
    given.is_none_or(|id| id.eq_ignore_ascii_case(identity::CLIENT_ID))
}

fn knows_header(headers: &HeaderMap) -> bool {
    let header = headers.get("x-identity-header");
    header.is_some_and(|value| value == identity::IDENTITY_HEADER)
}

fn resource<'w>(words: &'w HashMap<String, String>, call: &Call) -> Option<&'w str> {
    let resource = words.get("resource")?.as_str();
    is_known(resource, call).then_some(resource)
}

/// All numbers are texts, and App Service tells only when the token ends.
fn answer(tenant: &Tenant, call: &Call, resource: &str, with_life: bool) -> Response {
    let (now, life) = (tenant.now(), tenant.token_life);
    let ends = now.timestamp().saturating_add(life.num_seconds());
    let mut body = json!({
        "access_token": bearer::token(resource, &tenant.roles(), now, life, call.request_id),
        "client_id": identity::CLIENT_ID,
        "expires_on": ends.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    if with_life && let Value::Object(body) = &mut body {
        body.insert(
            "expires_in".to_owned(),
            json!(life.num_seconds().to_string()),
        );
        body.insert("not_before".to_owned(), json!(now.timestamp().to_string()));
    }
    Json(body).into_response()
}
