//! Silences, and how they break.

use super::*;

fn silence(scope: Scope, until: i64) -> Silence {
    Silence {
        id: Uuid::nil(),
        scope,
        reason: "moving house".to_owned(),
        author: "anna".to_owned(),
        created_at: day(0),
        ends_at: day(until),
        breaks_at: Some(Severity::Critical),
        ended: None,
    }
}

fn on_credential(ends: i64) -> Scope {
    Scope::Credential {
        tenant: "contoso".to_owned(),
        object_id: "object".to_owned(),
        kind: Kind::ClientSecret,
        credential_id: "s".to_owned(),
        expires_at: Some(day(ends)),
    }
}

#[test]
fn a_silence_holds_back_and_when_it_ends_the_rung_then_reached_is_due() {
    let mut life = Life::new();
    life.silences = vec![silence(
        Scope::Tenant {
            tenant: "contoso".to_owned(),
        },
        95,
    )];
    let it = [credential("s", None, Some(100))];
    assert_eq!(life.scan(day(40), &it), "");
    assert_eq!(life.quiet(day(94), &it[0]), Quiet::Silenced(Uuid::nil()));
    assert_eq!(life.scan(day(95), &it), "7:critical");
}

#[test]
fn a_silence_on_one_credential_breaks_when_that_changes_or_turns_critical() {
    let it = [credential("s", None, Some(100))];
    let mut life = Life::new();
    life.silences = vec![silence(on_credential(100), 200)];
    assert_eq!(life.scan(day(86), &it), "");
    assert_eq!(life.scan(day(93), &it), "7:critical");

    let mut life = Life::new();
    life.silences = vec![Silence {
        breaks_at: None,
        ..silence(on_credential(100), 200)
    }];
    assert_eq!(life.scan(day(93), &it), "");
    assert_eq!(life.scan(day(100), &it), "");

    let mut life = Life::new();
    life.silences = vec![silence(on_credential(99), 200)];
    assert_eq!(life.scan(day(70), &it), "30:warning", "set for another end");

    let mut life = Life::new();
    let elsewhere = Scope::App {
        tenant: "contoso".to_owned(),
        object_id: "another".to_owned(),
    };
    life.silences = vec![silence(elsewhere, 200)];
    assert_eq!(life.scan(day(70), &it), "30:warning", "on another app");
}
