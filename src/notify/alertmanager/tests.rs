use std::collections::BTreeMap;

use http::{Method, StatusCode};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{
    domain::{Row, notification::Subject, row::RowSeverity},
    notify::peer::{Literals, Peer, client, literal},
    render::samples,
};

fn notifier(url: SecretSource, token: Option<&str>) -> AlertmanagerNotifier {
    AlertmanagerNotifier::new(
        "alertmanager".to_owned(),
        AlertmanagerConfig {
            url,
            token: token.map(literal),
        },
        TimeDelta::days(7),
        client(),
        Arc::new(Literals),
        samples::renderer(),
    )
}

fn compose(notification: &Notification) -> Vec<Payload> {
    notifier(literal("http://alertmanager:9093"), None).compose(notification)
}

fn alerts(notification: &Notification) -> Vec<Value> {
    compose(notification)
        .iter()
        .flat_map(|payload| serde_json::from_str::<Vec<Value>>(&payload.body).unwrap())
        .collect()
}

#[test]
fn every_kind_of_alert() {
    for (name, notification) in [
        ("mixed", samples::mixed()),
        ("expired", samples::expired()),
        ("resolved", samples::resolved()),
        ("failing", samples::failing()),
        ("recovered", samples::recovered()),
        ("receiver-failing", samples::receiver_failing()),
        ("receiver-recovered", samples::receiver_recovered()),
        ("test", samples::test()),
        ("hostile", samples::hostile()),
    ] {
        let told: Vec<String> = alerts(&notification)
            .iter()
            .map(|alert| serde_json::to_string_pretty(alert).unwrap())
            .collect();
        insta::assert_snapshot!(name, told.join("\n\n"));
    }
}

#[test]
fn three_thousand_credentials_come_in_parts() {
    let notification = samples::first_scan(3_000);
    let payloads = compose(&notification);
    assert_eq!(payloads.len(), 30);
    assert!(payloads.iter().all(|payload| payload.body.len() <= 500_000));
    assert_eq!(alerts(&notification).len(), 3_000);
    assert!(
        payloads[1].title.ends_with("(2/30)"),
        "{}",
        payloads[1].title
    );
}

#[test]
fn nobody_is_called_for_a_list_of_changes() {
    let alerts = samples::mixed().rows().to_vec();
    assert_eq!(
        compose(&samples::notification(Subject::Changed { alerts })),
        []
    );
}

fn time(alert: &Value, key: &str) -> DateTime<chrono::Utc> {
    alert[key].as_str().unwrap().parse().unwrap()
}

#[test]
fn an_alert_stays_until_the_reminders_are_over_and_a_late_one_for_a_day() {
    for (hours, ends_after_days) in [(60 * 24, 68), (24, 9), (-1, 7), (-6 * 24, 2), (-20 * 24, 1)] {
        let notification = samples::due(vec![samples::row(1, "billing-api", "prod", hours)]);
        let alert = &alerts(&notification)[0];
        assert_eq!(time(alert, "startsAt"), samples::now());
        let lasts = time(alert, "endsAt") - samples::now();
        assert_eq!(lasts.num_days(), ends_after_days, "{hours} hours left");
    }
}

#[test]
fn what_is_over_has_ended_even_for_a_clock_that_is_a_little_behind() {
    for notification in [samples::resolved(), samples::recovered()] {
        for alert in alerts(&notification) {
            let ago = samples::now() - time(&alert, "endsAt");
            assert_eq!(ago, TimeDelta::minutes(5));
            assert!(time(&alert, "startsAt") <= time(&alert, "endsAt"));
        }
    }
}

