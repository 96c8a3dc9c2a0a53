//! What can be asked of the running daemon over HTTP: is it alive, is it doing its work, the metrics; and silences, which can be set
//! here, too.

pub mod door;
mod form;
mod health;
mod metrics;
mod page;
mod silences;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::from_fn,
    routing::{delete, get, post},
};
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

use crate::{
    domain::{Clock, calendar::Calendar, link::LinkKey, policy::Policies, schedule::Schedule},
    engine::Status,
    store::Store,
    telemetry::Metrics,
};

use door::Door;

/// What the handlers work with. None but those of silences writes.
#[derive(Clone)]
pub struct Context {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What the jobs are doing.
    pub status: Arc<Status>,
    /// When rounds run: tells how long a period is.
    pub schedule: Schedule,
    /// The configured receivers, each with its targets.
    pub receivers: Arc<[(String, Vec<String>)]>,
    /// How credentials are judged.
    pub policies: Arc<Policies>,
    /// The zone in which times are shown and days are meant.
    pub calendar: Arc<Calendar>,
    /// Who may come in.
    pub door: Arc<Door>,
    /// What the links in messages are sealed with.
    pub links: LinkKey,
}

/// No answer takes longer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A form is the largest thing that is sent here.
const BODY_LIMIT: usize = 16 * 1024;

/// The routes.
pub fn router(context: Context) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/style.css", get(page::style))
        .route(
            "/silences",
            get(silences::pages::list).post(silences::pages::add),
        )
        .route("/silences/{id}/end", post(silences::pages::end))
        .route(
            "/act/{link}",
            get(silences::act::look).post(silences::act::act),
        )
        .route(
            "/api/v1/silences",
            get(silences::api::list).post(silences::api::add),
        )
        .route("/api/v1/silences/{id}", delete(silences::api::end))
        .with_state(context)
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ))
        .layer(from_fn(silences::api::in_json))
}
