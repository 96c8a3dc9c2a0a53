//! `/metrics`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use tracing::warn;

use super::Context;
use crate::{store::StoreError, telemetry::Metrics};

/// The OpenMetrics text. The outbox is counted at the moment of asking; when the store cannot be read, the rest is still told.
pub(super) async fn metrics(State(context): State<Context>) -> Response {
    if let Err(error) = count_outbox(&context).await {
        warn!(store.error = %error, "the outbox could not be counted for the metrics");
    }
    match context.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn count_outbox(context: &Context) -> Result<(), StoreError> {
    let now = context.clock.now();
    let outbox = context.store.outbox().await?;
    for state in &outbox {
        context.metrics.set_outbox(&state.receiver, state.pending);
    }
    let oldest = outbox.iter().filter_map(|state| state.oldest).min();
    context
        .metrics
        .set_outbox_oldest(oldest.map_or(TimeDelta::zero(), |oldest| {
            (now - oldest).max(TimeDelta::zero())
        }));
    Ok(())
}
