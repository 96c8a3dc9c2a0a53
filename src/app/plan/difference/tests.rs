//! What differs is told once, and as what it is.

use chrono::TimeDelta;

use super::*;
use crate::app::plan::samples;

/// `added ops-slack 1`: how, whose, and of how many alerts.
fn told(then: &Plan) -> Vec<String> {
    let differences = Differences::between(&samples::plan(), then);
    let mut counts: BTreeMap<(Change, String), usize> = BTreeMap::new();
    for of in &differences.all {
        let receiver = of.message.receiver.clone().unwrap_or("nobody".to_owned());
        *counts.entry((of.change, receiver)).or_default() += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|((change, receiver), count)| format!("{change:?} {receiver} {count}"))
        .collect()
}

#[test]
fn the_same_plan_differs_in_nothing() {
    assert!(told(&samples::plan()).is_empty());
}

#[test]
fn what_comes_later_has_moved_and_what_goes_elsewhere_is_removed_and_added() {
    let mut then = samples::plan();
    // the crowd comes later, the escalation goes to somebody else, the first message is not sent to one address
    then.messages[4].at += TimeDelta::hours(2);
    then.messages[5].receiver = Some("boss".to_owned());
    then.messages.remove(1);
    assert_eq!(
        told(&then),
        [
            "Added boss 1",
            "Removed pager 1",
            "Removed platform 3",
            "Moved ops-slack 12"
        ]
    );
}

#[test]
fn another_severity_is_another_moment_and_another_grouping_is_none() {
    let mut then = samples::plan();
    let mut urgent = Row::clone(&then.messages[4].rows[0]);
    urgent.severity = RowSeverity::Critical;
    then.messages[4].rows[0] = urgent.into();
    assert_eq!(told(&then), ["Moved ops-slack 1"]);

    let mut then = samples::plan();
    let mut apart = then.messages[4].clone();
    apart.rows = then.messages[4].rows.split_off(5);
    then.messages.insert(5, apart);
    assert!(told(&then).is_empty(), "each alert is told as it was");
}

#[test]
fn another_rung_alone_is_no_difference() {
    let mut then = samples::plan();
    let mut row = Row::clone(&then.messages[4].rows[0]);
    row.rung = Some(Rung::days_before(45));
    then.messages[4].rows[0] = row.into();
    assert_ne!(then, samples::plan());
    assert!(told(&then).is_empty(), "it is told all the same");
    // at another time it is not the same alert
    let alone = Message {
        rows: vec![then.messages[4].rows.remove(0)],
        at: then.messages[4].at + TimeDelta::hours(1),
        ..then.messages[4].clone()
    };
    then.messages.push(alone);
    assert_eq!(told(&then), ["Added ops-slack 1", "Removed ops-slack 1"]);
}
