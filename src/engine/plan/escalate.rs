//! What is critical and nobody has taken care of, for those whom its route names for that.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{Planner, deliveries, new_id};
use crate::{
    domain::{
        Notification,
        audience::Audience,
        decide::Announce,
        escalate::{self, Unattended, Why, unattended},
        group::{Due, group_to},
        known::{Announced, CredentialKey},
        notification::Subject,
        row::Escalated,
    },
    store::Round,
};

impl Planner<'_> {
    /// Escalates what it is time for; `round` holds what is announced already. Answers when the next one will be due.
    pub(super) fn plan_escalations(
        &self,
        announces: &[(CredentialKey, Announce<'_>)],
        round: &mut Round<'_>,
    ) -> Option<DateTime<Utc>> {
        let now = self.world.now;
        let (due, later): (Vec<_>, Vec<_>) = unattended(&self.world, self.routes)
            .into_iter()
            .partition(|of| of.due_at <= now);
        self.escalate(&due, round);
        let later = later.into_iter().map(|of| of.due_at);
        later.chain(self.newly_critical(announces)).min()
    }

    /// When those are due that are told as critical in this very round.
    fn newly_critical(
        &self,
        announces: &[(CredentialKey, Announce<'_>)],
    ) -> impl Iterator<Item = DateTime<Utc>> {
        let now = self.world.now;
        announces.iter().filter_map(move |(_, announce)| {
            let since = announce.critical_since(now)?;
            let Announce {
                app,
                credential,
                severity,
                ..
            } = announce;
            let (_, escalation) =
                escalate::route(&self.world, self.routes, app, credential, *severity)?;
            let is_over = announce.before.is_some_and(|before| before.escalated);
            let due_at = escalation.due_at(since);
            (!is_over && due_at > now).then_some(due_at)
        })
    }

    fn escalate(&self, unattended: &[Unattended<'_>], round: &mut Round<'_>) {
        let now = self.world.now;
        let remembered = self.remembered(unattended, round);
        let mut due = Vec::with_capacity(unattended.len());
        let mut ways = Vec::with_capacity(unattended.len());
        for (of, at) in unattended.iter().zip(&remembered) {
            let announced = round.announced.get(*at).and_then(|(_, _, it)| it.as_ref());
            let announced = announced.unwrap_or(of.announced);
            due.push(self.escalated(of, announced));
            ways.push((of.route, of.escalation.whom(&announced.told)));
        }
        let told: Vec<Vec<String>> = ways
            .iter()
            .map(|(_, names)| names.iter().map(|name| (*name).to_owned()).collect())
            .collect();
        for group in group_to(self.world.tenant, &due, &ways, self.routes) {
            let rows = group.alerts.iter().map(|at| Arc::clone(&due[*at].row));
            let notification = Notification {
                id: new_id(now),
                subject: Subject::Due {
                    alerts: rows.collect(),
                },
                decided_at: now,
                first_scan: false,
                escalation: true,
                stale: 0,
                audience: Audience::Receiver,
            };
            let fallback = self.fallback(&group, &told);
            let deliveries = deliveries(self.receivers, &group.receiver, &fallback, now);
            round.notifications.push((notification, deliveries));
        }
        for ((of, at), names) in unattended.iter().zip(remembered).zip(told) {
            let Some((_, _, Some(announced))) = round.announced.get_mut(at) else {
                continue;
            };
            announced.critical_since = Some(of.since);
            announced.escalated = true;
            for name in names {
                if !announced.told.contains(&name) {
                    announced.told.push(name);
                }
            }
        }
    }

    /// The places in `round` of what will be remembered as announced; put there unless the credential is announced anew.
    fn remembered(&self, unattended: &[Unattended<'_>], round: &mut Round<'_>) -> Vec<usize> {
        let announced = round.announced.iter().enumerate();
        let anew: HashMap<CredentialKey, usize> = announced
            .filter(|(_, (_, _, announced))| announced.is_some())
            .map(|(at, (key, _, _))| (key.clone(), at))
            .collect();
        let mut places = Vec::with_capacity(unattended.len());
        for of in unattended {
            let place = anew.get(&of.key).copied();
            places.push(place.unwrap_or(round.announced.len()));
            if place.is_none() {
                let life = self.world.known.get(&of.key).map_or(0, |it| it.life);
                let announced = Some(of.announced.clone());
                round.announced.push((of.key.clone(), life, announced));
            }
        }
        places
    }

    /// The alert as it is escalated; `announced` is what is remembered of it by now.
    fn escalated<'d>(&'d self, of: &'d Unattended<'_>, announced: &Announced) -> Due<'d> {
        let world = &self.world;
        let mut row = of
            .assessment
            .row(world.circumstances(), of.app, of.credential);
        row.newer = row.superseded_by.take().or(row.newer);
        row.rung = Some(announced.rung);
        let why = Why {
            left_alone: world.now - of.since,
        };
        row.reason = Some(why.to_string());
        row.escalated = Some(Escalated {
            since: of.since,
            told: of.announced.told.clone(),
        });
        row.last_working_day = self.last_working_day(&row);
        row.links = Some(self.links(&row));
        Due {
            app: of.app,
            credential: of.credential,
            severity: of.severity,
            owners: world.seen.facts.owners.of(of.app).unwrap_or_default(),
            row: Arc::new(row),
        }
    }
}
