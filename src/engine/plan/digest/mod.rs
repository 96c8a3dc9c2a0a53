//! Summaries beside the alerts: what a receiver is given by the routes, as a list.
//!
//! A summary comes once a receiver, tenant and period: that it was sent is committed with it. There is none in the round that tells
//! what had piled up, which is a summary already; nor in one that suddenly saw far less, whose "all is well" would be worth nothing.

mod removed;
mod rows;

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Past, Planner, Receivers, deliveries, new_id};
use crate::{
    domain::{
        App, Credential, Kind, Notification, Row, Severity,
        assess::{Assessment, assess},
        audience,
        calendar::Calendar,
        decide::{Resolve, WhyResolved},
        digest::Every,
        known::CredentialKey,
        notification::Subject,
        row::Section,
    },
    store::Round,
};
use rows::Rows;

/// What ends within so many days is coming up, on a rung or not.
const AHEAD: TimeDelta = TimeDelta::days(30);

/// The receivers whose summary is due, with when each had its last.
pub fn due(
    receivers: &dyn Receivers,
    past: Past<'_>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Vec<(String, Every, Option<DateTime<Utc>>)> {
    let names = receivers.names().into_iter();
    names
        .filter_map(|name| {
            let every = receivers.digest(&name)?;
            let last = past.last_digest(&name);
            let is_due = every.is_due(last, calendar, now);
            is_due.then_some((name, every, last))
        })
        .collect()
}

/// A credential that may be listed.
struct Entry<'a> {
    app: &'a App,
    credential: &'a Credential,
    assessment: Assessment<'a>,
}

/// What one receiver's summary is made of.
struct Audience<'a> {
    receiver: &'a str,
    /// From when on something is news.
    since: DateTime<Utc>,
    /// What needs nothing more since this round.
    resolved: HashSet<&'a CredentialKey>,
}

