use http::StatusCode;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{
    domain::{SecretSource, facts::Cluster, notification::Subject},
    notify::{
        Failure,
        peer::{Literals, Peer, client, literal},
    },
    render::samples,
};

fn notifier(url: SecretSource) -> SlackNotifier {
    SlackNotifier::new(
        "ops-slack".to_owned(),
        SlackConfig { url },
        client(),
        Arc::new(Literals),
        samples::renderer(),
    )
}

fn compose(notification: &Notification) -> Vec<Payload> {
    notifier(literal("https://hooks.slack.com/services/T/B/X")).compose(notification)
}

fn document(payload: &Payload) -> Value {
    serde_json::from_str(&payload.body).unwrap()
}

fn only(notification: &Notification) -> String {
    let payloads = compose(notification);
    assert_eq!(payloads.len(), 1);
    serde_json::to_string_pretty(&document(&payloads[0])).unwrap()
}

/// Slack's limits (`@slack/types`), each text as long as it says.
fn check_limits(payload: &Payload) {
    assert!(payload.body.chars().count() < blocks::CHARACTERS);
    let document = document(payload);
    let blocks = document["blocks"].as_array().unwrap();
    assert!(blocks.len() <= blocks::BLOCKS, "{}", blocks.len());
    for block in blocks {
        let (texts, most) = match block["type"].as_str().unwrap() {
            "divider" => continue,
            "header" => (vec![&block["text"]], blocks::HEADER),
            "section" => (vec![&block["text"]], blocks::TEXT),
            "context" => (
                block["elements"].as_array().unwrap().iter().collect(),
                blocks::TEXT,
            ),
            other => panic!("an unknown block: {other}"),
        };
        assert!((1..=10).contains(&texts.len()), "{block}");
        for text in texts {
            let length = text["text"].as_str().unwrap().chars().count();
            assert!((1..=most).contains(&length), "{length} characters: {block}");
        }
    }
}

/// Every `<` is ours, and nothing can be read as formatting that is not ours.
fn check_harmless(payload: &Payload) {
    let document = document(payload);
    let texts = document["blocks"].as_array().unwrap().iter();
    for block in texts {
        let none = Vec::new();
        let elements = block["elements"].as_array().unwrap_or(&none);
        for text in elements.iter().chain([&block["text"]]) {
            let text = text["text"].as_str().unwrap_or_default();
            let ours = text.replace("<https://entra.microsoft.com/", "");
            assert!(!ours.contains('<'), "{text}");
            assert!(!text.to_lowercase().contains("@here"), "{text}");
        }
    }
    assert!(!document["text"].as_str().unwrap().contains('<'));
}

#[test]
fn every_kind_of_message() {
    for (name, notification) in [
        ("mixed", samples::mixed()),
        ("expired", samples::expired()),
        ("resolved", samples::resolved()),
        ("changed", samples::changes::changed()),
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
fn a_first_scan_of_three_hundred_comes_in_parts() {
    let payloads = compose(&samples::first_scan(300));
    let told: Vec<String> = payloads
        .iter()
        .map(|payload| {
            format!(
                "{} characters: {}",
                payload.body.chars().count(),
                payload.title
            )
        })
        .collect();
    insta::assert_snapshot!("first_scan", told.join("\n"));
    payloads.iter().for_each(check_limits);
}

#[test]
fn hostile_names_keep_the_limits_and_do_nothing() {
    let names = "&".repeat(300);
    let cluster = Cluster {
        name: names.clone(),
        resource_group: names,
        ..Cluster::default()
    };
    let mut endless = samples::hostile();
    if let Subject::Due { alerts } = &mut endless.subject {
        std::sync::Arc::make_mut(&mut alerts[2]).used_by = vec![cluster; 9];
    }
    let mut much = samples::hostile();
    much.first_scan = true;
    if let Subject::Due { alerts } = &mut much.subject {
        *alerts = alerts.iter().cycle().take(90).cloned().collect();
    }
    let summary = samples::hostile_digest();
    for payload in [endless, samples::clusters(), much, summary]
        .iter()
        .flat_map(compose)
    {
        let payload = &payload;
        check_limits(payload);
        check_harmless(payload);
    }
}

#[test]
fn a_problem_told_at_length_keeps_the_limits() {
    for problem in ["&".repeat(9_000), "it failed ".repeat(900)] {
        let payloads = compose(&samples::notification(Subject::Failing {
            tenant: "contoso".to_owned(),
            blindness: crate::domain::notification::Blindness::Unreadable,
            problem,
            since: samples::now(),
        }));
        payloads.iter().for_each(check_limits);
    }
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
            check_limits(payload);
            check_harmless(payload);
        }
        for row in notification.rows() {
            let id = format!(" ID: {}", row.credential_id);
            let told: usize = payloads.iter().map(|payload| payload.body.matches(&id).count()).sum();
            prop_assert_eq!(told, 1);
        }
    }
}

async fn send(peer: &Peer) -> Result<(), SendError> {
    let notifier = notifier(peer.url("/services/T0KEN"));
    let payload = notifier.compose(&samples::mixed()).remove(0);
    let envelope = Envelope {
        delivery: Uuid::nil(),
        part: 0,
        target: "",
        payload: &payload,
        now: samples::now(),
    };
    notifier.send(&envelope).await
}

#[tokio::test]
async fn slack_takes_the_blocks() {
    let peer = Peer::new(|_| Some("ok")).await;
    send(&peer).await.unwrap();
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn refused_blocks_go_as_text_in_the_same_call() {
    let peer = Peer::new(|seen| {
        let document: Value = serde_json::from_slice(&seen.body).unwrap();
        Some(match document.get("blocks") {
            Some(_) => (StatusCode::BAD_REQUEST, "invalid_blocks"),
            None => (StatusCode::OK, "ok"),
        })
    })
    .await;
    send(&peer).await.unwrap();
    let seen = peer.seen();
    assert_eq!(seen.len(), 2);
    let document: Value = serde_json::from_slice(&seen[1].body).unwrap();
    let text = document["text"].as_str().unwrap();
    for row in samples::mixed().rows() {
        assert!(text.contains(&row.credential_id.to_string()));
    }
}

#[tokio::test]
async fn text_that_is_refused_as_well_is_not_tried_a_third_time() {
    let peer = Peer::new(|_| Some((StatusCode::BAD_REQUEST, "invalid_blocks"))).await;
    let error = send(&peer).await.unwrap_err();
    assert_eq!(error.failure, Failure::Rejected);
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn slacks_own_errors_are_told() {
    for (status, body, failure) in [
        (400, "invalid_payload", Failure::Rejected),
        (403, "invalid_token", Failure::Unauthorised),
        (404, "no_service", Failure::Gone),
        (410, "channel_is_archived", Failure::Gone),
        (500, "rollup_error", Failure::Unavailable),
        (
            200,
            "<html>Sign in to the network</html>",
            Failure::Unavailable,
        ),
    ] {
        let peer = Peer::new(move |_| Some((StatusCode::from_u16(status).unwrap(), body))).await;
        let error = send(&peer).await.unwrap_err();
        assert_eq!(error.failure, failure, "{body}");
        assert!(error.detail.contains(body), "{error}");
        assert_eq!(peer.seen().len(), 1);
    }
}
