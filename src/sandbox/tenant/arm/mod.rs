//! Azure Resource Manager, as far as clusters are read: Resource Graph, the subscriptions, and the AKS clusters of one.
//!
//! | path | what |
//! |---|---|
//! | `POST /providers/Microsoft.ResourceGraph/resources` | the clusters of all subscriptions, by a query |
//! | `GET /subscriptions` | the subscriptions |
//! | `GET /subscriptions/{id}/providers/Microsoft.ContainerService/managedClusters` | the clusters of one |
//!
//! Where the sandbox can do less than Azure it says so in an error that begins with "Sandbox:", rather than answer wrongly.

mod error;
mod json;
mod kusto;
mod lists;
mod resource_graph;

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, request::Parts},
    response::Response,
    routing::{get, post},
};
use url::form_urlencoded;

use self::error::ArmError;
use super::{Tenant, bearer, call::Call, lock, resource::Resource};

pub(super) fn router() -> Router<Arc<Tenant>> {
    Router::new()
        .route(
            "/providers/Microsoft.ResourceGraph/resources",
            post(resource_graph::query),
        )
        .route("/subscriptions", get(lists::subscriptions))
        .route(
            "/subscriptions/{id}/providers/Microsoft.ContainerService/managedClusters",
            get(lists::clusters),
        )
}

/// One request, and what it asks for beside its path.
struct Asked {
    call: Call,
    words: HashMap<String, String>,
}

impl Asked {
    fn of(tenant: &Tenant, request: &Parts) -> Self {
        let query = request.uri.query().unwrap_or_default();
        Self {
            call: Call::of(tenant, request),
            words: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        }
    }

    /// What everything must have: a token for Azure, and a version.
    fn check(&self, tenant: &Tenant, headers: &HeaderMap) -> Result<(), ArmError> {
        bearer::check(headers, Resource::Arm, &self.call, tenant.now())
            .map_err(ArmError::unauthenticated)?;
        if let Some(status) = lock(&tenant.trouble).faults().arm_error {
            return Err(ArmError::on_request(status));
        }
        if self.word("api-version").is_empty() {
            return Err(ArmError::no_version());
        }
        Ok(())
    }

    fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// Counts the answer and gives it the headers that every answer has.
    fn finish(
        &self,
        tenant: &Tenant,
        label: &'static str,
        answer: Result<Response, ArmError>,
    ) -> Response {
        let mut response = answer.unwrap_or_else(ArmError::into_response);
        lock(&tenant.stats).count_azure(label, response.status());
        if let Ok(id) = HeaderValue::try_from(self.call.request_id.to_string()) {
            let headers = response.headers_mut();
            headers.insert("x-ms-request-id", id.clone());
            headers.insert("x-ms-correlation-request-id", id);
        }
        response
    }
}
