//! Who owns an app: which apps the question is worth asking for, and what the sources together say.
//!
//! 1. Sources are asked in the configured order; the first that names somebody has answered.
//! 2. An app is ownerless when every source was asked and none names anybody. While the directory's answer is missing, the owners
//!    are not known, which is another thing.
//! 3. The directory is asked only about apps of which something is due, or would be under any policy: a policy may itself ask
//!    for the owner. What ended too long ago to be spoken of is not among them.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    App, Credential, Id, Snapshot,
    assess::{Circumstances, assess},
    decide::still_holds,
    facts::{Owner, Owners},
    known::{CredentialKey, Known, Memory},
    matcher::{Matcher, Subject},
    policy::{Policies, Thresholds},
    rung::Rung,
};

/// So many names are taken from one note, or from one app's tags.
const NAMED_MAX: usize = 20;
/// Longer texts name nobody, in bytes: a mail address has at most 254 (RFC 5321).
const NAME_MAX: usize = 256;

/// Where owners are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerSource {
    /// The app's owners in the directory.
    Graph,
    /// A line `owner: a@b.c` in the app's notes.
    Notes,
    /// A tag `owner:a@b.c`.
    Tags,
}

/// How a tenant's owners are found, and what is left out by them.
#[derive(Debug, Clone, Default)]
pub struct Ownership {
    /// Where they are looked for, in this order; empty: nowhere.
    pub sources: Vec<OwnerSource>,
    /// What `ignore` leaves out by its owner.
    pub ignore: Vec<Matcher>,
}

/// What apps' notes say of their owners, by the app's object id: a text each, since a tenant may hold a hundred thousand of them.
#[derive(Debug, Clone, Default)]
pub struct Noted(HashMap<Id, Box<str>>);

impl Noted {
    /// Keeps what [`in_note`] found in the note of the app of this object id.
    pub fn insert(&mut self, object_id: Id, named: Box<str>) {
        self.0.insert(object_id, named);
    }

    /// Adds what another list's notes say.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn of(&self, app: &App) -> Vec<Owner> {
        let named = self.0.get(&app.object_id).map_or("", AsRef::as_ref);
        named.lines().map(named_by).collect()
    }
}

/// Whom a note names as owners, one a line: what follows `owner:`, separated by commas or semicolons; lines of nothing but mail
/// addresses go on with it. `None`: nobody.
pub fn in_note(note: &str) -> Option<Box<str>> {
    let mut named: Vec<&str> = Vec::new();
    let mut goes_on = false;
    for line in note.lines() {
        let mut in_line = goes_on && !line.trim().is_empty() && parts(line).all(is_address);
        for part in parts(line) {
            let value = after_key(part);
            in_line |= value.is_some();
            // another key ends the list: "owner: a@b.c; phone: 123"
            in_line &= value.is_some() || !part.contains(": ");
            named.extend(value.or(Some(part)).filter(|name| in_line && is_name(name)));
        }
        goes_on = in_line;
    }
    named.truncate(NAMED_MAX);
    (!named.is_empty()).then(|| named.join("\n").into())
}

fn in_tags(app: &App) -> Vec<Owner> {
    let values = app.tags.iter().filter_map(|tag| after_key(tag));
    let named = values.flat_map(parts).filter(|name| is_name(name));
    named.take(NAMED_MAX).map(named_by).collect()
}

