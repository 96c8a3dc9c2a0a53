//! What forewarn itself signs in with is told of a rung earlier, and by all other rules as anything else.

use super::*;
use crate::domain::own::Own;

/// A tenant that is signed in to as the app, with what is of this kind.
fn life(kind: Kind) -> Life {
    Life {
        facts: Facts {
            own: Some(Own {
                app_id: Id::parse("app"),
                kind,
            }),
            ..Facts::default()
        },
        ..Life::new()
    }
}

fn told(life: &mut Life, it: &[Credential]) -> Vec<String> {
    let told = (0..=100).map(|on| life.scan(day(on), it));
    told.filter(|word| !word.is_empty()).collect()
}

#[test]
fn each_alert_comes_a_rung_earlier() {
    let it = [credential("s", None, Some(100))];
    let own = told(&mut life(Kind::ClientSecret), &it);
    let expected = [
        "90:info",
        "60:warning",
        "30:warning",
        "14:critical",
        "7:critical",
        "3:critical",
        "1:critical",
        "0:expired",
    ];
    assert_eq!(own, expected);
    // the app's secrets are nothing to one that signs in with a certificate
    let other = told(&mut life(Kind::Certificate), &it);
    assert_eq!(other[..2], ["60:info", "30:warning"]);
}

#[test]
fn only_rungs_that_it_lives_twice_as_long_as_count() {
    let ninety = [credential("s", Some(10), Some(100))];
    let own = told(&mut life(Kind::ClientSecret), &ninety);
    assert_eq!(own[..2], ["30:warning", "14:critical"]);
}

#[test]
fn a_policy_that_names_it_holds_and_is_a_rung_earlier_too() {
    let mut life = life(Kind::ClientSecret);
    life.policies.exceptions.push(Policy {
        matcher: Matcher {
            app: vec![Glob::new("bill*")],
            ..Matcher::default()
        },
        thresholds: Thresholds {
            ladder: Ladder::new([20, 5]),
            warning: 20,
            critical: 5,
            ..Thresholds::default()
        },
        self_renewing: None,
    });
    let own = told(&mut life, &[credential("s", None, Some(100))]);
    assert_eq!(
        own,
        ["35:warning", "20:critical", "5:critical", "0:expired"]
    );
}

#[test]
fn once_it_is_replaced_it_is_softened_as_any_other() {
    let mut life = life(Kind::ClientSecret);
    let named = |id: &str, starts, ends| Credential {
        name: Some("own".into()),
        ..credential(id, Some(starts), Some(ends))
    };
    let old = named("old", -300, 100);
    assert_eq!(
        life.scan(day(86), std::slice::from_ref(&old)),
        "14:critical"
    );
    let both = [old, named("new", 86, 500)];
    assert_eq!(life.scan(day(87), &both), "superseded-by-new");
}
