//! What Microsoft's libraries read before they sign in: the tenant's `OpenID` Connect metadata and the list of clouds.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{
    Tenant,
    aadsts::{Given, Refusal},
    call::Call,
    token::known_tenant,
};

/// `/{tenant}/v2.0/.well-known/openid-configuration`
pub(super) async fn openid(
    State(tenant): State<Arc<Tenant>>,
    Path(name): Path<String>,
    request: Parts,
) -> Response {
    let call = Call::of(&tenant, &request);
    let given = Given {
        tenant: &name,
        ..Given::default()
    };
    let id = match known_tenant(&name) {
        Ok(id) => id,
        Err(code) => return Refusal::of(code, &given).into_response(&call),
    };
    let origin = &call.origin;
    Json(json!({
        "token_endpoint": format!("{origin}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{origin}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{origin}/{id}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
        "authorization_endpoint": format!("{origin}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{origin}/{id}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{origin}/{id}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }))
    .into_response()
}

/// `/{tenant}/discovery/v2.0/keys`: none, for access tokens are opaque to their bearers.
pub(super) async fn keys() -> Json<Value> {
    Json(json!({ "keys": [] }))
}

/// `/common/discovery/instance`: a cloud of one host, this one.
pub(super) async fn instance(State(tenant): State<Arc<Tenant>>, request: Parts) -> Json<Value> {
    let origin = Call::of(&tenant, &request).origin;
    let host = origin
        .split_once("://")
        .map_or(origin.as_str(), |(_, host)| host);
    let tenant_id = super::identity::TENANT_ID;
    Json(json!({
        "tenant_discovery_endpoint":
            format!("{origin}/{tenant_id}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [
            { "preferred_network": host, "preferred_cache": host, "aliases": [host] },
        ],
    }))
}