fn parts(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split([',', ';']).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

/// What follows `owner:` or `owners:`, in any case.
fn after_key(part: &str) -> Option<&str> {
    let (key, value) = part.split_once(':')?;
    let is_key = ["owner", "owners"]
        .iter()
        .any(|word| key.trim().eq_ignore_ascii_case(word));
    is_key.then(|| value.trim())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_MAX
}

fn is_address(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"()".contains(c);
    text.split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
        && text.chars().all(is_plain)
}

/// `a@b.c`, `Ada <a@b.c>`, or a name.
fn named_by(text: &str) -> Owner {
    let bracketed = text.strip_suffix('>').and_then(|text| text.split_once('<'));
    let (name, mail) = match bracketed {
        Some((name, mail)) if is_address(mail) => (name.trim(), mail),
        _ if is_address(text) => ("", text),
        _ => (text, ""),
    };
    let filled = |text: &str| (!text.is_empty()).then(|| text.into());
    Owner {
        name: filled(name),
        mail: filled(mail),
        ..Owner::default()
    }
}

impl Ownership {
    /// Does the directory have to be asked, since no source before it answers?
    pub fn asks_directory(&self, app: &App, noted: &Noted) -> bool {
        for source in &self.sources {
            let answers = match source {
                OwnerSource::Graph => return true,
                OwnerSource::Notes => !noted.of(app).is_empty(),
                OwnerSource::Tags => !in_tags(app).is_empty(),
            };
            if answers {
                return false;
            }
        }
        false
    }

    /// The owners of these apps, as far as all sources together tell. `told` is what the directory says, by object id.
    pub fn together(
        &self,
        apps: &[&App],
        noted: &Noted,
        told: impl IntoIterator<Item = (Id, Vec<Owner>)>,
    ) -> Owners {
        let mut told: HashMap<Id, Vec<Owner>> = told.into_iter().collect();
        let mut owners = Owners::default();
        for app in apps {
            let directory = told.remove(&app.object_id);
            if let Some(of) = self.owners(app, noted, directory) {
                owners.insert(app.object_id.clone(), of);
            }
        }
        owners
    }

    /// The owners by the first source that names any. `directory` is what the directory says, if it was asked and has answered.
    /// `None`: they are not known.
    fn owners(
        &self,
        app: &App,
        noted: &Noted,
        directory: Option<Vec<Owner>>,
    ) -> Option<Vec<Owner>> {
        let mut all_asked = !self.sources.is_empty();
        let mut directory = Some(directory);
        for source in &self.sources {
            let named = match source {
                OwnerSource::Graph => directory.take().flatten(),
                OwnerSource::Notes => Some(noted.of(app)),
                OwnerSource::Tags => Some(in_tags(app)),
            };
            match named {
                Some(named) if !named.is_empty() => return Some(named),
                Some(_) => {}
                None => all_asked = false,
            }
        }
        all_asked.then(Vec::new)
    }

    /// Takes the credentials out of a snapshot that `ignore` leaves out by their owner. Where the owners are not known nothing is
    /// left out.
    pub fn leave_out(&self, tenant: &str, snapshot: &mut Snapshot) {
        if self.ignore.is_empty() {
            return;
        }
        let Snapshot {
            apps,
            facts,
            left_out,
            ..
        } = snapshot;
        for app in apps {
            let Some(owners) = facts.owners.of(app).filter(|owners| !owners.is_empty()) else {
                continue;
            };
            let is_kept = |credential: &&Credential| {
                let subject = Subject {
                    tenant,
                    app,
                    credential,
                    severity: None,
                    owners,
                };
                !self.ignore.iter().any(|rule| rule.matches(&subject))
            };
            let (kept, ignored): (Vec<&Credential>, Vec<_>) =
                app.credentials.iter().partition(is_kept);
            if !ignored.is_empty() {
                left_out.extend(ignored.iter().map(|of| CredentialKey::new(app, of)));
                app.credentials = kept.into_iter().cloned().collect();
            }
        }
    }
}

/// The apps of which something is due or has been told and is not over, and those of which something would be under another
/// policy.
pub fn due<'a>(
    circumstances: Circumstances<'_>,
    known: &Known,
    apps: &'a [App],
) -> impl Iterator<Item = &'a App> {
    let all = || thresholds(circumstances.policies);
    let reminded_for = all().map(|of| of.after_expiry.lasts).max();
    let reminded_for = reminded_for.unwrap_or_default();
    let is_due = move |app: &App, credential: &Credential| {
        let Some(end) = credential.expires.at() else {
            return false;
        };
        let over = end.checked_add_signed(reminded_for);
        let over = over.unwrap_or(DateTime::<Utc>::MAX_UTC);
        if circumstances.now > over {
            let memory = known.get(&CredentialKey::new(app, credential));
            return memory.is_some_and(|memory| is_awaited(memory, end, over));
        }
        is_on_some_rung(circumstances, app, credential, end)
    };
    apps.iter().filter(move |app| {
        let mut credentials = app.credentials.iter();
        credentials.any(|credential| is_due(app, credential))
    })
}

fn thresholds(policies: &Policies) -> impl Iterator<Item = &Thresholds> {
    let exceptions = policies.exceptions.iter().map(|policy| &policy.thresholds);
    exceptions.chain([&policies.default])
}

fn is_on_some_rung(
    circumstances: Circumstances<'_>,
    app: &App,
    credential: &Credential,
    end: DateTime<Utc>,
) -> bool {
    let Circumstances { policies, now, .. } = circumstances;
    let starts_at = credential.starts_at;
    let renews = |days| Rung::days_before(days).reached_at(end) <= now;
    thresholds(policies).any(|of| of.ladder.tightest_reached(starts_at, end, now).is_some())
        || (policies.exceptions.iter()).any(|policy| policy.self_renewing.is_some_and(renews))
        || assess(circumstances, app, credential).rung.is_some()
}

/// Known before reminders of it were over, and its end not told yet: it is told however late. One that is gone from memory was
/// seen all the same, for it is back, or had been left out by its owner.
fn is_awaited(memory: &Memory, end: DateTime<Utc>, over: DateTime<Utc>) -> bool {
    let is_told = still_holds(memory, end).is_some_and(|announced| announced.rung == Rung::END);
    memory.first_seen <= over && !is_told
}

/// At most so many of the apps that a list shows which goes up to `until`: those that end last come first, for what has long ended
/// matters least.
pub fn listed(apps: &[App], until: DateTime<Utc>, most: usize) -> Vec<&App> {
    let last = |app: &App| {
        let ends = app.credentials.iter().filter_map(|of| of.expires.at());
        ends.filter(|end| *end <= until).max()
    };
    let mut listed: Vec<(DateTime<Utc>, &App)> = apps
        .iter()
        .filter_map(|app| Some((last(app)?, app)))
        .collect();
    listed.sort_by_key(|(last, _)| Reverse(*last));
    listed.truncate(most);
    listed.into_iter().map(|(_, app)| app).collect()
}

/// Each app once.
pub fn each_once<'a>(apps: impl IntoIterator<Item = &'a App>) -> Vec<&'a App> {
    let mut seen = HashSet::new();
    let apps = apps.into_iter();
    apps.filter(|app: &&'a App| seen.insert(&app.object_id))
        .collect()
}

/// Learnt longer ago than this, owners are asked for again.
pub const FRESH_FOR: TimeDelta = TimeDelta::days(1);

#[cfg(test)]
mod tests;
