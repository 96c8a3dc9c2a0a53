//! PagerDuty's Events API v2: what it demands of an event, and what becomes of incidents.
//!
//! Required fields, lengths and words: PagerDuty, "Send an Alert Event"; answers and size: "Events API v2 Overview"; pace: "Events API
//! Rate Limits" (github.com/PagerDuty/developer-docs, `docs/events-API-v2`).

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Channel,
    incidents::{Incidents, Place, Told},
    receivers::Inspection,
};

/// Bytes of an event.
const BODY: usize = 512 * 1024;
/// Events of one key within a minute.
const PACE: usize = 120;
const ROUTING_KEY: usize = 32;
const DEDUP_KEY: usize = 255;
const SUMMARY: usize = 1024;

const ACTIONS: [&str; 3] = ["trigger", "acknowledge", "resolve"];
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];
const KEYS: [&str; 8] = [
    "routing_key",
    "event_action",
    "dedup_key",
    "payload",
    "images",
    "links",
    "client",
    "client_url",
];
const PAYLOAD: [&str; 8] = [
    "summary",
    "source",
    "severity",
    "timestamp",
    "component",
    "group",
    "class",
    "custom_details",
];

/// Takes an event as PagerDuty would.
pub(super) fn inspect(
    receiver: &str,
    body: &[u8],
    incidents: &mut Incidents,
    now: DateTime<Utc>,
) -> Inspection {
    let mut inspection = Inspection {
        title: "(no JSON object)".to_owned(),
        ..Inspection::default()
    };
    if body.len() > BODY {
        inspection.refusal = Some((StatusCode::PAYLOAD_TOO_LARGE, String::new()));
        return inspection;
    }
    let Ok(event @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else {
        inspection.refusal = Some(invalid(&["The body is no JSON object".to_owned()]));
        return inspection;
    };
    inspection.title = match text(&event["payload"]["summary"]).trim() {
        "" => "(no summary)".to_owned(),
        summary => summary.to_owned(),
    };
    if incidents.is_throttled(text(&event["routing_key"]), PACE, now) {
        let answer = (StatusCode::TOO_MANY_REQUESTS, "Request Limit Exceeded");
        inspection.refusal = Some((answer.0, answer.1.to_owned()));
        return inspection;
    }
    let errors = errors(&event);
    if !errors.is_empty() {
        inspection.problems.clone_from(&errors);
        inspection.refusal = Some(invalid(&errors));
        return inspection;
    }
    inspection.problems = problems(&event);
    happen(receiver, &event, incidents, now, &mut inspection);
    inspection
}

/// What the event does.
fn happen(
    receiver: &str,
    event: &Value,
    incidents: &mut Incidents,
    now: DateTime<Utc>,
    inspection: &mut Inspection,
) {
    let payload = &event["payload"];
    let key = text(&event["dedup_key"]);
    let place = Place {
        channel: Channel::PagerDuty,
        receiver: receiver.to_owned(),
        account: text(&event["routing_key"]).to_owned(),
        key: key.to_owned(),
    };
    let known = incidents.get(&place);
    let open = known.filter(|incident| incident.is_open(now));
    if event["event_action"] == "trigger" {
        let told = Told {
            title: inspection.title.clone(),
            severity: text(&payload["severity"]).to_owned(),
            opened_at: open.map_or(now, |incident| incident.opened_at),
            ends_at: None,
        };
        incidents.tell(place, told, now);
        inspection.key = Some(format!("trigger {key} {}", text(&payload["timestamp"])));
    } else {
        let action = text(&event["event_action"]);
        let title = known.map_or(key, |incident| &incident.title);
        inspection.title = format!("{action}: {title}");
        let since = known.map(|incident| incident.opened_at.to_rfc3339());
        inspection.key = Some(format!("{action} {key} {}", since.unwrap_or_default()));
        if known.is_none() {
            inspection.problems.push(format!(
                "PagerDuty drops this: nothing was ever triggered under {key:?}."
            ));
        }
        if action == "resolve" && open.is_some() {
            incidents.close(&place, now);
        }
    }
    let answer = json!({"status": "success", "message": "Event processed", "dedup_key": key});
    inspection.answer = Some(answer.to_string());
}

/// For which PagerDuty refuses an event.
fn errors(event: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    let mut demand = |is_met: bool, error: &str| {
        if !is_met {
            errors.push(error.to_owned());
        }
    };
    let routing_key = text(&event["routing_key"]);
    demand(!routing_key.is_empty(), "'routing_key' is missing or blank");
    demand(
        routing_key.is_empty() || length(routing_key) == ROUTING_KEY,
        "Length of 'routing_key' is incorrect (should be 32 characters)",
    );
    let action = text(&event["event_action"]);
    demand(
        ACTIONS.contains(&action),
        "'event_action' is none of trigger, acknowledge, resolve",
    );
    let key = &event["dedup_key"];
    demand(
        key.is_null() || key.is_string() && length(text(key)) <= DEDUP_KEY,
        "'dedup_key' is no text, or too long (maximum is 255 characters)",
    );
    if action != "trigger" {
        demand(!text(key).is_empty(), "'dedup_key' is missing or blank");
        return errors;
    }
    let payload = &event["payload"];
    for field in ["summary", "source", "severity"] {
        let is_there = !text(&payload[field]).trim().is_empty();
        demand(is_there, &format!("'payload.{field}' is missing or blank"));
    }
    demand(
        length(text(&payload["summary"])) <= SUMMARY,
        "'summary' is too long (maximum is 1024 characters)",
    );
    demand(
        SEVERITIES.contains(&text(&payload["severity"])),
        "'payload.severity' is none of critical, error, warning, info",
    );
    let details = &payload["custom_details"];
    demand(
        details.is_null() || details.is_object(),
        "'payload.custom_details' is no object",
    );
    errors
}

/// What it would take, but hardly as it was meant.
fn problems(event: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let payload = &event["payload"];
    for (object, known) in [(event, KEYS), (payload, PAYLOAD)] {
        let keys = object.as_object().into_iter().flatten();
        let unknown = keys.filter(|(key, _)| !known.contains(&key.as_str()));
        problems.extend(unknown.map(|(key, _)| format!("PagerDuty knows no field {key:?}.")));
    }
    if event["event_action"] == "trigger" && text(&event["dedup_key"]).is_empty() {
        problems.push("Without a dedup_key nothing can ever resolve this.".to_owned());
    }
    if text(&payload["summary"]).contains(char::is_control) {
        problems.push("payload.summary holds control characters.".to_owned());
    }
    for field in ["component", "group", "class"] {
        if !payload[field].is_null() && text(&payload[field]).trim().is_empty() {
            problems.push(format!("payload.{field} is blank, or no text."));
        }
    }
    let timestamp = &payload["timestamp"];
    if !timestamp.is_null() && DateTime::parse_from_rfc3339(text(timestamp)).is_err() {
        problems.push("payload.timestamp is no time.".to_owned());
    }
    for link in event["links"].as_array().into_iter().flatten() {
        if !text(&link["href"]).starts_with("https://") {
            problems.push("A link without an https address.".to_owned());
        }
    }
    problems
}

fn invalid(errors: &[String]) -> (StatusCode, String) {
    let answer = json!({
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": errors,
    });
    (StatusCode::BAD_REQUEST, answer.to_string())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn now() -> DateTime<Utc> {
        "2026-11-22T09:30:00Z".parse().unwrap()
    }

    fn trigger() -> Value {
        json!({
            "routing_key": KEY,
            "event_action": "trigger",
            "dedup_key": "one",
            "client": "forewarn",
            "links": [{"href": "https://x.y", "text": "there"}],
            "payload": {
                "summary": "Expired: billing-api",
                "source": "billing-api",
                "severity": "critical",
                "timestamp": "2026-11-22T09:30:00Z",
                "component": "client secret",
                "custom_details": {"days_left": 3},
            },
        })
    }

    fn changed(pointer: &str, value: Value) -> Value {
        let mut event = trigger();
        *event.pointer_mut(pointer).unwrap() = value;
        event
    }

    fn take(incidents: &mut Incidents, event: &Value, at: DateTime<Utc>) -> Inspection {
        inspect("on-call", event.to_string().as_bytes(), incidents, at)
    }

    #[test]
    fn an_event_as_it_should_be_opens_an_incident_and_a_second_one_adds_to_it() {
        let mut incidents = Incidents::default();
        for minute in 0..2 {
            let at = now() + TimeDelta::minutes(minute);
            let taken = take(&mut incidents, &trigger(), at);
            assert_eq!(taken.problems, Vec::<String>::new());
            assert_eq!(taken.refusal, None);
            assert!(taken.answer.unwrap().contains("\"dedup_key\":\"one\""));
        }
        let [incident] = &incidents.listed(now())[..] else {
            panic!("not one incident")
        };
        assert!(incident.is_open(now()));
        assert_eq!((incident.events, incident.opened_at), (2, now()));
    }

    #[test]
    fn a_resolve_closes_what_was_opened_by_the_same_keys_alone() {
        let mut incidents = Incidents::default();
        take(&mut incidents, &trigger(), now());
        let resolve = |routing_key: &str, key: &str| json!({"routing_key": routing_key, "event_action": "resolve", "dedup_key": key});
        let other = KEY.replace('0', "f");
        for stranger in [resolve(KEY, "two"), resolve(&other, "one")] {
            let taken = take(&mut incidents, &stranger, now());
            assert!(taken.problems[0].contains("nothing was ever triggered"));
            assert!(incidents.listed(now())[0].is_open(now()));
        }
        let taken = take(&mut incidents, &resolve(KEY, "one"), now());
        assert_eq!(taken.title, "resolve: Expired: billing-api");
        assert!(taken.problems.is_empty() && !incidents.listed(now())[0].is_open(now()));
    }

    #[test]
    fn what_is_not_as_documented_is_refused() {
        for (event, error) in [
            (changed("/routing_key", json!("short")), "32 characters"),
            (
                changed("/routing_key", json!(null)),
                "'routing_key' is missing",
            ),
            (changed("/event_action", json!("open")), "'event_action'"),
            (
                changed("/dedup_key", json!("x".repeat(256))),
                "255 characters",
            ),
            (
                changed("/payload/summary", json!("x".repeat(1_025))),
                "1024 characters",
            ),
            (
                changed("/payload/summary", json!(" ")),
                "'payload.summary' is missing",
            ),
            (
                changed("/payload/source", json!(7)),
                "'payload.source' is missing",
            ),
            (
                changed("/payload/severity", json!("expired")),
                "'payload.severity'",
            ),
            (
                changed("/payload/custom_details", json!("x")),
                "is no object",
            ),
            (
                json!({"routing_key": KEY, "event_action": "resolve"}),
                "'dedup_key' is missing",
            ),
        ] {
            let mut incidents = Incidents::default();
            let (status, text) = take(&mut incidents, &event, now()).refusal.unwrap();
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert!(text.contains(error), "{text}");
            assert!(incidents.listed(now()).is_empty());
        }
        let large = changed("/payload/custom_details", json!({"x": "y".repeat(BODY)}));
        let refused = take(&mut Incidents::default(), &large, now()).refusal;
        assert_eq!(refused.unwrap().0, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn what_is_taken_but_lost_on_pagerduty_is_a_problem() {
        for (event, problem) in [
            (changed("/payload/timestamp", json!("today")), "is no time"),
            (
                changed("/payload/component", json!("")),
                "payload.component",
            ),
            (changed("/links/0/href", json!("javascript:x")), "https"),
            (changed("/client", json!(null)), ""),
            (changed("/dedup_key", json!("")), "Without a dedup_key"),
        ] {
            let taken = take(&mut Incidents::default(), &event, now());
            assert_eq!(taken.refusal, None);
            assert_eq!(taken.problems.len(), usize::from(!problem.is_empty()));
            assert!(taken.problems.iter().all(|one| one.contains(problem)));
        }
    }

    #[test]
    fn more_than_120_a_minute_are_too_many() {
        let mut incidents = Incidents::default();
        for number in 0..=PACE {
            let taken = take(&mut incidents, &trigger(), now());
            let status = taken.refusal.map(|(status, _)| status);
            let expected = (number == PACE).then_some(StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(status, expected, "{number}");
        }
        let later = now() + TimeDelta::minutes(1);
        assert_eq!(take(&mut incidents, &trigger(), later).refusal, None);
    }
}
