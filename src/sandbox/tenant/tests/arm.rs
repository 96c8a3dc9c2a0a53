//! Azure Resource Manager: who may ask, what a query finds, and how lists go on.

use std::collections::BTreeSet;

use reqwest::Response;
use serde_json::{Value, json};

use super::{Caller, client_builder, graph_error, options, sandbox, troubled};
use crate::sandbox::{Faults, Population, Sandbox, Story, start};

const RESOURCE_GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
const QUERY: &str = "Resources
| where type =~ 'microsoft.containerservice/managedclusters'
| extend clientId = tostring(properties.servicePrincipalProfile.clientId)
| where isnotempty(clientId) and clientId !~ 'msi'
| project id, name, clientId
| order by id asc";

async fn admin(sandbox: &Sandbox) -> Caller {
    let client = client_builder().build().unwrap();
    Caller::for_resource(client, sandbox, "https://management.azure.com").await
}

async fn ask(caller: &Caller, options: Value) -> Response {
    let url = format!("{}{RESOURCE_GRAPH}", caller.base);
    let body = json!({ "query": QUERY, "options": options });
    let request = caller.client.post(url).bearer_auth(&caller.token);
    request.json(&body).send().await.unwrap()
}

#[tokio::test]
async fn a_token_opens_the_service_that_it_is_for() {
    let sandbox = sandbox(1).await;
    let (reader, admin) = (Caller::of(&sandbox).await, admin(&sandbox).await);
    let subscriptions = "/subscriptions?api-version=2022-12-01";
    assert_eq!(admin.get(subscriptions).await.status(), 200);
    assert_eq!(graph_error(reader.get(subscriptions).await).await.0, 401);
    assert_eq!(reader.get("/v1.0/applications").await.status(), 200);
    assert_eq!(
        graph_error(admin.get("/v1.0/applications").await).await.0,
        401
    );
    assert_eq!(
        graph_error(admin.get("/subscriptions").await).await,
        (400, "MissingApiVersionParameter".to_owned())
    );
}

#[tokio::test]
async fn a_query_and_the_lists_find_the_same_clusters() {
    let sandbox = sandbox(12_000).await;
    let caller = admin(&sandbox).await;
    let (mut found, mut pages, mut options) = (BTreeSet::new(), 0, json!({ "$top": 100 }));
    loop {
        let page: Value = ask(&caller, options.clone()).await.json().await.unwrap();
        assert_eq!(page["resultTruncated"], "false");
        pages += 1;
        for row in page["data"].as_array().unwrap() {
            found.insert((row["id"].to_string(), row["clientId"].to_string()));
        }
        let token = &page["$skipToken"];
        if token.is_null() {
            break;
        }
        options["$skipToken"] = token.clone();
    }
    let clusters = sandbox.population().clusters();
    let with_secret = clusters
        .iter()
        .filter(|one| one.client_id.is_some())
        .count();
    assert_eq!((found.len(), pages), (with_secret, 3));
    assert!(with_secret < clusters.len());

    let subscriptions = caller.json("/subscriptions?api-version=2022-12-01").await;
    let (mut listed, mut all) = (BTreeSet::new(), 0);
    for subscription in subscriptions["value"].as_array().unwrap() {
        let id = subscription["subscriptionId"].as_str().unwrap();
        let mut path = format!(
            "/subscriptions/{id}/providers/Microsoft.ContainerService/managedClusters?api-version=2024-02-01"
        );
        loop {
            let page = caller.json(&path).await;
            for row in page["value"].as_array().unwrap() {
                let client_id = &row["properties"]["servicePrincipalProfile"]["clientId"];
                all += 1;
                if client_id != "msi" {
                    listed.insert((row["id"].to_string(), client_id.to_string()));
                }
            }
            match page["nextLink"].as_str() {
                Some(next) => next.clone_into(&mut path),
                None => break,
            }
        }
    }
    assert_eq!((listed, all), (found, clusters.len()));
    let unknown = "/subscriptions/x/providers/Microsoft.ContainerService/managedClusters?api-version=2024-02-01";
    assert_eq!(graph_error(caller.get(unknown).await).await.0, 404);
}

#[tokio::test]
async fn resource_graph_alone_can_be_refused() {
    let faults = Faults {
        resource_graph_error: Some(403),
        ..Faults::default()
    };
    let sandbox = troubled(1, faults).await;
    let caller = admin(&sandbox).await;
    assert_eq!(
        graph_error(ask(&caller, json!({})).await).await,
        (403, "AuthorizationFailed".to_owned())
    );
    assert_eq!(
        caller
            .get("/subscriptions?api-version=2022-12-01")
            .await
            .status(),
        200
    );
    sandbox.set_faults(Faults {
        arm_error: Some(429),
        ..Faults::default()
    });
    let refused = caller.get("/subscriptions?api-version=2022-12-01").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    let asked = sandbox.stats().azure_requests;
    assert_eq!(asked["/resourceGraph"][&403], 1);
    assert_eq!(
        (asked["/subscriptions"][&200], asked["/subscriptions"][&429]),
        (1, 1)
    );
}

#[tokio::test]
async fn the_story_has_clusters_on_the_app_that_runs_out() {
    let mut story = options(1);
    let now = (story.clock)();
    story.population = Population::Story(Story { start: now });
    let sandbox = start(story).await.unwrap();
    let clusters = sandbox.population().clusters();
    let app = sandbox
        .population()
        .apps(now)
        .find(|app| app.display_name.as_deref() == Some("aks-prod-cluster"))
        .unwrap();
    let on = clusters
        .iter()
        .filter(|one| one.client_id == Some(app.app_id));
    assert_eq!(on.count(), 2);
    assert!(clusters.iter().any(|one| one.client_id.is_none()));
}
