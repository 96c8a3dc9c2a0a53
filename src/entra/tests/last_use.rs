//! When keys were last used: the report, in both spellings, and the many ways not to get it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use super::fake::*;
use crate::{
    domain::{Clock, Credential, Snapshot},
    entra::config::{Cloud, TenantConfig},
};

const REPORT: &str = "/beta/reports/appCredentialSignInActivities";

fn asking(url: &Url) -> TenantConfig {
    TenantConfig {
        sign_in_activity: true,
        ..config(url)
    }
}

fn key(n: u32) -> String {
    format!("00000000-0000-4000-a000-{n:012}")
}

/// A row as the reference spells it.
fn row(n: u32, last: &Value) -> Value {
    json!({
        "id": "x", "keyId": key(n), "keyType": "clientSecret", "expirationDateTime": "2027-01-01T00:00:00Z",
        "signInActivity": {"lastSignInDateTime": last, "lastSignInRequestId": "r"},
    })
}

fn rows(rows: &[Value], next: Option<String>) -> Answer {
    let mut body = json!({"value": rows});
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    json_answer(200, &body)
}

/// Three apps, and a report that answers by the number of the call for it.
async fn fake(report: impl Fn(usize, &Call, &Url) -> Answer + Send + Sync + 'static) -> Fake {
    Fake::start(
        |n| token(n, 3599),
        move |n, call, url| match &*call.path {
            "/v1.0/applications" => page([1, 2, 3], None),
            REPORT => report(n - 1, call, url),
            other => panic!("asked for {other}"),
        },
    )
    .await
}

fn credential(snapshot: &Snapshot, at: usize) -> &Credential {
    &snapshot.apps[at].credentials[0]
}

