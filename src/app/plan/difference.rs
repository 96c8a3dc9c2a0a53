//! What another configuration would change: the same inventory planned under both, alert by alert and receiver by receiver.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{ASSUMPTION, Alert, Inventory, Message, Plan, TenantLine};
use crate::domain::{EventType, Id, Kind, Row, Rung, row::RowSeverity};

/// How an alert differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only under the other configuration.
    Added,
    /// No longer under it.
    Removed,
    /// At another time, or as urgent as it was not.
    Moved,
}

/// When an alert is told, and as how urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// How urgent; none for what is not about a credential.
    pub severity: Option<RowSeverity>,
}

/// One alert to one receiver that is not the same under both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub change: Change,
    /// As it is now; none if it was added.
    pub before: Option<Moment>,
    /// As it would be; none if it was removed.
    pub after: Option<Moment>,
    /// A message that holds it.
    pub message: Message,
    /// The credential, unless it is about the tenant.
    pub row: Option<Arc<Row>>,
}

/// Everything that differs, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// What differs.
    pub all: Vec<Difference>,
}

/// Alerts of which one can take the place of another.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Thread<'a> {
    receiver: Option<&'a str>,
    target: Option<&'a str>,
    tenant: &'a str,
    event: &'static str,
    escalation: bool,
    credential: Option<(&'a Id, Kind, &'a Id)>,
}

type Told<'a> = (Moment, &'a Message, Option<&'a Arc<Row>>);

impl Differences {
    /// Between what is planned now and what would be.
    pub fn between(now: &Plan, then: &Plan) -> Self {
        let mut threads: BTreeMap<Thread<'_>, [Vec<Told<'_>>; 2]> = BTreeMap::new();
        for (side, plan) in [now, then].into_iter().enumerate() {
            for (thread, told) in plan.messages.iter().flat_map(alerts) {
                threads.entry(thread).or_default()[side].push(told);
            }
        }
        let mut all: Vec<Difference> = threads
            .into_values()
            .flat_map(|[before, after]| compare(before, after))
            .collect();
        all.sort_by_key(|of| (of.before.into_iter().chain(of.after).min(), of.change));
        Self {
            from: now.from,
            until: now.until,
            all,
        }
    }

    /// How many differ in this way.
    pub fn count(&self, change: Change) -> usize {
        self.all.iter().filter(|of| of.change == change).count()
    }

    /// The whole as one JSON document.
    pub fn as_json<'a>(&'a self, inventory: &'a Inventory) -> impl Serialize + 'a {
        Document {
            from: self.from,
            until: self.until,
            assumption: ASSUMPTION,
            summary: Summary {
                added: self.count(Change::Added),
                removed: self.count(Change::Removed),
                moved: self.count(Change::Moved),
            },
            tenants: inventory.lines().collect(),
            differences: &self.all,
        }
    }
}

fn alerts<'a>(message: &'a Message) -> Vec<(Thread<'a>, Told<'a>)> {
    let thread = |credential| Thread {
        receiver: message.receiver.as_deref(),
        target: message.target.as_deref(),
        tenant: &message.tenant,
        // a message may hold what has ended beside what has not
        event: match message.event {
            EventType::Expired => EventType::Expiring,
            event => event,
        }
        .as_str(),
        escalation: message.escalation,
        credential,
    };
    let moment = |severity| Moment {
        at: message.at,
        severity,
    };
    if message.rows.is_empty() {
        return vec![(thread(None), (moment(None), message, None))];
    }
    let of = |row: &'a Arc<Row>| {
        let Row {
            object_id,
            kind,
            credential_id,
            ..
        } = Arc::as_ref(row);
        let thread = thread(Some((object_id, *kind, credential_id)));
        (thread, (moment(Some(row.severity)), message, Some(row)))
    };
    message.rows.iter().map(of).collect()
}

/// Pairs what is told at the same time and as urgent, whichever rung it is for; of what is left, in order of time, one takes the place
/// of another on its rung.
fn compare<'a>(before: Vec<Told<'a>>, mut after: Vec<Told<'a>>) -> Vec<Difference> {
    let mut gone: Vec<Told<'a>> = Vec::new();
    for told in before {
        match after.iter().position(|other| other.0 == told.0) {
            Some(same) => drop(after.remove(same)),
            None => gone.push(told),
        }
    }
    let mut moved: Vec<(Told<'a>, Told<'a>)> = Vec::new();
    let mut removed: Vec<Told<'a>> = Vec::new();
    for told in gone {
        match after.iter().position(|other| rung(other) == rung(&told)) {
            Some(other) => moved.push((told, after.remove(other))),
            None => removed.push(told),
        }
    }
    let moved = moved.into_iter();
    let moved = moved.map(|(before, after)| difference(Change::Moved, Some(before), Some(after)));
    let removed = removed
        .into_iter()
        .map(|before| difference(Change::Removed, Some(before), None));
    let added = after
        .into_iter()
        .map(|after| difference(Change::Added, None, Some(after)));
    moved.chain(removed).chain(added).flatten().collect()
}

fn rung(told: &Told<'_>) -> Option<Rung> {
    told.2.and_then(|row| row.rung)
}

fn difference(
    change: Change,
    before: Option<Told<'_>>,
    after: Option<Told<'_>>,
) -> Option<Difference> {
    let (_, message, row) = after.or(before)?;
    Some(Difference {
        change,
        before: before.map(|told| told.0),
        after: after.map(|told| told.0),
        message: message.clone(),
        row: row.cloned(),
    })
}

impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Message {
            tenant,
            receiver,
            target,
            event,
            escalation,
            ..
        } = &self.message;
        let mut object = serializer.serialize_struct("Difference", 9)?;
        object.serialize_field("change", &self.change)?;
        object.serialize_field("before", &self.before)?;
        object.serialize_field("after", &self.after)?;
        object.serialize_field("tenant", tenant)?;
        object.serialize_field("receiver", receiver)?;
        object.serialize_field("target", target)?;
        object.serialize_field("type", event)?;
        object.serialize_field("escalation", escalation)?;
        object.serialize_field("alert", &self.row.as_deref().map(Alert::of))?;
        object.end()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    assumption: &'static str,
    summary: Summary,
    tenants: Vec<TenantLine<'a>>,
    differences: &'a [Difference],
}

#[derive(Serialize)]
struct Summary {
    added: usize,
    removed: usize,
    moved: usize,
}

#[cfg(test)]
mod tests;
