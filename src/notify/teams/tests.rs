use http::StatusCode;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{
    domain::SecretSource,
    notify::{
        Failure,
        peer::{Literals, Peer, client, literal},
    },
    render::samples,
};

fn notifier(url: SecretSource) -> TeamsNotifier {
    TeamsNotifier::new(
        "ops-teams".to_owned(),
        TeamsConfig { url },
        client(),
        Arc::new(Literals),
        samples::renderer(),
    )
}

fn compose(notification: &Notification) -> Vec<Payload> {
    notifier(literal("https://contoso.logic.azure.com/x")).compose(notification)
}

fn document(payload: &Payload) -> Value {
    serde_json::from_str(&payload.body).unwrap()
}

fn only(notification: &Notification) -> String {
    let payloads = compose(notification);
    assert_eq!(payloads.len(), 1);
    serde_json::to_string_pretty(&document(&payloads[0])).unwrap()
}

/// Nothing in the card reads markdown, fills in templates, or leads elsewhere.
fn check_harmless(value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(check_harmless),
        Value::Object(map) => {
            let kind = map.get("type").and_then(Value::as_str);
            assert!(!matches!(kind, Some("TextBlock" | "FactSet")), "{value}");
            if let Some(url) = map.get("url").and_then(Value::as_str) {
                assert!(url.starts_with("https://entra.microsoft.com/"), "{url}");
            }
            map.values().for_each(check_harmless);
        }
        Value::String(text) => assert!(!text.contains("{{") && !text.contains("${"), "{text}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn every_kind_of_message() {
    for (name, notification) in [
        ("mixed", samples::mixed()),
        ("expired", samples::expired()),
        ("resolved", samples::resolved()),
        ("failing", samples::failing()),
        ("recovered", samples::recovered()),
        ("test", samples::test()),
        ("hostile", samples::hostile()),
        ("clusters", samples::clusters()),
        ("digest", samples::digest()),
        ("all_is_well", samples::all_is_well()),
    ] {
        insta::assert_snapshot!(name, only(&notification));
    }
}

#[test]
fn hostile_names_in_brief_do_nothing() {
    let mut much = samples::hostile();
    much.first_scan = true;
    if let crate::domain::notification::Subject::Due { alerts } = &mut much.subject {
        *alerts = alerts.iter().cycle().take(90).cloned().collect();
    }
    for payload in [much, samples::hostile_digest()].iter().flat_map(compose) {
        assert!(payload.body.len() <= card::BYTES);
        check_harmless(&document(&payload));
    }
}

#[test]
fn a_first_scan_of_three_hundred_comes_in_parts() {
    let payloads = compose(&samples::first_scan(300));
    let told: Vec<String> = payloads
        .iter()
        .map(|payload| format!("{} bytes: {}", payload.body.len(), payload.title))
        .collect();
    insta::assert_snapshot!("first_scan", told.join("\n"));
    assert!(
        payloads
            .iter()
            .all(|payload| payload.body.len() <= card::BYTES)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_the_rows_hold_each_is_told_once_within_the_limits(
        notification in samples::anything(),
    ) {
        let payloads = compose(&notification);
        prop_assert_eq!(&payloads, &compose(&notification));
        for payload in &payloads {
            prop_assert!(payload.body.len() <= card::BYTES);
            check_harmless(&document(payload));
        }
        for row in notification.rows() {
            let id = format!(" ID: {}", row.credential_id);
            let told: usize = payloads.iter().map(|payload| payload.body.matches(&id).count()).sum();
            prop_assert_eq!(told, 1);
        }
    }
}

#[tokio::test]
async fn a_workflow_that_accepts_has_taken_the_message() {
    for (status, failure) in [
        (200, None),
        (202, None),
        (401, Some(Failure::Unauthorised)),
        (404, Some(Failure::Gone)),
        (429, Some(Failure::Throttled)),
        (502, Some(Failure::Unavailable)),
    ] {
        let peer = Peer::new(move |_| StatusCode::from_u16(status).ok()).await;
        let notifier = notifier(peer.url("/workflows/x?sig=T0KENT0KEN"));
        let payload = notifier.compose(&samples::mixed()).remove(0);
        let envelope = Envelope {
            delivery: Uuid::nil(),
            part: 0,
            target: "",
            payload: &payload,
            now: samples::now(),
        };
        let result = notifier.send(&envelope).await;
        assert_eq!(result.err().map(|error| error.failure), failure, "{status}");
        assert_eq!(peer.seen()[0].body, payload.body);
    }
}
