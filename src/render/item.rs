//! One credential in words.

mod line;

use chrono::{DateTime, Utc};

use super::{
    Item, changes, clusters,
    words::{self, Near, Unreached, label},
};
use crate::domain::{
    Id, Kind, ObjectType, Row,
    calendar::Calendar,
    clean::clean,
    row::{Rotation, RowSeverity, Section},
    usage::GRACE,
};

/// The longest texts that are shown whole, in characters. Graph allows names of 256.
const APP: usize = 120;
const NAME: usize = 80;
const ID: usize = 64;
const TENANT: usize = 64;
const HINT: usize = 16;
const OWNER: usize = 48;
const REASON: usize = 256;
/// Owners beyond these are counted.
const OWNERS: usize = 5;
/// The same where many are told in a line each.
const OWNERS_BRIEF: usize = 2;
/// No portal has longer addresses.
const PORTAL: usize = 500;
/// The service principal that holds the VPN certificates of Conditional Access.
const VPN_SERVER: &str = "VPN Server";

/// What a row is told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// It will run out, or has.
    Due,
    /// It needs nothing more.
    Resolved,
    /// It stands in a list, beside the alerts.
    Listed,
}

/// Where and when a row is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) decided_at: DateTime<Utc>,
    pub(super) telling: Telling,
    /// The receiver's name, where its own targets are told in the place of owners.
    pub(super) in_place: Option<&'a str>,
}

