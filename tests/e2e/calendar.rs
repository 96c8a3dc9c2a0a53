//! What waits for a working day, and the summary that comes then.

use chrono::Days;
use serde_json::Value;

use crate::{
    arrived::{assert_no_problems, messages},
    config::{EVERY_SECOND, ONCE, RECEIVERS, receivers},
    wait::{SOON, until},
    world::{World, now},
};

const EVERY_DAY: &str =
    "working_days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]\n";

/// Closed today and tomorrow.
fn closed() -> String {
    let today = now().date_naive();
    let tomorrow = today + Days::new(1);
    format!(
        "[calendar]\n{EVERY_DAY}holidays = [\"{today}\", \"{tomorrow}\"]\nsend_between = \"00:00-24:00\"\n"
    )
}

fn open() -> String {
    format!("[calendar]\n{EVERY_DAY}send_between = \"00:00-24:00\"\n")
}

/// The severities in what the webhook was told.
fn severities(world: &World) -> Vec<String> {
    let events = messages(world.inbox(), "siem");
    let rows = events.iter().flat_map(|event| {
        let event: Value = serde_json::from_str(&event.text).unwrap();
        event["data"]["alerts"].as_array().unwrap().clone()
    });
    let mut found: Vec<String> = rows
        .map(|row| row["severity"].as_str().unwrap().to_owned())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn on_a_day_off_only_what_is_urgent_is_told_and_the_rest_together_when_it_is_over() {
    let world = World::of_story(40);
    world.configure(ONCE, &[receivers(&world.sandbox), closed()].concat());
    let check = world.forewarn(&["check"]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    assert!(
        check.stdout.contains("info and warning wait until "),
        "{}",
        check.stdout
    );
    let opening = (now().date_naive() + Days::new(2)).format("%a %d %b %Y 00:00:00 UTC");
    assert!(
        check.stdout.contains(&opening.to_string()),
        "a round at the opening: {}",
        check.stdout
    );

    let daemon = world.run();
    until("a round has ended and all is delivered", SOON, || {
        daemon.complete_scans() > 0 && daemon.has_delivered_everything()
    });
    assert_eq!(daemon.get("/readyz").status, 200);
    let log = daemon.stop().stderr;
    assert!(
        log.contains(" alerts of info and warning wait until "),
        "{log}"
    );
    let urgent = severities(&world);
    assert!(
        !urgent.is_empty(),
        "the story has something urgent on its day 40"
    );
    assert!(
        urgent.iter().all(|of| of == "critical" || of == "expired"),
        "{urgent:?}"
    );
    let before = messages(world.inbox(), "slack").len();

    world.configure(ONCE, &[receivers(&world.sandbox), open()].concat());
    let daemon = world.run();
    until("the rest is told", SOON, || {
        daemon.complete_scans() > 0
            && daemon.has_delivered_everything()
            && messages(world.inbox(), "slack").len() > before
    });
    let all = severities(&world);
    assert!(
        all.contains(&"warning".to_owned()) || all.contains(&"info".to_owned()),
        "{all:?}"
    );
    daemon.stop();
    assert_no_problems(world.inbox());
}

#[test]
fn a_summary_comes_to_each_receiver_once() {
    let world = World::of_story(40);
    world.configure(ONCE, &[receivers(&world.sandbox), open()].concat());
    let daemon = world.run();
    until("the first scan is told", SOON, || {
        daemon.complete_scans() > 0 && daemon.has_delivered_everything()
    });
    daemon.stop();

    let wanted = receivers(&world.sandbox).replace(
        "send_resolved = true\n",
        "send_resolved = true\ndigest = \"weekly\"\n",
    );
    world.configure(EVERY_SECOND, &[wanted, open()].concat());
    let daemon = world.run();
    daemon.wait_for_rounds(2);
    until("everything is delivered", SOON, || {
        daemon.has_delivered_everything()
    });
    daemon.stop();

    let is_summary = |text: &str| {
        text.contains("Weekly summary of contoso: ") || text.contains("\"type\":\"digest\"")
    };
    for receiver in RECEIVERS {
        let messages = messages(world.inbox(), receiver);
        let summaries: Vec<_> = messages
            .iter()
            .filter(|message| is_summary(&message.text))
            .collect();
        assert_eq!(summaries.len(), 1, "{receiver}");
        if receiver == "siem" {
            let event: Value = serde_json::from_str(&summaries[0].text).unwrap();
            let data = &event["data"];
            assert_eq!(data["tenant"], "contoso");
            assert!(data["watched"].as_u64().unwrap() > 0);
            assert_eq!(data["alerts"][0]["section"], "coming-up");
        } else {
            assert!(
                summaries[0].text.contains("due in the coming weeks"),
                "{receiver}"
            );
        }
    }
    assert_no_problems(world.inbox());
}
