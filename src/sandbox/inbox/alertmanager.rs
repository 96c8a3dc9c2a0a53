//! Alertmanager's API v2: what it demands of alerts, and what becomes of them.
//!
//! Fields: prometheus/alertmanager, `api/v2/openapi.yaml`. Answers as version 0.25 gives them. Two alerts of the same labels are one,
//! whose times are merged as `types.Alert.Merge` does.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    Channel,
    incidents::{Incident, Incidents, Place, Told},
    receivers::Inspection,
};

/// How long an alert lasts that does not say when it ends (`resolve_timeout`).
const TIMEOUT: TimeDelta = TimeDelta::minutes(5);
const KEYS: [&str; 5] = [
    "labels",
    "annotations",
    "startsAt",
    "endsAt",
    "generatorURL",
];

/// An alert as it is posted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    #[serde(rename = "generatorURL", default)]
    generator_url: String,
}

/// Takes alerts as Alertmanager would.
pub(super) fn inspect(
    receiver: &str,
    is_json: bool,
    body: &[u8],
    incidents: &mut Incidents,
    now: DateTime<Utc>,
) -> Inspection {
    let mut inspection = Inspection {
        title: "(no alerts)".to_owned(),
        ..Inspection::default()
    };
    if !is_json {
        let message = json!({"code": 415, "message": "unsupported media type"}).to_string();
        inspection.refusal = Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        return inspection;
    }
    let posted: Vec<Posted> = match serde_json::from_slice(body) {
        Ok(posted) => posted,
        Err(error) => {
            let message = format!("parsing alerts body failed, because {error}");
            let message = json!({"code": 400, "message": message}).to_string();
            inspection.refusal = Some((StatusCode::BAD_REQUEST, message));
            return inspection;
        }
    };
    if let Some((code, message)) = unfit(&posted) {
        let message = json!({"code": code, "message": message}).to_string();
        inspection.refusal = Some((StatusCode::UNPROCESSABLE_ENTITY, message));
        return inspection;
    }
    inspection.title = title(&posted, now);
    inspection.problems = unknown(body);
    inspection.key = Some(digest(body));
    let mut errors = Vec::new();
    for alert in &posted {
        match invalid(alert) {
            Some(error) => errors.push(error),
            None => happen(receiver, alert, incidents, now, &mut inspection.problems),
        }
    }
    if !errors.is_empty() {
        let message = Value::String(errors.join("; ")).to_string();
        inspection.refusal = Some((StatusCode::BAD_REQUEST, message));
    }
    inspection
}

/// What the schema refuses.
fn unfit(posted: &[Posted]) -> Option<(u16, String)> {
    posted.iter().enumerate().find_map(|(number, alert)| {
        let url = &alert.generator_url;
        if alert.labels.is_none() {
            Some((602, format!("{number}.labels in body is required")))
        } else if !url.is_empty() && Url::parse(url).is_err() {
            let message = format!("{number}.generatorURL in body must be of type uri: {url:?}");
            Some((601, message))
        } else {
            None
        }
    })
}

/// What is refused of an alert that the schema lets through; the others of the same request are taken.
fn invalid(alert: &Posted) -> Option<String> {
    let labels = alert.labels.iter().flatten();
    if labels.clone().all(|(_, value)| value.is_empty()) {
        return Some("at least one label pair required".to_owned());
    }
    if let Some((name, _)) = labels.clone().find(|(name, _)| !is_name(name)) {
        return Some(format!("invalid label set: invalid name {name:?}"));
    }
    if let Some(name) = alert.annotations.keys().find(|name| !is_name(name)) {
        return Some(format!("invalid annotations: invalid name {name:?}"));
    }
    let ends_first =
        matches!((alert.starts_at, alert.ends_at), (Some(start), Some(end)) if end < start);
    ends_first.then(|| "start time must be before end time".to_owned())
}

/// A label's name (Prometheus, "Data model").
fn is_name(name: &str) -> bool {
    let fine = |(at, c): (usize, char)| {
        c.is_ascii_alphabetic() || c == '_' || at > 0 && c.is_ascii_digit()
    };
    !name.is_empty() && name.chars().enumerate().all(fine)
}

