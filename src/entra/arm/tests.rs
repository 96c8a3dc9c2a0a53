use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use crate::{
    domain::{App, Snapshot},
    entra::{config::TenantConfig, tests::fake::*},
};

const RESOURCE_GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources";
const SUBSCRIPTIONS: &str = "/subscriptions";

fn wanting(url: &Url) -> TenantConfig {
    TenantConfig {
        aks: true,
        ..config(url)
    }
}

/// A tenant with three apps; everything below Azure Resource Manager is left to the script, by path.
async fn azure(script: impl Fn(&Call, &Url) -> Answer + Send + Sync + 'static) -> Fake {
    let script = move |_, call: &Call, url: &Url| match &*call.path {
        "/v1.0/applications" => page([1, 2, 3], None),
        _ => script(call, url),
    };
    Fake::start(|n| token(n, 3599), script).await
}

async fn scan(fake: &Fake) -> Snapshot {
    Rig::with(wanting(&fake.url)).scan().await.unwrap()
}

fn app_id(n: u32) -> String {
    format!("00000000-0000-4000-9000-{n:012}")
}

fn resource_id(subscription: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/rg-{name}/providers/Microsoft.ContainerService/managedClusters/{name}"
    )
}

fn row(name: &str, client_id: &str) -> Value {
    json!({
        "id": resource_id("s1", name), "name": name, "resourceGroup": format!("rg-{name}"), "subscriptionId": "s1",
        "location": "westeurope", "clientId": client_id,
    })
}

/// The same as a list gives it.
fn resource(subscription: &str, name: &str, client_id: &str) -> Value {
    json!({
        "id": resource_id(subscription, name), "name": name, "location": "westeurope",
        "properties": { "servicePrincipalProfile": { "clientId": client_id } },
    })
}

fn rows(data: &[Value], skip_token: Option<&str>) -> Value {
    let mut body =
        json!({ "totalRecords": 3, "count": data.len(), "data": data, "resultTruncated": "false" });
    if let Some(token) = skip_token {
        body["$skipToken"] = token.into();
    }
    body
}

fn list(value: &Value) -> Answer {
    json_answer(200, &json!({ "value": value }))
}

fn subscriptions(ids: &[&str]) -> Answer {
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "subscriptionId": id }))
        .collect();
    list(&json!(rows))
}

/// The names of the clusters of each app.
fn named(snapshot: &Snapshot) -> Vec<Vec<&str>> {
    let names = |app: &App| {
        let clusters = snapshot.facts.clusters.of(app, &app.credentials[0]);
        // the app lives only as long as the closure
        clusters
            .iter()
            .map(|cluster| &*cluster.name)
            .collect::<Vec<_>>()
    };
    snapshot.apps.iter().map(names).collect()
}

fn said(snapshot: &Snapshot) -> Vec<&str> {
    let missing = snapshot.facts.missing.iter();
    missing.map(String::as_str).collect()
}

#[tokio::test]
async fn one_query_names_the_clusters_page_by_page() {
    let fake = azure(|call, _| {
        assert_eq!(
            (&*call.path, &*call.query),
            (RESOURCE_GRAPH, "api-version=2021-03-01")
        );
        let asked: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(asked["options"]["$top"], 1_000);
        let answer = match asked["options"]["$skipToken"].as_str() {
            None => rows(
                &[row("b", &app_id(2).to_uppercase()), row("m", "MSI")],
                Some("p2"),
            ),
            Some("p2") => rows(
                &[
                    row("a", &app_id(2)),
                    row("c", &app_id(3)),
                    row("x", "stranger"),
                ],
                None,
            ),
            Some(other) => panic!("{other}"),
        };
        json_answer(200, &answer)
    })
    .await;
    let rig = Rig::with(wanting(&fake.url));
    let snapshot = rig.scan().await.unwrap();
    assert_eq!(named(&snapshot), [vec![], vec!["a", "b"], vec!["c"]]);
    assert_eq!(said(&snapshot), [""; 0]);
    let clusters = snapshot
        .facts
        .clusters
        .of(&snapshot.apps[2], &snapshot.apps[2].credentials[0]);
    assert_eq!(clusters[0].id, resource_id("s1", "c"));
    assert_eq!(clusters[0].resource_group, "rg-c");

    // each of the two has a token of its own, and keeps it
    rig.scan().await.unwrap();
    let scopes: Vec<String> = fake
        .token_calls()
        .into_iter()
        .map(|call| call.body)
        .collect();
    assert_eq!(scopes.len(), 2);
    assert!(
        scopes[0].contains("graph.microsoft.com%2F.default"),
        "{scopes:?}"
    );
    assert!(
        scopes[1].contains("management.azure.com%2F.default"),
        "{scopes:?}"
    );
    for call in fake.graph_calls() {
        let expected = if call.path.starts_with("/v1.0") {
            "Bearer token-0"
        } else {
            "Bearer token-1"
        };
        assert_eq!(call.header("authorization"), expected, "{}", call.path);
    }
}

#[tokio::test]
async fn nobody_is_asked_unless_it_is_wanted() {
    let fake = azure(|call, _| panic!("asked for {}", call.path)).await;
    Rig::new(&fake.url).scan().await.unwrap();
    assert_eq!(fake.token_calls().len(), 1);
}

