//! What is due, and who is told of it together.

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use super::{Planner, new_id};
use crate::{
    domain::{
        Notification,
        audience::{Audience, in_person},
        decide::Announce,
        group::{Due, group},
        known::{CredentialKey, Person},
        notification::Subject,
    },
    store::{AlertRecord, Round},
};

impl Planner<'_> {
    /// Answers how many alerts reach nobody.
    pub(super) fn plan_announcements(
        &self,
        announces: &[(CredentialKey, Announce<'_>)],
        round: &mut Round<'_>,
    ) -> usize {
        let now = self.world.now;
        let first_scan = self.is_first();
        let due: Vec<Due<'_>> = announces
            .iter()
            .map(|(_, announce)| self.due(announce))
            .collect();
        let groups = group(self.world.tenant, &due, self.routes, first_scan);
        let groups = in_person(groups, &due, |name| self.receivers.tells_owners(name));
        let mut told: Vec<Vec<String>> = vec![Vec::new(); due.len()];
        let mut persons: Vec<Vec<Person>> = vec![Vec::new(); due.len()];
        for (group, at) in groups
            .iter()
            .flat_map(|group| group.alerts.iter().map(move |at| (group, *at)))
        {
            match &group.audience {
                Audience::Owner { address } => persons[at].push(Person {
                    receiver: group.receiver.clone(),
                    address: address.clone(),
                }),
                Audience::Receiver | Audience::InPlaceOfOwners { .. } => {
                    told[at].push(group.receiver.clone());
                }
            }
        }
        let mut carried_by: Vec<Vec<Uuid>> = vec![Vec::new(); due.len()];
        let mut heard_of_stale: HashSet<&str> = HashSet::new();
        for group in &groups {
            // once, and not each owner of all that there is
            let in_person = matches!(group.audience, Audience::Owner { .. });
            let tell_stale = first_scan && !in_person && heard_of_stale.insert(&group.receiver);
            let rows = group.alerts.iter().map(|at| &due[*at].row);
            let alerts = rows.map(Arc::clone).collect();
            let notification = Notification {
                id: new_id(now),
                subject: Subject::Due { alerts },
                decided_at: now,
                first_scan,
                stale: if tell_stale {
                    self.stale_for(&group.receiver)
                } else {
                    0
                },
                escalation: false,
                audience: group.audience.clone(),
            };
            for at in &group.alerts {
                carried_by[*at].push(notification.id);
            }
            let deliveries = self.deliveries_of(group, &self.fallback(group, &told), now);
            round.notifications.push((notification, deliveries));
        }
        for (position, ((key, announce), due)) in announces.iter().zip(due).enumerate() {
            let Some(end) = announce.assessment.end else {
                continue;
            };
            let life = self.life(key, announce);
            let mut remembered = announce.remembered(due.row, now, &told[position]);
            remembered.add_persons(persons[position].iter().cloned());
            round.announced.push((key.clone(), life, Some(remembered)));
            round.alerts.push(AlertRecord {
                id: new_id(now),
                key: key.clone(),
                life,
                expires_at: end,
                rung: announce.rung,
                reminder: announce.reminder,
                severity: announce.severity,
                reason: announce.why(),
                decided_at: now,
                notifications: std::mem::take(&mut carried_by[position]),
            });
        }
        let reaches_nobody =
            |(receivers, persons): &(&Vec<_>, &Vec<_>)| receivers.is_empty() && persons.is_empty();
        told.iter().zip(&persons).filter(reaches_nobody).count()
    }

    /// What was announced with another end was announced in another life.
    fn life(&self, key: &CredentialKey, announce: &Announce<'_>) -> u32 {
        let Some(memory) = self.world.known.get(key) else {
            return 0;
        };
        let has_new_end = memory.announced.is_some() && announce.before.is_none();
        memory.life.saturating_add(u32::from(has_new_end))
    }

    fn due<'d>(&'d self, announce: &'d Announce<'_>) -> Due<'d> {
        let mut row = announce.assessment.row(
            self.world.circumstances(),
            announce.app,
            announce.credential,
        );
        if announce.assessment.superseded().is_none() {
            // where the policy is to alert as if it had not been replaced, the newer one is only mentioned
            row.newer = row.superseded_by.take().or(row.newer);
        }
        row.rung = Some(announce.rung);
        row.reason = Some(announce.why());
        row.links = Some(self.links(&row));
        row.last_working_day = self.last_working_day(&row);
        Due {
            app: announce.app,
            credential: announce.credential,
            severity: announce.severity,
            owners: self
                .world
                .seen
                .facts
                .owners
                .of(announce.app)
                .unwrap_or_default(),
            row: Arc::new(row),
        }
    }
}
