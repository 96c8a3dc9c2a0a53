//! Each kind of trouble, as the wire shows it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Caller, graph_error, sandbox, troubled};
use crate::sandbox::{Fault, Faults, RetryAfter, Rule};

const PATH: &str = "/v1.0/applications?$top=2&$select=id";

fn rules(rules: impl IntoIterator<Item = Rule>) -> Faults {
    Faults {
        rules: rules.into_iter().collect(),
        ..Faults::default()
    }
}

#[tokio::test]
async fn throttling_says_when_to_come_back_or_does_not() {
    for (retry_after, header) in [
        (None, None),
        (Some(RetryAfter::Seconds(2)), Some("2")),
        (
            Some(RetryAfter::HttpDate(90)),
            Some("Sun, 01 Nov 2026 09:31:30 GMT"),
        ),
    ] {
        let rule = Rule {
            every: Some(3),
            retry_after,
            ..Rule::always(Fault::Throttle)
        };
        let sandbox = troubled(4, rules([rule])).await;
        let caller = Caller::of(&sandbox).await;
        for call in 1..=6 {
            let response = caller.get(PATH).await;
            assert_eq!(response.status() == 429, call % 3 == 0, "call {call}");
            if response.status() == 429 {
                let told = response
                    .headers()
                    .get("retry-after")
                    .map(|it| it.to_str().unwrap());
                assert_eq!(told, header);
                assert_eq!(graph_error(response).await.1, "TooManyRequests");
            }
        }
        assert_eq!(
            sandbox.stats().graph_requests["/v1.0/applications"][&429],
            2
        );
    }
}

#[tokio::test]
async fn refusals_come_as_often_as_asked_and_then_end() {
    for (fault, status, code) in [
        (Fault::Unavailable, 503, "ServiceUnavailable"),
        (Fault::GatewayTimeout, 504, "UnknownError"),
        (Fault::Unauthorised, 401, "InvalidAuthenticationToken"),
        (Fault::Forbidden, 403, "Authorization_RequestDenied"),
    ] {
        let sandbox = troubled(4, rules([Rule::always(fault).times(2)])).await;
        let caller = Caller::of(&sandbox).await;
        for _ in 0..2 {
            assert_eq!(
                graph_error(caller.get(PATH).await).await,
                (status, code.to_owned())
            );
        }
        assert_eq!(caller.get(PATH).await.status(), 200);
    }
}

/// The second page of a four-app tenant under a fault that befalls only that page.
async fn second_page(fault: Fault) -> (Caller, String, crate::sandbox::Sandbox) {
    let sandbox = troubled(4, rules([Rule::on_page(2, fault)])).await;
    let caller = Caller::of(&sandbox).await;
    let first = caller.json(PATH).await;
    let link = first["@odata.nextLink"].as_str().unwrap().to_owned();
    (caller, link, sandbox)
}

#[tokio::test]
async fn a_body_can_be_cut_off_on_the_wire() {
    let (caller, link, _sandbox) = second_page(Fault::CutBody).await;
    let response = caller.get(&link).await;
    assert_eq!(response.status(), 200);
    let promised = response.content_length().unwrap();
    assert!(promised > 100);
    assert!(
        response.bytes().await.is_err(),
        "less arrives than was promised"
    );
}

#[tokio::test]
async fn a_body_can_be_whole_and_its_json_not() {
    let (caller, link, _sandbox) = second_page(Fault::MalformedJson).await;
    let text = caller.get(&link).await.text().await.unwrap();
    assert!(text.starts_with('{'));
    assert!(serde_json::from_str::<Value>(&text).is_err());
}

#[tokio::test]
async fn a_body_can_go_on_for_ever() {
    let (caller, link, _sandbox) = second_page(Fault::EndlessBody).await;
    let mut response = caller.get(&link).await;
    let mut received = 0;
    while received < 5_000_000 {
        received += response.chunk().await.unwrap().expect("no end").len();
    }
}

