//! How Azure Resource Manager refuses
//! (github.com/Azure/azure-resource-manager-rpc, "Error response content").

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

/// One refusal.
#[derive(Debug)]
pub(super) struct ArmError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ArmError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn unauthenticated(why: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why)
    }

    pub(super) fn no_version() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    }

    pub(super) fn no_subscription(id: &str) -> Self {
        let message = format!("The subscription '{id}' could not be found.");
        Self::new(StatusCode::NOT_FOUND, "SubscriptionNotFound", message)
    }

    pub(super) fn bad_query(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidQuery", message)
    }

    /// As the faults ask for.
    pub(super) fn on_request(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (code, message) = match status.as_u16() {
            401 => ("InvalidAuthenticationToken", "The access token is invalid."),
            403 => (
                "AuthorizationFailed",
                "The client does not have authorization to perform action over scope '/'.",
            ),
            429 => (
                "RateLimiting",
                "Please provide below info when asking for support.",
            ),
            503 => ("ServiceUnavailable", "The service is unavailable."),
            _ => ("InternalServerError", "Encountered internal server error."),
        };
        Self::new(status, code, message)
    }

    pub(super) fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            headers.insert("x-ms-user-quota-remaining", HeaderValue::from_static("0"));
            headers.insert(
                "x-ms-user-quota-resets-after",
                HeaderValue::from_static("00:00:01"),
            );
        }
        response
    }
}