/// What becomes of one alert.
fn happen(
    receiver: &str,
    alert: &Posted,
    incidents: &mut Incidents,
    now: DateTime<Utc>,
    problems: &mut Vec<String>,
) {
    let labels: BTreeMap<&String, &String> = alert.labels.iter().flatten().collect();
    let place = Place {
        channel: Channel::Alertmanager,
        receiver: receiver.to_owned(),
        account: String::new(),
        key: json!(labels).to_string(),
    };
    let pairs = alert.labels.iter().flatten().chain(&alert.annotations);
    let empty = pairs.filter(|(_, value)| value.is_empty());
    problems.extend(empty.map(|(name, _)| format!("{name} has no value: it is dropped.")));
    if !labels.keys().any(|name| *name == "alertname") {
        problems.push("An alert without the label alertname.".to_owned());
    }
    if alert.ends_at.is_none() {
        problems.push("Without endsAt it ends within five minutes.".to_owned());
    }
    let ends_at = alert.ends_at.unwrap_or(now + TIMEOUT);
    let starts_at = alert.starts_at.or(alert.ends_at).unwrap_or(now);
    let known = incidents.get(&place);
    let (opened_at, ends_at) = merged(known, starts_at, ends_at, now);
    if alert.starts_at == alert.ends_at && ends_at > now {
        problems.push("It is said to have ended, but does not end: see the clocks.".to_owned());
    }
    if ends_at <= now && known.is_none() {
        problems.push("It has ended, but was never told of under these labels.".to_owned());
    }
    let annotation = |name: &str| alert.annotations.get(name).cloned().unwrap_or_default();
    let told = Told {
        title: annotation("summary"),
        severity: annotation("severity"),
        opened_at,
        ends_at: Some(ends_at),
    };
    incidents.tell(place, told, now);
}

/// The times of an alert that was known already.
fn merged(
    known: Option<&Incident>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let Some((start, end)) = known.and_then(|known| Some((known.opened_at, known.ends_at?))) else {
        return (starts_at, ends_at);
    };
    let within = |at: DateTime<Utc>| at > start && at < end;
    if !within(starts_at) && !within(ends_at) {
        return (starts_at, ends_at);
    }
    let has_ended = ends_at <= now;
    let longest = ends_at.max(end);
    let ends_at = if has_ended && end > now {
        ends_at
    } else {
        longest
    };
    (starts_at.min(start), ends_at)
}

fn title(posted: &[Posted], now: DateTime<Utc>) -> String {
    let Some(first) = posted.first() else {
        return "(no alerts)".to_owned();
    };
    let state = match first.ends_at {
        Some(end) if end <= now => "resolved",
        _ => "firing",
    };
    let summary = first
        .annotations
        .get("summary")
        .map_or("(no summary)", String::as_str);
    match posted.len() - 1 {
        0 => format!("{state}: {summary}"),
        more => format!("{state}: {summary} and {more} more"),
    }
}

/// Fields that the schema does not have are passed over.
fn unknown(body: &[u8]) -> Vec<String> {
    let Ok(alerts) = serde_json::from_slice::<Vec<BTreeMap<String, Value>>>(body) else {
        return Vec::new();
    };
    let keys = alerts.iter().flat_map(BTreeMap::keys);
    let unknown = keys.filter(|key| !KEYS.contains(&key.as_str()));
    unknown
        .map(|key| format!("Alertmanager knows no field {key:?}."))
        .collect()
}

