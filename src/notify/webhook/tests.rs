use chrono::DateTime;
use http::StatusCode;
use proptest::prelude::*;
use serde_json::Value;
use standardwebhooks::Webhook;
use uuid::Uuid;

use super::*;
use crate::{
    domain::EventType,
    notify::peer::{Literals, Peer, client, literal},
    render::samples,
};

const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECOND: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn notifier(url: SecretSource, signing_secrets: &[&str]) -> WebhookNotifier {
    let config = WebhookConfig {
        url,
        signing_secrets: signing_secrets.iter().map(|text| literal(text)).collect(),
    };
    let secrets = Arc::new(Literals);
    WebhookNotifier::new(
        "siem".to_owned(),
        config,
        client(),
        secrets,
        samples::renderer(),
    )
}

fn compose(notification: &Notification) -> Vec<Payload> {
    notifier(literal("https://siem.contoso.com/hooks/forewarn"), &[]).compose(notification)
}

fn document(payload: &Payload) -> Value {
    serde_json::from_str(&payload.body).unwrap()
}

#[test]
fn every_kind_of_event() {
    for (name, notification) in [
        ("mixed", samples::mixed()),
        ("resolved", samples::resolved()),
        ("changed", samples::changes::changed()),
        ("failing", samples::failing()),
        ("recovered", samples::recovered()),
        ("test", samples::test()),
        ("hostile", samples::hostile()),
        ("digest", samples::digest()),
        ("all_is_well", samples::all_is_well()),
    ] {
        let told: Vec<String> = compose(&notification)
            .iter()
            .map(|payload| serde_json::to_string_pretty(&document(payload)).unwrap())
            .collect();
        insta::assert_snapshot!(name, told.join("\n\n"));
    }
}

#[test]
fn a_first_scan_of_three_hundred_comes_in_parts() {
    let payloads = compose(&samples::first_scan(300));
    let told: Vec<String> = payloads
        .iter()
        .map(|payload| {
            let document = document(payload);
            format!(
                "{} bytes: {} {}/{}, {} rows: {}",
                payload.body.len(),
                document["type"].as_str().unwrap(),
                document["data"]["part"],
                document["data"]["parts"],
                document["data"]["alerts"].as_array().unwrap().len(),
                payload.title
            )
        })
        .collect();
    insta::assert_snapshot!("first_scan", told.join("\n"));
}

#[test]
fn a_row_that_is_too_big_for_any_part_is_a_part_of_its_own() {
    let mut big = samples::row(1, "big", "", 80);
    big.owners = vec!["o".repeat(300); 100];
    let small = samples::row(2, "small", "", 80);
    let payloads = compose(&samples::due(vec![small.clone(), big, small]));
    assert_eq!(payloads.len(), 3);
    assert!(payloads[1].body.len() > body::BYTES);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_the_rows_hold_each_comes_whole_and_once_and_no_types_are_mixed(
        notification in samples::anything(),
    ) {
        let payloads = compose(&notification);
        prop_assert_eq!(&payloads, &compose(&notification));
        let mut told = Vec::new();
        for (index, payload) in payloads.iter().enumerate() {
            let mut document = document(payload);
            let event: EventType = serde_json::from_value(document["type"].take()).unwrap();
            let rows: Vec<std::sync::Arc<crate::domain::Row>> =
                serde_json::from_value(document["data"]["alerts"].take()).unwrap();
            prop_assert!(payload.body.len() < body::BYTES || rows.len() == 1);
            prop_assert!(rows.iter().all(|row| notification.event_type(Some(row)) == event));
            prop_assert_eq!(document["data"]["part"].as_u64(), Some(index as u64 + 1));
            prop_assert_eq!(document["data"]["parts"].as_u64(), Some(payloads.len() as u64));
            told.extend(rows);
        }
        prop_assert_eq!(told.as_slice(), notification.rows());
    }
}

async fn send(notifier: &WebhookNotifier, now: DateTime<chrono::Utc>) -> Result<(), SendError> {
    let payload = notifier.compose(&samples::mixed()).remove(0);
    let envelope = Envelope {
        delivery: Uuid::from_u128(7),
        part: 1,
        target: "",
        payload: &payload,
        now,
    };
    notifier.send(&envelope).await
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the library compares with the real clock"
)]
async fn the_published_library_verifies_each_of_two_signatures() {
    let peer = Peer::new(|_| Some(StatusCode::NO_CONTENT)).await;
    let notifier = notifier(peer.url("/hook"), &[FIRST, SECOND]);
    send(&notifier, chrono::Utc::now()).await.unwrap();
    let seen = &peer.seen()[0];
    for secret in [FIRST, SECOND] {
        Webhook::new(secret)
            .unwrap()
            .verify(&seen.body, &seen.headers)
            .unwrap();
    }
    let stranger = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    stranger.verify(&seen.body, &seen.headers).unwrap_err();
    assert_eq!(
        seen.headers["webhook-id"],
        "00000000000000000000000000000007-2"
    );
}

#[tokio::test]
async fn without_keys_it_is_unsigned_but_has_its_id() {
    let peer = Peer::new(|_| Some(StatusCode::OK)).await;
    send(&notifier(peer.url("/hook"), &[]), samples::now())
        .await
        .unwrap();
    let headers = &peer.seen()[0].headers;
    assert!(!headers.contains_key("webhook-signature"));
    assert_eq!(headers["webhook-timestamp"], "1795507200");
}

#[tokio::test]
async fn a_key_that_cannot_be_used_stops_the_message_and_stays_secret() {
    let peer = Peer::new(|_| Some(StatusCode::OK)).await;
    let notifier = notifier(peer.url("/hook"), &[FIRST, "whsec_S1GN!NGS1GN!NG"]);
    let sent = send(&notifier, samples::now()).await.unwrap_err();
    let checked = notifier.check().await.unwrap_err();
    for error in [sent, checked] {
        assert_eq!(error.failure, Failure::Misconfigured);
        let told = format!("{error} {error:?}");
        assert!(
            !told.contains("S1GN") && !told.contains("MfKQ9r8"),
            "{told}"
        );
    }
    assert!(
        peer.seen().is_empty(),
        "nothing goes unsigned that should be signed"
    );
}

#[tokio::test]
async fn a_failure_tells_neither_address_nor_keys() {
    // as unkind as can be: it answers with all that it was sent
    let peer = Peer::new(|seen| {
        let echo = format!("{} {:?}", seen.uri, seen.headers);
        Some((StatusCode::INTERNAL_SERVER_ERROR, echo))
    })
    .await;
    let notifier = notifier(peer.url("/T0KENT0KEN?key=T0KENT0KEN"), &[FIRST]);
    let error = send(&notifier, samples::now()).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unavailable);
    let told = format!("{error} {error:?}");
    assert!(
        !told.contains("T0KEN") && !told.contains("MfKQ9r8"),
        "{told}"
    );
}
