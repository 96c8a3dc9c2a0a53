//! Silences over HTTP: for programs, for people with the token, and for whoever holds a message's link.

pub(super) mod act;
pub(super) mod api;
mod lines;
pub(super) mod pages;

use axum::http::StatusCode;
use uuid::Uuid;

use super::{Context, form::Form};
use crate::{
    domain::silence::ends_at,
    engine::silencing::{Desk, Refusal, Request},
};

impl Context {
    fn desk(&self) -> Desk<'_> {
        Desk {
            store: self.store.as_ref(),
            policies: &self.policies,
            now: self.clock.now(),
        }
    }

    /// What a form asks for.
    fn request(&self, form: &Form, id: Uuid) -> Result<Request, Refusal> {
        // the day counts only where it was chosen to
        let (lasts, until) = match form.get("for") {
            Some("until") | None => (None, form.get("until")),
            lasts => (lasts, None),
        };
        Ok(Request {
            id,
            ends_at: ends_at(lasts, until, &self.calendar, self.clock.now())?,
            reason: form.text("reason"),
            author: form.text("name"),
            even_critical: form.get("even_critical").is_some(),
        })
    }
}

/// The status that tells a refusal.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Nothing | Refusal::Unfit(_) | Refusal::NoEnd(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::Unknown { .. } | Refusal::NoSuchSilence(_) => StatusCode::NOT_FOUND,
        Refusal::Several { .. }
        | Refusal::SeveralSilences(..)
        | Refusal::BreaksAtOnce(_)
        | Refusal::NothingToHold(_)
        | Refusal::Taken => StatusCode::CONFLICT,
        Refusal::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
