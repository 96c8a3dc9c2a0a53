//! What is due and waits for the hours in which messages that can wait go out.

use chrono::{DateTime, Utc};

use super::{Quiet, World, judge};

/// Alerts that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many; at least one.
    pub alerts: usize,
    /// The next hours in which they may go out; the rungs then reached are told.
    pub until: DateTime<Utc>,
}

/// How many alerts wait for the calendar, and until when.
pub fn held(world: &World<'_>) -> Option<Held> {
    let until = world.calendar.held_until(world.now)?;
    let credentials = world.seen.apps.iter().flat_map(|app| {
        app.credentials
            .iter()
            .map(move |credential| (app, credential))
    });
    let waits = credentials
        .filter(|(app, credential)| matches!(judge(world, app, credential), Err(Quiet::Held(_))));
    let alerts = waits.count();
    (alerts > 0).then_some(Held { alerts, until })
}
