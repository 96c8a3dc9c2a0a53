//! What is open at the receivers that keep a state: PagerDuty's incidents and Alertmanager's alerts.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Channel;

/// How many are remembered; when there are more, those that have ended make room.
const MOST: usize = 10_000;

/// Something that somebody on call was called for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// PagerDuty or Alertmanager.
    pub channel: Channel,
    /// The receiver's name in the URL.
    pub receiver: String,
    /// PagerDuty's `dedup_key`, or an alert's labels as JSON.
    pub key: String,
    /// What it says last.
    pub title: String,
    /// How severe it says that it is.
    pub severity: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it ends or has ended; `None`: open until it is resolved.
    pub ends_at: Option<DateTime<Utc>>,
    /// How often it was told of.
    pub events: u32,
}

impl Incident {
    /// Is it open at that time?
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| end > at)
    }
}

/// Which incident: events about it must come by the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) channel: Channel,
    pub(super) receiver: String,
    /// PagerDuty's routing key.
    pub(super) account: String,
    pub(super) key: String,
}

/// What an event says of an incident.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) opened_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
}

/// All that are remembered.
#[derive(Default)]
pub(super) struct Incidents {
    all: BTreeMap<Place, Incident>,
    /// When calls came, by routing key, within the last minute.
    calls: HashMap<String, VecDeque<DateTime<Utc>>>,
}

impl Incidents {
    pub(super) fn get(&self, place: &Place) -> Option<&Incident> {
        self.all.get(place)
    }

    /// Opens one, or writes into the one that is there.
    pub(super) fn tell(&mut self, place: Place, told: Told, now: DateTime<Utc>) {
        let events = self.all.get(&place).map_or(0, |known| known.events);
        if self.all.len() >= MOST {
            self.all.retain(|_, incident| incident.is_open(now));
        }
        if self.all.len() >= MOST && !self.all.contains_key(&place) {
            return;
        }
        let incident = Incident {
            channel: place.channel,
            receiver: place.receiver.clone(),
            key: place.key.clone(),
            title: told.title,
            severity: told.severity,
            opened_at: told.opened_at,
            ends_at: told.ends_at,
            events: events.saturating_add(1),
        };
        self.all.insert(place, incident);
    }

    /// Closes one.
    pub(super) fn close(&mut self, place: &Place, now: DateTime<Utc>) {
        if let Some(incident) = self.all.get_mut(place) {
            incident.ends_at = Some(now);
            incident.events = incident.events.saturating_add(1);
        }
    }

    /// Counts a call, and says whether it is one too many within a minute.
    pub(super) fn is_throttled(&mut self, account: &str, most: usize, now: DateTime<Utc>) -> bool {
        if self.calls.len() >= MOST {
            self.calls.clear();
        }
        let calls = self.calls.entry(account.to_owned()).or_default();
        while calls
            .front()
            .is_some_and(|at| now - *at >= TimeDelta::minutes(1))
        {
            calls.pop_front();
        }
        if calls.len() >= most {
            return true;
        }
        calls.push_back(now);
        false
    }

    /// Those that are open first, and of them the newest.
    pub(super) fn listed(&self, now: DateTime<Utc>) -> Vec<Incident> {
        let mut all: Vec<Incident> = self.all.values().cloned().collect();
        all.sort_by_key(|one| (!one.is_open(now), std::cmp::Reverse(one.opened_at)));
        all
    }
}