/// Alerts have no idempotency key; the same request again is byte for byte the same.
fn digest(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// What `GET /api/v2/status` says.
pub(super) fn status(now: DateTime<Utc>) -> Value {
    let version = json!({
        "version": "0.25.0", "revision": "sandbox", "branch": "sandbox",
        "buildUser": "sandbox", "buildDate": "", "goVersion": "",
    });
    json!({
        "cluster": {"status": "disabled", "peers": []},
        "config": {"original": ""},
        "uptime": now,
        "versionInfo": version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T09:30:00Z".parse().unwrap()
    }

    /// An alert that starts and ends so many minutes from now.
    fn alert(starts: i64, ends: i64) -> Value {
        let at = |minutes| now() + TimeDelta::minutes(minutes);
        json!({
            "labels": {"alertname": "EntraCredentialExpiry", "credential_id": "1"},
            "annotations": {"summary": "Expired: billing-api", "severity": "critical"},
            "startsAt": at(starts),
            "endsAt": at(ends),
            "generatorURL": "https://entra.microsoft.com/#view/x",
        })
    }

    fn take(incidents: &mut Incidents, alerts: &Value) -> Inspection {
        inspect("am", true, alerts.to_string().as_bytes(), incidents, now())
    }

    fn refused(alerts: &Value) -> (u16, String) {
        let (status, text) = take(&mut Incidents::default(), alerts).refusal.unwrap();
        (status.as_u16(), text)
    }

    #[test]
    fn an_alert_fires_until_it_is_said_to_have_ended() {
        let mut incidents = Incidents::default();
        let fired = take(&mut incidents, &json!([alert(-20, 9_000)]));
        assert_eq!(fired.problems, Vec::<String>::new());
        assert_eq!(fired.title, "firing: Expired: billing-api");
        assert!(incidents.listed(now())[0].is_open(now()));
        // a shorter end does not shorten it
        take(&mut incidents, &json!([alert(-10, 5)]));
        let known = &incidents.listed(now())[0];
        assert_eq!(known.ends_at, Some(now() + TimeDelta::minutes(9_000)));
        assert_eq!(
            (known.events, known.opened_at),
            (2, now() - TimeDelta::minutes(20))
        );

        let resolved = take(&mut incidents, &json!([alert(-5, -5)]));
        assert_eq!(resolved.problems, Vec::<String>::new());
        assert_eq!(resolved.title, "resolved: Expired: billing-api");
        assert!(!incidents.listed(now())[0].is_open(now()));
    }

    /// As version 0.25 does: seen with the real one.
    #[test]
    fn an_end_that_has_not_come_yet_is_overruled_by_a_later_one() {
        let mut incidents = Incidents::default();
        take(&mut incidents, &json!([alert(-20, 9_000)]));
        let early = take(&mut incidents, &json!([alert(1, 1)]));
        assert!(early.problems[0].contains("clocks"), "{:?}", early.problems);
        assert!(incidents.listed(now())[0].is_open(now()));
    }

    #[test]
    fn what_is_not_as_documented_is_refused() {
        let with = |key: &str, value: Value| {
            let mut alert = alert(0, 5);
            alert[key] = value;
            json!([alert])
        };
        for (alerts, status, error) in [
            (alert(0, 5), 400, "parsing alerts body failed"),
            (with("labels", json!({"alertname": 7})), 400, "parsing"),
            (with("startsAt", json!("yesterday")), 400, "parsing"),
            (
                with("labels", json!(null)),
                422,
                "labels in body is required",
            ),
            (with("generatorURL", json!("not a uri")), 422, "type uri"),
            (with("labels", json!({})), 400, "at least one label"),
            (
                with("labels", json!({"alertname": ""})),
                400,
                "at least one label",
            ),
            (
                with("labels", json!({"a-b": "x"})),
                400,
                "invalid label set",
            ),
            (
                with("annotations", json!({"1": "x"})),
                400,
                "invalid annotations",
            ),
            (
                json!([alert(5, 0)]),
                400,
                "start time must be before end time",
            ),
        ] {
            let (answered, text) = refused(&alerts);
            assert_eq!(answered, status, "{alerts}");
            assert!(text.contains(error), "{text}");
        }
        let body = json!([]).to_string();
        let inspection = inspect(
            "am",
            false,
            body.as_bytes(),
            &mut Incidents::default(),
            now(),
        );
        assert_eq!(inspection.refusal.unwrap().0, 415);
    }

    #[test]
    fn what_is_taken_but_not_as_it_was_meant_is_a_problem() {
        let mut odd = alert(0, 5);
        odd["labels"] = json!({"credential_id": "2", "owner": ""});
        odd["endsAt"] = json!(null);
        odd["status"] = json!("firing");
        let taken = take(&mut Incidents::default(), &json!([odd]));
        assert_eq!(taken.refusal, None);
        for problem in ["\"status\"", "owner has no value", "alertname", "endsAt"] {
            let said = taken.problems.iter().any(|one| one.contains(problem));
            assert!(said, "{problem}: {:?}", taken.problems);
        }
        let unknown = take(&mut Incidents::default(), &json!([alert(-5, -5)]));
        assert!(unknown.problems[0].contains("never told of"));
    }

    #[test]
    fn the_good_ones_of_a_request_are_taken_beside_a_bad_one() {
        let mut incidents = Incidents::default();
        let refused = take(&mut incidents, &json!([alert(0, 5), alert(5, 0)])).refusal;
        assert_eq!(refused.unwrap().0, StatusCode::BAD_REQUEST);
        assert_eq!(incidents.listed(now()).len(), 1);
    }
}
