//! When keys were last used, and what is said of a rotation because of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::sandbox::Faults;
use serde_json::Value;

use crate::{
    arrived::{alerts, messages},
    config::{ONCE, receivers, service, tenant},
    process::Ended,
    wait::{SOON, until},
    world::{World, crowd, now},
};

const APPS: usize = 1_500;

/// Writes a configuration that asks for last uses.
fn configure(world: &World, rest: &str) {
    let tenant = tenant("contoso", &world.sandbox).replacen(
        "[tenants.auth]",
        "sign_in_activity = true\n[tenants.auth]",
        1,
    );
    world.write("forewarn.toml", &[&service(ONCE), &tenant, rest].concat());
}

fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap()
}

fn by_id(document: &Value) -> BTreeMap<&str, &Value> {
    let rows = document["credentials"].as_array().unwrap().iter();
    rows.map(|row| (row["credential_id"].as_str().unwrap(), row))
        .collect()
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    Some(value.as_str()?.parse().unwrap())
}

#[test]
fn every_row_says_when_it_was_last_used_and_nothing_in_use_counts_as_replaced() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    configure(&world, "");

    let ended = world.forewarn(&["scan", "--format", "json"]);

    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let document = document(&ended);
    let rows = by_id(&document);
    let day = TimeDelta::days(1);
    let (mut used, mut superseded, mut unfinished, mut unused) = (0, 0, 0, 0);
    for index in 0..APPS {
        let app = crowd.app(index);
        let secrets = app.secrets.iter().map(|key| (key.key_id, key.last_used_at));
        let certificates = app
            .certificates
            .iter()
            .map(|key| (key.key_id, key.last_used_at));
        for (id, last_used_at) in secrets.chain(certificates) {
            let row = rows[id.to_string().as_str()];
            assert_eq!(time(&row["last_used_at"]), last_used_at, "{row}");
            used += usize::from(last_used_at.is_some());
            if let Some(new) = row["superseded_by"].as_str() {
                superseded += 1;
                let since = time(&rows[new]["starts_at"]).unwrap() + day;
                assert!(last_used_at.is_none_or(|at| at <= since), "{row}");
            }
            if row["rotation"] == "unfinished" {
                unfinished += 1;
                let since = time(&rows[row["newer"].as_str().unwrap()]["starts_at"]).unwrap() + day;
                assert!(last_used_at.unwrap() > since, "{row}");
            }
            if row["unused"] == true {
                unused += 1;
                let idle_for = |at: DateTime<Utc>| now() - at;
                assert!(
                    last_used_at.is_none_or(|at| idle_for(at) >= day * 90),
                    "{row}"
                );
                assert!(
                    time(&row["starts_at"]).is_none_or(|at| idle_for(at) >= day * 90),
                    "{row}"
                );
            }
        }
    }
    let all = [used, superseded, unfinished, unused];
    assert!(all.iter().all(|count| *count > 5), "{all:?}");

    let csv = world.forewarn(&["scan", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = header
        .iter()
        .position(|name| name == "last_used_at")
        .unwrap();
    let filled = reader
        .records()
        .filter(|record| !record.as_ref().unwrap()[column].is_empty());
    assert_eq!(filled.count(), used);
}

#[test]
fn without_a_licence_it_is_said_once_and_the_scan_is_as_without() {
    let world = World::new(&crowd(300));
    world.configure(ONCE, "");
    let mut without = document(&world.forewarn(&["scan", "--format", "json"]));
    configure(&world, "");
    world.sandbox.set_faults(Faults {
        no_premium: true,
        ..Faults::default()
    });

    let ended = world.forewarn(&["scan", "--format", "json"]);

    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let said = "note on tenant contoso: when keys were last used is not known: the report needs an Entra ID P1 or P2 licence";
    assert_eq!(ended.stderr.matches(said).count(), 1, "{}", ended.stderr);
    let mut document = document(&ended);
    let notes = document["tenants"][0]["notes"].take();
    assert!(notes[0].as_str().unwrap().contains("P1 or P2"), "{notes}");
    for document in [&mut without, &mut document] {
        for row in document["credentials"].as_array_mut().unwrap() {
            row["days_left"] = Value::Null;
        }
    }
    assert_eq!(document["credentials"], without["credentials"]);
}

#[test]
fn people_read_that_a_rotation_is_unfinished_and_what_nobody_uses() {
    let world = World::of_story(0);
    configure(&world, &receivers(&world.sandbox));
    let daemon = world.run();
    let said = ["the rotation is unfinished.", "Not used for 19"];
    for receiver in ["mail", "slack", "teams"] {
        until("both are said", SOON, || {
            let messages = messages(world.inbox(), receiver);
            let text: String = messages.into_iter().map(|message| message.text).collect();
            said.iter().all(|said| text.contains(said))
        });
    }
    let unfinished = || -> Vec<Value> {
        let hooks = messages(world.inbox(), "siem");
        let rows = hooks.iter().flat_map(|message| alerts(&message.text));
        rows.filter(|row| row["rotation"] == "unfinished").collect()
    };
    until("the webhook is told", SOON, || !unfinished().is_empty());
    let unfinished = unfinished();
    assert_eq!(unfinished.len(), 1);
    assert_eq!(unfinished[0]["app_name"], "document-archive");
    assert_eq!(unfinished[0]["severity"], "warning");
    daemon.stop();
}
