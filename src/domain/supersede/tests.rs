//! Which of an app's credentials takes over from which.

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
