//! Signing in, being refused, and never showing what was used for it.

use chrono::TimeDelta;
use serde_json::json;

use super::fake::*;
use crate::entra::{Directory, ScanError};

fn entra_says(status: u16, error: &str, code: u32, text: &str) -> Answer {
    json_answer(
        status,
        &json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text} Trace ID: t Correlation ID: c-1 Timestamp: 2026-11-22 10:00:00Z"),
            "error_codes": [code],
            "timestamp": "2026-11-22 10:00:00Z",
            "trace_id": "t",
            "correlation_id": "c-1",
        }),
    )
}

async fn refusal(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (ScanError, usize) {
    let fake = Fake::start(move |_| answer(), |_, _, _| page([1], None)).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(fake.graph_calls().is_empty());
    (error, fake.token_calls().len())
}

#[tokio::test]
async fn the_request_is_what_entra_expects() {
    let fake = Fake::graph(|_, _| page([1], None)).await;
    Rig::new(&fake.url).scan().await.unwrap();
    let call = fake.token_calls().remove(0);
    assert_eq!(call.path, format!("/{TENANT_ID}/oauth2/v2.0/token"));
    assert_eq!(
        call.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    let form: Vec<(String, String)> = url::form_urlencoded::parse(call.body.as_bytes())
        .into_owned()
        .collect();
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    assert_eq!(
        form,
        expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    for (life, margin) in [(3599, 300), (600, 120)] {
        let fake = Fake::start(move |n| token(n, life), |_, _, _| page([1], None)).await;
        let rig = Rig::new(&fake.url);
        rig.scan().await.unwrap();
        rig.clock
            .turn(TimeDelta::seconds(i64::from(life) - margin - 1));
        rig.scan().await.unwrap();
        assert_eq!(fake.token_calls().len(), 1, "{life}");
        rig.clock.turn(TimeDelta::seconds(1));
        rig.scan().await.unwrap();
        assert_eq!(fake.token_calls().len(), 2, "{life}");
        assert_eq!(
            fake.graph_calls()[2].header("authorization"),
            "Bearer token-1"
        );
    }
}

#[tokio::test]
async fn many_at_once_share_one_sign_in() {
    let fake = Fake::graph(|_, _| page([1], None)).await;
    let rig = Rig::new(&fake.url);
    let scans = futures_util::future::join_all((0..5).map(|_| rig.scan())).await;
    assert!(scans.iter().all(Result::is_ok));
    assert_eq!((fake.token_calls().len(), fake.graph_calls().len()), (1, 5));
}

#[tokio::test]
async fn the_secret_is_read_anew_at_each_sign_in() {
    let fake = Fake::start(|n| token(n, 60), |_, _, _| page([1], None)).await;
    let rig = Rig::new(&fake.url);
    rig.scan().await.unwrap();
    rig.vault.put(Some("rotated"));
    rig.clock.turn(TimeDelta::hours(1));
    rig.scan().await.unwrap();
    assert!(
        fake.token_calls()[1]
            .body
            .contains("client_secret=rotated&")
    );

    rig.vault.put(None);
    rig.clock.turn(TimeDelta::hours(1));
    let error = rig.scan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot sign in: the secret in file /run/secrets/contoso is empty"
    );
}

#[tokio::test]
async fn a_token_refused_on_the_way_is_renewed_once() {
    let gone = || {
        refused(
            401,
            "InvalidAuthenticationToken",
            "Lifetime validation failed, the token is expired.",
        )
    };
    let fake = Fake::graph(move |n, url| match n {
        0 => page([1], link(url, 1)),
        1 => gone(),
        _ => page([2], None),
    })
    .await;
    let rig = Rig::new(&fake.url);
    assert_eq!(names(&rig.scan().await.unwrap()), ["app 1", "app 2"]);
    assert_eq!(fake.token_calls().len(), 2);
    assert_eq!(
        fake.graph_calls()[2].header("authorization"),
        "Bearer token-1"
    );
    assert!(rig.clock.slept().is_empty());

    let fake = Fake::graph(move |_, _| gone()).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(&error, ScanError::Graph(refusal) if refusal.status == 401),
        "{error}"
    );
    assert_eq!((fake.token_calls().len(), fake.graph_calls().len()), (2, 2));
}

#[tokio::test]
async fn a_refusal_by_entra_fails_at_once_with_its_number() {
    for (status, error, code) in [
        (401, "invalid_client", 7_000_222),
        (401, "invalid_client", 7_000_215),
        (400, "unauthorized_client", 700_016),
        (400, "invalid_request", 1_234_567),
    ] {
        let (error, tries) = refusal(move || entra_says(status, error, code, "No.")).await;
        let ScanError::SignIn(refusal) = &error else {
            panic!("{error}");
        };
        assert_eq!(
            (refusal.aadsts, refusal.status, tries),
            (Some(code), status, 1)
        );
        assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
    }
}

#[tokio::test]
async fn a_passing_trouble_of_entra_is_waited_out() {
    for trouble in [
        || {
            entra_says(
                400,
                "invalid_request",
                90_033,
                "A transient error has occurred. Please try again.",
            )
        },
        || json_answer(400, &json!({"error": "temporarily_unavailable"})),
        || later(429, "5"),
        || answer(503, &[], "<html>busy</html>"),
        || answer(500, &[], ""),
    ] {
        let script = move |n| if n < 2 { trouble() } else { token(n, 3599) };
        let fake = Fake::start(script, |_, _, _| page([1], None)).await;
        let rig = Rig::new(&fake.url);
        rig.scan().await.unwrap();
        assert_eq!((fake.token_calls().len(), rig.clock.slept().len()), (3, 2));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_token_says_so() {
    for body in [
        "<html>Welcome to our hotel</html>",
        "{}",
        r#"{"access_token": "line\nbreak"}"#,
    ] {
        let (error, _) = refusal(move || answer(200, &[], body)).await;
        assert!(
            matches!(error, ScanError::NoToken { .. }),
            "{body}: {error}"
        );
    }
    let (error, _) =
        refusal(|| answer(301, &[("location", "https://elsewhere.example/")], "")).await;
    assert!(
        matches!(&error, ScanError::Redirect { target, .. } if target == "elsewhere.example"),
        "{error}"
    );
}

#[tokio::test]
async fn the_secret_shows_nowhere_even_if_it_is_echoed() {
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let echo = format!("blocked by policy: client_secret={encoded} ({SECRET})");
    let html = echo.clone();
    let (by_proxy, _) = refusal(move || answer(403, &[], html.clone())).await;
    let (by_entra, _) = refusal(move || entra_says(401, "invalid_client", 1, &echo)).await;
    for error in [by_proxy, by_entra] {
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("[redacted]"), "{shown}");
        assert!(
            !shown.contains(SECRET) && !shown.contains(&encoded),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_check_asks_for_the_smallest_page() {
    let fake = Fake::graph(|_, _| json_answer(200, &json!({"value": [{"id": "a"}]}))).await;
    let rig = Rig::new(&fake.url);
    let said = rig.tenant.check().await.unwrap();
    assert!(said.detail.contains(TENANT_ID), "{}", said.detail);
    assert_eq!(fake.graph_calls()[0].query, "$select=id&$top=1");

    let fake = Fake::graph(|_, _| {
        refused(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    })
    .await;
    let checked = Rig::new(&fake.url).tenant.check().await.unwrap();
    assert!(!checked.is_enough());
    assert_eq!(checked.permissions[0].permission, "Application.Read.All");
}