#[test]
fn what_fails_and_what_recovers_is_the_same() {
    let labels = |notification| alerts(&notification)[0]["labels"].clone();
    assert_eq!(labels(samples::failing()), labels(samples::recovered()));
    assert_ne!(labels(samples::failing()), labels(samples::skewed()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_rows_hold_each_is_an_alert_that_alertmanager_takes(
        notification in samples::anything(),
    ) {
        let told = alerts(&notification);
        prop_assert_eq!(told.len(), notification.rows().len());
        for (alert, row) in told.iter().zip(notification.rows()) {
            for key in ["labels", "annotations"] {
                let pairs: BTreeMap<String, String> =
                    serde_json::from_value(alert[key].clone()).unwrap();
                let is_name = |name: &String| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
                prop_assert!(pairs.iter().all(|(name, value)| is_name(name) && !value.is_empty()));
            }
            prop_assert_eq!(alert["labels"]["credential_id"].as_str(), Some(&*row.credential_id.to_string()));
            prop_assert!(time(alert, "startsAt") < time(alert, "endsAt"));
        }
    }

    #[test]
    fn one_credential_has_the_same_labels_through_its_life(
        lives in prop::collection::vec((-400i64..2_000, ".{0,20}", any::<bool>()), 2..6),
    ) {
        let labels = lives.iter().map(|(hours, name, resolved)| {
            let row = Row {
                severity: if *resolved { RowSeverity::Ok } else { RowSeverity::Info },
                ..samples::row(1, name, name, *hours)
            };
            let alerts = vec![row.into()];
            let subject = if *resolved {
                Subject::Resolved { alerts }
            } else {
                Subject::Due { alerts }
            };
            self::alerts(&samples::notification(subject))[0]["labels"].clone()
        });
        let labels: Vec<Value> = labels.collect();
        prop_assert!(labels.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

async fn send(notifier: &AlertmanagerNotifier) -> Result<(), SendError> {
    let payload = notifier.compose(&samples::mixed()).remove(0);
    let envelope = Envelope {
        delivery: Uuid::from_u128(7),
        part: 0,
        target: "",
        payload: &payload,
        now: samples::now(),
    };
    notifier.send(&envelope).await
}

#[tokio::test]
async fn alerts_go_below_the_base_with_whatever_was_copied_after_it_left_out() {
    let peer = Peer::new(|_| Some(StatusCode::OK)).await;
    for (base, prefix) in [
        ("", ""),
        ("/", ""),
        ("/#/alerts", ""),
        ("/am/", "/am"),
        ("/am?filter=x", "/am"),
    ] {
        let notifier = notifier(peer.url(base), Some("T0KENT0KEN"));
        send(&notifier).await.unwrap();
        let seen = peer.seen().pop().unwrap();
        assert_eq!(
            seen.uri.to_string(),
            format!("{prefix}/api/v2/alerts"),
            "{base}"
        );
        assert_eq!(seen.headers["authorization"], "Bearer T0KENT0KEN");
        let said = notifier.check().await.unwrap();
        assert!(said.ends_with("answers as an Alertmanager does"), "{said}");
        let seen = peer.seen().pop().unwrap();
        assert_eq!(
            seen.uri.to_string(),
            format!("{prefix}/api/v2/status"),
            "{base}"
        );
        assert_eq!(seen.method, Method::GET);
    }
}

#[tokio::test]
async fn a_user_and_a_password_in_the_address_sign_in() {
    let peer = Peer::new(|_| Some(StatusCode::OK)).await;
    let SecretSource::Literal(url) = peer.url("") else {
        unreachable!("the peer's address is a literal")
    };
    let url = url
        .expose_secret()
        .replace("http://", "http://forewarn:pa%21ss@");
    send(&notifier(literal(&url), None)).await.unwrap();
    assert_eq!(
        peer.seen()[0].headers["authorization"],
        "Basic Zm9yZXdhcm46cGEhc3M="
    );
}

#[tokio::test]
async fn a_refusal_gives_neither_token_nor_password_away() {
    let peer = Peer::new(|seen| {
        let echo = format!("{} {:?}", seen.uri, seen.headers["authorization"]);
        Some((StatusCode::UNPROCESSABLE_ENTITY, echo))
    })
    .await;
    let notifier = notifier(peer.url("/T0KENT0KEN"), Some("S3CRETS3CRET"));
    for error in [
        send(&notifier).await.unwrap_err(),
        notifier.check().await.unwrap_err(),
    ] {
        assert_eq!(error.failure, Failure::Rejected);
        let told = format!("{error} {error:?}");
        assert!(
            !told.contains("T0KEN") && !told.contains("S3CRET"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_place_that_is_no_alertmanager_fails_the_check() {
    let peer = Peer::new(|_| Some((StatusCode::OK, "<html>Grafana</html>"))).await;
    let error = notifier(peer.url(""), None).check().await.unwrap_err();
    assert_eq!(error.failure, Failure::Unavailable);
    let peer = Peer::new(|_| Some(StatusCode::NOT_FOUND)).await;
    let error = notifier(peer.url(""), None).check().await.unwrap_err();
    assert_eq!(error.failure, Failure::Gone);
}