impl Scene<'_> {
    pub(super) fn item(&self, row: &Row) -> Item {
        let due = self.telling == Telling::Due;
        Item {
            section: row.section.map(words::section),
            brief: false,
            severity: match self.telling {
                Telling::Resolved => RowSeverity::Ok,
                Telling::Listed if changes::is_change(row) => row.severity.max(RowSeverity::Info),
                Telling::Due | Telling::Listed => row.severity,
            },
            app: app(row, APP),
            credential: credential(row, NAME),
            when: self.when(row),
            facts: self.facts(row),
            notes: self.notes(row),
            portal: portal(row),
            acknowledge: None,
            command: due.then(|| command(row)).flatten(),
        }
    }

    /// The row's end seen from the day of the decision.
    pub(super) fn near(&self, row: &Row) -> Option<Near> {
        let end = self.calendar.day_of(row.expires_at?);
        Near::new(end, self.calendar.day_of(self.decided_at))
    }

    fn when(&self, row: &Row) -> String {
        let (Some(end), Some(days)) = (row.expires_at, row.days_left) else {
            return words::NEVER.to_owned();
        };
        let day = self.calendar.day_of(end);
        let date = words::date(day);
        let time = words::time(&end.with_timezone(&self.calendar.timezone));
        let telling = match row.section {
            Some(Section::Removed) => Telling::Resolved,
            _ => self.telling,
        };
        match (telling, has_ended(row), self.near(row)) {
            (Telling::Resolved, false, _) => words::would_expire_on(&date),
            (Telling::Resolved, true, _) => words::expired_on(&date),
            (_, true, Some(near)) => words::expired_near(near, &date, &time),
            (_, true, None) => {
                // people count days of the calendar, not spans of 24 hours
                match (self.calendar.day_of(self.decided_at) - day).num_days() {
                    days if days > 0 => words::expired_ago(days, &date),
                    _ => words::expired_on(&date),
                }
            }
            (_, false, Some(near)) if days == 0 => words::expires_near(near, &date, &time),
            (_, false, None) if days == 0 => words::expires_within_a_day(&date, &time),
            (_, false, _) => words::expires_in(days, &date),
        }
    }

    fn facts(&self, row: &Row) -> Vec<(&'static str, String)> {
        let id_label = match row.kind {
            Kind::ClientSecret => label::SECRET_ID,
            Kind::Certificate | Kind::SamlCertificate => label::CERTIFICATE_ID,
            Kind::Federated => label::CREDENTIAL_ID,
        };
        let known = [
            (label::WORKING_DAY, self.working_day(row)),
            (label::BEGAN, self.began(row)),
            (label::TENANT, Some(clean(&row.tenant, TENANT))),
            (label::APP_ID, Some(id(&row.app_id))),
            (id_label, Some(id(&row.credential_id))),
            (
                label::THUMBPRINT,
                row.thumbprint.as_ref().map(ToString::to_string),
            ),
            (
                label::HINT,
                row.hint.as_deref().map(|hint| clean(hint, HINT)),
            ),
            (label::OWNERS, owners(row)),
            (label::USED_BY, clusters::used_by(&row.used_by)),
            (label::LAST_USED, row.last_used_at.map(|at| self.used(at))),
        ];
        known
            .into_iter()
            .filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?)))
            .collect()
    }

    fn working_day(&self, row: &Row) -> Option<String> {
        if self.telling == Telling::Resolved || has_ended(row) || changes::is_change(row) {
            return None;
        }
        let last = self.calendar.last_working_day_before(row.expires_at?)?;
        let date = words::date(last);
        Some(match last.cmp(&self.calendar.day_of(self.decided_at)) {
            std::cmp::Ordering::Less => words::working_day_past(&date),
            std::cmp::Ordering::Equal => words::working_day_today(&date),
            std::cmp::Ordering::Greater => date,
        })
    }

    /// Of one that is new it matters since when it can be used, to the minute.
    fn began(&self, row: &Row) -> Option<String> {
        let at = row
            .starts_at
            .filter(|_| row.section == Some(Section::Added))?;
        let time = words::time(&at.with_timezone(&self.calendar.timezone));
        Some(words::at(&self.date(at), &time))
    }

    /// Why whoever reads this is told in the place of the app's owners.
    fn in_place(&self, row: &Row) -> Option<String> {
        let unreached = match (row.ownerless, row.owners.as_slice()) {
            (true, _) => Unreached::Ownerless,
            (false, []) => Unreached::NotKnown,
            (false, _) => Unreached::WithoutMail,
        };
        let receiver = clean(self.in_place?, NAME);
        Some(words::in_place_of_owners(unreached, &receiver))
    }

    fn notes(&self, row: &Row) -> Vec<String> {
        let reason = clean(row.reason.as_deref().unwrap_or_default(), REASON);
        let said = if changes::is_change(row) {
            words::sentence(&reason)
        } else {
            words::why(&reason)
        };
        let reason = (!reason.is_empty()).then_some(said);
        let situation = match (self.telling, &row.superseded_by, &row.newer) {
            (Telling::Due, Some(by), _) => Some(words::superseded(&newer(row, by))),
            (Telling::Due, None, Some(other)) => Some(self.newer(row, &newer(row, other))),
            // of what is resolved the reason says it all
            (Telling::Due, None, None) | (Telling::Resolved | Telling::Listed, ..) => None,
        };
        let idle = (self.telling == Telling::Due && row.unused).then(|| self.idle(row));
        let breaks = (self.telling == Telling::Due && row.superseded_by.is_none())
            .then(|| words::breaks(row.kind, has_ended(row)).to_owned());
        let own =
            (row.own && breaks.is_some()).then(|| words::breaks_own(has_ended(row)).to_owned());
        let how = (self.telling == Telling::Due)
            .then(|| how(row))
            .flatten()
            .map(str::to_owned);
        let clusters = (self.telling == Telling::Due)
            .then(|| clusters::note(row))
            .flatten();
        let in_place = self.in_place(row);
        [
            situation, idle, breaks, own, how, clusters, reason, in_place,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn date(&self, at: DateTime<Utc>) -> String {
        words::date(self.calendar.day_of(at))
    }

    /// Days of the calendar from then to the decision.
    fn days_since(&self, at: DateTime<Utc>) -> i64 {
        (self.calendar.day_of(self.decided_at) - self.calendar.day_of(at)).num_days()
    }

    fn used(&self, at: DateTime<Utc>) -> String {
        words::used(&self.date(at), self.days_since(at))
    }

    /// That it is not used, and what follows.
    fn idle(&self, row: &Row) -> String {
        match row.last_used_at {
            Some(at) => words::unused_for(self.days_since(at)),
            None => words::NO_USE.to_owned(),
        }
    }

    /// What is to be said of one that may have taken over, by what is known of the older one's use since then.
    fn newer(&self, row: &Row, newer: &str) -> String {
        let dates = row.newer_starts_at.zip(row.last_used_at);
        match dates.filter(|(began, used)| *used - *began > GRACE) {
            Some((began, used)) if row.rotation == Some(Rotation::Unfinished) => {
                words::unfinished(newer, &self.date(began), &self.date(used))
            }
            Some((began, _)) => words::newer_beside_use(newer, &self.date(began)),
            None => words::newer(newer),
        }
    }
}

/// The app's name, or its id when it has none.
pub(super) fn app(row: &Row, most: usize) -> String {
    match clean(&row.app_name, most) {
        name if name.is_empty() => id(&row.app_id),
        name => name,
    }
}

/// What it is, with its name.
pub(super) fn credential(row: &Row, most: usize) -> String {
    let name = row.credential_name.as_deref().unwrap_or_default();
    let credential = words::credential(row.kind, &clean(name, most));
    if row.own {
        words::own(&credential)
    } else {
        credential
    }
}

/// Has it ended, by the decision's own account?
pub(super) fn has_ended(row: &Row) -> bool {
    row.severity == RowSeverity::Expired || row.days_left.is_some_and(|days| days < 0)
}

/// The one that took over or may have, by its name if it has one, and its id.
fn newer(row: &Row, newer: &Id) -> String {
    match clean(row.newer_name.as_deref().unwrap_or_default(), NAME) {
        name if name.is_empty() => id(newer),
        name => words::named(&name, &id(newer)),
    }
}

fn id(id: &Id) -> String {
    clean(&id.to_string(), ID)
}

fn owners(row: &Row) -> Option<String> {
    if row.ownerless {
        return Some(words::NOBODY.to_owned());
    }
    let owners = &row.owners;
    let mut names: Vec<String> = owners
        .iter()
        .take(OWNERS)
        .map(|name| clean(name, OWNER))
        .collect();
    if owners.len() > OWNERS {
        names.push(words::more_owners(owners.len() - OWNERS));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// The portal's address, if it is one: it becomes a link, so nothing else may get through.
fn portal(row: &Row) -> Option<String> {
    let address = &row.links.as_ref()?.portal;
    let is_plain = address.bytes().all(|byte| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'|' | b'\\' | b'`')
    });
    (is_plain && address.len() <= PORTAL && address.starts_with("https://"))
        .then(|| address.clone())
}

/// The Azure CLI's commands that add a new credential and give it to the clusters that use the old one. People paste it
/// into a shell, so it holds an id only if it is a GUID. What is replaced already or not used needs no other, and what has
/// a sentence instead ([`how`]) has no command.
fn command(row: &Row) -> Option<String> {
    let needs_none = row.superseded_by.is_some() || row.unused;
    if needs_none || row.self_renewing.is_some() || how(row).is_some() {
        return None;
    }
    let (what, id) = match row.object_type {
        ObjectType::Application => ("app", &row.app_id),
        // a principal's own credentials: its client id may be shared by a registration, its object id is its own
        ObjectType::ServicePrincipal => ("sp", &row.object_id),
        ObjectType::ManagedIdentity => return None,
    };
    let reset = id
        .is_guid()
        .then(|| format!("az ad {what} credential reset --id {id} --append"))?;
    match row.kind {
        Kind::ClientSecret => Some(clusters::commands(row, &reset).unwrap_or(reset)),
        Kind::Certificate => Some(format!("{reset} --cert @new-certificate.pem")),
        Kind::SamlCertificate | Kind::Federated => None,
    }
}

/// How it is renewed, where no command does it.
fn how(row: &Row) -> Option<&'static str> {
    let is_principal = row.object_type == ObjectType::ServicePrincipal;
    match row.kind {
        Kind::SamlCertificate if row.superseded_by.is_none() => Some(words::HOW_SAML),
        Kind::Certificate if is_principal && row.app_name.eq_ignore_ascii_case(VPN_SERVER) => {
            Some(words::HOW_VPN)
        }
        _ => None,
    }
}