#[tokio::test]
async fn where_resource_graph_refuses_the_subscriptions_are_gone_through() {
    let fake = azure(|call, url| {
        let clusters = |id: &str| {
            format!("/subscriptions/{id}/providers/Microsoft.ContainerService/managedClusters")
        };
        match &*call.path {
            RESOURCE_GRAPH => refused(403, "AuthorizationFailed", "No."),
            SUBSCRIPTIONS if call.query.contains("page=2") => subscriptions(&["s2", "s3", "s4"]),
            SUBSCRIPTIONS => {
                assert_eq!(call.query, "api-version=2022-12-01");
                let next = format!("{url}subscriptions?page=2");
                json_answer(
                    200,
                    &json!({ "value": [{ "subscriptionId": "s1" }], "nextLink": next }),
                )
            }
            path if path == clusters("s1") && call.query.contains("page=2") => list(&json!([
                resource("s1", "b", &app_id(1)),
                resource("s1", "m", "msi")
            ])),
            path if path == clusters("s1") => {
                assert_eq!(call.query, "api-version=2024-02-01");
                let next = format!("{}?page=2", call.path);
                json_answer(
                    200,
                    &json!({ "value": [resource("s1", "a", &app_id(1))], "nextLink": next }),
                )
            }
            path if path == clusters("s2") => refused(403, "AuthorizationFailed", "Not this one."),
            path if path == clusters("s3") => {
                refused(409, "MissingSubscriptionRegistration", "Never used.")
            }
            path if path == clusters("s4") => {
                list(&json!([resource("s4", "c", &app_id(3)), {"id": 7, "properties": null}]))
            }
            other => panic!("asked for {other}"),
        }
    })
    .await;
    let snapshot = scan(&fake).await;
    assert_eq!(named(&snapshot), [vec!["a", "b"], vec![], vec!["c"]]);
    let [said] = said(&snapshot)[..] else {
        panic!("{:?}", said(&snapshot));
    };
    assert_eq!(
        said,
        "some AKS clusters may not be named: 1 of 4 subscriptions cannot be read, the first of them because Azure Resource Manager refused \
         to list them (HTTP 403 AuthorizationFailed): Not this one. Grant the client the role Reader on the subscriptions or their \
         management group"
    );
}

#[tokio::test]
async fn whatever_is_refused_the_scan_is_whole_and_says_what_to_do() {
    for (script, expected) in [
        (
            (|_, _| refused(403, "AuthorizationFailed", "No.")) as fn(&Call, &Url) -> Answer,
            "AKS clusters cannot be named: Azure Resource Manager refused to list them (HTTP 403 AuthorizationFailed): No. Grant the client",
        ),
        (
            |call, _| match &*call.path {
                RESOURCE_GRAPH => refused(
                    400,
                    "BadRequest",
                    "There must be at least one subscription.",
                ),
                _ => subscriptions(&[]),
            },
            "AKS clusters cannot be named: the client sees no Azure subscription. Grant the client the role Reader",
        ),
        // the query finds nothing just as well where nothing may be seen
        (
            |call, _| match &*call.path {
                RESOURCE_GRAPH => json_answer(200, &rows(&[], None)),
                _ => subscriptions(&[]),
            },
            "AKS clusters cannot be named: the client sees no Azure subscription",
        ),
        (
            |_, _| answer(200, &[], "<html>login</html>"),
            "AKS clusters cannot be named: an answer of Azure Resource Manager cannot be read",
        ),
        (
            |_, _| json_answer(200, &json!({ "value": 3, "data": 4 })),
            "AKS clusters cannot be named: an answer of Azure Resource Manager cannot be read",
        ),
        (
            |_, _| answer(302, &[("location", "https://evil.example/")], ""),
            "AKS clusters cannot be named: Azure Resource Manager at 127.0.0.1",
        ),
        (
            |_, _| refused(500, "", ""),
            "AKS clusters cannot be named: Azure Resource Manager at 127.0.0.1",
        ),
        (
            |_, _| refused(401, "InvalidAuthenticationToken", "Audience."),
            "AKS clusters cannot be named: Azure Resource Manager refused to list them (HTTP 401 InvalidAuthenticationToken): Audience. \
             A fresh token was refused too: check the tenant's `cloud` and `endpoints.arm`",
        ),
    ] {
        let fake = azure(script).await;
        let snapshot = scan(&fake).await;
        assert_eq!(snapshot.apps.len(), 3);
        assert_eq!(said(&snapshot).len(), 1);
        assert!(
            said(&snapshot)[0].starts_with(expected),
            "{:?}",
            said(&snapshot)
        );
    }
}

