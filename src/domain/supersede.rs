//! Rotation: has a newer credential taken over from an older one?
//!
//! Many apps carry several secrets for several consumers, so a newer one alone proves nothing: there must be evidence. Where it is known
//! when the older one was last used, that decides; otherwise their names do.

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
mod tests {
    use super::*;
    use crate::domain::{Id, ObjectType};

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(day * 86_400, 0).unwrap()
    }

    fn secret(name: &str, start: i64, end: i64) -> Credential {
        Credential {
            id: Id::parse(&format!("{name}:{start}")),
            kind: Kind::ClientSecret,
            name: (!name.is_empty()).then(|| name.into()),
            hint: None,
            starts_at: Some(at(start)),
            expires: Expiry::At(at(end)),
            thumbprint: None,
            active: None,
        }
    }

    fn app(credentials: Vec<Credential>) -> App {
        App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o"),
            app_id: Id::parse("a"),
            name: "app".into(),
            tags: Box::default(),
            credentials: credentials.into(),
        }
    }

    fn found(old: &Credential, others: Vec<Credential>) -> String {
        found_with(None, old, others)
    }

    fn found_with(report: Option<&LastUse>, old: &Credential, others: Vec<Credential>) -> String {
        let app = app([vec![old.clone()], others].concat());
        let is_on_rung = |c: &Credential| c.expires < Expiry::At(at(130));
        match replacement(&app, old, at(100), report, is_on_rung) {
            Replacement::None => "none".to_owned(),
            Replacement::Superseded(new) => format!("superseded by {}", new.id),
            Replacement::Unfinished(new) => format!("unfinished {}", new.id),
            Replacement::Newer(new) => format!("newer {}", new.id),
        }
    }

    /// The report that says when each of these was last used.
    fn report(uses: &[(&Credential, i64)]) -> LastUse {
        let mut report = LastUse::default();
        for (credential, day) in uses {
            report.insert(credential.id.clone(), at(*day));
        }
        report
    }

    #[test]
    fn a_newer_one_of_the_same_core_name_supersedes_and_another_is_only_mentioned() {
        let old = secret("prod-2025", 0, 110);
        assert_eq!(
            found(&old, vec![secret("Prod 2026", 90, 400)]),
            "superseded by Prod 2026:90"
        );
        assert_eq!(
            found(&old, vec![secret("staging", 90, 400)]),
            "newer staging:90"
        );
        assert_eq!(
            found(&secret("", 0, 110), vec![secret("", 90, 400)]),
            "superseded by :90"
        );
        assert_eq!(
            found(&secret("2025", 0, 110), vec![secret("2026", 90, 400)]),
            "superseded by 2026:90"
        );
        for (old, new) in [("2025", ""), ("", "prod"), ("C++", "C#"), ("🔵", "🟢")] {
            assert_eq!(
                found(&secret(old, 0, 110), vec![secret(new, 90, 400)]),
                format!("newer {new}:90")
            );
        }
        let both = vec![secret("staging", 90, 900), secret("prod_3", 90, 400)];
        assert_eq!(found(&old, both), "superseded by prod_3:90");
    }

    #[test]
    fn each_condition_is_needed() {
        let old = secret("prod", 50, 110);
        for (why, other) in [
            ("started earlier", secret("prod", 40, 400)),
            ("ends earlier", secret("prod", 60, 109)),
            ("not valid yet", secret("prod", 101, 400)),
            ("itself on a rung", secret("prod", 60, 120)),
            (
                "no start",
                Credential {
                    starts_at: None,
                    ..secret("prod", 60, 400)
                },
            ),
            (
                "another kind",
                Credential {
                    kind: Kind::SamlCertificate,
                    ..secret("prod", 60, 400)
                },
            ),
        ] {
            assert_eq!(found(&old, vec![other]), "none", "{why}");
        }
        let startless = Credential {
            starts_at: None,
            ..old.clone()
        };
        assert_eq!(
            found(&startless, vec![secret("prod", 60, 400)]),
            "none",
            "the old one has no start"
        );
    }

    #[test]
    fn a_certificate_may_take_over_from_a_secret_but_not_the_other_way_round() {
        let old = secret("prod", 50, 110);
        let certificate = Credential {
            kind: Kind::Certificate,
            ..secret("prod", 60, 400)
        };
        assert_eq!(
            found(&old, vec![certificate.clone()]),
            "superseded by prod:60"
        );
        let old = Credential {
            kind: Kind::Certificate,
            ..old
        };
        assert_eq!(found(&old, vec![secret("prod", 60, 400)]), "none");
    }

    #[test]
    fn one_that_never_ends_replaces_one_that_does() {
        let never = Credential {
            expires: Expiry::Never,
            ..secret("prod", 60, 0)
        };
        assert_eq!(
            found(&secret("prod", 50, 110), vec![never]),
            "superseded by prod:60"
        );
    }

    fn saml(id: &str, start: i64, end: i64, active: Option<bool>) -> Credential {
        Credential {
            kind: Kind::SamlCertificate,
            active,
            ..secret(id, start, end)
        }
    }

    #[test]
    fn a_saml_certificate_that_entra_signs_with_is_in_use_and_one_that_it_does_not_is_not() {
        let old = |active| saml("sso", 0, 110, active);
        let new = |active| saml("sso", 90, 400, active);
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(found(&old(yes), vec![new(no)]), "newer sso:90");
        assert_eq!(found(&old(no), vec![new(yes)]), "superseded by sso:90");
        let renamed = saml("other", 90, 400, yes);
        assert_eq!(found(&old(no), vec![renamed]), "superseded by other:90");
        assert_eq!(found(&old(None), vec![new(None)]), "superseded by sso:90");
        // one that was made first but ends later is not replaced by the one in use
        let later = saml("sso", 0, 500, no);
        assert_eq!(found(&later, vec![new(yes)]), "none");
        let ended = saml("sso", 0, 99, yes);
        assert_eq!(found(&saml("sso", 10, 98, no), vec![ended]), "none");
    }

    #[test]
    fn where_the_last_use_is_known_it_decides_and_names_do_not() {
        let (old, same, other) = (
            secret("prod 1", 0, 110),
            secret("prod 2", 80, 400),
            secret("staging", 80, 900),
        );
        let both = || vec![same.clone(), other.clone()];
        for (uses, others, expected) in [
            // unused since a day after the other began
            (
                vec![(&old, 81)],
                vec![same.clone()],
                "superseded by prod 2:80",
            ),
            (
                vec![(&old, 20)],
                vec![other.clone()],
                "superseded by staging:80",
            ),
            (vec![(&old, 20)], both(), "superseded by prod 2:80"),
            (
                vec![(&same, 99)],
                vec![same.clone()],
                "superseded by prod 2:80",
            ),
            // still in use after that
            (vec![(&old, 82)], vec![same.clone()], "unfinished prod 2:80"),
            (
                vec![(&old, 99), (&same, 99)],
                vec![same.clone()],
                "unfinished prod 2:80",
            ),
            (
                vec![(&old, 99)],
                vec![other.clone()],
                "unfinished staging:80",
            ),
            // each is in use by somebody
            (
                vec![(&old, 99), (&other, 99)],
                vec![other.clone()],
                "newer staging:80",
            ),
            (
                vec![(&old, 99), (&other, 99)],
                both(),
                "unfinished prod 2:80",
            ),
        ] {
            assert_eq!(
                found_with(Some(&report(&uses)), &old, others),
                expected,
                "{uses:?}"
            );
        }
    }

    #[test]
    fn what_began_yesterday_has_not_taken_over_yet() {
        let (old, new) = (secret("prod", 0, 110), secret("prod", 99, 400));
        let report = report(&[(&old, 98)]);
        assert_eq!(
            found_with(Some(&report), &old, vec![new.clone()]),
            "newer prod:99"
        );
        assert_eq!(found(&old, vec![new]), "superseded by prod:99");
    }

    #[test]
    fn one_whose_use_cannot_be_read_is_judged_by_names() {
        let (old, new) = (secret("prod", 0, 110), secret("prod", 80, 400));
        let mut report = report(&[(&new, 99)]);
        report.insert_unreadable(old.id.clone());
        assert_eq!(
            found_with(Some(&report), &old, vec![new]),
            "superseded by prod:80"
        );
        let other = secret("staging", 80, 400);
        assert_eq!(
            found_with(Some(&report), &old, vec![other]),
            "newer staging:80"
        );
    }

    #[test]
    fn saml_certificates_are_not_judged_by_use() {
        let old = saml("sso", 0, 110, None);
        let report = report(&[(&old, 99)]);
        let new = saml("sso", 80, 400, None);
        assert_eq!(
            found_with(Some(&report), &old, vec![new]),
            "superseded by sso:80"
        );
    }
}
