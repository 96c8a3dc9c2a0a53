//! Who owns what runs out: in the scan's answers and in the messages, by as few requests as can be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::sandbox::{Faults, Generated, Population};
use serde_json::{Value, json};

use crate::{
    arrived::{alerts, all_were_told, messages},
    config::{EVERY_SECOND, ONCE, receivers},
    expected::due,
    process::Ended,
    wait::{SOON, until},
    world::{World, crowd, now},
};

const APPS: usize = 500;
const OWNERS: &str = "/v1.0/applications/{id}/owners";

/// What an app's owners should be shown as, by its object id: those of the directory, else whom the note names.
fn shown(crowd: &Generated) -> BTreeMap<String, Vec<String>> {
    let population = Population::Generated(crowd.clone());
    let apps = population.apps(now());
    apps.map(|app| {
        let label = |owner: forewarn::sandbox::Owner| {
            owner
                .mail
                .or(owner.user_principal_name)
                .unwrap_or(owner.name)
        };
        let mut owners: Vec<String> = population.owners(&app).into_iter().map(label).collect();
        if owners.is_empty() {
            let noted = app
                .notes
                .as_deref()
                .and_then(|note| note.strip_prefix("owner: "));
            owners.extend(noted.map(str::to_owned));
        }
        (app.id.to_string(), owners)
    })
    .collect()
}

fn rows(ended: &Ended) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    document["credentials"].as_array().unwrap().clone()
}

/// How many requests of `$batch` there were, and how many were in them.
fn asked(world: &World) -> (u64, u64) {
    let stats = world.sandbox.stats();
    let sum = |of: Option<&BTreeMap<u16, u64>>| of.map_or(0, |of| of.values().sum());
    (
        sum(stats.graph_requests.get("/v1.0/$batch")),
        sum(stats.batched_requests.get(OWNERS)),
    )
}

fn is_shown_right(row: &Value, shown: &BTreeMap<String, Vec<String>>) -> bool {
    let owners = &shown[row["object_id"].as_str().unwrap()];
    let ownerless = if owners.is_empty() {
        json!(true)
    } else {
        Value::Null
    };
    row["owners"] == json!(owners) && row["ownerless"] == ownerless
}

#[test]
fn a_scan_shows_the_owners_of_what_it_lists_twenty_apps_a_request() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");

    let ended = world.forewarn(&["scan", "--format", "json", "--within", "60d"]);

    let (rows, shown) = (rows(&ended), shown(&crowd));
    assert!(rows.iter().all(|row| is_shown_right(row, &shown)));
    assert!(rows.iter().any(|row| row["ownerless"] == true));
    let longest = rows
        .iter()
        .map(|row| row["owners"].as_array().unwrap().len())
        .max();
    assert!(longest > Some(20), "{longest:?}");
    let apps: BTreeSet<&str> = rows
        .iter()
        .map(|row| row["object_id"].as_str().unwrap())
        .collect();
    let apps = apps.len() as u64;
    assert_eq!(asked(&world), (apps.div_ceil(20), apps));
}

#[test]
fn without_a_limit_only_what_is_due_is_asked_about() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");

    let ended = world.forewarn(&["scan", "--format", "json"]);

    let due = due(&crowd, now());
    let (rows, shown) = (rows(&ended), shown(&crowd));
    let is_due = |row: &&Value| due.contains(row["credential_id"].as_str().unwrap());
    let due: Vec<&Value> = rows.iter().filter(is_due).collect();
    assert!(due.iter().all(|row| is_shown_right(row, &shown)));
    let apps: BTreeSet<&str> = due
        .iter()
        .map(|row| row["object_id"].as_str().unwrap())
        .collect();
    let apps = apps.len() as u64;
    assert_eq!(asked(&world), (apps.div_ceil(20), apps));
    let unknown = rows
        .iter()
        .filter(|row| row["owners"] == json!([]) && row["ownerless"].is_null());
    assert!(unknown.count() > APPS / 2, "not known is not nobody");
}

