//! Who owns apps, twenty a request.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::fake::{Answer, Call, Fake, Rig, answer, config, json_answer, later, refused, token};
use crate::{
    domain::{App, Clock, Id, ObjectType, ownership::OwnerSource},
    entra::{Directory, FoundOwners},
};

fn id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

fn app(n: u32) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse(&id(n)),
        app_id: Id::parse("x"),
        name: "x".into(),
        tags: Box::default(),
        credentials: Box::default(),
    }
}

fn ada() -> Value {
    json!({"@odata.type": "#microsoft.graph.user", "id": "00000000-0000-4000-c000-000000000001",
           "displayName": "Ada", "userPrincipalName": "ada@contoso.onmicrosoft.com", "mail": "ada@contoso.com"})
}

fn reply(request: &Value, status: u16, body: &Value) -> Value {
    json!({"id": request["id"], "status": status, "headers": {"Content-Type": "application/json"}, "body": body})
}

fn owned(request: &Value) -> Value {
    reply(request, 200, &json!({"value": [ada()]}))
}

/// A Graph that answers each request of a batch, in reverse, by the number of the call and the request.
async fn fake(each: impl Fn(usize, &Value) -> Option<Value> + Send + Sync + 'static) -> Fake {
    Fake::start(
        |n| token(n, 3599),
        move |n, call, _| batch(call, |request| each(n, request)),
    )
    .await
}

fn batch(call: &Call, each: impl Fn(&Value) -> Option<Value>) -> Answer {
    let asked: Value = serde_json::from_str(&call.body).unwrap();
    let requests = asked["requests"].as_array().unwrap();
    let responses: Vec<Value> = requests.iter().rev().filter_map(each).collect();
    json_answer(200, &json!({ "responses": responses }))
}

async fn find(rig: &Rig, apps: &[App]) -> FoundOwners {
    let apps: Vec<&App> = apps.iter().collect();
    let deadline = rig.clock.now() + TimeDelta::minutes(5);
    rig.tenant.owners(&apps, deadline, &|_| {}).await
}

fn labels(found: &FoundOwners) -> Vec<String> {
    let owners = found.owners.iter();
    owners
        .map(|(_, owners)| {
            let labels: Vec<String> = owners.iter().map(|of| of.label().into_owned()).collect();
            labels.join(" ")
        })
        .collect()
}

#[tokio::test]
async fn twenty_apps_are_asked_about_in_one_request() {
    let fake = fake(|_, request| Some(owned(request))).await;
    let rig = Rig::new(&fake.url);
    let mut apps: Vec<App> = (0..41).map(app).collect();
    apps[1].object_type = ObjectType::ServicePrincipal;
    apps.push(App {
        object_id: Id::parse("../me"),
        ..app(99)
    });
    let found = find(&rig, &apps).await;
    assert_eq!((found.problem, found.nameless), (None, false));
    assert_eq!(
        found.owners.len(),
        41,
        "an id that is no GUID is not asked about"
    );
    assert!(found.owners.iter().all(|(_, owners)| {
        let ada = &owners[0];
        ada.mail.as_deref() == Some("ada@contoso.com") && ada.name.as_deref() == Some("Ada")
    }));
    let calls = fake.graph_calls();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.path == "/v1.0/$batch"));
    assert_eq!(calls[0].header("content-type"), "application/json");
    let asked: Value = serde_json::from_str(&calls[0].body).unwrap();
    let query = "owners?$select=id,displayName,userPrincipalName,mail";
    assert_eq!(
        asked["requests"][0],
        json!({"id": "0", "method": "GET", "url": format!("/applications/{}/{query}", id(0))})
    );
    assert_eq!(
        asked["requests"][1]["url"],
        format!("/servicePrincipals/{}/{query}", id(1))
    );
    let last: Value = serde_json::from_str(&calls[2].body).unwrap();
    assert_eq!(last["requests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_throttled_inside_is_asked_again_alone_after_the_wait() {
    let fake = fake(|n, request| {
        let late = json!({"id": request["id"], "status": 429, "headers": {"Retry-After": "7"},
                          "body": {"error": {"code": "TooManyRequests", "message": ""}}});
        let is_second = request["id"] == "1";
        Some(if n == 0 && is_second {
            late
        } else {
            owned(request)
        })
    })
    .await;
    let rig = Rig::new(&fake.url);
    let found = find(&rig, &[app(0), app(1), app(2)]).await;
    assert_eq!(labels(&found), ["ada@contoso.com"; 3]);
    assert_eq!(rig.clock.slept(), [Duration::from_secs(7)]);
    let again: Value = serde_json::from_str(&fake.graph_calls()[1].body).unwrap();
    assert_eq!(again["requests"].as_array().unwrap().len(), 1);
    assert_eq!(again["requests"][0]["id"], "1");
}

#[tokio::test]
async fn half_an_emoji_in_a_name_costs_that_name_alone() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |_, _, _| {
            let body = r#"{"responses": [{"id": "0", "status": 200, "body": {"value": [
                {"id": "00000000-0000-4000-c000-000000000001", "displayName": "Ada \ud83d"}]}}]}"#;
            answer(200, &[("content-type", "application/json")], body)
        },
    )
    .await;
    let found = find(&Rig::new(&fake.url), &[app(0)]).await;
    assert_eq!(found.problem, None);
    assert_eq!(labels(&found), ["Ada \u{fffd}"]);
}

