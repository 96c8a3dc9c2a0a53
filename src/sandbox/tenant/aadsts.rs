//! How Entra ID refuses a token: the AADSTS codes with their HTTP status, OAuth error and text, and the body around them.
//!
//! Statuses and texts follow bodies seen in public issue threads and Microsoft's reference of error codes
//! (<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{call::Call, identity::TENANT_NAME};

/// What the request said, for the texts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    pub(super) tenant: &'a str,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    pub(super) grant_type: &'a str,
    /// The parameter that is missing.
    pub(super) missing: &'a str,
}

/// One refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    code: u32,
    status: StatusCode,
    error: &'static str,
    text: String,
}

impl Refusal {
    /// The refusal with this code. A code that is not in the table is refused as well, with a text that nobody is prepared for:
    /// Entra has more codes than anybody's table.
    pub(super) fn of(code: u32, given: &Given<'_>) -> Self {
        let unknown = Known(code, StatusCode::BAD_REQUEST, "invalid_request", "Refused.");
        let known = TABLE.iter().find(|known| known.0 == code);
        let Known(code, status, error, text) = *known.unwrap_or(&unknown);
        let text = text
            .replace("{tenant}", given.tenant)
            .replace("{directory}", TENANT_NAME)
            .replace("{client_id}", given.client_id)
            .replace("{scope}", given.scope)
            .replace("{resource}", given.scope.trim_end_matches("/.default"))
            .replace("{grant_type}", given.grant_type)
            .replace("{missing}", given.missing);
        Self {
            code,
            status,
            error,
            text,
        }
    }

    /// The answer as Entra gives it. Apostrophes leave escaped, as its JSON writer does: a decoder that borrows strings trips here.
    pub(super) fn into_response(self, call: &Call) -> Response {
        let Self { code, text, .. } = self;
        let trace_id = call.request_id;
        let correlation_id = &call.client_request_id;
        let timestamp = call.received_at.format("%Y-%m-%d %H:%M:%SZ");
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{code}: {text} Trace ID: {trace_id} Correlation ID: {correlation_id} \
                 Timestamp: {timestamp}"
            ),
            "error_codes": [code],
            "timestamp": timestamp.to_string(),
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        let body = body.to_string().replace('\'', "\\u0027");
        let mut response = (self.status, body).into_response();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

/// Code, status, OAuth error, and the text with the request's words in braces.
#[derive(Clone, Copy)]
struct Known(u32, StatusCode, &'static str, &'static str);

const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

static TABLE: [Known; 25] = [
    Known(
        50_027,
        UNAUTHORIZED,
        "invalid_client",
        "JWT token is invalid or malformed.",
    ),
    Known(
        50_059,
        BAD_REQUEST,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided \
         credentials.",
    ),
    Known(
        50_196,
        BAD_REQUEST,
        "invalid_grant",
        "The server terminated an operation because it encountered a client request loop. Please \
         contact your app vendor.",
    ),
    Known(
        53_003,
        BAD_REQUEST,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow \
         token issuance.",
    ),
    Known(
        70_003,
        BAD_REQUEST,
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{grant_type}'.",
    ),
    Known(
        70_011,
        BAD_REQUEST,
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the \
         input parameter 'scope' is not valid. The scope {scope} is not valid.",
    ),
    Known(
        90_002,
        BAD_REQUEST,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are \
         signing into the correct cloud. Check with your subscription administrator, this may \
         happen if there are no active subscriptions for the tenant.",
    ),
    Known(
        90_033,
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
    ),
    Known(
        90_055,
        StatusCode::TOO_MANY_REQUESTS,
        "temporarily_unavailable",
        "The tenant is throttled. Please try again later.",
    ),
    Known(
        500_011,
        BAD_REQUEST,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {directory}. \
         This can happen if the application has not been installed by the administrator of the \
         tenant or consented to by any user in the tenant. You might have sent your \
         authentication request to the wrong tenant.",
    ),
    Known(
        700_016,
        BAD_REQUEST,
        "unauthorized_client",
        "Application with identifier '{client_id}' was not found in the directory '{directory}'. \
         This can happen if the application has not been installed by the administrator of the \
         tenant or consented to by any user in the tenant. You may have sent your authentication \
         request to the wrong tenant.",
    ),
    Known(
        700_021,
        UNAUTHORIZED,
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the \
         documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
    ),
    Known(
        700_024,
        UNAUTHORIZED,
        "invalid_client",
        "Client assertion is not within its valid time range.",
    ),
    Known(
        700_027,
        UNAUTHORIZED,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on \
         application. [Reason - The key was not found.]",
    ),
    Known(
        700_211,
        UNAUTHORIZED,
        "invalid_client",
        "No matching federated identity record found for presented assertion issuer. Please check \
         your federated identity credential Subject, Audience and Issuer against the presented \
         assertion.",
    ),
    Known(
        700_213,
        UNAUTHORIZED,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject. Please check \
         your federated identity credential Subject, Audience and Issuer against the presented \
         assertion.",
    ),
    Known(
        900_023,
        BAD_REQUEST,
        "invalid_request",
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external \
         domain.",
    ),
    Known(
        900_144,
        BAD_REQUEST,
        "invalid_request",
        "The request body must contain the following parameter: '{missing}'.",
    ),
    Known(
        1_002_012,
        BAD_REQUEST,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a \
         scope value with /.default suffixed to the resource identifier (application ID URI).",
    ),
    Known(
        7_000_112,
        BAD_REQUEST,
        "unauthorized_client",
        "Application '{client_id}'(forewarn) is disabled.",
    ),
    Known(
        7_000_215,
        UNAUTHORIZED,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client \
         secret value, not the client secret ID, for a secret added to app '{client_id}'.",
    ),
    Known(
        7_000_218,
        UNAUTHORIZED,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or \
         'client_secret'.",
    ),
    Known(
        7_000_222,
        UNAUTHORIZED,
        "invalid_client",
        "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal \
         to create new keys for your app: https://aka.ms/NewClientSecret, or consider using \
         certificate credentials for added security: https://aka.ms/certCreds.",
    ),
    Known(
        7_000_229,
        UNAUTHORIZED,
        "invalid_client",
        "The client application {client_id} is missing service principal in the tenant {tenant}. \
         See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
    Known(
        9_001_023,
        BAD_REQUEST,
        "invalid_request",
        "The grant type is not supported over the /common or /consumers endpoints. Please use the \
         /organizations or tenant-specific endpoint.",
    ),
];
