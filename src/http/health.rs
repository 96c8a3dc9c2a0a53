//! `/healthz` and `/readyz`.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::Context;
use crate::engine::readiness::{self, Unready};

/// The process is alive: it can answer.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    reasons: Vec<Unready>,
}

/// 200 when everything works, else 503 with every reason.
pub(super) async fn readyz(State(context): State<Context>) -> Response {
    let reasons = reasons(&context).await;
    let status = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Readiness {
            ready: reasons.is_empty(),
            reasons,
        }),
    )
        .into_response()
}

async fn reasons(context: &Context) -> Vec<Unready> {
    let now = context.clock.now();
    let mut reasons = readiness::tenants(&context.status, &context.schedule, now);
    let store = async {
        context.store.ping().await?;
        context.store.outbox().await
    };
    match store.await {
        Ok(outbox) => reasons.extend(readiness::receivers(&outbox, &context.receivers, now)),
        Err(error) => reasons.push(Unready {
            what: "store",
            name: String::new(),
            reason: error.to_string(),
        }),
    }
    if let Some(reason) = context.status.round_problem() {
        reasons.push(Unready {
            what: "store",
            name: String::new(),
            reason,
        });
    }
    reasons
}
