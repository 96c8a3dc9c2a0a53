//! How an answer leaves: as it should, or as a fault wants it.

use std::{future, io};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};

use super::error::GraphError;
use crate::sandbox::{
    listener::HangUp,
    tenant::{
        Fault, RetryAfter, Rule,
        call::{Call, http_date},
    },
};

const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// Where [`Fault::Redirect`] leads.
const ELSEWHERE: HeaderValue =
    HeaderValue::from_static("https://graph.microsoft.com.attacker.example/v1.0/applications");

/// The answer that takes the place of the good one, if the fault is of that kind.
pub(super) async fn instead(rule: &Rule, call: &Call) -> Option<Response> {
    let response = match rule.fault {
        Fault::Throttle => throttled(rule, call),
        Fault::Unavailable => later(GraphError::unavailable(), rule, call),
        Fault::GatewayTimeout => later(GraphError::gateway_timeout(), rule, call),
        Fault::Unauthorised => {
            GraphError::unauthenticated("Lifetime validation failed, the token is expired.")
                .into_response(call)
        }
        Fault::Forbidden => GraphError::forbidden().into_response(call),
        Fault::Redirect => (StatusCode::FOUND, [(header::LOCATION, ELSEWHERE)]).into_response(),
        Fault::Hang => future::pending().await,
        Fault::HangUp => {
            let mut response = Response::default();
            response.extensions_mut().insert(HangUp);
            response
        }
        Fault::CutBody
        | Fault::MalformedJson
        | Fault::EndlessBody
        | Fault::ForeignLink
        | Fault::LinkLoop
        | Fault::RepeatRow => return None,
    };
    Some(response)
}

fn throttled(rule: &Rule, call: &Call) -> Response {
    let mut response = later(GraphError::throttled(), rule, call);
    let reason = HeaderValue::from_static("ResourceUnitLimitExceeded");
    response
        .headers_mut()
        .insert("x-ms-throttle-information", reason);
    response
}

/// A refusal that says when to come back, if the rule says so.
fn later(error: GraphError, rule: &Rule, call: &Call) -> Response {
    let mut response = error.into_response(call);
    let value = rule.retry_after.map(|after| match after {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::HttpDate(seconds) => {
            let wait = TimeDelta::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
            let then = wait.and_then(|wait| call.received_at.checked_add_signed(wait));
            http_date(then.unwrap_or(call.received_at))
        }
    });
    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The good answer, unless the fault spoils its body.
pub(super) fn deliver(fault: Option<Fault>, mut text: String) -> Response {
    let mut response = match fault {
        Some(Fault::CutBody) => cut(&text),
        Some(Fault::MalformedJson) => {
            text.truncate(half(&text).len());
            Response::new(Body::from(text))
        }
        Some(Fault::EndlessBody) => endless(text),
        _ => Response::new(Body::from(text)),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert("OData-Version", HeaderValue::from_static("4.0"));
    response
}

/// Promises the whole length, gives half, and breaks off.
fn cut(text: &str) -> Response {
    let promised = HeaderValue::from(text.len());
    let first = Bytes::copy_from_slice(half(text).as_bytes());
    let broken = async {
        // The server sends what it has when the body makes it wait; without that, nothing at all would leave.
        tokio::task::yield_now().await;
        Err(io::Error::other("cut off, as the faults ask"))
    };
    let chunks = stream::once(future::ready(Ok(first))).chain(stream::once(broken));
    let mut response = Response::new(Body::from_stream(chunks));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, promised);
    response
}

/// Never gets to the closing brace: blanks, which JSON allows there, without end.
fn endless(mut text: String) -> Response {
    text.pop();
    let blanks = stream::repeat(Bytes::from(vec![b' '; 1 << 16]));
    let chunks = stream::once(future::ready(Bytes::from(text))).chain(blanks);
    Response::new(Body::from_stream(chunks.map(Ok::<_, io::Error>)))
}

fn half(text: &str) -> &str {
    let middle = (0..=text.len() / 2)
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.get(..middle.unwrap_or(0)).unwrap_or("")
}
