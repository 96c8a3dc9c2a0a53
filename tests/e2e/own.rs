//! What forewarn itself signs in with: shown apart, told of a rung earlier, and its refusal with what to type.

use serde_json::Value;

use crate::{
    arrived::messages,
    config::{EVERY_SECOND, ONCE, receivers},
    wait::{SOON, until},
    world::World,
};

/// The secret of the story's own app ends on day 335; here 80 to 81 days are left.
const DAY: i64 = 254;

#[test]
fn a_scan_shows_it_above_all_others() {
    let world = World::of_story(DAY);
    world.configure(ONCE, "");

    let table = world.forewarn(&["scan"]);

    let lines: Vec<&str> = table.stdout.lines().collect();
    let (section, row) = (lines[1], lines[2]);
    assert_eq!(section, "Forewarn's own sign-in  1", "{}", table.stdout);
    let days = row.trim_start().split("  ").next().unwrap();
    assert!(["in 80 days", "in 81 days"].contains(&days), "{row}");
    assert!(row.contains("secret forewarn"), "{row}");
    assert_eq!(
        table.stdout.matches("secret forewarn").count(),
        1,
        "it is not shown twice"
    );

    let json = world.forewarn(&["scan", "--format", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    let rows = document["credentials"].as_array().unwrap();
    let own: Vec<&Value> = rows.iter().filter(|row| row["own"] == true).collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["app_id"], world.sandbox.client_id());
    assert_eq!(
        own[0]["severity"], "info",
        "80 days before its end nothing else is on a rung"
    );
    let others = rows.iter().filter(|row| row["own"].is_null());
    assert_eq!(
        others.count(),
        rows.len() - 1,
        "the others do not have the key"
    );
}

#[test]
fn it_is_told_of_a_rung_earlier_and_marked() {
    let world = World::of_story(DAY);
    world.configure(ONCE, &receivers(&world.sandbox));
    let daemon = world.run();
    until("the first alerts are out", SOON, || {
        daemon.has_delivered_everything() && !messages(world.inbox(), "mail").is_empty()
    });

    for receiver in ["mail", "slack", "teams"] {
        let messages = messages(world.inbox(), receiver);
        let marked = messages
            .iter()
            .any(|message| message.text.contains("(forewarn's own sign-in)"));
        assert!(marked, "{receiver}");
    }
    let events = messages(world.inbox(), "siem");
    let alerts = events.iter().flat_map(|event| {
        let event: Value = serde_json::from_str(&event.text).unwrap();
        event["data"]["alerts"].as_array().unwrap().clone()
    });
    let own: Vec<Value> = alerts.filter(|row| row["own"] == true).collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["rung"], 90);
    daemon.stop();
}

#[test]
fn its_refusal_is_told_with_the_command_that_renews_it() {
    let world = World::of_story(DAY);
    world.configure(EVERY_SECOND, &receivers(&world.sandbox));
    let daemon = world.run();
    until("a first scan is complete", SOON, || {
        daemon.complete_scans() > 0
    });
    world.refuse_sign_in(7_000_222);
    let told = || {
        let mails = messages(world.inbox(), "mail").into_iter();
        mails
            .map(|mail| mail.text.replace(['\r', '\n'], " "))
            .find(|text| text.contains("AADSTS7000222, HTTP"))
    };
    until("the mail about it is there", SOON, || told().is_some());
    let text = told().unwrap();
    let command = format!(
        "az ad app credential reset --id {} --append",
        world.sandbox.client_id()
    );
    for part in ["the client secret has expired", "CLIENT_SECRET", &command] {
        assert!(text.contains(part), "{part}: {text}");
    }
    daemon.stop();
}
