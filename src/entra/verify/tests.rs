use std::fmt::Write as _;

use chrono::TimeDelta;
use secrecy::SecretString;

use super::{
    attempt::Tried,
    judge::{Evidence, judge},
    registry::{Known, Whose},
    *,
};
use crate::{
    domain::{App, Credential, Expiry, Id, ObjectType},
    entra::SignInRefusal,
};

const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

fn now() -> DateTime<Utc> {
    "2026-11-22T02:00:00Z".parse().unwrap()
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

/// A secret by its hint, and how many days ago it began and from now it ends.
fn secret(
    id: u32,
    name: Option<&str>,
    hint: Option<&str>,
    began: i64,
    ends: Option<i64>,
) -> Credential {
    Credential {
        id: Id::parse(&format!("00000000-0000-4000-8000-{id:012}")),
        kind: Kind::ClientSecret,
        name: name.map(Into::into),
        hint: hint.map(Into::into),
        starts_at: Some(now() - TimeDelta::days(began)),
        expires: Expiry::new(ends.map(|days| now() + TimeDelta::days(days))),
        thumbprint: None,
        active: None,
    }
}

fn app(credentials: Vec<Credential>) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse("99999999-2222-4333-8444-555555555555"),
        app_id: Id::parse(CLIENT),
        name: "billing\u{202e} \u{1b}[31m".into(),
        tags: Box::default(),
        credentials: credentials.into(),
    }
}

fn known(credentials: Vec<Credential>) -> Known {
    Known::Is(Box::new(app(credentials)))
}

fn refused(code: u32, secret: &SecretString) -> Tried {
    let body = format!(
        r#"{{"error": "invalid_client", "error_description": "AADSTS{code}: no", "error_codes": [{code}], "correlation_id": "c-1"}}"#
    );
    let tried = crate::entra::refusal::Tried {
        client_id: CLIENT.to_owned(),
        presented: crate::entra::refusal::Presented::Secret,
        source: String::new(),
        value: secret.clone(),
    };
    let refusal = SignInRefusal::read(401, body.as_bytes(), tried);
    Tried::Refused(Box::new(refusal))
}

struct Case {
    held: &'static str,
    tried: Option<fn(&SecretString) -> Tried>,
    app: Known,
    whose: Whose,
}

fn case(held: &'static str, tried: fn(&SecretString) -> Tried, app: Known) -> Case {
    Case {
        held,
        tried: Some(tried),
        app,
        whose: Whose::NotAsked,
    }
}

fn finding(case: Case) -> Finding {
    let held = SecretString::from(case.held);
    let question = question();
    judge(
        &held,
        &Evidence {
            question: &question,
            now: now(),
            look: looks::look(case.held),
            tried: case.tried.map(|tried| tried(&held)),
            mended: None,
            app: case.app,
            whose: case.whose,
        },
    )
}

fn several() -> Known {
    known(vec![
        secret(1, Some("invoices"), Some("kR7"), 400, Some(-35)),
        secret(2, Some("invoices"), Some("Zu2"), 40, Some(325)),
        secret(3, None, None, 900, None),
        secret(4, Some("twin"), Some("Zu2"), 20, Some(10)),
    ])
}

const WRONG: fn(&SecretString) -> Tried = |secret| refused(7_000_215, secret);
const EXPIRED: fn(&SecretString) -> Tried = |secret| refused(7_000_222, secret);
const OLD: &str = "kR78Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";
const NEW: &str = "Zu28Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";
const STRANGE: &str = "abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";
const GUID: &str = "00000000-0000-4000-8000-000000000001";

fn guid(whose: Whose) -> Case {
    Case {
        held: GUID,
        tried: None,
        app: Known::NotAsked,
        whose,
    }
}

