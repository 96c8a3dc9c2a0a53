//! `POST /providers/Microsoft.ResourceGraph/resources`: one question over all subscriptions
//! (<https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>).

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderValue, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Asked, error::ArmError, json::column, kusto::Query};
use crate::sandbox::tenant::{Tenant, lock, population::Cluster};

/// Rows on a page, at most and when nothing is said.
const MAX_TOP: usize = 1_000;
const DEFAULT_TOP: usize = 100;
const API_VERSION: &str = "2021-03-01";

#[derive(Deserialize)]
struct Body {
    query: String,
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    #[serde(rename = "$top")]
    top: Option<usize>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    #[serde(rename = "resultFormat")]
    format: Option<String>,
}

/// Answers a query.
pub(super) async fn query(
    State(tenant): State<Arc<Tenant>>,
    request: Parts,
    body: Bytes,
) -> Response {
    let asked = Asked::of(&tenant, &request);
    let checked = asked.check(&tenant, &request.headers);
    tenant.think().await;
    let answer = checked.and_then(|()| answer(&tenant, &asked, &body));
    asked.finish(&tenant, "/resourceGraph", answer)
}

fn answer(tenant: &Tenant, asked: &Asked, body: &[u8]) -> Result<Response, ArmError> {
    if let Some(status) = lock(&tenant.trouble).faults().resource_graph_error {
        return Err(ArmError::on_request(status));
    }
    if asked.word("api-version") != API_VERSION {
        return Err(ArmError::bad_query(format!(
            "Sandbox: only api-version {API_VERSION} is here."
        )));
    }
    let body: Body =
        serde_json::from_slice(body).map_err(|error| ArmError::bad_query(error.to_string()))?;
    let query = Query::read(&body.query).map_err(ArmError::bad_query)?;
    let top = body.options.top.unwrap_or(DEFAULT_TOP);
    if !(1..=MAX_TOP).contains(&top) {
        let message = format!("$top must be between 1 and {MAX_TOP}.");
        return Err(ArmError::bad_query(message));
    }
    if body
        .options
        .format
        .as_deref()
        .is_some_and(|format| format != "objectArray")
    {
        return Err(ArmError::bad_query("Sandbox: only objectArray is here."));
    }
    let first = match &body.options.skip_token {
        Some(token) => position(token).ok_or_else(|| ArmError::bad_query("Invalid $skipToken."))?,
        None => 0,
    };
    Ok(page(&tenant.population().clusters(), &query, first, top))
}

fn page(clusters: &[Cluster], query: &Query, first: usize, top: usize) -> Response {
    let mut rows: Vec<&Cluster> = clusters
        .iter()
        .filter(|cluster| !query.with_secret || cluster.client_id.is_some())
        .collect();
    if query.ordered {
        rows.sort_by_key(|cluster| cluster.resource_id());
    }
    let data: Vec<Value> = rows
        .iter()
        .skip(first)
        .take(top)
        .map(|cluster| row(cluster, &query.columns))
        .collect();
    let next = first + data.len();
    let is_more = next < rows.len();
    let mut body = json!({
        "totalRecords": rows.len(),
        "count": data.len(),
        "data": data,
        "facets": [],
        "resultTruncated": (is_more && !query.can_be_paged()).to_string(),
    });
    if is_more && query.can_be_paged() {
        body["$skipToken"] = STANDARD.encode(format!("sandbox {next}")).into();
    }
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert("x-ms-user-quota-remaining", HeaderValue::from_static("14"));
    headers.insert(
        "x-ms-user-quota-resets-after",
        HeaderValue::from_static("00:00:05"),
    );
    response
}

fn row(cluster: &Cluster, columns: &[String]) -> Value {
    let cells = columns
        .iter()
        .map(|name| (name.clone(), column(cluster, name)));
    Value::Object(cells.collect::<Map<_, _>>())
}

fn position(token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix("sandbox ")?.parse().ok()
}
