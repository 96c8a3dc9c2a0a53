//! The AKS clusters that sign in with a secret, from the scan to the message.

use std::collections::BTreeMap;

use forewarn::sandbox::Faults;
use serde_json::Value;

use crate::{
    arrived::{alerts, messages},
    config::{ONCE, RECEIVERS, receivers},
    wait::{SOON, until},
    world::{World, crowd, now},
};

const AKS: &str = "[tenants.azure]\naks = true\n";

/// The resource ids by the client id of the app, as the tenant has them.
fn expected(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cluster in world.sandbox.population().clusters() {
        if let Some(client_id) = cluster.client_id {
            let ids = expected.entry(client_id.to_string()).or_default();
            ids.push(cluster.resource_id());
        }
    }
    expected
}

/// The same as a scan prints it; certificates name no cluster.
fn printed(stdout: &str) -> BTreeMap<String, Vec<String>> {
    let document: Value = serde_json::from_str(stdout).unwrap();
    let mut printed = BTreeMap::new();
    for row in document["credentials"].as_array().unwrap() {
        let used_by = row["used_by"].as_array().unwrap();
        let ids = used_by
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned());
        let ids: Vec<String> = ids.collect();
        if row["kind"] != "client-secret" {
            assert_eq!(ids.len(), 0, "{row}");
        } else if !ids.is_empty() {
            printed.insert(row["app_id"].as_str().unwrap().to_owned(), ids);
        }
    }
    printed
}

/// Without the apps that have no secret: there is no row to name their clusters on.
fn only_with_secrets(
    world: &World,
    mut expected: BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let with_secrets: Vec<String> = world
        .sandbox
        .population()
        .apps(now())
        .filter(|app| !app.secrets.is_empty())
        .map(|app| app.app_id.to_string())
        .collect();
    expected.retain(|app_id, _| with_secrets.contains(app_id));
    expected
}

#[test]
fn a_scan_names_them_by_either_way_and_goes_on_without() {
    let crowd = crowd(2_000);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", AKS);
    let expected = only_with_secrets(&world, expected(&world));
    assert!(expected.len() > 10);

    let by_query = world.forewarn(&["scan", "--format", "json"]);
    assert_eq!(printed(&by_query.stdout), expected);
    assert_eq!(by_query.stderr, "");

    world.sandbox.set_faults(Faults {
        resource_graph_error: Some(403),
        ..Faults::default()
    });
    let by_lists = world.forewarn(&["scan", "--format", "json"]);
    assert_eq!(printed(&by_lists.stdout), expected);

    world.sandbox.set_faults(Faults {
        arm_error: Some(403),
        ..Faults::default()
    });
    let refused = world.forewarn(&["scan", "--format", "json"]);
    assert_eq!(refused.code, by_query.code);
    assert_eq!(printed(&refused.stdout), BTreeMap::new());
    let said = "note on tenant contoso: AKS clusters cannot be named: ";
    assert_eq!(
        refused.stderr.matches(said).count(),
        1,
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("Grant the client the role Reader"),
        "{}",
        refused.stderr
    );

    world.all_is_well();
    let csv = world.forewarn(&["scan", "--format", "csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "used_by");
    let cells = reader
        .records()
        .map(|row| row.unwrap()[column.unwrap()].to_owned());
    let filled: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
    assert!(filled.len() >= expected.len());
    assert!(filled[0].starts_with("RG-AKS-"), "{}", filled[0]);
}

#[test]
fn a_message_tells_which_they_are_and_what_to_type() {
    let world = World::of_story(0);
    world.configure(ONCE, &[AKS, &receivers(&world.sandbox)].concat());
    let daemon = world.run();
    until("the delivery of everything", SOON, || {
        let is_there = |name: &&str| !messages(world.inbox(), name).is_empty();
        RECEIVERS.iter().all(is_there) && daemon.has_delivered_everything()
    });
    daemon.stop();

    let rows: Vec<Value> = messages(world.inbox(), "siem")
        .iter()
        .flat_map(|message| alerts(&message.text))
        .filter(|row| row["used_by"] != serde_json::json!([]))
        .collect();
    let [row] = rows.as_slice() else {
        panic!("one secret of the story is used by clusters: {rows:?}");
    };
    assert_eq!(row["app_name"], "aks-prod-cluster");
    let used_by = row["used_by"].as_array().unwrap();
    let mut names: Vec<&str> = used_by
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["aks-dr-neu", "aks-prod-weu"]);
    let subscription = used_by[0]["subscription_id"].as_str().unwrap();
    let client_id = row["app_id"].as_str().unwrap();

    for receiver in ["mail", "slack", "teams"] {
        let taken = messages(world.inbox(), receiver);
        let texts: String = taken.iter().map(|message| &*message.text).collect();
        // the chats' bodies are JSON, and the lines of a mail's text are broken
        let texts = texts.replace("\\\"", "\"");
        let texts = texts.split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in [
            "AKS cluster aks-dr-neu (resource group rg-aks-prod(standby))",
            "AKS cluster aks-prod-weu (resource group rg-aks-prod)",
            &format!(
                "SP_SECRET=$(az ad app credential reset --id {client_id} --append --query password -o tsv)"
            ),
            &format!(
                "az aks update-credentials -g rg-aks-prod -n aks-prod-weu --subscription {subscription} --reset-service-principal --service-principal {client_id} --client-secret \"$SP_SECRET\""
            ),
            "-g \"rg-aks-prod(standby)\" -n aks-dr-neu ",
            "az aks update --enable-managed-identity",
        ] {
            assert!(
                texts.contains(expected),
                "{receiver}: no {expected} in {texts}"
            );
        }
    }
}
