//! Rotation and renewal where it is known when keys were last used.

use super::*;
use crate::domain::{assess::assess, facts::LastUse, row::Rotation};

/// A report that says when each key was last used.
fn report(uses: &[(&str, i64)]) -> LastUse {
    let mut report = LastUse::default();
    for (key, at) in uses {
        report.insert(Id::parse(key), day(*at));
    }
    report
}

fn life(uses: &[(&str, i64)]) -> Life {
    let mut life = Life::new();
    life.facts.last_use = Some(report(uses));
    life
}

fn old_and_new() -> [Credential; 2] {
    [
        credential("prod-1", Some(0), Some(100)),
        credential("prod-2", Some(80), Some(400)),
    ]
}

#[test]
fn an_old_key_that_is_still_used_is_never_softened() {
    for superseded in [Superseded::Soften, Superseded::Mute, Superseded::Alert] {
        let mut life = Life::with(|thresholds| thresholds.superseded = superseded);
        life.facts.last_use = Some(report(&[("prod-1", 85)]));
        assert_eq!(
            life.scan(day(86), &old_and_new()),
            "14:warning",
            "{superseded:?}"
        );
        assert_eq!(life.scan(day(93), &old_and_new()), "7:critical");
    }
}

#[test]
fn one_that_is_unused_since_is_softened_whatever_its_name() {
    let [old, new] = old_and_new();
    let renamed = credential("vault", Some(80), Some(400));
    for new in [new, renamed] {
        let mut life = life(&[("prod-1", 80)]);
        assert_eq!(life.scan(day(86), &[old.clone(), new]), "14:info");
    }
}

#[test]
fn it_is_resolved_when_it_falls_out_of_use_and_told_again_when_it_is_used_again() {
    let mut life = life(&[("prod-1", 69)]);
    let [old, new] = old_and_new();
    assert_eq!(life.scan(day(70), std::slice::from_ref(&old)), "30:warning");
    let both = [old, new];
    assert_eq!(life.scan(day(81), &both), "");
    assert_eq!(life.scan(day(82), &both), "superseded-by-prod-2");
    assert_eq!(life.scan(day(86), &both), "14:info");
    life.facts.last_use = Some(report(&[("prod-1", 90)]));
    assert_eq!(life.scan(day(91), &both), "");
    assert_eq!(life.scan(day(93), &both), "7:critical");
}

#[test]
fn while_the_report_cannot_be_read_nothing_is_called_replaced() {
    let [old, new] = old_and_new();
    let mut life = life(&[("prod-1", 85)]);
    assert_eq!(
        life.scan(day(86), &[old.clone(), new.clone()]),
        "14:warning"
    );
    life.facts.last_use = Some(LastUse::lost());
    assert_eq!(life.scan(day(87), &[old.clone(), new.clone()]), "");
    assert_eq!(life.scan(day(93), &[old, new]), "7:critical");
}

#[test]
fn where_there_is_no_report_any_more_names_decide_again() {
    let mut life = life(&[("prod-1", 85)]);
    assert_eq!(life.scan(day(86), &old_and_new()), "14:warning");
    life.facts.last_use = None;
    assert_eq!(life.scan(day(93), &old_and_new()), "superseded-by-prod-2");
}

/// The row of the first of these.
fn row(credentials: &[Credential], uses: &[(&str, i64)], at: i64) -> Row {
    let mut life = life(uses);
    life.app.credentials = credentials.into();
    let circumstances = Circumstances {
        tenant: "contoso",
        policies: &life.policies,
        facts: &life.facts,
        now: day(at),
    };
    let first = &life.app.credentials[0];
    assess(circumstances, &life.app, first).row(circumstances, &life.app, first)
}

#[test]
fn a_row_says_when_it_was_used_and_what_follows() {
    let both = old_and_new();
    let unfinished = row(&both, &[("prod-1", 85), ("prod-2", 85)], 86);
    assert_eq!(unfinished.last_used_at, Some(day(85)));
    assert_eq!(unfinished.rotation, Some(Rotation::Unfinished));
    assert_eq!(unfinished.newer, Some(Id::parse("prod-2")));
    assert_eq!(unfinished.newer_starts_at, Some(day(80)));
    assert_eq!((unfinished.superseded_by, unfinished.unused), (None, false));

    let finished = row(&both, &[("prod-1", 79), ("prod-2", 85)], 86);
    assert_eq!(finished.superseded_by, Some(Id::parse("prod-2")));
    assert_eq!((finished.rotation, finished.unused), (None, false));

    // each has consumers of its own
    let other = credential("staging", Some(80), Some(400));
    let beside = row(
        &[both[0].clone(), other],
        &[("prod-1", 85), ("staging", 85)],
        86,
    );
    assert_eq!(beside.newer, Some(Id::parse("staging")));
    assert_eq!(beside.rotation, None);

    // what is on no rung yet needs no word
    let early = row(
        &[credential("prod-1", Some(0), Some(300)), both[1].clone()],
        &[("prod-1", 85)],
        86,
    );
    assert_eq!((early.rotation, early.newer), (None, None));
}

#[test]
fn ninety_days_without_use_are_told_but_not_of_what_a_service_renews() {
    let lonely = [credential("prod-1", Some(0), Some(120))];
    for (uses, at, expected) in [
        (vec![("prod-1", 20)], 110, true),
        (vec![("prod-1", 21)], 110, false),
        (vec![("other", 100)], 110, true),
        (vec![("other", 80)], 89, false),
    ] {
        let row = row(&lonely, &uses, at);
        assert_eq!(row.unused, expected, "{uses:?} on day {at}");
    }
    let proxy = [credential("CWAP_AuthSecret", Some(0), Some(365))];
    assert!(!row(&proxy, &[("other", 100)], 200).unused);
    assert!(!row(&proxy, &[("other", 100)], 364).unused);
}
