//! `forewarn plan`: what it says is what the daemon then does.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;

use crate::{
    arrived::{all_were_told, assert_told_once},
    config::{ONCE, RECEIVERS, receivers},
    expected::due,
    process::{Ended, Process},
    wait::{SOON, until},
    world::{World, crowd, now},
};

const MORNING: &str = "0 0 6 * * *";

fn planned(world: &World, more: &[&str]) -> (Ended, Value) {
    let arguments = [&["plan", "--format", "json"], more].concat();
    let ended = world.forewarn(&arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let document = serde_json::from_str(&ended.stdout).unwrap();
    (ended, document)
}

/// Receiver, what kind of message, credential and rung, of the messages that are wanted.
fn alerts(document: &Value, is_wanted: impl Fn(&Value) -> bool) -> BTreeSet<[String; 4]> {
    let messages = document["messages"].as_array().unwrap().iter();
    let of = |message: &Value| -> Vec<[String; 4]> {
        let text = |value: &Value| value.to_string();
        let alerts = message["alerts"].as_array().unwrap().iter();
        alerts
            .map(|alert| {
                [
                    text(&message["receiver"]),
                    text(&message["type"]),
                    text(&alert["credential_id"]),
                    text(&alert["rung"]),
                ]
            })
            .collect()
    };
    messages
        .filter(|message| is_wanted(message))
        .flat_map(of)
        .collect()
}

fn is_first(message: &Value) -> bool {
    message["first_scan"] == true
}

#[test]
fn what_is_planned_is_sent_and_is_then_no_longer_planned() {
    let crowd = crowd(400);
    let world = World::new(&crowd);
    world.configure(MORNING, &receivers(&world.sandbox));
    let due = due(&crowd, now());

    let (ended, before) = planned(&world, &[]);
    assert!(
        ended.stderr.contains("nothing was told before"),
        "{}",
        ended.stderr
    );
    assert!(!world.path("forewarn.db").exists(), "nothing is written");
    for receiver in RECEIVERS {
        let first = alerts(&before, |of| is_first(of) && of["receiver"] == receiver);
        let ids: BTreeSet<String> = first
            .into_iter()
            .map(|[_, _, id, _]| id.trim_matches('"').to_owned())
            .collect();
        assert_eq!(ids, due, "{receiver}");
    }
    assert!(world.inbox().messages().is_empty(), "nothing is sent");

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    assert_told_once(world.inbox(), &due);
    let (ended, after) = planned(&world, &[]);
    assert!(!ended.stderr.contains("nothing was told before"));
    assert_eq!(alerts(&after, is_first), BTreeSet::new());
    let later = |of: &Value| !is_first(of);
    let (expected, found) = (alerts(&before, later), alerts(&after, later));
    assert!(expected.len() > 100, "{}", expected.len());
    assert_eq!(found, expected);
    // the daemon has noticed nothing of it
    assert_eq!(daemon.get("/readyz").status, 200);
    daemon.stop();
    assert_eq!(
        planned(&world, &[]).1["messages"],
        after["messages"],
        "nor does it matter whether it runs"
    );
}

#[test]
fn a_schedule_that_runs_before_the_hours_of_summaries_has_a_round_for_them() {
    let world = World::new(&crowd(20));
    let receivers = receivers(&world.sandbox);
    let receivers = receivers.replace(
        "send_resolved = true\n",
        "send_resolved = true\ndigest = \"daily\"\n",
    );
    world.configure(MORNING, &receivers);
    let (_, document) = planned(&world, &["--days", "14", "--receiver", "siem"]);
    let messages = document["messages"].as_array().unwrap().iter();
    let summaries: Vec<&str> = messages
        .filter(|of| of["type"] == "digest")
        .map(|of| of["at"].as_str().unwrap())
        .collect();
    assert!(summaries.len() >= 9, "{summaries:?}");
    let at_eight = summaries.iter().all(|at| at.ends_with("T08:00:00Z"));
    assert!(at_eight, "{summaries:?}");
}

#[test]
fn what_nobody_hears_is_shown_and_what_escalates() {
    let world = World::new(&crowd(300));
    let routes = "[[routes]]\nmatch = { severity = [\"critical\", \"expired\"] }\nreceivers = [\"slack\"]\n\
                  escalate_after = \"36h\"\nescalate_to = [\"siem\"]\n";
    world.configure(MORNING, &[&receivers(&world.sandbox), routes].concat());

    let (_, document) = planned(&world, &["--days", "20"]);
    let unheard = alerts(&document, |of| of["receiver"] == Value::Null);
    assert!(!unheard.is_empty());
    let escalated = alerts(&document, |of| of["escalation"] == true);
    assert!(!escalated.is_empty());
    assert!(
        escalated
            .iter()
            .all(|[receiver, ..]| receiver == "\"siem\"")
    );
    assert_eq!(
        alerts(&document, |of| of["receiver"] == "mail"),
        BTreeSet::new()
    );
    assert_eq!(document["summary"]["unheard"], unheard.len());

    let table = world.forewarn(&["plan", "--days", "20"]).stdout;
    assert!(table.contains("nobody: no route takes this") && table.contains("escalated: siem"));
    assert!(
        table.contains("alerts reach nobody") && !table.contains('\u{1b}'),
        "{table}"
    );

    let only = planned(&world, &["--receiver", "siem"]).1;
    let receivers: BTreeSet<String> = alerts(&only, |_| true)
        .into_iter()
        .map(|[receiver, ..]| receiver)
        .collect();
    assert_eq!(receivers, BTreeSet::from(["\"siem\"".to_owned()]));

    let calendar = world.forewarn(&["plan", "--format", "ics"]).stdout;
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
}

#[test]
fn a_change_of_the_configuration_is_told_as_what_it_changes() {
    let world = World::new(&crowd(200));
    world.configure(MORNING, &receivers(&world.sandbox));
    let current = fs::read_to_string(world.path("forewarn.toml")).unwrap();
    let other = format!("{current}\n[thresholds]\ndays = [45, 30, 14, 7, 3, 1, 0]\n");
    world.write("same.toml", &current);
    world.write("other.toml", &other);

    let same = world.forewarn(&["plan", "--diff", "same.toml"]);
    assert_eq!(same.code, Some(0), "{}", same.stderr);
    assert!(
        same.stdout.starts_with("Nothing would be told otherwise"),
        "{}",
        same.stdout
    );

    let ended = world.forewarn(&["plan", "--diff", "other.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let all = document["differences"].as_array().unwrap();
    assert!(!all.is_empty());
    for one in all {
        let expected = if one["change"] == "added" { 45 } else { 60 };
        assert_eq!(one["alert"]["rung"], expected, "{one}");
    }
    assert_eq!(document["summary"]["moved"], 0);
    let text = world.forewarn(&["plan", "--diff", "other.toml"]).stdout;
    assert!(text.contains("\n+ ") && text.contains(" added, "), "{text}");

    let calendar = world.forewarn(&["plan", "--diff", "other.toml", "--format", "ics"]);
    assert_eq!((calendar.code, calendar.stdout.as_str()), (Some(3), ""));
}

#[test]
fn what_cannot_be_told_is_an_error_of_its_own() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));
    for (arguments, said) in [
        (
            &["plan", "--receiver", "nobody"][..],
            "no receiver is named `nobody`",
        ),
        (
            &["plan", "--tenant", "fabrikam"],
            "no tenant is named `fabrikam`",
        ),
        (&["plan", "--days", "0"], "1..=730"),
        (&["plan", "--diff", "missing.toml"], "missing.toml"),
    ] {
        let ended = world.forewarn(arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(3), ""),
            "{arguments:?}"
        );
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }

    world.write(
        "forewarn.db",
        "this is no database, but a text that is long enough to be taken for one",
    );
    let ended = world.forewarn(&["plan"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.stderr.contains("is not a database of forewarn"),
        "{}",
        ended.stderr
    );
    fs::remove_file(world.path("forewarn.db")).unwrap();

    world.refuse_sign_in(7_000_222);
    let ended = world.forewarn(&["plan", "--diff", "forewarn.toml"]);
    assert_eq!(ended.code, Some(3));
    assert!(!ended.stdout.contains("Nothing"), "{}", ended.stdout);
    let ended = world.forewarn(&["plan"]);
    assert_eq!(ended.code, Some(3));
    assert!(!ended.stdout.contains("Nobody"), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("tenant contoso could not be read"),
        "{}",
        ended.stderr
    );

    let mut command: Command = world.command(&["plan"]);
    command
        .env_remove("FOREWARN_CONFIG")
        .current_dir(std::env::temp_dir());
    let ended = Process::start(&mut command).end(SOON);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.stderr.contains("no configuration file"),
        "{}",
        ended.stderr
    );
}