#[tokio::test]
async fn a_refusal_of_one_leaves_the_others() {
    let fake = fake(|_, request| {
        let refusal = json!({"error": {"code": "Request_ResourceNotFound", "message": "gone"}});
        let is_second = request["id"] == "1";
        Some(if is_second {
            reply(request, 404, &refusal)
        } else {
            owned(request)
        })
    })
    .await;
    let found = find(&Rig::new(&fake.url), &[app(0), app(1), app(2)]).await;
    let ids: Vec<String> = found.owners.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(ids, [id(0), id(2)]);
    let problem = found.problem.unwrap();
    assert!(problem.contains("Request_ResourceNotFound"), "{problem}");
    assert_eq!(fake.graph_calls().len(), 1);
}

#[tokio::test]
async fn what_is_not_answered_is_asked_again_and_then_given_up() {
    let fake = fake(|_, request| (request["id"] != "1").then(|| owned(request))).await;
    let found = find(&Rig::new(&fake.url), &[app(0), app(1)]).await;
    assert_eq!(found.owners.len(), 1);
    let problem = found.problem.unwrap();
    assert!(problem.contains("not answered"), "{problem}");
    assert_eq!(fake.graph_calls().len(), 4);
}

#[tokio::test]
async fn odd_answers_are_not_taken_for_nobody() {
    for body in [
        json!(null),
        json!({}),
        json!({"value": "x"}),
        json!([1]),
        json!({"value": [{"id": 5}]}),
    ] {
        let fake = fake(move |_, request| Some(reply(request, 200, &body))).await;
        let found = find(&Rig::new(&fake.url), &[app(0)]).await;
        assert!(found.owners.is_empty() && found.problem.is_some());
    }
    for whole in [
        "",
        "[]",
        "{\"responses\": 5}",
        "{\"responses\": [5, {\"id\": 0}]}",
    ] {
        let fake = Fake::graph(move |_, _| answer(200, &[], whole)).await;
        let found = find(&Rig::new(&fake.url), &[app(0)]).await;
        assert!(
            found.owners.is_empty() && found.problem.is_some(),
            "{whole}"
        );
    }
}

#[tokio::test]
async fn a_failing_batch_stops_the_others_and_keeps_what_came_before() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, _| match n {
            0 => batch(call, |request| Some(owned(request))),
            _ => refused(403, "Authorization_RequestDenied", "no"),
        },
    )
    .await;
    let apps: Vec<App> = (0..60).map(app).collect();
    let found = find(&Rig::new(&fake.url), &apps).await;
    assert_eq!(found.owners.len(), 20);
    let problem = found.problem.unwrap();
    assert!(problem.contains("to tell the owners"), "{problem}");
    assert!(problem.contains("Authorization_RequestDenied"), "{problem}");
    assert_eq!(fake.graph_calls().len(), 2);
}

#[tokio::test]
async fn the_whole_batch_may_be_told_to_wait() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, _| match n {
            0 => later(429, "3"),
            _ => batch(call, |request| Some(owned(request))),
        },
    )
    .await;
    let rig = Rig::new(&fake.url);
    assert_eq!(find(&rig, &[app(0)]).await.owners.len(), 1);
    assert_eq!(rig.clock.slept(), [Duration::from_secs(3)]);
}

