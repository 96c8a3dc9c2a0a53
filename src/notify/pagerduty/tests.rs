use std::collections::{BTreeSet, HashMap};

use http::StatusCode;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    domain::{Id, Kind, Row, notification::Subject, row::RowSeverity},
    notify::{
        peer::{Literals, Peer, client, literal},
        single::About,
    },
    render::samples,
};

const KEY: &str = "R0ut1ngKeyR0ut1ngKeyR0ut1ngKey42";

fn notifier(url: SecretSource, routing_key: &str) -> PagerDutyNotifier {
    PagerDutyNotifier::new(
        "on-call".to_owned(),
        PagerDutyConfig {
            url,
            routing_key: literal(routing_key),
        },
        client(),
        Arc::new(Literals),
        samples::renderer(),
    )
}

fn compose(notification: &Notification) -> Vec<Payload> {
    notifier(literal(ENQUEUE), KEY).compose(notification)
}

fn event(payload: &Payload) -> Value {
    serde_json::from_str(&payload.body).unwrap()
}

#[test]
fn every_kind_of_event() {
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
        let told: Vec<String> = compose(&notification)
            .iter()
            .map(|payload| serde_json::to_string_pretty(&event(payload)).unwrap())
            .collect();
        insta::assert_snapshot!(name, told.join("\n\n"));
    }
}

#[test]
fn three_thousand_credentials_are_as_many_events() {
    let payloads = compose(&samples::first_scan(3_000));
    let keys: BTreeSet<String> = payloads
        .iter()
        .map(|payload| event(payload)["dedup_key"].to_string())
        .collect();
    assert_eq!((payloads.len(), keys.len()), (3_000, 3_000));
}

#[test]
fn a_test_is_one_incident_of_its_own_each_time() {
    let mut notification = samples::test();
    let Subject::Test { alerts } = &mut notification.subject else {
        panic!("no test")
    };
    alerts.push(Arc::clone(&alerts[0]));
    let [first] = &compose(&notification)[..] else {
        panic!("not one event")
    };
    notification.id = Uuid::from_u128(7);
    let second = &compose(&notification)[0];
    assert_ne!(event(first)["dedup_key"], event(second)["dedup_key"]);
    assert!(first.title.starts_with("[TEST] "), "{}", first.title);
}

#[test]
fn nobody_is_called_for_a_list_of_changes() {
    let alerts = samples::mixed().rows().to_vec();
    let changed = samples::notification(Subject::Changed { alerts });
    assert_eq!(compose(&changed), []);
}

/// Ids that are alike, ids with marks in them, and long ones.
fn odd_id() -> impl Strategy<Value = String> {
    let long = (200usize..300).prop_map(|length| "x".repeat(length));
    prop_oneof!["[ab/]{1,3}", any::<String>(), long]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_the_rows_hold_each_is_an_event_that_pagerduty_takes(
        notification in samples::anything(),
    ) {
        let payloads = compose(&notification);
        prop_assert_eq!(&payloads, &compose(&notification));
        prop_assert_eq!(payloads.len(), notification.rows().len());
        for payload in &payloads {
            prop_assert!(payload.body.len() < 64 * 1024);
            let event = event(payload);
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let summary = text(&event["payload"]["summary"]);
            prop_assert!(!summary.is_empty() && summary.chars().count() <= 1_024);
            prop_assert!(!text(&event["payload"]["source"]).is_empty());
            prop_assert!(!summary.contains(char::is_control));
            let key = text(&event["dedup_key"]);
            prop_assert!(!key.is_empty() && key.chars().count() <= key::MOST);
        }
    }

    /// What opens an incident, what adds to it and what closes it agree on which one it is.
    #[test]
    fn one_credential_has_one_key_through_its_life_and_no_other_has_it(
        ids in prop::collection::vec((odd_id(), odd_id(), 0..Kind::ALL.len()), 1..6),
        lives in prop::collection::vec((-400i64..2_000, "[a-z]{0,9}", any::<bool>()), 1..4),
    ) {
        let mut known: HashMap<String, (String, String, usize)> = HashMap::new();
        for (object, credential, kind) in &ids {
            let mut keys = BTreeSet::new();
            for (hours, name, resolved) in &lives {
                let row = Row {
                    object_id: Id::parse(object),
                    credential_id: Id::parse(credential),
                    kind: Kind::ALL[*kind],
                    severity: if *resolved { RowSeverity::Ok } else { RowSeverity::Critical },
                    owners: vec![name.clone()],
                    ..samples::row(1, name, name, *hours)
                };
                let alerts = vec![row.into()];
                let subject = if *resolved {
                    Subject::Resolved { alerts }
                } else {
                    Subject::Due { alerts }
                };
                let payloads = compose(&samples::notification(subject));
                keys.insert(event(&payloads[0])["dedup_key"].as_str().unwrap().to_owned());
            }
            prop_assert_eq!(keys.len(), 1);
            let key = keys.pop_first().unwrap();
            let identity = (object.clone(), credential.clone(), *kind);
            let first = known.entry(key).or_insert_with(|| identity.clone());
            prop_assert_eq!(&*first, &identity);
        }
    }
}

