//! What the demo's daemon told to whom, and what the inbox thought of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    domain::{Rung, Severity},
    sandbox::inbox::{Counts, Received},
    store::{AlertHistory, DeliveryState},
};

/// What was told, app by app.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Each credential that was told of, by app name.
    pub apps: Vec<AppStory>,
    /// Messages that the inbox took, by channel and receiver.
    pub taken: BTreeMap<(&'static str, String), u64>,
    /// What the inbox found wrong.
    pub problems: Vec<String>,
    /// The inbox's own count.
    pub counts: Counts,
    /// Deliveries that were given up on.
    pub given_up: u64,
}

/// What was told of one credential.
#[derive(Debug, Clone)]
pub struct AppStory {
    /// The app's name. Hostile text.
    pub app: String,
    /// The credential's name. Hostile text.
    pub credential: Option<String>,
    /// The kind.
    pub kind: crate::domain::Kind,
    /// The alerts, in order.
    pub told: Vec<Alert>,
}

/// One alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// When.
    pub at: DateTime<Utc>,
    /// At which rung.
    pub rung: Rung,
    /// 0, or the number of the reminder.
    pub reminder: u32,
    /// How urgent.
    pub severity: Severity,
    /// Why.
    pub reason: String,
    /// The receivers that took it.
    pub receivers: Vec<String>,
}

impl Summary {
    pub(super) fn new(history: Vec<AlertHistory>, messages: &[Received], counts: Counts) -> Self {
        let mut apps: BTreeMap<_, AppStory> = BTreeMap::new();
        let mut given_up = 0;
        for entry in history {
            let key = (
                entry.app_name.clone(),
                entry.alert.key.clone(),
                entry.alert.life,
            );
            let story = apps.entry(key).or_insert_with(|| AppStory {
                app: entry.app_name,
                credential: entry.credential_name,
                kind: entry.kind,
                told: Vec::new(),
            });
            let state = |wanted| {
                entry
                    .deliveries
                    .iter()
                    .filter(move |(_, _, state)| *state == wanted)
            };
            given_up += state(DeliveryState::GivenUp).count() as u64;
            let mut receivers: Vec<String> = state(DeliveryState::Delivered)
                .map(|(receiver, ..)| receiver.clone())
                .collect();
            receivers.sort();
            receivers.dedup();
            story.told.push(Alert {
                at: entry.alert.decided_at,
                rung: entry.alert.rung,
                reminder: entry.alert.reminder,
                severity: entry.alert.severity,
                reason: entry.alert.reason,
                receivers,
            });
        }
        let mut taken = BTreeMap::new();
        for message in messages.iter().filter(|message| message.refused.is_none()) {
            *taken
                .entry((message.channel.as_str(), message.receiver.clone()))
                .or_default() += 1;
        }
        let problem = |message: &Received| {
            let to = format!("{} {}", message.channel.as_str(), message.receiver);
            message
                .problems
                .iter()
                .map(|problem| format!("{to}: {problem}"))
                .collect::<Vec<_>>()
        };
        let problems = messages.iter().flat_map(problem).collect();
        Self {
            apps: apps.into_values().collect(),
            taken,
            problems,
            counts,
            given_up,
        }
    }
}

impl AppStory {
    /// Are the rungs in order, each told once?
    pub fn is_in_order(&self) -> bool {
        let position = |told: &Alert| (std::cmp::Reverse(told.rung), told.reminder);
        self.told
            .windows(2)
            .all(|pair| position(&pair[0]) < position(&pair[1]))
    }
}
