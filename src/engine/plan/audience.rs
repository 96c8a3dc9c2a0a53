//! Where a group's notification goes: to a receiver's own targets or to one person, and to whom where that is refused.

use chrono::{DateTime, Utc};

use super::{Planner, deliveries, new_id};
use crate::{
    domain::{
        audience::{Audience, is_same},
        group::Group,
    },
    store::{Fallback, NewDelivery},
};

impl Planner<'_> {
    /// One delivery a target of the group's audience.
    pub(super) fn deliveries_of(
        &self,
        group: &Group,
        fallback: &[Fallback],
        due_at: DateTime<Utc>,
    ) -> Vec<NewDelivery> {
        self.deliveries_to(&group.receiver, &group.audience, fallback, due_at)
    }

    /// One delivery a target of a receiver's audience, not before `due_at`.
    pub(super) fn deliveries_to(
        &self,
        receiver: &str,
        audience: &Audience,
        fallback: &[Fallback],
        due_at: DateTime<Utc>,
    ) -> Vec<NewDelivery> {
        match audience {
            Audience::Receiver | Audience::InPlaceOfOwners { .. } => {
                deliveries(self.receivers, receiver, fallback, due_at)
            }
            Audience::Owner { address } => vec![NewDelivery {
                id: new_id(due_at),
                receiver: receiver.to_owned(),
                target: address.clone(),
                due_at,
                fallback: fallback.to_vec(),
            }],
        }
    }

    /// Who is told when the group's receiver gives up. One that is told of all its alerts anyway is left out, and so is the mailbox
    /// that has refused.
    pub(super) fn fallback(&self, group: &Group, told: &[Vec<String>]) -> Vec<Fallback> {
        let knows_all = |name: &&String| group.alerts.iter().all(|at| told[*at].contains(name));
        let has_refused = |target: &String| match &group.audience {
            Audience::Owner { address } => is_same(address, target),
            Audience::Receiver | Audience::InPlaceOfOwners { .. } => false,
        };
        let mut fallback = Vec::new();
        for name in group.fallback.iter().filter(|name| !knows_all(name)) {
            let targets = self.receivers.targets(name).into_iter();
            fallback.extend(
                targets
                    .filter(|target| !has_refused(target))
                    .map(|target| Fallback {
                        receiver: name.clone(),
                        target,
                    }),
            );
        }
        fallback
    }
}
