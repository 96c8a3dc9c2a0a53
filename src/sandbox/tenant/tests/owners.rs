//! Owners, one app at a time and twenty in one.

use serde_json::{Value, json};

use super::{Caller, graph_error, sandbox, today};
use crate::sandbox::{App, Fault, Faults, RetryAfter, Rule, Sandbox};

const SELECT: &str = "$select=id,displayName,userPrincipalName,mail";

/// The app with the most owners, one without any, and one that a service principal owns.
fn apps(sandbox: &Sandbox) -> [App; 3] {
    let owners = |app: &App| sandbox.population().owners(app);
    let all: Vec<App> = sandbox.population().apps(today()).collect();
    let most = all.iter().max_by_key(|app| owners(app).len()).unwrap();
    let none = all.iter().find(|app| owners(app).is_empty()).unwrap();
    let robot = all
        .iter()
        .find(|app| owners(app).iter().any(|of| of.is_principal))
        .unwrap();
    [most, none, robot].map(Clone::clone)
}

async fn batch(caller: &Caller, body: &Value) -> reqwest::Response {
    let url = format!("{}/v1.0/$batch", caller.base);
    let request = caller
        .client
        .post(url)
        .bearer_auth(&caller.token)
        .json(body);
    request.send().await.unwrap()
}

fn path(app: &App) -> String {
    format!("/applications/{}/owners?{SELECT}", app.id)
}

#[tokio::test]
async fn owners_are_paged_and_typed() {
    let sandbox = sandbox(2_000).await;
    let caller = Caller::of(&sandbox).await;
    let [most, none, robot] = apps(&sandbox);
    let expected = sandbox.population().owners(&most);
    assert!(expected.len() > 100, "{}", expected.len());
    let first = caller.json(&format!("/v1.0{}", path(&most))).await;
    assert_eq!(first["value"].as_array().unwrap().len(), 100);
    let next = first["@odata.nextLink"].as_str().unwrap();
    let second = caller.json(next).await;
    assert_eq!(
        second["value"].as_array().unwrap().len(),
        expected.len() - 100
    );
    assert!(second.get("@odata.nextLink").is_none());
    assert_eq!(first["value"][0]["@odata.type"], "#microsoft.graph.user");
    assert_eq!(first["value"][0]["displayName"], expected[0].name.as_str());
    assert_eq!(
        caller.json(&format!("/v1.0{}", path(&none))).await["value"],
        json!([])
    );
    let robot = caller.json(&format!("/v1.0{}", path(&robot))).await;
    assert_eq!(
        robot["value"][0]["@odata.type"],
        "#microsoft.graph.servicePrincipal"
    );
    assert!(robot["value"][0].get("mail").is_none());
    for wrong in ["$select=salary", "$top=0", "$top=x", "$expand=manager"] {
        let refused = caller
            .get(&format!("/v1.0/applications/{}/owners?{wrong}", most.id))
            .await;
        assert_eq!(graph_error(refused).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn users_can_be_hidden() {
    let sandbox = sandbox(500).await;
    let caller = Caller::of(&sandbox).await;
    sandbox.set_faults(Faults {
        roles: Some(vec!["Application.Read.All".to_owned()]),
        ..Faults::default()
    });
    let [most, _, robot] = apps(&sandbox);
    let hidden = caller.json(&format!("/v1.0{}", path(&most))).await;
    let first = &hidden["value"][0];
    assert!(first["id"].is_string() && first["displayName"].is_null() && first["mail"].is_null());
    let robot = caller.json(&format!("/v1.0{}", path(&robot))).await;
    assert_eq!(robot["value"][0]["displayName"], "deployment-pipeline");
}

#[tokio::test]
async fn a_batch_answers_and_troubles_each_request_on_its_own() {
    let sandbox = sandbox(500).await;
    let caller = Caller::of(&sandbox).await;
    let [most, none, _] = apps(&sandbox);
    let late = Rule {
        retry_after: Some(RetryAfter::Seconds(3)),
        ..Rule::always(Fault::Throttle).times(1)
    };
    sandbox.set_faults(Faults {
        rules: vec![late],
        ..Faults::default()
    });
    let request = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let body = json!({"requests": [
        request("a", &path(&none)), request("b", &path(&most)), request("c", "/applications/x/owners"),
        request("d", "/nonsense"),
    ]});
    let answer: Value = batch(&caller, &body).await.json().await.unwrap();
    let of = |id: &str| {
        let mut responses = answer["responses"].as_array().unwrap().iter();
        responses
            .find(|response| response["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (
            of("a")["status"].clone(),
            of("a")["headers"]["retry-after"].clone()
        ),
        (json!(429), json!("3"))
    );
    assert_eq!(of("b")["status"], 200);
    assert!(!of("b")["body"]["value"].as_array().unwrap().is_empty());
    assert_eq!(
        (of("c")["status"].clone(), of("d")["status"].clone()),
        (json!(404), json!(400))
    );
    let stats = sandbox.stats();
    assert_eq!(stats.graph_requests["/v1.0/$batch"][&200], 1);
    assert_eq!(
        stats.batched_requests["/v1.0/applications/{id}/owners"][&429],
        1
    );
}

#[tokio::test]
async fn a_batch_has_its_rules() {
    let sandbox = sandbox(5).await;
    let caller = Caller::of(&sandbox).await;
    let request =
        |id: usize| json!({"id": id.to_string(), "method": "GET", "url": "/applications"});
    let many: Vec<Value> = (0..21).map(request).collect();
    for wrong in [
        json!({ "requests": many }),
        json!({"requests": [request(1), request(1)]}),
        json!({"requests": [{"id": 1}]}),
        json!([]),
    ] {
        let refused = batch(&caller, &wrong).await;
        assert_eq!(
            graph_error(refused).await,
            (400, "Request_BadRequest".to_owned())
        );
    }
    let stranger = Caller {
        token: "x".to_owned(),
        ..caller
    };
    let refused = batch(&stranger, &json!({"requests": []})).await;
    assert_eq!(refused.status(), 401);
}