#[tokio::test]
async fn a_refused_sign_in_to_azure_is_no_failed_scan() {
    let refuse = |n| match n {
        0 => token(n, 3599),
        _ => json_answer(
            400,
            &json!({ "error": "invalid_resource", "error_codes": [500_011] }),
        ),
    };
    let graph = |_, call: &Call, _: &Url| {
        assert!(call.path.starts_with("/v1.0"), "{}", call.path);
        page([1], None)
    };
    let fake = Fake::start(refuse, graph).await;
    let snapshot = scan(&fake).await;
    assert_eq!(snapshot.apps.len(), 1);
    assert!(
        said(&snapshot)[0].contains("AADSTS500011"),
        "{:?}",
        said(&snapshot)
    );
    assert_eq!(fake.token_calls().len(), 2, "nobody is asked twice");
}

#[tokio::test]
async fn links_elsewhere_and_in_circles_are_not_followed() {
    let elsewhere = azure(|_, _| panic!("the token must not come here")).await;
    let foreign = format!("{}subscriptions?page=2", elsewhere.url);
    for link in [
        foreign,
        "//evil.example/subscriptions".to_owned(),
        "?api-version=2022-12-01".to_owned(),
    ] {
        let fake = azure(move |call, _| match &*call.path {
            RESOURCE_GRAPH => refused(403, "", ""),
            _ => json_answer(200, &json!({ "value": [], "nextLink": link })),
        })
        .await;
        let snapshot = scan(&fake).await;
        assert!(
            said(&snapshot)[0].contains("goes on at another address or in circles"),
            "{:?}",
            said(&snapshot)
        );
    }
    assert!(elsewhere.graph_calls().is_empty());

    let circle = azure(|call, _| match &*call.path {
        RESOURCE_GRAPH => json_answer(200, &rows(&[row("a", &app_id(1))], Some("same"))),
        SUBSCRIPTIONS => subscriptions(&["s1"]),
        _ => list(&json!([resource("s1", "b", &app_id(1))])),
    })
    .await;
    assert_eq!(named(&scan(&circle).await)[0], ["a", "b"]);
}

#[tokio::test]
async fn what_resource_graph_leaves_out_is_said() {
    let cut = azure(|_, _| {
        let mut body = rows(&[row("a", &app_id(1))], None);
        body["resultTruncated"] = "true".into();
        json_answer(200, &body)
    })
    .await;
    let snapshot = scan(&cut).await;
    assert_eq!(named(&snapshot)[0], ["a"]);
    assert!(
        said(&snapshot)[0].contains("cut its answer short"),
        "{:?}",
        said(&snapshot)
    );

    let limited = azure(|_, _| {
        let body = rows(&[row("a", &app_id(1))], None).to_string();
        answer(200, &[("x-ms-tenant-subscription-limit-hit", "true")], body)
    })
    .await;
    let snapshot = scan(&limited).await;
    assert_eq!(named(&snapshot)[0], ["a"]);
    assert!(
        said(&snapshot)[0].contains("10,000 subscriptions"),
        "{:?}",
        said(&snapshot)
    );
}

#[tokio::test]
async fn the_quota_is_heeded_before_and_after_it_is_used_up() {
    let quota = |left| {
        [
            ("x-ms-user-quota-remaining", left),
            ("x-ms-user-quota-resets-after", "00:00:04"),
        ]
    };
    let fake = azure(move |call, _| {
        let asked: Value = serde_json::from_str(&call.body).unwrap();
        match asked["options"]["$skipToken"].as_str() {
            None => answer(200, &quota("0"), rows(&[], Some("p2")).to_string()),
            Some("p2") => answer(200, &quota("7"), rows(&[], Some("p3")).to_string()),
            _ => json_answer(200, &rows(&[row("a", &app_id(1))], None)),
        }
    })
    .await;
    let rig = Rig::with(wanting(&fake.url));
    assert_eq!(named(&rig.scan().await.unwrap())[0], ["a"]);
    assert_eq!(
        rig.clock
            .slept()
            .iter()
            .map(std::time::Duration::as_secs)
            .collect::<Vec<_>>(),
        [4]
    );

    for (headers, expected) in [
        (vec![("retry-after", "9")], 9),
        (quota("0").to_vec(), 4),
        ([&[("retry-after", "9")][..], &quota("0")].concat(), 9),
    ] {
        let asked = std::sync::atomic::AtomicBool::new(false);
        let fake = azure(move |_, _| {
            if asked.swap(true, std::sync::atomic::Ordering::SeqCst) {
                return json_answer(200, &rows(&[row("a", &app_id(1))], None));
            }
            answer(429, &headers, "")
        })
        .await;
        let rig = Rig::with(wanting(&fake.url));
        assert_eq!(named(&rig.scan().await.unwrap())[0], ["a"]);
        assert_eq!(rig.clock.slept()[0].as_secs(), expected);
    }
}

#[tokio::test]
async fn alerts_do_not_wait_long_for_names() {
    for (time, wait) in [
        (TimeDelta::minutes(30), "301"),
        (TimeDelta::seconds(20), "20"),
    ] {
        let fake = azure(move |_, _| later(429, wait)).await;
        let rig = Rig::with(wanting(&fake.url));
        let snapshot = rig.scan_within(time).await.unwrap();
        assert_eq!(snapshot.apps.len(), 3);
        assert!(
            said(&snapshot)[0].contains("asks us to wait"),
            "{:?}",
            said(&snapshot)
        );
        assert!(rig.clock.slept().is_empty());
    }
}
