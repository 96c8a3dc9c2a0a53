//! `POST /v1.0/users/{mailbox}/sendMail`, with a message in MIME (<https://learn.microsoft.com/graph/api/user-sendmail>).
//!
//! Every address in the tenant's domains is a mailbox. The client may send as any of them when its token holds `Mail.Send`; and as
//! [`identity::MAILBOX`] in any case, since Exchange itself lets it (RBAC for Applications), of which no token tells.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{error::GraphError, outcome, stamp};
use crate::sandbox::tenant::{Tenant, bearer, call::Call, identity, lock, resource::Resource};

const LABEL: &str = "/v1.0/users/{id}/sendMail";

/// A message.
pub(in crate::sandbox::tenant) async fn attend(
    State(tenant): State<Arc<Tenant>>,
    Path(mailbox): Path<String>,
    request: Parts,
    body: Bytes,
) -> Response {
    let call = Call::of(&tenant, &request);
    let mut response = match answer(&tenant, &call, &mailbox, &request, &body).await {
        Ok(response) => response,
        Err(error) => error.into_response(&call),
    };
    lock(&tenant.stats).count_graph(LABEL, response.status());
    stamp(&call, response.headers_mut());
    response
}

async fn answer(
    tenant: &Tenant,
    call: &Call,
    mailbox: &str,
    request: &Parts,
    body: &[u8],
) -> Result<Response, GraphError> {
    let roles = bearer::check(&request.headers, Resource::Graph, call, tenant.now())
        .map_err(GraphError::unauthenticated)?;
    let rule = lock(&tenant.trouble).next(None);
    tenant.think().await;
    if let Some(rule) = &rule
        && let Some(response) = outcome::instead(rule, call).await
    {
        return Ok(response);
    }
    if !identity::is_mailbox(mailbox) {
        return Err(GraphError::invalid_user(mailbox));
    }
    let is_scoped = mailbox.eq_ignore_ascii_case(identity::MAILBOX);
    if !is_scoped && !roles.has(&["Mail.Send"]) {
        return Err(GraphError::access_denied());
    }
    let kind = request.headers.get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "text/plain" => {}
        "application/json" => {
            return Err(GraphError::bad_request(
                "Sandbox: a message is taken in MIME only, as text/plain.",
            ));
        }
        _ => {
            return Err(GraphError::bad_request(
                "Content-Type must be application/json or text/plain.",
            ));
        }
    }
    let mime = STANDARD
        .decode(body)
        .map_err(|_| GraphError::invalid_mime())?;
    let message = tenant.inbox.submission(mailbox, mime);
    let message = message.ok_or_else(GraphError::invalid_mime)?;
    if !message.is_from(mailbox) {
        return Err(GraphError::send_as_denied());
    }
    if !message.has_recipients() {
        return Err(GraphError::invalid_recipients());
    }
    message.deliver();
    Ok(StatusCode::ACCEPTED.into_response())
}