#[tokio::test]
async fn links_can_lead_astray() {
    let (caller, link, _sandbox) = second_page(Fault::ForeignLink).await;
    let page = caller.json(&link).await;
    let foreign = page["@odata.nextLink"].as_str().unwrap();
    assert!(
        foreign.starts_with("https://graph.microsoft.com.attacker.example/v1.0/"),
        "{foreign}"
    );

    let (caller, link, _sandbox) = second_page(Fault::LinkLoop).await;
    let (mut seen, mut next) = (Vec::new(), link);
    for _ in 0..6 {
        seen.push(next.clone());
        next = caller.json(&next).await["@odata.nextLink"]
            .as_str()
            .unwrap()
            .to_owned();
    }
    assert_eq!(seen[0], seen[2]);
    assert_eq!(seen[1], seen[3]);

    let (caller, link, _sandbox) = second_page(Fault::Redirect).await;
    let response = caller.get(&link).await;
    assert_eq!(response.status(), 302);
    assert!(
        response.headers()["location"]
            .to_str()
            .unwrap()
            .contains("attacker.example")
    );
}

#[tokio::test]
async fn a_row_can_come_twice() {
    let (caller, link, _sandbox) = second_page(Fault::RepeatRow).await;
    let first = caller.json(PATH).await;
    let second = caller.json(&link).await;
    assert_eq!(second["value"].as_array().unwrap().len(), 3);
    assert_eq!(second["value"][0], first["value"][1]);
}

#[tokio::test]
async fn a_call_can_be_hung_up_on_or_left_hanging() {
    let (caller, link, _sandbox) = second_page(Fault::HangUp).await;
    assert!(caller.try_get(&link).await.is_err());
    assert_eq!(caller.get(PATH).await.status(), 200, "the sandbox lives on");

    let (caller, link, sandbox) = second_page(Fault::Hang).await;
    let answer = caller.try_get(&link);
    let waited = tokio::time::timeout(Duration::from_millis(100), answer).await;
    assert!(waited.is_err(), "no answer");
    let _hanging = tokio::spawn(async move { caller.try_get(&link).await });
    sandbox.stop().await; // returns although a call hangs
}

#[tokio::test]
async fn the_server_s_clock_can_be_wrong() {
    let sandbox = troubled(
        1,
        Faults {
            date_skew_seconds: -600,
            ..Faults::default()
        },
    )
    .await;
    let caller = Caller::of(&sandbox).await;
    let response = caller.get(PATH).await;
    assert_eq!(response.headers()["date"], "Sun, 01 Nov 2026 09:20:00 GMT");
    for absurd in [i64::MIN, i64::MAX, -99_999_999_999, 999_999_999_999] {
        sandbox.set_faults(Faults {
            date_skew_seconds: absurd,
            ..Faults::default()
        });
        assert_eq!(caller.get(PATH).await.status(), 200, "{absurd}");
    }
}

#[tokio::test]
async fn thinking_takes_real_time() {
    let sandbox = troubled(
        1,
        Faults {
            latency_ms: 60,
            ..Faults::default()
        },
    )
    .await;
    let caller = Caller::of(&sandbox).await;
    let begun = std::time::Instant::now();
    caller.get(PATH).await;
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn faults_are_changed_and_calls_counted_over_http() {
    let sandbox = sandbox(4).await;
    let caller = Caller::of(&sandbox).await;
    assert_eq!(caller.json("/_sandbox/health").await["status"], "ok");
    let url = format!("{}/_sandbox/faults", sandbox.base_url());
    let put = |body: Value| caller.client.put(&url).json(&body).send();
    let wanted = json!({ "rules": [{ "fault": "forbidden" }], "latency_ms": 1 });
    assert_eq!(put(wanted).await.unwrap().status(), 200);
    assert_eq!(caller.get(PATH).await.status(), 403);
    let shown = caller.json("/_sandbox/faults").await;
    assert_eq!(shown["rules"][0]["fault"], "forbidden");
    assert_eq!(
        put(json!({ "rules": [{ "fault": "flood" }] }))
            .await
            .unwrap()
            .status(),
        422
    );
    assert_eq!(put(json!({})).await.unwrap().status(), 200);
    assert_eq!(caller.get(PATH).await.status(), 200);
    let stats = caller.json("/_sandbox/stats").await;
    assert_eq!(
        stats,
        json!({ "token_requests": { "200": 1 },
                "graph_requests": { "/v1.0/applications": { "200": 1, "403": 1 } },
                "azure_requests": {}, "batched_requests": {} })
    );
}
