//! `forewarn demo`: the whole product in one command.

use std::{collections::BTreeMap, time::Duration};

use crate::world::{World, crowd};

/// Where a rung or a reminder stands in the order in which they must be told.
fn position(rung: &str) -> i64 {
    let (first, second) = rung.split_once(' ').unwrap_or((rung, ""));
    match (first, second) {
        ("ended", _) => 0,
        ("reminder", number) => number.parse().unwrap(),
        (days, _) => -days.parse::<i64>().unwrap(),
    }
}

/// The rungs told of each credential, in the summary's order.
fn told(summary: &str) -> BTreeMap<usize, Vec<i64>> {
    let mut told: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let mut heading = 0;
    for (number, line) in summary.lines().enumerate() {
        let Some((before, reason)) = line.split_once("  to ") else {
            heading = number;
            continue;
        };
        assert!(reason.contains(": it has "), "says to whom and why: {line}");
        // "  Sun 22 Nov 2026 10:00  60 days     info    "
        let rung: Vec<&str> = before.split("  ").filter(|part| !part.is_empty()).collect();
        told.entry(heading)
            .or_default()
            .push(position(rung[1].trim()));
    }
    told
}

#[test]
fn twenty_days_pass_in_seconds_and_every_rung_is_told_in_order() {
    let world = World::new(&crowd(0));
    let mut command = world.command(&["demo", "--for", "20d"]);

    let ended = crate::process::Process::start(&mut command).end(Duration::from_mins(1));

    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let told = told(&ended.stdout);
    assert!(told.len() > 5, "{}", ended.stdout);
    assert!(told.values().any(|rungs| rungs.len() > 2));
    for rungs in told.values() {
        assert!(rungs.windows(2).all(|pair| pair[0] < pair[1]), "{rungs:?}");
    }
    for line in [
        "In 20 simulated days this was told, and why:",
        "0 repeated, 0 refused, 0 given up, 0 with a problem",
        "Every rung was told in order, and none twice.",
    ] {
        assert!(
            ended.stdout.contains(line),
            "no {line:?} in {}",
            ended.stdout
        );
    }
    for channel in ["mail", "slack", "teams", "webhook", "pagerduty"] {
        let mut lines = ended.stdout.lines();
        assert!(lines.any(|line| line.split_whitespace().nth(1) == Some(channel)));
    }
    assert!(ended.stderr.contains("http://127.0.0.1:"), "where to look");
    assert_incidents_are_resolved_by_rotation(&ended.stderr);
}

/// Each incident is closed after it was opened, by the rotation that the story has.
fn assert_incidents_are_resolved_by_rotation(log: &str) {
    let mut seen: Vec<&str> = Vec::new();
    let mut resolved = 0;
    for (_, title) in log.lines().filter_map(|line| line.split_once(" on-call ")) {
        if let Some(incident) = title.trim().strip_prefix("resolve: ") {
            assert!(seen.contains(&incident), "{incident} was never opened");
            resolved += 1;
        }
        seen.push(title.trim());
    }
    assert!(resolved > 1, "{seen:?}");
}
