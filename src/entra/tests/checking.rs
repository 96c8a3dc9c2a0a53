//! What a check tries, and what it concludes where the token cannot be read.

use serde_json::{Value, json};

use super::fake::*;
use crate::entra::{
    Checked, Directory,
    config::Features,
    permissions::Standing::{self, Granted, Missing, Unknown},
};

const ALL: Features = Features {
    owners: true,
    sign_in_activity: true,
    aks: false,
};

/// Graph with one app that has this owner, and a report that answers so.
async fn graph(owner: Value, report: fn() -> Answer) -> Fake {
    let sign_in = |n| token(n, 3599);
    Fake::start(sign_in, move |_, call, _| match call.path.as_str() {
        "/v1.0/applications" => page([7], None),
        path if path.ends_with("/owners") => json_answer(200, &json!({ "value": [owner] })),
        "/beta/reports/appCredentialSignInActivities" => report(),
        other => panic!("{other}"),
    })
    .await
}

async fn check(fake: &Fake, features: Features) -> Checked {
    let config = with_features(config(&fake.url), features);
    Rig::with(config).tenant.check().await.unwrap()
}

fn standings(checked: &Checked) -> Vec<Standing> {
    let permissions = checked.permissions.iter();
    permissions.map(|found| found.standing).collect()
}

fn person(name: Option<&str>) -> Value {
    json!({"@odata.type": "#microsoft.graph.user", "id": "u", "displayName": name})
}

#[tokio::test]
async fn each_feature_is_tried_with_one_small_request() {
    let fake = graph(person(Some("Ada")), || {
        json_answer(200, &json!({"value": []}))
    })
    .await;
    let checked = check(&fake, ALL).await;
    assert_eq!(standings(&checked), [Granted, Granted, Granted]);
    assert!(checked.is_enough());
    let asked: Vec<(String, String)> = fake
        .graph_calls()
        .into_iter()
        .map(|call| (call.path, call.query))
        .collect();
    let (id, small) = ("00000000-0000-4000-8000-000000000007", "$select=id&$top=1");
    assert_eq!(
        asked[0],
        ("/v1.0/applications".to_owned(), small.to_owned())
    );
    assert_eq!(asked[1].0, format!("/v1.0/applications/{id}/owners"));
    assert_eq!(asked[2].1, "$top=1");
    assert_eq!(asked.len(), 3);

    let fake = graph(person(None), || panic!("not switched on")).await;
    assert_eq!(
        standings(&check(&fake, Features::default()).await),
        [Granted]
    );
    assert_eq!(fake.graph_calls().len(), 1);
}

#[tokio::test]
async fn a_name_that_is_withheld_and_a_report_that_is_refused_are_noticed() {
    let fake = graph(person(None), || {
        refused(
            403,
            "Authentication_MSGraphPermissionMissing",
            "Missing AuditLog.Read.All.",
        )
    })
    .await;
    let checked = check(&fake, ALL).await;
    assert_eq!(standings(&checked), [Granted, Missing, Missing]);
    assert!(!checked.permissions[1].blocks && checked.permissions[2].blocks);
    assert!(
        checked.permissions[2]
            .detail
            .contains("Authentication_MSGraphPermissionMissing")
    );

    // an owner that is no person has a name for everybody
    let app =
        json!({"@odata.type": "#microsoft.graph.servicePrincipal", "id": "s", "displayName": "ci"});
    let fake = graph(app, || json_answer(200, &json!({"value": []}))).await;
    assert_eq!(
        standings(&check(&fake, ALL).await),
        [Granted, Unknown, Granted]
    );
}