#[tokio::test]
async fn over_a_hundred_owners_are_read_page_by_page() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, url| {
            let page = |from: u32, next: Option<&str>| {
                let owner = |n: u32| json!({"@odata.type": "#microsoft.graph.user", "id": id(n), "mail": format!("p{n}@b.c")});
                let owners: Vec<Value> = (from..from + 100).map(owner).collect();
                let mut page = json!({ "value": owners });
                if let Some(next) = next {
                    page["@odata.nextLink"] = format!("{url}v1.0/applications/{}/owners?$skiptoken={next}", id(0)).into();
                }
                page
            };
            match n {
                0 => batch(call, |request| Some(reply(request, 200, &page(0, Some("2"))))),
                1 => json_answer(200, &page(100, Some("3"))),
                _ => json_answer(200, &page(200, None)),
            }
        },
    )
    .await;
    let found = find(&Rig::new(&fake.url), &[app(0)]).await;
    assert_eq!(found.owners[0].1.len(), 300);
    assert_eq!(found.problem, None);
    assert_eq!(fake.graph_calls()[2].query, "$skiptoken=3");
}

#[tokio::test]
async fn the_limit_on_credentials_is_not_for_owners() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |_, call, url| {
            if call.path.ends_with("/owners") {
                return json_answer(200, &json!({ "value": [] }));
            }
            let next = format!("{url}v1.0/applications/{}/owners?$skiptoken=2", id(0));
            let page = json!({"value": [ada()], "@odata.nextLink": next});
            batch(call, |request| Some(reply(request, 200, &page)))
        },
    )
    .await;
    let rig = Rig::new(&fake.url);
    let before = rig.clock.now();
    let apps: Vec<App> = (0..200).map(app).collect();
    assert_eq!(find(&rig, &apps).await.owners.len(), 200);
    assert_eq!(fake.graph_calls().len(), 10 + 200);
    assert_eq!(rig.clock.now(), before, "nobody has to wait for a minute");
}

#[tokio::test]
async fn a_link_elsewhere_is_not_followed() {
    let fake = fake(|_, request| {
        let link = "https://evil.example/v1.0/applications/x/owners";
        let body = json!({"value": [ada()], "@odata.nextLink": link});
        Some(if request["id"] == "0" {
            reply(request, 200, &body)
        } else {
            owned(request)
        })
    })
    .await;
    let found = find(&Rig::new(&fake.url), &[app(0), app(1)]).await;
    assert_eq!(
        labels(&found),
        ["ada@contoso.com"],
        "half a list is no list"
    );
    assert!(found.problem.unwrap().contains("https://evil.example"));
    assert_eq!(fake.graph_calls().len(), 1);
}

#[tokio::test]
async fn owners_without_names_are_ids_and_it_is_noticed() {
    for (owner, label, nameless) in [
        (
            json!({"@odata.type": "#microsoft.graph.user", "id": id(7), "displayName": null, "mail": null}),
            id(7),
            true,
        ),
        (
            json!({"@odata.type": "#microsoft.graph.servicePrincipal", "id": id(7), "displayName": "pipeline"}),
            "pipeline".to_owned(),
            false,
        ),
        (
            json!({"@odata.type": "#microsoft.graph.user", "id": id(7), "userPrincipalName": "a\u{202e}\r\nb"}),
            "a b".to_owned(),
            false,
        ),
    ] {
        let fake =
            fake(move |_, request| Some(reply(request, 200, &json!({"value": [owner]})))).await;
        let found = find(&Rig::new(&fake.url), &[app(0)]).await;
        assert_eq!((labels(&found), found.nameless), (vec![label], nameless));
    }
}

#[tokio::test]
async fn notes_are_asked_for_and_read_only_where_they_count() {
    for (sources, query, named) in [
        (vec![OwnerSource::Graph], "tags,passwordCredentials", None),
        (
            vec![OwnerSource::Graph, OwnerSource::Notes],
            "tags,notes,passwordCredentials",
            Some("ada@contoso.com"),
        ),
    ] {
        let is_read = named.is_some();
        let fake = Fake::graph(move |_, _| {
            let mut with_note = super::fake::app(1);
            if is_read {
                with_note["notes"] = "Nightly.\nowner: ada@contoso.com".into();
            }
            let mut odd = super::fake::app(2);
            odd["notes"] = json!(["owner: x@y.z"]);
            json_answer(200, &json!({"value": [with_note, odd]}))
        })
        .await;
        let mut config = config(&fake.url);
        config.ownership.sources = sources;
        let rig = Rig::with(config);
        let snapshot = rig.scan().await.unwrap();
        assert!(fake.graph_calls()[0].query.contains(query));
        let apps: Vec<&App> = snapshot.apps.iter().collect();
        let ownership = rig.tenant.ownership();
        let nobody = apps.iter().map(|app| (app.object_id.clone(), Vec::new()));
        let owners = ownership.together(&apps, &snapshot.noted, nobody);
        let found = owners.of(apps[0]).unwrap().first().map(|of| of.label());
        assert_eq!(found.as_deref(), named);
        assert_eq!(owners.of(apps[1]), Some(&[][..]));
    }
}
