//! Credentials that came and went while nobody looked: two sights of the story's tenant, some days apart, with one memory.

use std::{collections::BTreeSet, fs};

use chrono::TimeDelta;
use forewarn::sandbox::{Population, Story};
use serde_json::Value;

use crate::{
    arrived::{assert_no_problems, messages},
    config::{ONCE, receivers},
    wait::{SOON, until},
    world::{World, now},
};

const DAYS: [i64; 2] = [20, 45];

/// The credentials of the story's app registrations on this day.
fn there(day: i64) -> BTreeSet<String> {
    let start = now() - TimeDelta::days(day);
    let population = Population::Story(Story { start });
    let ids = population.apps(now()).flat_map(|app| {
        let secrets = app.secrets.into_iter().map(|of| of.key_id);
        let certificates = app.certificates.into_iter().map(|of| of.key_id);
        secrets.chain(certificates).collect::<Vec<_>>()
    });
    ids.map(|id| id.to_string()).collect()
}

/// What the SIEM was told under this type.
fn told(world: &World, event: &str) -> Vec<Value> {
    let bodies = messages(world.inbox(), "siem").into_iter();
    let documents = bodies.map(|of| serde_json::from_str::<Value>(&of.text).unwrap());
    documents
        .filter(|document| document["type"] == event)
        .flat_map(|document| document["data"]["alerts"].as_array().unwrap().clone())
        .collect()
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    let id = |row: &Value| row["credential_id"].as_str().unwrap().to_owned();
    rows.iter().map(id).collect()
}

fn look(day: i64, memory: Option<&World>) -> World {
    let world = World::of_story(day);
    let wanted = "include = [\"applications\"]\n[tenants.auth]";
    world.configure(
        ONCE,
        &[
            &receivers(&world.sandbox),
            "[changes]\nnotify = [\"added\", \"removed\", \"owner-lost\"]\n",
        ]
        .concat(),
    );
    let file = fs::read_to_string(world.path("forewarn.toml")).unwrap();
    world.write("forewarn.toml", &file.replace("[tenants.auth]", wanted));
    if let Some(memory) = memory {
        fs::copy(memory.path("forewarn.db"), world.path("forewarn.db")).unwrap();
    }
    world
}

#[test]
fn what_came_and_what_went_is_told_once_with_whose_it_is() {
    let [before, after] = DAYS.map(there);
    let came: BTreeSet<String> = after.difference(&before).cloned().collect();
    let went: BTreeSet<String> = before.difference(&after).cloned().collect();
    assert!(!came.is_empty() && !went.is_empty());

    let first = look(DAYS[0], None);
    let daemon = first.run();
    until("all is delivered", SOON, || {
        daemon.rounds() == 1 && daemon.has_delivered_everything()
    });
    daemon.stop();
    assert_eq!(told(&first, "credential.added"), Vec::<Value>::new());

    let world = look(DAYS[1], Some(&first));
    let daemon = world.run();
    until("the changes are told", SOON, || {
        ids(&told(&world, "credential.added")) == came
            && ids(&told(&world, "credential.removed")) == went
    });
    until("people are told too", SOON, || {
        let texts = messages(world.inbox(), "mail").into_iter();
        let texts = texts.map(|of| of.text);
        // its lines are broken
        let mut texts = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        texts.any(|text| text.contains("This is about what changed"))
    });
    daemon.stop();
    let rows = told(&world, "credential.added");
    assert_eq!(rows.len(), came.len(), "once each");
    let began = rows.iter().map(|row| row["starts_at"].as_str().unwrap());
    assert!(began.rev().is_sorted(), "newest first");
    let is_known =
        |row: &Value| row["owners"] != Value::from(Vec::<Value>::new()) || row["ownerless"] == true;
    assert!(rows.iter().all(is_known), "whose it is was asked");
    assert!(
        rows.iter()
            .all(|row| row["section"] == "added" && row["starts_at"].is_string())
    );

    let daemon = world.run();
    until("all is delivered", SOON, || {
        daemon.rounds() == 1 && daemon.has_delivered_everything()
    });
    daemon.stop();
    assert_eq!(
        told(&world, "credential.added").len(),
        came.len(),
        "nor is it told again"
    );
    assert_no_problems(world.inbox());
}