impl Planner<'_> {
    /// One notification a receiver whose summary is due.
    pub(super) fn plan_digests(
        &self,
        resolves: &[(CredentialKey, Resolve<'_>)],
        round: &mut Round<'_>,
    ) {
        let world = &self.world;
        if self.is_first() {
            let names = self.receivers.names().into_iter();
            let wants = |name: &String| self.receivers.digest(name).is_some();
            round.digested.extend(names.filter(wants));
            return;
        }
        if world.shrunk {
            return;
        }
        for (receiver, every, last) in due(self.receivers, self.past, world.calendar, world.now) {
            let audience = Audience {
                receiver: &receiver,
                since: every.news_since(last, world.now),
                resolved: resolves.iter().map(|(key, _)| key).collect(),
            };
            let gone = resolves.iter().map(|(_, resolve)| resolve);
            let subject = self.digest(&audience, every, gone);
            round.digested.push(receiver.clone());
            let Some(subject) = subject else { continue };
            let notification = Notification {
                id: new_id(world.now),
                subject,
                decided_at: world.now,
                first_scan: false,
                stale: 0,
                escalation: false,
                audience: audience::Audience::Receiver,
            };
            let deliveries = deliveries(self.receivers, &receiver, &[], world.now);
            round.notifications.push((notification, deliveries));
        }
    }

    /// `None` where the routes give the receiver nothing of the tenant.
    fn digest<'r>(
        &self,
        audience: &Audience<'_>,
        every: Every,
        resolves: impl Iterator<Item = &'r Resolve<'r>>,
    ) -> Option<Subject> {
        let world = &self.world;
        let mut watched = 0;
        let mut next: Option<Entry<'_>> = None;
        let mut listed: Vec<(Section, Entry<'_>)> = Vec::new();
        for app in &world.seen.apps {
            let mut nobodys = None;
            for credential in &app.credentials {
                let assessment = assess(world.circumstances(), app, credential);
                let severity = assessment.severity.unwrap_or(Severity::Info);
                let is_given = self.gives(audience.receiver, app, credential, severity);
                if !is_given && !self.is_ever_given(audience.receiver, app, credential) {
                    continue;
                }
                watched += 1;
                let entry = Entry {
                    app,
                    credential,
                    assessment,
                };
                let section = self.section(&entry, audience).filter(|_| is_given);
                if is_given && self.is_ownerless(app) && entry.is_sooner_than(nobodys.as_ref()) {
                    nobodys = Some(entry.again());
                }
                if entry.runs_out(world.now) && entry.is_sooner_than(next.as_ref()) {
                    next = Some(entry.again());
                }
                listed.extend(section.map(|section| (section, entry)));
            }
            listed.extend(nobodys.map(|entry| (Section::Ownerless, entry)));
        }
        let mut rows = Rows::default();
        listed.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.place(*a, other)));
        for (section, entry) in listed {
            rows.push(section, || self.listed(&entry, section));
        }
        for row in self.removed_rows(audience, resolves) {
            rows.push(Section::Renewed, || row);
        }
        let is_empty = watched == 0 && rows.rows.is_empty();
        (!is_empty).then(|| Subject::Digest {
            tenant: world.tenant.to_owned(),
            every,
            watched,
            next: next.map(|entry| Arc::new(self.plain_row(&entry))),
            alerts: rows.rows,
            left_out: rows.left_out,
            odd: world.seen.warnings.len() as u64,
        })
    }

    /// Will the routes give the receiver an alert on this credential, some day?
    fn is_ever_given(&self, receiver: &str, app: &App, credential: &Credential) -> bool {
        use Severity::{Critical, Expired, Info, Warning};
        [Info, Warning, Critical, Expired]
            .into_iter()
            .any(|severity| self.gives(receiver, app, credential, severity))
    }

    fn is_ownerless(&self, app: &App) -> bool {
        let owners = self.world.seen.facts.owners.of(app);
        owners.is_some_and(<[_]>::is_empty)
    }

    /// The heading under which a credential is worth a line.
    fn section(&self, entry: &Entry<'_>, audience: &Audience<'_>) -> Option<Section> {
        let now = self.world.now;
        let assessment = &entry.assessment;
        if entry.credential.kind == Kind::Federated {
            return None;
        }
        let Some(end) = assessment.end else {
            return Some(Section::NeverExpires);
        };
        if assessment.superseded().is_some() {
            if self.is_news(entry, audience) {
                return Some(Section::Renewed);
            }
            return assessment.is_stale(now).then_some(Section::Stale);
        }
        if assessment.is_stale(now) {
            return Some(Section::Stale);
        }
        let is_soon = end - now <= AHEAD && assessment.renewal.is_none();
        (is_soon || assessment.rung.is_some()).then_some(Section::ComingUp)
    }

    /// Was it replaced since the last summary, or told of as replaced?
    fn is_news(&self, entry: &Entry<'_>, audience: &Audience<'_>) -> bool {
        let key = CredentialKey::new(entry.app, entry.credential);
        let new = entry.assessment.superseded();
        let began = new.and_then(|new| new.starts_at);
        let memory = self.world.known.get(&key);
        let announced = memory.and_then(|memory| memory.announced.as_deref());
        audience.resolved.contains(&key)
            || began.is_some_and(|began| began > audience.since)
            || announced.is_some_and(|told| told.resolved && told.at > audience.since)
    }

    fn plain_row(&self, entry: &Entry<'_>) -> Row {
        let circumstances = self.world.circumstances();
        let assessment = &entry.assessment;
        let mut row = assessment.row(circumstances, entry.app, entry.credential);
        row.last_working_day = self.last_working_day(&row);
        row
    }

    fn listed(&self, entry: &Entry<'_>, section: Section) -> Row {
        let mut row = self.plain_row(entry);
        row.section = Some(section);
        row.links = Some(self.links(&row));
        let new = entry.assessment.superseded();
        let new = new.filter(|_| section == Section::Renewed);
        row.reason = new.map(|new| {
            let why = if entry.assessment.was_renewed() {
                WhyResolved::Renewed(new.id.clone())
            } else {
                WhyResolved::Superseded(new.id.clone())
            };
            why.to_string()
        });
        row
    }
}

impl Entry<'_> {
    /// Will it run out, with nothing that has taken over and nobody who renews it?
    fn runs_out(&self, now: DateTime<Utc>) -> bool {
        let is_ahead = self.assessment.end.is_some_and(|end| end > now);
        is_ahead && self.assessment.superseded().is_none() && self.assessment.renewal.is_none()
    }

    fn is_sooner_than(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.credential.expires < other.credential.expires)
    }

    fn again(&self) -> Self {
        Self {
            assessment: self.assessment.clone(),
            ..*self
        }
    }

    /// What comes up is ordered by its end, everything else by name.
    fn place(&self, section: Section, other: &Self) -> std::cmp::Ordering {
        let end = self.credential.expires.cmp(&other.credential.expires);
        let name = self.app.name.cmp(&other.app.name);
        match section {
            Section::ComingUp => end.then(name),
            _ => name.then(end),
        }
    }
}
