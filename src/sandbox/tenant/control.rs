//! The sandbox's controls, under `/_sandbox/`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Faults, Stats, Tenant};

/// Answers once the sandbox serves.
pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// What was asked so far.
pub(super) async fn stats(State(tenant): State<Arc<Tenant>>) -> Json<Stats> {
    Json(tenant.stats())
}

/// What goes wrong at present.
pub(super) async fn faults(State(tenant): State<Arc<Tenant>>) -> Json<Faults> {
    Json(tenant.faults())
}

/// What is to go wrong from now on; `{}` for nothing. The rules start counting anew.
pub(super) async fn set_faults(
    State(tenant): State<Arc<Tenant>>,
    Json(faults): Json<Faults>,
) -> Json<Faults> {
    tenant.set_faults(faults);
    Json(tenant.faults())
}