#[test]
fn without_leave_to_read_users_owners_are_ids_and_it_is_said_once() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");
    world.sandbox.set_faults(Faults {
        roles: Some(vec!["Application.Read.All".to_owned()]),
        ..Faults::default()
    });

    let table = world.forewarn(&["scan", "--within", "400d"]);
    assert_eq!(
        table.stderr.matches("User.ReadBasic.All").count(),
        1,
        "{}",
        table.stderr
    );
    assert!(table.stdout.contains("nobody"), "{}", table.stdout);

    let ended = world.forewarn(&["scan", "--format", "json", "--within", "60d"]);
    assert_eq!(ended.stderr.matches("User.ReadBasic.All").count(), 1);
    let rows = rows(&ended);
    let mut owners = rows
        .iter()
        .flat_map(|row| row["owners"].as_array().unwrap());
    let known = |owner: &Value| {
        let owner = owner.as_str().unwrap();
        let is_id = owner.len() == 36 && owner.split('-').count() == 5;
        is_id || owner == "deployment-pipeline" || owner == "platform@contoso.com"
    };
    assert!(owners.all(known));

    let csv = world.forewarn(&["scan", "--format", "csv", "--within", "60d"]);
    let mut lines = csv.stdout.lines();
    assert!(lines.next().unwrap().ends_with(",ownerless"));
    assert!(lines.all(|line| line.ends_with(",true") || line.ends_with(",false")));
}

#[test]
fn messages_say_whose_it_is_and_routes_know_it() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    let routes = "[[routes]]\nmatch = { owner = \"*@contoso.com\" }\nreceivers = [\"siem\", \"mail\"]\n\
                  [[routes]]\nreceivers = [\"slack\"]\n";
    world.configure(EVERY_SECOND, &[&receivers(&world.sandbox), routes].concat());
    let (due, shown) = (due(&crowd, now()), shown(&crowd));

    let daemon = world.run();
    let told = || -> BTreeSet<String> {
        let all = ["siem", "slack"].map(|receiver| messages(world.inbox(), receiver));
        all.into_iter()
            .flatten()
            .flat_map(|message| message.credentials)
            .collect()
    };
    until("all are told", SOON, || told() == due);
    daemon.wait_for_rounds(3);
    let (batches, apps) = asked(&world);
    daemon.stop();

    let rows: Vec<Value> = messages(world.inbox(), "siem")
        .iter()
        .flat_map(|message| alerts(&message.text))
        .collect();
    assert!(rows.iter().all(|row| is_shown_right(row, &shown)));
    let is_ours = |row: &Value| {
        let mut owners = row["owners"].as_array().unwrap().iter();
        owners.any(|owner| owner.as_str().unwrap().ends_with("@contoso.com"))
    };
    assert!(!rows.is_empty() && rows.iter().all(is_ours));
    let unowned = messages(world.inbox(), "slack");
    assert!(
        unowned[0].text.contains("nobody owns this app"),
        "{}",
        unowned[0].text
    );
    assert_eq!(batches, apps.div_ceil(20), "later rounds ask nothing");

    let daemon = world.run();
    daemon.wait_for_rounds(2);
    daemon.stop();
    assert_eq!(asked(&world), (batches, apps), "nor does the next process");
}

#[test]
fn a_directory_that_keeps_owners_to_itself_stops_nothing() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(
        ONCE,
        &[
            &receivers(&world.sandbox),
            "[owners]\nsources = [\"tags\"]\n",
        ]
        .concat(),
    );
    let due = due(&crowd, now());
    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    daemon.stop();
    assert_eq!(asked(&world), (0, 0));
    let ends: DateTime<Utc> = now() + TimeDelta::days(60);
    let rows = messages(world.inbox(), "siem")
        .into_iter()
        .flat_map(|of| alerts(&of.text));
    let mut rows =
        rows.filter(|row| row["expires_at"].as_str().unwrap() < ends.to_rfc3339().as_str());
    assert!(rows.all(|row| row["ownerless"] == true));
}
