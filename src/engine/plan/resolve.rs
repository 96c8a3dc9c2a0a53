//! What needs nothing more, for those who were told of it.

use std::{collections::BTreeMap, sync::Arc};

use super::{Planner, new_id};
use crate::{
    domain::{
        Notification, Row,
        audience::{Audience, is_same},
        decide::Resolve,
        group::most_urgent_first,
        known::{CredentialKey, Person},
        notification::Subject,
        rung::days_left,
    },
    store::Round,
};

impl Planner<'_> {
    /// One notification a receiver, of all that it had been told of; and one a person who had been told by it. They can wait, and do so in
    /// the outbox: what went is remembered as gone from now on.
    pub(super) fn plan_resolutions(
        &self,
        resolves: &[(CredentialKey, Resolve<'_>)],
        round: &mut Round<'_>,
    ) {
        let now = self.world.now;
        for receiver in self.receivers.names() {
            if !self.receivers.wants_resolved(&receiver) {
                continue;
            }
            for (audience, told) in self.told_of(&receiver, resolves) {
                let mut rows: Vec<Arc<Row>> = told
                    .into_iter()
                    .map(|resolve| Arc::new(self.resolved_row(resolve)))
                    .collect();
                rows.sort_by(|a, b| most_urgent_first(a, b));
                let deliveries =
                    self.deliveries_to(&receiver, &audience, &[], self.in_hours(&receiver));
                let notification = Notification {
                    id: new_id(now),
                    subject: Subject::Resolved { alerts: rows },
                    decided_at: now,
                    first_scan: false,
                    stale: 0,
                    escalation: false,
                    audience,
                };
                round.notifications.push((notification, deliveries));
            }
        }
        for (key, resolve) in resolves
            .iter()
            .filter(|(_, resolve)| resolve.seen.is_some())
        {
            let life = self.world.known.get(key).map_or(0, |memory| memory.life);
            round
                .announced
                .push((key.clone(), life, Some(resolve.remembered(now))));
        }
    }

    /// Whom a receiver told of what. One of its own targets that was also told in person hears of it once.
    fn told_of<'r, 'd>(
        &self,
        receiver: &str,
        resolves: &'r [(CredentialKey, Resolve<'d>)],
    ) -> Vec<(Audience, Vec<&'r Resolve<'d>>)> {
        let targets = self.receivers.targets(receiver);
        let tells_owners = self.receivers.tells_owners(receiver);
        let is_target = |person: &Person| targets.iter().any(|of| is_same(of, &person.address));
        // a fallback may have been used or not; where nothing is open, nothing is closed
        let may_be_open =
            self.receivers.keeps_state(receiver) && self.routes.fall_back_on(receiver);
        let mut own = Vec::new();
        let mut persons: BTreeMap<String, (Audience, Vec<&Resolve<'_>>)> = BTreeMap::new();
        for (_, resolve) in resolves {
            let was_told =
                may_be_open || resolve.announced.told.iter().any(|name| name == receiver);
            if was_told {
                own.push(resolve);
            }
            let in_person = resolve.announced.persons.iter().filter(|person| {
                tells_owners && person.receiver == receiver && !(was_told && is_target(person))
            });
            for person in in_person {
                let address = &person.address;
                let entry = persons.entry(address.to_ascii_lowercase());
                let audience = || Audience::Owner {
                    address: address.clone(),
                };
                let (_, told) = entry.or_insert_with(|| (audience(), Vec::new()));
                told.push(resolve);
            }
        }
        let own = (!own.is_empty()).then_some((Audience::Receiver, own));
        own.into_iter().chain(persons.into_values()).collect()
    }

    pub(super) fn resolved_row(&self, resolve: &Resolve<'_>) -> Row {
        let told = &resolve.announced.row;
        let mut row = match &resolve.seen {
            Some((app, credential, assessment)) => {
                assessment.row(self.world.circumstances(), app, credential)
            }
            // what is gone is described as it was last told
            None => Row {
                days_left: Some(days_left(resolve.announced.expires_at, self.world.now)),
                ..Row::clone(told)
            },
        };
        row.rung = Some(resolve.announced.rung);
        row.reason = Some(resolve.why.to_string());
        row.links = Some(self.links(&row));
        row
    }
}
