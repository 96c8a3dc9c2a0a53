//! Rotation: has a newer credential taken over from an older one?
//!
//! Many apps carry several secrets for several consumers, so a newer one alone proves nothing: there must be evidence. Where it is known
//! when the older one was last used, that decides; where it never is, their names do. Where only this scan could not learn it, nothing
//! does: by names alone a key might be called replaced that the next scan finds in use.

use chrono::{DateTime, Utc};

use super::{
    App, Credential, Expiry, Kind,
    facts::LastUse,
    usage::{Handover, Usage},
};

/// What an app's other credentials say about one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement<'a> {
    /// No other could have taken over.
    None,
    /// This one has taken over: the evidence says so.
    Superseded(&'a Credential),
    /// This one was made to take over, but the older one was used after that.
    Unfinished(&'a Credential),
    /// This newer one may have taken over, or may serve somebody else.
    Newer(&'a Credential),
}

/// Looks for a replacement of `old` among its app's credentials. `on_rung` tells whether a candidate is itself on a rung of its
/// ladder: one that runs out soon replaces nothing.
pub fn replacement<'a>(
    app: &'a App,
    old: &Credential,
    now: DateTime<Utc>,
    last_use: Option<&LastUse>,
    on_rung: impl Fn(&Credential) -> bool,
) -> Replacement<'a> {
    if let Some(active) = signs_instead(app, old, now) {
        return Replacement::Superseded(active);
    }
    let could_replace =
        |new: &&Credential| could_replace(old, new) && is_valid(new, now) && !on_rung(new);
    let candidates: Vec<&Credential> = app.credentials.iter().filter(could_replace).collect();
    let evidence = match Usage::of(old, last_use) {
        Usage::Unknown => by_name(old, &candidates),
        Usage::Lost => None,
        usage => by_use(old, &candidates, now, usage, last_use),
    };
    evidence
        .or_else(|| latest(&candidates, |_| true).map(Replacement::Newer))
        .unwrap_or(Replacement::None)
}

fn by_name<'a>(old: &Credential, candidates: &[&'a Credential]) -> Option<Replacement<'a>> {
    // a certificate that Entra signs with is in use, whatever stands ready beside it
    let is_in_use = old.active == Some(true);
    latest(candidates, |new| !is_in_use && same_purpose(old, new)).map(Replacement::Superseded)
}

/// Evidence from the use of the older one. Of several that it was unused since, one of the same purpose is named first. That it was
/// used after another began is an unfinished rotation only where that one has its purpose, or nobody has used it yet:
/// otherwise each may well have consumers of its own.
fn by_use<'a>(
    old: &Credential,
    candidates: &[&'a Credential],
    now: DateTime<Utc>,
    usage: Usage,
    last_use: Option<&LastUse>,
) -> Option<Replacement<'a>> {
    let is = |new: &Credential, wanted| {
        new.starts_at.and_then(|began| usage.handover(began, now)) == Some(wanted)
    };
    let is_finished = |new: &Credential| is(new, Handover::Finished);
    let was_made_for_it = |new: &Credential| {
        same_purpose(old, new) || Usage::of(new, last_use) == Usage::NotRemembered
    };
    latest(candidates, |new| is_finished(new) && same_purpose(old, new))
        .or_else(|| latest(candidates, is_finished))
        .map(Replacement::Superseded)
        .or_else(|| {
            let is_unfinished =
                |new: &Credential| is(new, Handover::Unfinished) && was_made_for_it(new);
            latest(candidates, is_unfinished).map(Replacement::Unfinished)
        })
}

/// The one that lasts longest.
fn latest<'a>(
    candidates: &[&'a Credential],
    is_wanted: impl Fn(&Credential) -> bool,
) -> Option<&'a Credential> {
    let wanted = candidates.iter().copied().filter(|new| is_wanted(new));
    wanted.max_by_key(|new| (new.expires, new.starts_at))
}

/// The certificate that Entra signs with, where it is known not to be `old`: that is evidence of its own.
fn signs_instead<'a>(app: &'a App, old: &Credential, now: DateTime<Utc>) -> Option<&'a Credential> {
    let is_idle = old.active == Some(false);
    app.credentials.iter().find(|other| {
        is_idle && other.active == Some(true) && other.expires > old.expires && is_valid(other, now)
    })
}

/// Of the same kind (or a certificate for a secret), started later and ends later. Without a start date nobody can tell
/// which came first.
fn could_replace(old: &Credential, new: &Credential) -> bool {
    let kind_fits =
        new.kind == old.kind || (old.kind == Kind::ClientSecret && new.kind == Kind::Certificate);
    let started_later =
        matches!((old.starts_at, new.starts_at), (Some(old), Some(new)) if new > old);
    kind_fits && started_later && new.expires > old.expires
}

fn is_valid(credential: &Credential, now: DateTime<Utc>) -> bool {
    let begun = credential.starts_at.is_some_and(|start| start <= now);
    let ended = matches!(credential.expires, Expiry::At(end) if end <= now);
    begun && !ended
}

/// The names are the same but for digits, separators and case: `prod-2025` and `Prod 2026`. Two unnamed ones count as the same.
pub(super) fn same_purpose(old: &Credential, new: &Credential) -> bool {
    match (&old.name, &new.name) {
        (None, None) => true,
        (Some(old), Some(new)) => core(old).eq(core(new)),
        _ => false,
    }
}

/// A name without digits, separators and case. Signs that tell one name from another (`C++` and `C#`) stay.
fn core(name: &str) -> impl Iterator<Item = char> + '_ {
    let is_separator =
        |c: char| c.is_whitespace() || c.is_control() || "-_./\\:,;|()[]{}".contains(c);
    name.chars()
        .filter(move |c| !c.is_numeric() && !is_separator(*c))
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests;
