//! What will be told to whom over the next weeks, if nothing is renewed and nothing acknowledged: the answer of `forewarn plan`.

mod difference;
mod inventory;
mod message;
#[cfg(test)]
pub(crate) mod samples;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    config::Config,
    domain::Row,
    engine::{
        Receiver,
        foresee::{Foreseen, Outlook},
    },
};

pub use difference::{Change, Difference, Differences, Moment};
pub use inventory::{Inventory, Recalled, TenantLine};
pub use message::{Alert, Message};

/// What everything here rests on, for people.
pub const ASSUMPTION: &str = "nothing is renewed or acknowledged, and every scan is complete";

/// Messages to come, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The messages; those without a receiver are alerts that reach nobody.
    pub messages: Vec<Message>,
}

/// A plan in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Messages, one a receiver's target.
    pub messages: usize,
    /// How many of them each receiver gets.
    pub receivers: BTreeMap<String, usize>,
    /// When the first of them is due.
    pub first_at: Option<DateTime<Utc>>,
    /// Alerts that reach nobody.
    pub unheard: usize,
}

impl Plan {
    /// What would come of this inventory under `config`, whose receivers these are.
    pub fn of(
        inventory: &Inventory,
        config: &Config,
        receivers: &Arc<[Receiver]>,
        days: u16,
    ) -> Self {
        let from = inventory.taken_at();
        let until = from
            .checked_add_signed(TimeDelta::days(i64::from(days)))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let timetable = config.timetable();
        // a daemon that starts for the first time does not wait for its schedule
        let starts = config.scan_on_start && !inventory.has_memory();
        let tenants = config.tenants.iter();
        let mut messages: Vec<Message> = tenants
            .filter_map(|tenant| inventory.tenant(&tenant.name))
            .filter_map(|tenant| {
                let outlook = Outlook {
                    tenant: tenant.name,
                    policies: &config.policies,
                    routes: &config.routes,
                    receivers,
                    calendar: &config.calendar,
                    timetable: &timetable,
                    portal_link: &|row: &Row| tenant.directory.portal_link(row),
                };
                let (snapshot, remembered) = (tenant.snapshot, tenant.remembered);
                let first = starts.then_some(from);
                let first = first.or_else(|| outlook.first_round(snapshot, remembered, from))?;
                let foreseen = outlook.foresee(snapshot.clone(), remembered.clone(), first, until);
                Some(messages(tenant.name, foreseen))
            })
            .flatten()
            .collect();
        // what waits for the hours in which it may go out may have to wait for longer
        messages.retain(|message| message.at <= until);
        messages.sort_by_key(|message| message.at);
        Self {
            from,
            until,
            messages,
        }
    }

    /// Keeps what goes to these receivers; all, if none is named.
    pub fn keep_receivers(&mut self, names: &[String]) {
        let is_kept = |message: &Message| {
            let receiver = message.receiver.as_ref();
            names.is_empty() || receiver.is_some_and(|name| names.contains(name))
        };
        self.messages.retain(is_kept);
    }

    /// In numbers.
    pub fn summary(&self) -> Summary {
        let mut receivers: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.messages.iter().filter_map(|of| of.receiver.as_ref()) {
            *receivers.entry(name.clone()).or_default() += 1;
        }
        let heard = || self.messages.iter().filter(|of| of.receiver.is_some());
        let unheard = self.messages.iter().filter(|of| of.receiver.is_none());
        Summary {
            messages: heard().count(),
            receivers,
            first_at: heard().map(|of| of.at).next(),
            unheard: unheard.map(|of| of.rows.len()).sum(),
        }
    }

    /// The whole as one JSON document.
    pub fn as_json<'a>(&'a self, inventory: &'a Inventory) -> impl Serialize + 'a {
        Document {
            from: self.from,
            until: self.until,
            assumption: ASSUMPTION,
            summary: self.summary(),
            tenants: inventory.lines().collect(),
            messages: &self.messages,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    assumption: &'static str,
    summary: Summary,
    tenants: Vec<TenantLine<'a>>,
    messages: &'a [Message],
}

fn messages(tenant: &str, foreseen: Foreseen) -> impl Iterator<Item = Message> {
    let sent = foreseen.messages.into_iter();
    let sent = sent.flat_map(|(notification, deliveries)| {
        let deliveries = deliveries.into_iter();
        deliveries.map(move |delivery| Message::sent(tenant, &notification, delivery))
    });
    let mut unheard: BTreeMap<DateTime<Utc>, Vec<Arc<Row>>> = BTreeMap::new();
    for (at, row) in foreseen.unheard {
        unheard.entry(at).or_default().push(row);
    }
    let unheard = unheard.into_iter();
    sent.chain(unheard.map(|(at, rows)| Message::unheard(tenant, at, rows)))
        .collect::<Vec<_>>()
        .into_iter()
}
