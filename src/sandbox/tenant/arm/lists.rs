//! Azure's lists: the subscriptions, and the clusters of one, a few on a page.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Asked, error::ArmError, json};
use crate::sandbox::tenant::Tenant;

/// Rows on a page.
const PAGE: usize = 50;

/// `GET /subscriptions`
pub(super) async fn subscriptions(State(tenant): State<Arc<Tenant>>, request: Parts) -> Response {
    let asked = Asked::of(&tenant, &request);
    let checked = asked.check(&tenant, &request.headers);
    tenant.think().await;
    let answer = checked.and_then(|()| {
        let rows = ids(&tenant).into_iter().map(json::subscription);
        page(&asked, "/subscriptions", rows.collect())
    });
    asked.finish(&tenant, "/subscriptions", answer)
}

/// `GET /subscriptions/{id}/providers/Microsoft.ContainerService/managedClusters`
pub(super) async fn clusters(
    State(tenant): State<Arc<Tenant>>,
    Path(id): Path<String>,
    request: Parts,
) -> Response {
    let asked = Asked::of(&tenant, &request);
    let checked = asked.check(&tenant, &request.headers);
    tenant.think().await;
    let answer = checked.and_then(|()| {
        let known = Uuid::try_parse(&id)
            .ok()
            .filter(|id| ids(&tenant).contains(id));
        let subscription = known.ok_or_else(|| ArmError::no_subscription(&id))?;
        let clusters = tenant.population().clusters();
        let of = clusters
            .iter()
            .filter(|cluster| cluster.subscription == subscription);
        page(&asked, request.uri.path(), of.map(json::cluster).collect())
    });
    asked.finish(&tenant, "/subscriptions/{id}/managedClusters", answer)
}

fn ids(tenant: &Tenant) -> BTreeSet<Uuid> {
    let clusters = tenant.population().clusters();
    clusters
        .into_iter()
        .map(|cluster| cluster.subscription)
        .collect()
}

fn page(asked: &Asked, path: &str, rows: Vec<Value>) -> Result<Response, ArmError> {
    let first = match asked.word("$skiptoken") {
        "" => 0,
        token => token
            .parse()
            .map_err(|_| ArmError::bad_query("Invalid $skiptoken."))?,
    };
    let next = PAGE.saturating_add(first);
    let mut body = json!({});
    if next < rows.len() {
        let version = asked.word("api-version");
        let origin = &asked.call.origin;
        let link = format!("{origin}{path}?api-version={version}&%24skiptoken={next}");
        body["nextLink"] = link.into();
    }
    body["value"] = rows.into_iter().skip(first).take(PAGE).collect();
    Ok(Json(body).into_response())
}