fn cases() -> Vec<(&'static str, Case)> {
    let unanswered: fn(&SecretString) -> Tried =
        |_| Tried::Unanswered("login.microsoftonline.com does not answer".to_owned());
    let accepted: fn(&SecretString) -> Tried = |_| Tried::Accepted;
    let unreadable = || Known::Unreadable("Microsoft Graph refused (HTTP 403)".to_owned());
    let old = || secret(1, Some("invoices"), Some("kR7"), 400, Some(-35));
    let new = || secret(2, Some("invoices 2"), Some("Zu2"), 40, Some(325));
    let young = || known(vec![secret(1, Some("new"), Some("kR7"), 0, Some(365))]);
    let mut other = app(vec![old(), new()]);
    other.app_id = Id::parse("77777777-2222-4333-8444-555555555555");
    vec![
        (
            "expired, and which, and the newer",
            case(OLD, EXPIRED, several()),
        ),
        (
            "expired, nothing known",
            case(OLD, EXPIRED, Known::NotAsked),
        ),
        (
            "expired, though the list says otherwise",
            case(NEW, EXPIRED, several()),
        ),
        (
            "wrong, and Graph says it ran out",
            case(OLD, WRONG, several()),
        ),
        ("wrong, and like none", case(STRANGE, WRONG, several())),
        (
            "wrong, no secrets at all",
            case(STRANGE, WRONG, known(vec![])),
        ),
        (
            "wrong, nothing known",
            case(STRANGE, WRONG, Known::NotAsked),
        ),
        ("wrong, no such app", case(STRANGE, WRONG, Known::NoSuchApp)),
        ("works, one of two alike", case(NEW, accepted, several())),
        ("works, like none", case(STRANGE, accepted, several())),
        ("works, nothing known", case(NEW, accepted, Known::NotAsked)),
        (
            "cut short, though young",
            case("kR78Q~defghij", WRONG, young()),
        ),
        ("works, unreadable", case(NEW, accepted, unreadable())),
        ("no answer", case(NEW, unanswered, Known::NotAsked)),
        (
            "a Secret ID of this app",
            guid(Whose::Credential(
                Box::new(app(vec![old(), new()])),
                Box::new(old()),
            )),
        ),
        (
            "a Secret ID of another app",
            guid(Whose::Credential(Box::new(other), Box::new(new()))),
        ),
        ("an app's id", guid(Whose::App(Box::new(app(vec![]))))),
        ("nobody's", guid(Whose::Nobodys)),
        (
            "whose is not known",
            guid(Whose::Unreadable("HTTP 403".to_owned())),
        ),
    ]
}

#[test]
fn every_finding_in_words() {
    let mut all = String::new();
    for (name, case) in cases() {
        let held = case.held;
        let finding = finding(case);
        writeln!(all, "[{name}] {:?}", finding.outcome).unwrap();
        for line in [&finding.answer].into_iter().chain(&finding.details) {
            writeln!(all, "{line}").unwrap();
        }
        for next in &finding.next {
            writeln!(all, "- {next}").unwrap();
        }
        all.push('\n');
        let json = serde_json::to_string(&finding).unwrap();
        assert!(held == GUID || !json.contains(&held[5..]), "{json}");
        assert!(!all.contains(['\u{1b}', '\u{202e}']), "{all}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_secret_that_is_minutes_old_is_given_time() {
    for (age, outcome) in [
        (1, Outcome::CouldNotTell),
        (4, Outcome::CouldNotTell),
        (6, Outcome::DoesNotWork),
    ] {
        let mut young = secret(1, None, Some("kR7"), 0, Some(365));
        young.starts_at = Some(now() - TimeDelta::minutes(age));
        let case = case(OLD, WRONG, known(vec![young]));
        let finding = finding(case);
        assert_eq!(finding.outcome, outcome, "{age}");
        let waits = finding.answer.contains("Wait two minutes and try again");
        assert_eq!(
            waits,
            outcome == Outcome::CouldNotTell,
            "{}",
            finding.answer
        );
    }
}