fn used(snapshot: &Snapshot, at: usize) -> Option<DateTime<Utc>> {
    let report = snapshot.facts.last_use.as_ref().unwrap();
    report.of(credential(snapshot, at))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn it_is_not_asked_for_unless_it_is_wanted() {
    let fake = fake(|_, _, _| panic!("asked")).await;
    let snapshot = Rig::new(&fake.url).scan().await.unwrap();
    assert!(snapshot.facts.last_use.is_none() && snapshot.facts.missing.is_empty());
}

#[tokio::test]
async fn both_spellings_are_read_over_pages_and_the_latest_use_counts() {
    let as_in_samples = json!({
        "id": "y", "keyId": key(2).to_uppercase(), "keyType": "secret", "expirationDate": "2021-04-01T21:36:48-8:00",
        "signInActivity": {"lastSignInDateTime": "2026-11-01T00:00:00-8:00"},
    });
    let fake = fake(move |n, call, url| match n {
        0 => {
            assert_eq!(call.query, "$top=999");
            let first = [
                row(1, &json!("2026-11-20T05:00:00Z")),
                as_in_samples.clone(),
            ];
            rows(
                &first,
                Some(format!(
                    "{url}beta/reports/appCredentialSignInActivities?$skiptoken=2"
                )),
            )
        }
        _ => rows(
            &[row(1, &json!("2026-10-01T05:00:00Z")), row(3, &Value::Null)],
            None,
        ),
    })
    .await;
    let snapshot = Rig::with(asking(&fake.url)).scan().await.unwrap();
    assert_eq!(used(&snapshot, 0), Some(at("2026-11-20T05:00:00Z")));
    assert_eq!(used(&snapshot, 1), Some(at("2026-11-01T08:00:00Z")));
    assert_eq!(used(&snapshot, 2), None);
    assert_eq!(snapshot.facts.missing, Vec::<String>::new());
}

#[tokio::test]
async fn odd_rows_cost_themselves_and_a_note() {
    let fake = fake(|_, _, _| {
        let odd = [
            row(1, &json!("2026-11-20T05:00:00Z")),
            row(2, &json!("last week")),
            row(3, &json!(5)),
            json!({"keyId": 5, "signInActivity": {"lastSignInDateTime": "2026-11-20T05:00:00Z"}}),
            json!({"keyId": null, "signInActivity": null}),
            json!({"keyId": key(9), "signInActivity": "often"}),
            json!({"keyId": key(8)}),
            json!({"keyId": key(8), "signInActivity": null}),
            json!({"keyId": key(8), "signInActivity": {}}),
            json!({"keyId": key(7), "signInActivity": {"lastSignInDateTime": null}, "new": [1]}),
            json!({}),
            json!(null),
        ];
        rows(&odd, None)
    })
    .await;
    let snapshot = Rig::with(asking(&fake.url)).scan().await.unwrap();
    let report = snapshot.facts.last_use.as_ref().unwrap();
    assert!(used(&snapshot, 0).is_some());
    assert!(report.is_unreadable(credential(&snapshot, 1)));
    assert!(report.is_unreadable(credential(&snapshot, 2)));
    let [note] = snapshot.facts.missing.as_slice() else {
        panic!("{:?}", snapshot.facts.missing);
    };
    assert!(note.starts_with("5 rows of "), "{note}");
    assert!(snapshot.warnings.is_empty(), "the apps were read in full");
}

#[tokio::test]
async fn what_is_no_unicode_costs_nothing_but_itself() {
    let fake = fake(|_, _, _| {
        let known = row(1, &json!("2026-11-20T05:00:00Z"));
        let body = format!(r#"{{"value": [{known}, {{"keyId": "\ud83d"}}]}}"#);
        answer(200, &[("content-type", "application/json")], body)
    })
    .await;
    let snapshot = Rig::with(asking(&fake.url)).scan().await.unwrap();
    assert_eq!(snapshot.facts.missing, Vec::<String>::new());
    assert_eq!(used(&snapshot, 0), Some(at("2026-11-20T05:00:00Z")));
}

#[tokio::test]
async fn no_more_than_five_requests_in_ten_seconds() {
    let fake = fake(|n, _, url| {
        let next = format!("{url}beta/reports/appCredentialSignInActivities?p={n}");
        rows(
            &[row(1, &json!("2026-11-20T05:00:00Z"))],
            (n < 11).then_some(next),
        )
    })
    .await;
    let rig = Rig::with(asking(&fake.url));
    rig.scan().await.unwrap();
    assert_eq!(fake.graph_calls().len(), 1 + 12);
    let slept: Vec<u64> = rig
        .clock
        .slept()
        .iter()
        .map(std::time::Duration::as_secs)
        .collect();
    assert_eq!(slept, [10, 10]);
}

#[tokio::test]
async fn a_page_that_is_too_large_for_graph_is_asked_for_by_its_own_measure() {
    let fake = fake(|n, call, _| {
        if n == 0 {
            let message = "The limit of '100' for Top query has been exceeded.";
            return refused(400, "BadRequest", message);
        }
        assert_eq!(call.query, "");
        rows(&[row(1, &json!("2026-11-20T05:00:00Z"))], None)
    })
    .await;
    let snapshot = Rig::with(asking(&fake.url)).scan().await.unwrap();
    assert!(used(&snapshot, 0).is_some());
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let fake = fake(|n, _, _| match n {
        0 => later(429, "7"),
        _ => rows(&[row(1, &json!("2026-11-20T05:00:00Z"))], None),
    })
    .await;
    let rig = Rig::with(asking(&fake.url));
    let snapshot = rig.scan().await.unwrap();
    assert!(used(&snapshot, 0).is_some());
    assert_eq!(rig.clock.slept(), [std::time::Duration::from_secs(7)]);
}

/// The one sentence that says why there is no report, of a scan that is whole otherwise.
async fn missing(report: impl Fn(usize, &Call, &Url) -> Answer + Send + Sync + 'static) -> String {
    let fake = fake(report).await;
    let rig = Rig::with(asking(&fake.url));
    let mut snapshot = rig.scan().await.unwrap();
    assert_eq!(names(&snapshot), ["app 1", "app 2", "app 3"]);
    assert!(snapshot.facts.last_use.is_none_or(|of| of.is_lost()));
    assert!(snapshot.warnings.is_empty());
    assert_eq!(snapshot.facts.missing.len(), 1);
    let port = fake.url.port().unwrap().to_string();
    snapshot.facts.missing.remove(0).replace(&port, "PORT")
}

#[tokio::test]
async fn whatever_goes_wrong_is_said_and_the_scan_is_whole_without_it() {
    let good = row(1, &json!("2026-11-20T05:00:00Z"));
    let licence = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    let mut told = vec![
        missing(move |_, _, _| {
            refused(
                403,
                licence,
                "Neither tenant is B2C or tenant doesn't have premium license",
            )
        })
        .await,
        missing(|_, _, _| {
            refused(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges",
            )
        })
        .await,
        missing(|_, _, _| refused(404, "", "")).await,
        missing(|_, _, _| refused(400, "BadRequest", "Resource not found for the segment")).await,
        missing(|_, _, _| refused(401, "InvalidAuthenticationToken", "no")).await,
        missing(|_, _, _| refused(500, "generalException", "oops")).await,
        missing(|_, _, _| later(429, "7200")).await,
        missing(|_, _, _| answer(302, &[("location", "https://evil.example/")], "")).await,
        missing(|_, _, _| answer(200, &[], "<html>")).await,
        missing(|_, _, _| json_answer(200, &json!({"value": null}))).await,
        missing(|_, _, _| json_answer(200, &json!({"value": [], "error": {"code": "x"}}))).await,
        missing(|_, _, _| rows(&[], None)).await,
        missing(|_, _, _| rows(&[row(1, &Value::Null)], None)).await,
    ];
    let row = good.clone();
    told.push(
        missing(move |_, _, _| {
            rows(
                std::slice::from_ref(&row),
                Some("https://evil.example/p2".into()),
            )
        })
        .await,
    );
    let row = good.clone();
    told.push(
        missing(move |_, _, _| rows(std::slice::from_ref(&row), Some("?$top=999".into()))).await,
    );
    told.push(
        missing(move |n, _, _| match n {
            0 => rows(std::slice::from_ref(&good), Some("?p=2".into())),
            _ => refused(403, "Authorization_RequestDenied", ""),
        })
        .await,
    );
    insta::assert_snapshot!(told.join("\n\n"));
}

#[tokio::test]
async fn a_report_that_the_next_scan_may_have_is_told_from_none() {
    let answers: [(fn() -> Answer, bool); 5] = [
        (|| refused(403, "Authorization_RequestDenied", ""), false),
        (|| rows(&[], None), false),
        (|| refused(500, "generalException", "oops"), true),
        (|| later(429, "7200"), true),
        (|| answer(200, &[], "<html>"), true),
    ];
    for (answer, is_lost) in answers {
        let fake = fake(move |_, _, _| answer()).await;
        let snapshot = Rig::with(asking(&fake.url)).scan().await.unwrap();
        let lost = snapshot.facts.last_use.map(|of| of.is_lost());
        assert_eq!(lost, is_lost.then_some(true));
    }
}

#[tokio::test]
async fn a_cloud_that_does_not_have_it_is_not_asked() {
    let fake = fake(|_, _, _| panic!("asked")).await;
    let rig = Rig::with(TenantConfig {
        cloud: Cloud::UsGov,
        ..asking(&fake.url)
    });
    let snapshot = rig.scan().await.unwrap();
    assert_eq!(snapshot.apps.len(), 3);
    let missing = &snapshot.facts.missing;
    assert!(missing[0].contains("not in `usgov`"), "{missing:?}");
}

#[tokio::test]
async fn it_may_not_use_up_the_time_of_the_scan() {
    let fake = fake(|_, _, _| later(503, "700")).await;
    let rig = Rig::with(asking(&fake.url));
    let began = rig.clock.now();
    let snapshot = rig.scan_within(TimeDelta::hours(1)).await.unwrap();
    assert_eq!(snapshot.apps.len(), 3);
    assert!(rig.clock.now() - began < TimeDelta::minutes(10));
    assert_eq!(snapshot.facts.missing.len(), 1);
}