#[test]
fn what_fails_and_what_recovers_is_the_same() {
    let key = |notification| event(&compose(&notification)[0])["dedup_key"].clone();
    assert_eq!(key(samples::failing()), key(samples::recovered()));
    assert_ne!(key(samples::failing()), key(samples::skewed()));
}

#[test]
fn an_odd_id_becomes_a_digest() {
    let row = Row {
        credential_id: Id::parse(&"x".repeat(300)),
        ..samples::row(1, "billing-api", "prod", 80)
    };
    let key = key::dedup_key(About::Credential(&row));
    assert_eq!(key.len(), "forewarn/".len() + 43, "{key}");
}

async fn send(notifier: &PagerDutyNotifier) -> Result<(), SendError> {
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
async fn the_key_is_put_in_when_it_is_sent() {
    let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    // as a file with an editor's newline holds it
    let notifier = notifier(peer.url("/v2/enqueue"), &format!("{KEY}\n"));
    assert!(!notifier.compose(&samples::mixed())[0].body.contains(KEY));
    send(&notifier).await.unwrap();
    let seen = &peer.seen()[0];
    assert_eq!(seen.uri.path(), "/v2/enqueue");
    let event: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(event["routing_key"], KEY);
    assert_eq!(event["event_action"], "trigger");
}

#[tokio::test]
async fn each_answer_has_its_meaning_and_none_gives_the_key_away() {
    for (status, failure) in [
        (400, Some(Failure::Rejected)),
        (429, Some(Failure::Throttled)),
        (500, Some(Failure::Unavailable)),
        (200, Some(Failure::Unavailable)),
        (202, None),
    ] {
        // as unkind as can be: it answers with all that it was sent
        let peer = Peer::new(move |seen| {
            let page = if status == 200 { "<html>" } else { "" };
            let echo = format!(
                "{page}{} {}",
                &KEY[..31],
                String::from_utf8_lossy(&seen.body)
            );
            let echo = echo.replace(&KEY[..31], KEY);
            Some((StatusCode::from_u16(status).unwrap(), echo))
        })
        .await;
        let sent = send(&notifier(peer.url("/v2/enqueue"), KEY)).await;
        assert_eq!(sent.as_ref().err().map(|error| error.failure), failure);
        if let Err(error) = sent {
            let told = format!("{error} {error:?}");
            assert!(!told.contains("R0ut1ngKey"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_found_before_anything_is_sent() {
    let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    let notifier = notifier(peer.url("/v2/enqueue"), "u+R3STapiKEYofTheWrongKind");
    for error in [
        send(&notifier).await.unwrap_err(),
        notifier.check().await.unwrap_err(),
    ] {
        assert_eq!(error.failure, Failure::Misconfigured);
        let told = format!("{error} {error:?}");
        assert!(
            told.contains("32 letters") && !told.contains("R3ST"),
            "{told}"
        );
    }
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn a_check_sends_no_event() {
    let peer = Peer::new(|_| Some(StatusCode::NOT_FOUND)).await;
    let notifier = notifier(peer.url("/v2/enqueue"), KEY);
    notifier.check().await.unwrap();
    assert!(
        peer.seen()
            .iter()
            .all(|seen| seen.method == http::Method::HEAD)
    );
}
