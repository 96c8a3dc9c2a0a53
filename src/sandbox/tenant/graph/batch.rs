//! `$batch`: up to twenty requests in one, each answered, counted and troubled on its own
//! (<https://learn.microsoft.com/graph/json-batching>).

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json,
    body::{Bytes, to_bytes},
    extract::State,
    http::{Method, Request, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{error::GraphError, respond, stamp, target::Target};
use crate::sandbox::tenant::{Tenant, bearer, call::Call, lock, resource::Resource};

const LABEL: &str = "/v1.0/$batch";
const MOST: usize = 20;
/// No answer within a batch is longer here, in bytes.
const BODY_MAX: usize = 1 << 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    id: String,
    method: String,
    url: String,
}

/// A batch.
pub(in crate::sandbox::tenant) async fn attend(
    State(tenant): State<Arc<Tenant>>,
    request: Parts,
    body: Bytes,
) -> Response {
    let call = Call::of(&tenant, &request);
    let mut response = match answer(&tenant, &call, &request, &body).await {
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
    request: &Parts,
    body: &[u8],
) -> Result<Response, GraphError> {
    bearer::check(&request.headers, Resource::Graph, call, tenant.now())
        .map_err(GraphError::unauthenticated)?;
    let batch: Batch = serde_json::from_slice(body).map_err(|error| {
        GraphError::bad_request(format!("Invalid batch payload format: {error}"))
    })?;
    if batch.requests.len() > MOST {
        return Err(GraphError::bad_request(format!(
            "Number of batch request steps exceeds the maximum value of {MOST}."
        )));
    }
    let mut ids = HashSet::new();
    if !batch.requests.iter().all(|part| ids.insert(&part.id)) {
        return Err(GraphError::bad_request("Request ids have to be unique."));
    }
    // side by side, so that Graph's thinking time passes once
    let all = batch.requests.iter().map(|part| one(tenant, request, part));
    let mut responses = try_join_all(all).await?;
    // Graph answers in no particular order
    responses.reverse();
    Ok((StatusCode::OK, Json(json!({ "responses": responses }))).into_response())
}

async fn one(tenant: &Tenant, outer: &Parts, part: &Part) -> Result<Value, GraphError> {
    let uri = format!("/v1.0/{}", part.url.trim_start_matches('/'));
    let method: Method = (part.method.parse())
        .map_err(|_| GraphError::bad_request("A request has no method that is known."))?;
    let inner = Request::builder().method(method).uri(uri).body(());
    let inner = inner
        .map_err(|_| GraphError::bad_request(format!("'{}' is no relative URL.", part.url)))?;
    let (mut inner, ()) = inner.into_parts();
    inner.headers = outer.headers.clone();
    let target = Target::of(inner.uri.path());
    let response = respond(tenant, &target, &inner).await;
    lock(&tenant.stats).count_batched(target.label(), response.status());
    let status = response.status().as_u16();
    let headers: Map<String, Value> = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    let body = to_bytes(response.into_body(), BODY_MAX).await;
    let body: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    Ok(json!({"id": part.id, "status": status, "headers": headers, "body": body}))
}
