//! Graph, as far as apps are read: `/v1.0/applications` and `/v1.0/servicePrincipals`, one of them, their number, and their
//! owners; several of these requests in one, at `/v1.0/$batch`; and the beta report of when their credentials were last used; and as far as mail is sent.
//!
//! Field names, headers, limits and error bodies are Graph's. Where the sandbox can do less than Graph it says so in an
//! error that begins with "Sandbox:", rather than answer wrongly.

mod activity;
mod batch;
mod error;
mod json;
mod listing;
mod mail;
mod outcome;
mod owners;
mod projection;
mod properties;
mod query;
mod target;

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    response::{IntoResponse as _, Response},
};

pub(super) use self::{
    batch::attend as attend_batch, error::GraphError, mail::attend as attend_mail,
};
use self::{
    query::Query,
    target::{Key, Target},
};
use super::{
    Tenant, bearer,
    call::Call,
    lock,
    population::{App, Collection},
    resource::Resource,
};

/// Any of these allows reading apps and their owners
/// (<https://learn.microsoft.com/graph/api/application-list>).
const READ_APPS: [&str; 5] = [
    "Application.Read.All",
    "Application.ReadWrite.OwnedBy",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Any request below `/v1.0/` and `/beta/`.
pub(super) async fn attend(State(tenant): State<Arc<Tenant>>, request: Parts) -> Response {
    let target = Target::of(request.uri.path());
    let response = respond(&tenant, &target, &request).await;
    lock(&tenant.stats).count_graph(target.label(), response.status());
    response
}

async fn respond(tenant: &Tenant, target: &Target, request: &Parts) -> Response {
    let call = Call::of(tenant, request);
    let mut response = match answer(tenant, &call, target, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(&call),
    };
    stamp(&call, response.headers_mut());
    response
}

async fn answer(
    tenant: &Tenant,
    call: &Call,
    target: &Target,
    request: &Parts,
) -> Result<Response, GraphError> {
    let roles = bearer::check(&request.headers, Resource::Graph, call, tenant.now())
        .map_err(GraphError::unauthenticated)?;
    if request.method != Method::GET || !roles.has(&READ_APPS) {
        return Err(GraphError::forbidden()); // no role allows writing
    }
    let of = target.collection();
    if let Target::Owners(_, key) = target {
        return owners::answer(tenant, call, of, key, request.uri.query()).await;
    }
    let query = Query::parse(of, request.uri.query().unwrap_or(""), &request.headers)?;
    let is_paged = matches!(target, Target::List(_) | Target::SignInActivities);
    let page = is_paged.then_some(query.position.page);
    let rule = lock(&tenant.trouble).next(page);
    tenant.think().await;

    if let Some(rule) = &rule
        && let Some(response) = outcome::instead(rule, call).await
    {
        return Ok(response);
    }
    let fault = rule.map(|rule| rule.fault);
    let text = match target {
        Target::SignInActivities if tenant.faults().no_premium => {
            return Err(GraphError::no_premium());
        }
        Target::SignInActivities => activity::page(tenant, call, &query),
        Target::List(of) => listing::page(tenant, call, *of, &query, fault),
        Target::Count(_) if query.is_eventual => {
            return Ok(tenant
                .population()
                .count(of, tenant.now())
                .to_string()
                .into_response());
        }
        Target::Count(_) => {
            return Err(GraphError::bad_request(
                "$count is not currently supported.",
            ));
        }
        Target::Single(_, key) => {
            listing::single(call, of, &query.projection, &find(tenant, of, key)?)
        }
        Target::Owners(_, key) => return Err(GraphError::not_found(key)),
        Target::Unknown(segment) => return Err(GraphError::unknown_segment(segment)),
    };
    let mut response = outcome::deliver(fault, text);
    let cost = HeaderValue::from(query.cost());
    response.headers_mut().insert("x-ms-resource-unit", cost);
    Ok(response)
}

fn find(tenant: &Tenant, of: Collection, key: &Key) -> Result<App, GraphError> {
    let (population, now) = (tenant.population(), tenant.now());
    match key {
        Key::Id(id) => population.by_id(of, *id, now),
        Key::AppId(app_id) => population.by_app_id(of, *app_id, now),
        Key::Unreadable(_) => None,
    }
    .ok_or_else(|| GraphError::not_found(key))
}

/// The headers that every answer of Graph has.
fn stamp(call: &Call, headers: &mut HeaderMap) {
    call.echo(headers);
    if let Ok(id) = HeaderValue::try_from(call.request_id.to_string()) {
        headers.insert("request-id", id);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        "x-ms-ags-diagnostic",
        HeaderValue::from_static(
            r#"{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"SANDBOX"}}"#,
        ),
    );
}
