//! What every answer of the tenant needs to know of the request that it answers.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Tenant;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Ours, new for each request.
    pub(super) request_id: Uuid,
    /// The caller's, given back as it came; without one, ours.
    pub(super) client_request_id: String,
    /// When it was received, by the server's clock.
    pub(super) received_at: DateTime<Utc>,
    /// Scheme, host and port by which the caller reached us: what links lead back to.
    pub(super) origin: String,
}

impl Call {
    pub(super) fn of(tenant: &Tenant, request: &Parts) -> Self {
        let text = |name| {
            request
                .headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let request_id = tenant.next_id();
        let host = text(header::HOST)
            .or(request.uri.host())
            .unwrap_or("localhost");
        Self {
            request_id,
            client_request_id: text(CLIENT_REQUEST_ID)
                .map_or_else(|| request_id.to_string(), str::to_owned),
            received_at: tenant.server_time(),
            origin: format!("{}://{host}", tenant.scheme),
        }
    }

    /// Puts the caller's own id on the answer.
    pub(super) fn echo(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::try_from(&self.client_request_id) {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
    }
}

/// A moment as HTTP writes it (RFC 9110, section 5.6.7), which knows only the years 1970 to 9999: others become the nearest of them.
pub(super) fn http_date(time: DateTime<Utc>) -> String {
    const LAST: u64 = 253_402_300_799;
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0).min(LAST);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}
