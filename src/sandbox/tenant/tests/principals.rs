//! The second list: service principals.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::{Caller, graph_error, options, sandbox, today};
use crate::sandbox::{Collection, Options, Population, Story, start};

#[tokio::test]
async fn they_are_paged_selected_and_counted_as_apps_are() {
    let sandbox = sandbox(1_000).await;
    let caller = Caller::of(&sandbox).await;
    let (mut path, mut ids, mut pages) = (
        "/v1.0/servicePrincipals?$select=id,servicePrincipalType,preferredTokenSigningKeyThumbprint&$top=999"
            .to_owned(),
        Vec::new(),
        0,
    );
    loop {
        let page = caller.json(&path).await;
        let context = page["@odata.context"].as_str().unwrap();
        assert!(
            context.contains("$metadata#servicePrincipals(id,"),
            "{context}"
        );
        pages += 1;
        ids.extend(
            page["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].to_string()),
        );
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => break,
        }
    }
    assert_eq!((ids.len(), pages), (2_000, 3));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2_000);
    let refused = caller
        .get("/v1.0/servicePrincipals?$select=publisherDomain")
        .await;
    assert_eq!(
        graph_error(refused).await,
        (400, "Request_BadRequest".to_owned())
    );
    let refused = caller
        .get("/v1.0/servicePrincipals?$expand=federatedIdentityCredentials")
        .await;
    assert_eq!(graph_error(refused).await.0, 400);
    let asked = &sandbox.stats().graph_requests["/v1.0/servicePrincipals"];
    assert_eq!((asked[&200], asked[&400]), (3, 2));
}

#[tokio::test]
async fn one_of_them_is_found_by_either_id() {
    let sandbox = sandbox(5).await;
    let caller = Caller::of(&sandbox).await;
    let one = sandbox
        .population()
        .service_principals(today())
        .nth(7)
        .unwrap();
    for path in [
        format!("/v1.0/servicePrincipals/{}", one.id),
        format!("/v1.0/servicePrincipals(appId='{}')", one.app_id),
    ] {
        assert_eq!(caller.json(&path).await["id"], one.id.to_string(), "{path}");
    }
}

#[tokio::test]
async fn the_story_s_saml_app_changes_what_it_signs_with() {
    let (sso, id) = ("Salesforce", "preferredTokenSigningKeyThumbprint");
    let mut seen = Vec::new();
    for day in [0, 21, 29, 46] {
        let population = Population::Story(Story { start: today() });
        let now = today() + TimeDelta::days(day);
        let sandbox = start(Options::new(population, Arc::new(move || now)))
            .await
            .unwrap();
        let page = Caller::of(&sandbox)
            .await
            .json("/v1.0/servicePrincipals?$top=999")
            .await;
        let rows = page["value"].as_array().unwrap();
        let row = rows.iter().find(|row| row["displayName"] == sso).unwrap();
        let list = |name: &str| row[name].as_array().unwrap().clone();
        let (keys, passwords) = (list("keyCredentials"), list("passwordCredentials"));
        assert_eq!(keys.len(), 2 * passwords.len());
        for password in &passwords {
            let parts: Vec<&Value> = keys
                .iter()
                .filter(|key| key["customKeyIdentifier"] == password["customKeyIdentifier"])
                .collect();
            assert_eq!(parts.len(), 2);
            assert_eq!(
                (&parts[0]["usage"], &parts[0]["keyId"]),
                (&"Sign".into(), &password["keyId"])
            );
        }
        assert!(keys.iter().any(|key| key["customKeyIdentifier"] == row[id]));
        seen.push((passwords.len(), row[id].clone()));
    }
    assert_eq!(
        seen.iter().map(|(count, _)| *count).collect::<Vec<_>>(),
        [1, 2, 2, 1]
    );
    assert!(seen[0].1 == seen[1].1 && seen[1].1 != seen[2].1 && seen[2].1 == seen[3].1);
}

#[tokio::test]
async fn federated_credentials_come_with_their_app_on_smaller_pages() {
    let sandbox = start(options(250)).await.unwrap();
    let caller = Caller::of(&sandbox).await;
    let path = "/v1.0/applications?$select=id&$expand=federatedIdentityCredentials&$top=999";
    let page = caller.json(path).await;
    let rows = page["value"].as_array().unwrap();
    assert_eq!(rows.len(), 100);
    assert!(rows[0]["federatedIdentityCredentials"].is_array());
    assert_eq!(
        sandbox
            .population()
            .count(Collection::Applications, today()),
        250
    );
}
