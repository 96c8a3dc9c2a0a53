//! Options, single apps, headers and refusals of Graph.

use serde_json::Value;

use super::{Caller, graph_error, sandbox, today};

#[tokio::test]
async fn select_gives_the_chosen_properties_and_refuses_unknown_ones() {
    let sandbox = sandbox(3).await;
    let caller = Caller::of(&sandbox).await;
    let page = caller
        .json("/v1.0/applications?$select=passwordCredentials,id,displayName")
        .await;
    let context = page["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("/v1.0/$metadata#applications(passwordCredentials,id,displayName)"));
    let names: Vec<&String> = page["value"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["displayName", "id", "passwordCredentials"]);
    let unknown = caller.get("/v1.0/applications?$select=id,shoeSize").await;
    assert_eq!(
        graph_error(unknown).await,
        (400, "Request_BadRequest".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_as_graph_does() {
    let sandbox = sandbox(3).await;
    let caller = Caller::of(&sandbox).await;
    for (path, status, code) in [
        ("applications?$top=0", 400, "Request_BadRequest"),
        ("applications?$top=1000", 400, "Request_BadRequest"),
        ("applications?$top=many", 400, "Request_BadRequest"),
        ("applications?$nonsense=1", 400, "Request_BadRequest"),
        (
            "applications?$filter=displayName eq 'x'",
            400,
            "Request_UnsupportedQuery",
        ),
        (
            "applications?$filter=appId eq 'x'",
            400,
            "Request_BadRequest",
        ),
        (
            "applications?$expand=owners",
            400,
            "Request_UnsupportedQuery",
        ),
        (
            "applications?$skiptoken=stale",
            400,
            "Directory_ExpiredPageToken",
        ),
        ("applications/$count", 400, "Request_BadRequest"),
        ("applications/nobody", 404, "Request_ResourceNotFound"),
        (
            "applications/00000000-0000-0000-0000-000000000000",
            404,
            "Request_ResourceNotFound",
        ),
        ("users", 400, "BadRequest"),
    ] {
        let response = caller.get(&format!("/v1.0/{path}")).await;
        assert_eq!(
            graph_error(response).await,
            (status, code.to_owned()),
            "{path}"
        );
    }
    let odd = caller.get("/v1.0/applications?nonsense=1").await;
    assert_eq!(odd.status(), 200, "what is not OData's is passed over");
}

#[tokio::test]
async fn a_refusal_looks_like_graph_s() {
    let sandbox = sandbox(1).await;
    let caller = Caller::of(&sandbox).await;
    let response = caller
        .client
        .get(format!("{}/v1.0/applications?$top=0", caller.base))
        .bearer_auth(&caller.token)
        .header("client-request-id", "my-own-id")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["client-request-id"], "my-own-id");
    let request_id = response.headers()["request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["innerError"]["request-id"], request_id);
    insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
}

#[tokio::test]
async fn an_app_is_told_in_full() {
    let sandbox = sandbox(20).await;
    let caller = Caller::of(&sandbox).await;
    // The first app with both kinds of credential.
    let app = sandbox
        .population()
        .apps(today())
        .find(|app| !app.secrets.is_empty() && !app.certificates.is_empty())
        .unwrap();
    let response = caller
        .get(&format!("/v1.0/applications(appId='{}')", app.app_id))
        .await;
    assert_eq!(response.headers()["odata-version"], "4.0");
    assert_eq!(response.headers()["x-ms-resource-unit"], "2");
    assert_eq!(response.headers()["date"], "Sun, 01 Nov 2026 09:30:00 GMT");
    let text = response
        .text()
        .await
        .unwrap()
        .replace(sandbox.base_url(), "https://graph.microsoft.com");
    let told: Value = serde_json::from_str(&text).unwrap();
    let end = |list: &str| {
        told[list][0]["endDateTime"]
            .as_str()
            .and_then(|end| end.parse().ok())
    };
    assert_eq!(end("passwordCredentials"), app.secrets[0].ends_at);
    assert_eq!(end("keyCredentials"), app.certificates[0].ends_at);
    insta::assert_snapshot!(serde_json::to_string_pretty(&told).unwrap());
    let by_id = caller.json(&format!("/v1.0/applications/{}", app.id)).await;
    assert_eq!(by_id["passwordCredentials"], told["passwordCredentials"]);
}

#[tokio::test]
async fn filter_and_count() {
    let sandbox = sandbox(20).await;
    let caller = Caller::of(&sandbox).await;
    let app = sandbox.population().apps(today()).nth(13).unwrap();
    let filtered = caller
        .json(&format!(
            "/v1.0/applications?$filter=appId eq '{}'",
            app.app_id
        ))
        .await;
    assert_eq!(filtered["value"].as_array().unwrap().len(), 1);
    assert_eq!(filtered["value"][0]["id"], app.id.to_string());
    let counted = caller
        .client
        .get(format!(
            "{}/v1.0/applications?$count=true&$top=5&$select=id",
            caller.base
        ))
        .bearer_auth(&caller.token)
        .header("ConsistencyLevel", "eventual")
        .send();
    let counted = counted.await.unwrap();
    assert_eq!(counted.headers()["x-ms-resource-unit"], "1");
    assert_eq!(counted.json::<Value>().await.unwrap()["@odata.count"], 20);
    let uncounted = caller.json("/v1.0/applications?$count=true").await;
    assert!(
        uncounted.get("@odata.count").is_none(),
        "only with the header"
    );
}

#[tokio::test]
async fn whoever_tries_to_write_lacks_the_permission() {
    let sandbox = sandbox(1).await;
    let caller = Caller::of(&sandbox).await;
    let id = sandbox.population().apps(today()).next().unwrap().id;
    let url = format!("{}/v1.0/applications/{id}/addPassword", caller.base);
    let response = caller
        .client
        .post(url)
        .bearer_auth(&caller.token)
        .send()
        .await
        .unwrap();
    assert_eq!(
        graph_error(response).await,
        (403, "Authorization_RequestDenied".to_owned())
    );
}
