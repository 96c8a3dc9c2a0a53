//! Silences as lines of a page.

use serde::Serialize;

use crate::{
    domain::{calendar::Calendar, silence::Silence},
    engine::silencing::Listed,
    http::page::time,
};

/// One silence.
#[derive(Serialize)]
pub(super) struct Line {
    id: String,
    what: String,
    tenant: String,
    author: String,
    reason: String,
    since: String,
    until: String,
    /// What would end it sooner, or how it ended.
    note: String,
    in_force: bool,
    /// May whoever sees it on a link's page end it there?
    pub(super) can_end: bool,
}

impl Line {
    pub(super) fn new(listed: &Listed, calendar: &Calendar) -> Self {
        let silence = &listed.silence;
        let until = silence.ended.as_ref().map_or(silence.ends_at, |end| end.at);
        Self {
            id: silence.id.to_string(),
            what: listed.what.clone(),
            tenant: silence.scope.tenant().to_owned(),
            author: silence.author.clone(),
            reason: silence.reason.clone(),
            since: time(silence.created_at, calendar),
            until: time(until, calendar),
            note: note(silence),
            in_force: listed.in_force,
            can_end: silence.scope.is_credential(),
        }
    }
}

fn note(silence: &Silence) -> String {
    match (&silence.ended, silence.breaks_at) {
        (Some(ended), _) => ended.how.to_string(),
        (None, Some(severity)) => {
            format!("or until it turns {severity} or changes")
        }
        (None, None) if silence.scope.is_credential() => "or until it changes".to_owned(),
        (None, None) => "whatever comes".to_owned(),
    }
}
