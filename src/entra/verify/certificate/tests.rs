use std::fmt::Write as _;

use super::{
    super::{attempt::Tried, registry::Known},
    judge::judge,
    *,
};
use crate::{
    domain::{App, Credential, Expiry, Id, Kind, ObjectType, Thumbprint},
    entra::{SignInRefusal, config::Cloud, refusal::Presented},
};

const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

fn now() -> DateTime<Utc> {
    "2026-11-22T02:00:00Z".parse().unwrap()
}

fn days(days: i64) -> DateTime<Utc> {
    now() + chrono::TimeDelta::days(days)
}

fn question() -> Question {
    Question {
        tenant_id: "contoso.example".to_owned(),
        client_id: CLIENT.to_owned(),
        cloud: Cloud::Public,
        authority: Cloud::Public.authority().parse().unwrap(),
        reader: None,
    }
}

fn thumbprint(digit: char) -> Option<Thumbprint> {
    Thumbprint::from_hex(&digit.to_string().repeat(40))
}

/// The certificate that is held has the thumbprint of this digit.
const OURS: char = 'a';

fn held(from: i64, until: i64) -> Certificate {
    Certificate {
        thumbprint: thumbprint(OURS),
        sha256: "AB".repeat(32),
        validity: Some((days(from), days(until))),
    }
}

fn registered(id: u32, digit: char, from: i64, until: i64) -> Credential {
    Credential {
        id: Id::parse(&format!("00000000-0000-4000-8000-{id:012}")),
        kind: Kind::Certificate,
        name: Some("CN=billing\u{202e}".into()),
        hint: None,
        starts_at: Some(days(from)),
        expires: Expiry::At(days(until)),
        thumbprint: thumbprint(digit),
        active: None,
    }
}

fn app(credentials: Vec<Credential>) -> Known {
    Known::Is(Box::new(App {
        object_type: ObjectType::Application,
        object_id: Id::parse("99999999-2222-4333-8444-555555555555"),
        app_id: Id::parse(CLIENT),
        name: "billing\u{1b}[31m".into(),
        tags: Box::default(),
        credentials: credentials.into(),
    }))
}

fn refused(code: u32) -> Tried {
    let body = format!(
        r#"{{"error": "invalid_client", "error_description": "AADSTS{code}: no", "error_codes": [{code}], "correlation_id": "c-1"}}"#
    );
    let tried = crate::entra::refusal::Tried {
        client_id: CLIENT.to_owned(),
        presented: Presented::Certificate,
        source: String::new(),
        value: "assertion".into(),
    };
    Tried::Refused(Box::new(SignInRefusal::read(401, body.as_bytes(), tried)))
}

fn finding(certificate: &Certificate, tried: Tried, app: Known) -> Finding {
    let question = question();
    judge(&Evidence {
        question: &question,
        now: now(),
        certificate,
        tried,
        app,
    })
}

#[test]
fn every_answer_as_a_person_reads_it() {
    let valid = || held(-100, 265);
    let other = || registered(1, 'b', -400, -35);
    let nameless = || Credential {
        thumbprint: None,
        name: None,
        ..registered(2, 'c', -10, 355)
    };
    let itself = || registered(3, OURS, -100, 265);
    let newer = || registered(4, 'd', -10, 720);
    let unreadable = || Known::Unreadable("no leave".to_owned());
    let cases = [
        (
            "works",
            valid(),
            Tried::Accepted,
            app(vec![other(), itself()]),
        ),
        (
            "works, with a newer one",
            valid(),
            Tried::Accepted,
            app(vec![itself(), newer()]),
        ),
        (
            "works, and nobody to ask",
            valid(),
            Tried::Accepted,
            Known::NotAsked,
        ),
        (
            "no answer",
            valid(),
            Tried::Unanswered("no network".to_owned()),
            Known::NotAsked,
        ),
        (
            "ran out",
            held(-400, -35),
            refused(700_027),
            app(vec![registered(3, OURS, -400, -35), newer()]),
        ),
        ("not valid yet", held(3, 368), refused(700_027), app(vec![])),
        (
            "uploaded just now",
            valid(),
            refused(700_027),
            app(vec![itself()]),
        ),
        (
            "registered for a time that is over",
            valid(),
            refused(700_027),
            app(vec![registered(3, OURS, -100, -1)]),
        ),
        (
            "another's",
            valid(),
            refused(700_027),
            app(vec![other(), nameless()]),
        ),
        ("an app without any", valid(), refused(700_027), app(vec![])),
        (
            "not registered, as far as can be seen",
            valid(),
            refused(700_027),
            unreadable(),
        ),
        (
            "made just now",
            held(0, 365),
            refused(700_027),
            Known::NotAsked,
        ),
        (
            "refused as expired by another number",
            valid(),
            refused(1_000_502),
            Known::NoSuchApp,
        ),
        ("blocked", valid(), refused(53_003), Known::NotAsked),
        ("no such app", valid(), refused(700_016), Known::NotAsked),
    ];
    let mut said = String::new();
    for (heading, certificate, tried, app) in cases {
        let finding = finding(&certificate, tried, app);
        let outcome = finding.outcome;
        writeln!(said, "##### {heading} → {outcome:?}\n{}", finding.answer).unwrap();
        for detail in finding.details {
            writeln!(said, "  {detail}").unwrap();
        }
        for next in finding.next {
            writeln!(said, "  - {next}").unwrap();
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn of_one_that_was_registered_twice_the_longer_lasting_counts() {
    let twice = vec![
        registered(1, OURS, -100, -1),
        registered(2, OURS, -100, 265),
        registered(3, OURS, -100, -9),
    ];
    let finding = finding(&held(-100, 265), refused(700_027), app(twice));
    assert_eq!(finding.outcome, super::super::Outcome::CouldNotTell);
    let registered = finding.certificate.unwrap().registered.unwrap();
    assert!(registered.credential_id.ends_with("02"));
}
