//! What can be asked of the running daemon over HTTP: is it alive, is it doing its work, and the metrics.

mod health;
mod metrics;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

use crate::{
    domain::{Clock, schedule::Schedule},
    engine::Status,
    store::Store,
    telemetry::Metrics,
};

/// What the handlers read. None of them writes.
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
}

/// No answer takes longer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Nothing that is asked here has a body worth reading.
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
        .with_state(context)
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
}
