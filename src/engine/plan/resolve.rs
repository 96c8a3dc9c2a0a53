//! What needs nothing more, for those who were told of it.

use std::sync::Arc;

use super::{Planner, new_id};
use crate::{
    domain::{
        Notification, Row, decide::Resolve, group::most_urgent_first, known::CredentialKey,
        notification::Subject, rung::days_left,
    },
    store::Round,
};

impl Planner<'_> {
    /// One notification a receiver, of all that it had been told of. It can wait, and does so in the outbox: what went is remembered as
    /// gone from now on.
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
            let mut rows: Vec<Arc<Row>> = resolves
                .iter()
                .filter(|(_, resolve)| resolve.announced.told.contains(&receiver))
                .map(|(_, resolve)| Arc::new(self.resolved_row(resolve)))
                .collect();
            if rows.is_empty() {
                continue;
            }
            rows.sort_by(|a, b| most_urgent_first(a, b));
            let subject = Subject::Resolved { alerts: rows };
            let notification = Notification {
                id: new_id(now),
                subject,
                decided_at: now,
                first_scan: false,
                stale: 0,
                escalation: false,
            };
            round
                .notifications
                .push((notification, self.deliveries_in_hours(&receiver)));
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
