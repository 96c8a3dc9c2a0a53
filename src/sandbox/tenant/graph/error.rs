//! How Graph refuses: the error codes and the body around them
//! (<https://learn.microsoft.com/graph/errors>).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::target::Key;
use crate::sandbox::tenant::call::Call;

/// One refusal.
#[derive(Debug)]
pub(in crate::sandbox::tenant) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(in crate::sandbox::tenant) fn unauthenticated(message: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            message,
        )
    }

    pub(super) fn forbidden() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            message,
        )
    }

    /// As the reports answer a tenant without P1 or P2.
    pub(super) fn no_premium() -> Self {
        let message = "Neither tenant is B2C or tenant doesn't have premium license";
        Self::new(
            StatusCode::FORBIDDEN,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            message,
        )
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }

    pub(super) fn expired_page_token() -> Self {
        let message = "The specified page token value has expired and can no longer be included in your request.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "Directory_ExpiredPageToken",
            message,
        )
    }

    pub(super) fn unknown_segment(segment: &str) -> Self {
        let message = format!("Resource not found for the segment '{segment}'.");
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn not_found(key: &Key) -> Self {
        let id = match key {
            Key::Id(id) | Key::AppId(id) => id.to_string(),
            Key::Unreadable(text) => text.clone(),
        };
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// As Exchange answers whom it knows no mailbox of.
    pub(super) fn invalid_user(user: &str) -> Self {
        let message = format!("The requested user '{user}' is invalid.");
        Self::new(StatusCode::NOT_FOUND, "ErrorInvalidUser", message)
    }

    /// As Exchange answers who may not.
    pub(super) fn access_denied() -> Self {
        let message = "Access is denied. Check credentials and try again.";
        Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
    }

    pub(super) fn send_as_denied() -> Self {
        let message = "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.";
        Self::new(StatusCode::FORBIDDEN, "ErrorSendAsDenied", message)
    }

    pub(super) fn invalid_mime() -> Self {
        let message = "Invalid base64 string for MIME content.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorMimeContentInvalidBase64String",
            message,
        )
    }

    pub(super) fn invalid_recipients() -> Self {
        let message = "At least one recipient is not valid.";
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidRecipients", message)
    }

    pub(super) fn throttled() -> Self {
        let message = "Too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message)
    }

    pub(super) fn unavailable() -> Self {
        let message = "The service is temporarily unavailable. Please try again later.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            message,
        )
    }

    pub(super) fn gateway_timeout() -> Self {
        let message = "The server, while acting as a proxy, did not receive a timely response.";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "UnknownError", message)
    }

    /// The answer as Graph gives it.
    pub(super) fn into_response(self, call: &Call) -> Response {
        let body = json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": call.received_at.format("%Y-%m-%dT%H:%M:%S").to_string(),
                    "request-id": call.request_id,
                    "client-request-id": call.client_request_id,
                },
            },
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}

/// Where to sign in, as Graph tells it in every 401. The client id is Graph's own.
const CHALLENGE: HeaderValue = HeaderValue::from_static(
    r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000""#,
);
