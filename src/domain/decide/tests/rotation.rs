//! Superseded and resolved.

use super::*;

fn rotated() -> [Credential; 2] {
    [
        credential("prod-1", Some(0), Some(100)),
        credential("prod-2", Some(80), Some(400)),
    ]
}

#[test]
fn a_superseded_credential_is_softened_muted_or_alerted_as_configured() {
    for (superseded, expected) in [
        (Superseded::Soften, "14:info"),
        (Superseded::Mute, ""),
        (Superseded::Alert, "14:warning"),
    ] {
        let mut life = Life::with(|thresholds| thresholds.superseded = superseded);
        assert_eq!(life.scan(day(86), &rotated()), expected, "{superseded:?}");
    }
}

#[test]
fn without_evidence_the_alert_is_as_usual() {
    let other = credential("staging", Some(80), Some(400));
    assert_eq!(
        Life::new().scan(day(86), &[rotated()[0].clone(), other]),
        "14:warning"
    );
}

#[test]
fn an_announced_one_is_resolved_once_when_superseded_and_not_again_when_removed() {
    let mut life = Life::new();
    let [old, new] = rotated();
    assert_eq!(life.scan(day(70), std::slice::from_ref(&old)), "30:warning");
    assert_eq!(
        life.scan(day(86), &[old.clone(), new.clone()]),
        "superseded-by-prod-2"
    );
    // the rung that it has reached meanwhile is told as well, as information
    assert_eq!(life.scan(day(87), &[old.clone(), new.clone()]), "14:info");
    assert_eq!(life.scan(day(88), &[old.clone(), new.clone()]), "");
    assert_eq!(life.scan(day(93), &[old, new.clone()]), "7:info");
    assert_eq!(life.scan(day(94), &[new]), "");
}

#[test]
fn an_announced_one_is_resolved_once_when_removed() {
    let mut life = Life::new();
    let it = credential("s", None, Some(100));
    assert_eq!(life.scan(day(70), std::slice::from_ref(&it)), "30:warning");
    assert_eq!(life.scan(day(71), &[]), "removed");
    assert_eq!(life.scan(day(72), &[]), "");
    // restored within Entra's thirty days: people were told that it is done, so they are told anew
    assert_eq!(life.scan(day(73), std::slice::from_ref(&it)), "30:warning");
    assert_eq!(life.scan(day(74), &[it]), "");
}

#[test]
fn one_that_was_never_announced_goes_in_silence() {
    let mut life = Life::new();
    assert_eq!(life.scan(day(1), &[credential("s", None, Some(100))]), "");
    assert_eq!(life.scan(day(2), &[]), "");
}

#[test]
fn one_whose_replacement_goes_away_is_told_at_its_full_severity_from_the_next_rung() {
    let mut life = Life::new();
    let [old, new] = rotated();
    assert_eq!(life.scan(day(86), &[old.clone(), new]), "14:info");
    assert_eq!(life.scan(day(88), std::slice::from_ref(&old)), "");
    assert_eq!(life.scan(day(93), &[old]), "7:critical");
}
