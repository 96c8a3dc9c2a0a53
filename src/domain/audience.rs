//! Receivers that tell owners in person (`to_owners`): whose mail a notification is.
//!
//! 1. Every owner of an alert's app who has a mail address gets it: one notification a person, receiver and round, however many routes
//!    bring it to that receiver, and whatever they group by.
//! 2. What nobody can be told in person goes to the receiver's own targets, grouped as the route says.
//! 3. Where a person's mailbox refuses, the routes' fallbacks get it; for a route that has none, the receiver's own targets.
//!
//! So each alert is told either in person or to the receiver's own targets, and no address gets it twice from one receiver.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    facts::Owner,
    group::{Due, Group, most_urgent_first},
    mail_address::mail_address,
};

/// Whom a notification is for, among those that a receiver reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The receiver's own targets.
    #[default]
    Receiver,
    /// One of those who own the apps, in person.
    Owner {
        /// The mail address.
        address: String,
    },
    /// The receiver's own targets, since none of those who own the apps can be told in person.
    InPlaceOfOwners {
        /// The receiver's name.
        receiver: String,
    },
}

impl Audience {
    /// Is it the receiver's own targets, as without `to_owners`?
    pub fn is_receiver(&self) -> bool {
        *self == Self::Receiver
    }
}

/// The mail addresses of the owners, each once, whatever its case, as it is written first.
pub fn addresses(owners: &[Owner]) -> Vec<&str> {
    let mut addresses: Vec<&str> = Vec::new();
    for mail in owners.iter().filter_map(|owner| owner.mail.as_deref()) {
        let Some(address) = mail_address(mail) else {
            continue;
        };
        if !addresses.iter().any(|other| is_same(other, address)) {
            addresses.push(address);
        }
    }
    addresses
}

/// Do both lead to one mailbox? Mail servers that tell the case of users apart are not met any more.
pub fn is_same(address: &str, other: &str) -> bool {
    address.eq_ignore_ascii_case(other)
}

/// Divides the groups of receivers that tell owners: persons' groups come behind all others.
pub fn in_person(
    groups: Vec<Group>,
    due: &[Due<'_>],
    tells_owners: impl Fn(&str) -> bool,
) -> Vec<Group> {
    let mut divided = Vec::new();
    let mut persons: BTreeMap<(String, String), Group> = BTreeMap::new();
    for mut group in groups {
        if !tells_owners(&group.receiver) {
            divided.push(group);
            continue;
        }
        let alerts = std::mem::take(&mut group.alerts);
        for at in alerts {
            let addresses = addresses(due[at].owners);
            if addresses.is_empty() {
                group.alerts.push(at);
            }
            for address in addresses {
                let key = (group.receiver.clone(), address.to_ascii_lowercase());
                let person = persons
                    .entry(key)
                    .or_insert_with(|| nothing_yet(&group.receiver, address));
                person.alerts.push(at);
                add_fallback(person, &group);
            }
        }
        if !group.alerts.is_empty() {
            group.audience = Audience::InPlaceOfOwners {
                receiver: group.receiver.clone(),
            };
            divided.push(group);
        }
    }
    for mut person in persons.into_values() {
        // routes may have brought them in another order
        let by_urgency = |a: &usize, b: &usize| most_urgent_first(&due[*a].row, &due[*b].row);
        person.alerts.sort_by(by_urgency);
        divided.push(person);
    }
    divided
}

fn nothing_yet(receiver: &str, address: &str) -> Group {
    Group {
        receiver: receiver.to_owned(),
        audience: Audience::Owner {
            address: address.to_owned(),
        },
        fallback: Vec::new(),
        alerts: Vec::new(),
    }
}

/// Where the route names nobody, the receiver's own targets are next in line.
fn add_fallback(person: &mut Group, route: &Group) {
    let own = std::slice::from_ref(&route.receiver);
    let names = match route.fallback.as_slice() {
        [] => own,
        names => names,
    };
    for name in names {
        if !person.fallback.contains(name) {
            person.fallback.push(name.clone());
        }
    }
}

#[cfg(test)]
mod tests;
