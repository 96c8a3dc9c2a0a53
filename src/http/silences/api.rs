//! `/api/v1/silences`, for programs.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Context, status};
use crate::{
    domain::silence::ends_at,
    engine::silencing::{Listed, Refusal, Request, Target},
    http::{door::Shut, form::is_of},
};

/// What is wrong, and what to do.
#[derive(Serialize)]
struct Wrong<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    candidates: &'a [String],
}

#[derive(Serialize)]
struct Silences {
    silences: Vec<Listed>,
}

/// Which silences to list.
#[derive(Deserialize)]
pub(in crate::http) struct Which {
    #[serde(default)]
    all: bool,
}

/// Who ends a silence.
#[derive(Deserialize)]
pub(in crate::http) struct Who {
    by: Option<String>,
}

/// A silence that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    tenant: Option<String>,
    app: Option<String>,
    credential: Option<String>,
    r#for: Option<String>,
    until: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    even_critical: bool,
}

/// `GET`: those in force; with `?all=true` those that have ended, too.
pub(in crate::http) async fn list(
    State(context): State<Context>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    if let Err(shut) = context.door.admits_program(&headers) {
        return turned_away(shut);
    }
    match context.desk().list(which.all).await {
        Ok(silences) => Json(Silences { silences }).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

/// `POST`: a new one.
pub(in crate::http) async fn add(
    State(context): State<Context>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(shut) = context.door.admits_program(&headers) {
        return turned_away(shut);
    }
    // it also keeps browsers from sending one for a foreign page without asking first
    if !is_of(&headers, "application/json") {
        let error = "send JSON, and say so: `Content-Type: application/json`";
        return wrong(StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
    }
    let wanted: Wanted = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            let error = format!(
                "this cannot be read: {error}. Send, for example, {{\"credential\": \"ID\", \"for\": \"7d\", \"reason\": \"…\", \"by\": \"…\"}}"
            );
            return wrong(StatusCode::BAD_REQUEST, &error);
        }
    };
    match context.set(wanted).await {
        Ok(listed) => (StatusCode::CREATED, Json(listed)).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

/// `DELETE`: ends one. The id's beginning is enough where it is the only one that begins so.
pub(in crate::http) async fn end(
    State(context): State<Context>,
    Path(id): Path<String>,
    Query(who): Query<Who>,
    headers: HeaderMap,
) -> Response {
    if let Err(shut) = context.door.admits_program(&headers) {
        return turned_away(shut);
    }
    let by = who.by.as_deref().unwrap_or("the API");
    match context.desk().end(&id, by).await {
        Ok(listed) => Json(listed).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

impl Context {
    async fn set(&self, wanted: Wanted) -> Result<Listed, Refusal> {
        let (lasts, until) = (wanted.r#for.as_deref(), wanted.until.as_deref());
        let request = Request {
            id: Uuid::new_v4(),
            ends_at: ends_at(lasts, until, &self.calendar, self.clock.now())?,
            reason: wanted.reason,
            author: wanted.by,
            even_critical: wanted.even_critical,
        };
        let target = Target {
            tenant: wanted.tenant,
            app: wanted.app,
            credential: wanted.credential,
        };
        self.desk().add(&target, request).await
    }
}

fn refused(refusal: &Refusal) -> Response {
    let error = refusal.to_string();
    let wrong = Wrong {
        error: &error,
        candidates: refusal.candidates(),
    };
    (status(refusal), Json(wrong)).into_response()
}

fn wrong(status: StatusCode, error: &str) -> Response {
    let wrong = Wrong {
        error,
        candidates: &[],
    };
    (status, Json(wrong)).into_response()
}

fn turned_away(shut: Shut) -> Response {
    match shut {
        Shut::NoToken => {
            let error = "show the token that http.token names: `Authorization: Bearer TOKEN`";
            let mut response = wrong(StatusCode::UNAUTHORIZED, error);
            let bearer = HeaderValue::from_static("Bearer realm=\"forewarn\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
            response
        }
        Shut::Unreadable => wrong(
            StatusCode::SERVICE_UNAVAILABLE,
            "http.token cannot be read on the server; its log says why",
        ),
        Shut::WrongName => wrong(
            StatusCode::FORBIDDEN,
            "without http.token this answers to localhost and to the host of http.public_url alone",
        ),
    }
}

/// What goes wrong before a handler is reached (no such path, another method, a body that is too large, no answer in time) is told to
/// programs as JSON, too.
pub(in crate::http) async fn in_json(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let is_ours = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    let is_json = is_of(response.headers(), "application/json");
    if !is_ours || is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let error = match status {
        StatusCode::NOT_FOUND => "there is nothing at this path",
        StatusCode::METHOD_NOT_ALLOWED => "this path does not take this method; see `Allow`",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large; 16 KiB are taken",
        StatusCode::BAD_REQUEST => "the query cannot be read; see the documentation of this path",
        _ => "it failed on the server; its log says why",
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    let mut answer = wrong(status, error);
    answer.headers_mut().extend(parts.headers);
    answer
}
