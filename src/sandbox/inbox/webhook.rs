//! A Standard Webhooks consumer: is it signed, is it new, and does its body have the documented shape.
//!
//! Signature: HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, in `webhook-signature` as `v1,<base64>`, several with blanks
//! between while a secret is being replaced (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`).

use std::collections::HashMap;

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::receivers::Inspection;

/// Bytes of a body; the specification advises to stay below.
const BODY: usize = 20 * 1024;

/// The secrets that receivers know, and how exact clocks must be.
pub(super) struct Expectations {
    keys: HashMap<String, hmac::Key>,
    pub(super) skew: TimeDelta,
}

impl Default for Expectations {
    fn default() -> Self {
        Self {
            keys: HashMap::new(),
            skew: TimeDelta::minutes(5),
        }
    }
}

/// Whether a message comes from who it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentic {
    Yes,
    /// No secret is known for this receiver.
    NotAsked,
    No(&'static str),
}

impl Expectations {
    pub(super) fn expect(&mut self, name: &str, secret: &str) -> Result<(), base64::DecodeError> {
        let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret))?;
        self.keys
            .insert(name.to_owned(), hmac::Key::new(hmac::HMAC_SHA256, &secret));
        Ok(())
    }

    pub(super) fn verify(
        &self,
        name: &str,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Authentic {
        let Some(key) = self.keys.get(name) else {
            return Authentic::NotAsked;
        };
        let (Some(id), Some(timestamp), Some(signatures)) = (
            header(headers, "webhook-id"),
            header(headers, "webhook-timestamp"),
            header(headers, "webhook-signature"),
        ) else {
            return Authentic::No("webhook-id, webhook-timestamp or webhook-signature is missing");
        };
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        let good = signatures
            .split_whitespace()
            .filter_map(|one| one.strip_prefix("v1,"))
            .filter_map(|one| STANDARD.decode(one).ok())
            .any(|signature| hmac::verify(key, &signed, &signature).is_ok());
        if !good {
            return Authentic::No("no signature fits");
        }
        let at = timestamp
            .parse()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        match at {
            None => Authentic::No("webhook-timestamp is not in seconds"),
            Some(at) if (now - at).abs() > self.skew => {
                Authentic::No("webhook-timestamp is too far off")
            }
            Some(_) => Authentic::Yes,
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|value| !value.is_empty())
}

/// Reads a message as a consumer that follows the documentation would.
pub(super) fn inspect(headers: &HeaderMap, body: &[u8], authentic: Authentic) -> Inspection {
    let mut inspection = Inspection {
        key: header(headers, "webhook-id").map(str::to_owned),
        title: "(no JSON object)".to_owned(),
        ..Inspection::default()
    };
    let problems = &mut inspection.problems;
    match authentic {
        Authentic::Yes => {}
        Authentic::No(why) => {
            problems.push(format!("The signature does not hold: {why}."));
            inspection.refusal = Some((StatusCode::UNAUTHORIZED, why.to_owned()));
        }
        Authentic::NotAsked => {
            if header(headers, "webhook-id").is_none() {
                problems.push("The header webhook-id is missing.".to_owned());
            }
            let seconds = header(headers, "webhook-timestamp").map(str::parse::<i64>);
            if !matches!(seconds, Some(Ok(_))) {
                problems
                    .push("The header webhook-timestamp is missing or not in seconds.".to_owned());
            }
        }
    }
    if body.len() > BODY {
        problems.push(format!(
            "{} bytes: the specification advises to stay below 20 kB.",
            body.len()
        ));
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(event)) => {
            inspection.title = title(&event);
            Shape(problems).event(&event);
        }
        _ => problems.push("The body is no JSON object.".to_owned()),
    }
    inspection
}

fn title(event: &Map<String, Value>) -> String {
    let kind = event
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("(no type)");
    let data = event.get("data").unwrap_or(&Value::Null);
    let alerts = data["alerts"].as_array().map_or(&[][..], Vec::as_slice);
    let first = alerts.first().and_then(|alert| alert["app_name"].as_str());
    match (first, alerts.len()) {
        (Some(app), 1) => format!("{kind}: {app}"),
        (Some(app), more) => format!("{kind}: {app} and {} more", more - 1),
        (None, _) => kind.to_owned(),
    }
}

/// Compares a body with the documented shape.
struct Shape<'a>(&'a mut Vec<String>);

/// What a value must be.
#[derive(Clone, Copy)]
enum Is {
    Text,
    TextOrNull,
    Time,
    TimeOrNull,
    Whole,
    WholeOrNull,
    Texts,
    Object,
    OneOf(&'static [&'static str]),
}

const TYPES: &[&str] = &[
    "credential.expiring",
    "credential.expired",
    "credential.resolved",
    "credential.added",
    "credential.removed",
    "app.owner-lost",
    "monitor.failing",
    "monitor.recovered",
    "digest",
    "test",
];

const ROW: &[(&str, Is)] = &[
    ("tenant", Is::Text),
    ("app_id", Is::Text),
    ("object_id", Is::Text),
    ("app_name", Is::Text),
    (
        "kind",
        Is::OneOf(&["client-secret", "certificate", "saml-certificate"]),
    ),
    ("credential_id", Is::Text),
    ("credential_name", Is::TextOrNull),
    ("hint", Is::TextOrNull),
    ("starts_at", Is::TimeOrNull),
    ("expires_at", Is::TimeOrNull),
    ("days_left", Is::WholeOrNull),
    (
        "severity",
        Is::OneOf(&["ok", "info", "warning", "critical", "expired"]),
    ),
    ("superseded_by", Is::TextOrNull),
    ("owners", Is::Texts),
    ("last_used_at", Is::TimeOrNull),
    ("links", Is::Object),
];

impl Shape<'_> {
    fn event(&mut self, event: &Map<String, Value>) {
        self.keys(
            "body",
            event,
            &[("type", Is::OneOf(TYPES)), ("timestamp", Is::Time)],
        );
        let Some(data) = event.get("data").and_then(Value::as_object) else {
            return self.0.push("body.data is no object.".to_owned());
        };
        let wanted = [
            ("notification_id", Is::Text),
            ("receiver", Is::Text),
            ("part", Is::Whole),
            ("parts", Is::Whole),
        ];
        self.keys("data", data, &wanted);
        let number = |key: &str| data.get(key).and_then(Value::as_i64).unwrap_or(1);
        if !(1..=number("parts")).contains(&number("part")) {
            self.0
                .push("data.part is not between 1 and data.parts.".to_owned());
        }
        let about_credentials = event
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.starts_with("credential."));
        let alerts = data
            .get("alerts")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        if !data.get("alerts").is_some_and(Value::is_array) {
            self.0.push("data.alerts is no list.".to_owned());
        } else if alerts.is_empty() && about_credentials {
            self.0.push("data.alerts is empty.".to_owned());
        }
        for (number, alert) in alerts.iter().enumerate() {
            match alert.as_object() {
                Some(alert) => self.keys(&format!("alerts[{number}]"), alert, ROW),
                None => self.0.push(format!("alerts[{number}] is no object.")),
            }
        }
    }

    /// Every key must be there, even when it is null, and be what it must.
    fn keys(&mut self, at: &str, object: &Map<String, Value>, wanted: &[(&str, Is)]) {
        for (key, is) in wanted {
            match object.get(*key) {
                None => self.0.push(format!("{at}.{key} is missing.")),
                Some(value) if !is.met_by(value) => {
                    self.0.push(format!("{at}.{key} is not as documented."));
                }
                Some(_) => {}
            }
        }
    }
}

impl Is {
    fn met_by(self, value: &Value) -> bool {
        let time = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok())
        };
        match self {
            Self::Text => value.is_string(),
            Self::TextOrNull => value.is_null() || value.is_string(),
            Self::Time => time(value),
            Self::TimeOrNull => value.is_null() || time(value),
            Self::Whole => value.is_i64(),
            Self::WholeOrNull => value.is_null() || value.is_i64(),
            Self::Texts => value
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Object => value.is_object(),
            Self::OneOf(names) => value.as_str().is_some_and(|text| names.contains(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use standardwebhooks::Webhook;

    use super::*;

    const OLD: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const NEW: &str = "whsec_GBkaGxwdHh8gISIjJCUmJygpKissLS4v";
    const AT: i64 = 1_795_338_000;

    fn signed(secrets: &[&str], body: &[u8]) -> HeaderMap {
        let sign = |secret: &&str| {
            Webhook::new(secret)
                .unwrap()
                .sign("msg_1", AT, body)
                .unwrap()
        };
        let signatures: Vec<String> = secrets.iter().map(sign).collect();
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_1".parse().unwrap());
        headers.insert("webhook-timestamp", AT.into());
        headers.insert("webhook-signature", signatures.join(" ").parse().unwrap());
        headers
    }

    fn verify(known: &str, headers: &HeaderMap, body: &[u8], seconds_later: i64) -> Authentic {
        let mut expectations = Expectations::default();
        expectations.expect("siem", known).unwrap();
        let now = DateTime::from_timestamp(AT + seconds_later, 0).unwrap();
        expectations.verify("siem", headers, body, now)
    }

    #[test]
    fn the_published_librarys_signatures_hold() {
        assert_eq!(
            verify(NEW, &signed(&[NEW], b"{}"), b"{}", 0),
            Authentic::Yes
        );
        let both = signed(&[OLD, NEW], b"{}");
        assert_eq!(verify(NEW, &both, b"{}", 0), Authentic::Yes);
        assert_eq!(verify(OLD, &both, b"{}", 299), Authentic::Yes);
    }

    #[test]
    fn anything_else_does_not() {
        let refused = |authentic| assert!(matches!(authentic, Authentic::No(_)), "{authentic:?}");
        refused(verify(NEW, &signed(&[OLD], b"{}"), b"{}", 0));
        refused(verify(NEW, &signed(&[NEW], b"{}"), b"{ }", 0));
        refused(verify(NEW, &signed(&[NEW], b"{}"), b"{}", 301));
        refused(verify(NEW, &signed(&[NEW], b"{}"), b"{}", -301));
        refused(verify(NEW, &HeaderMap::new(), b"{}", 0));
        let mut other = signed(&[NEW], b"{}");
        other.insert("webhook-id", "msg_2".parse().unwrap());
        refused(verify(NEW, &other, b"{}", 0));
        let mut mangled = signed(&[NEW], b"{}");
        mangled.insert("webhook-signature", "v1, v1,??? v2,abc".parse().unwrap());
        refused(verify(NEW, &mangled, b"{}", 0));
    }

    #[test]
    fn a_secret_that_is_no_base64_is_refused() {
        assert!(
            Expectations::default()
                .expect("siem", "whsec_not base64")
                .is_err()
        );
    }

    fn event() -> Value {
        json!({"type": "credential.expiring", "timestamp": "2026-11-22T09:00:00Z", "data": {
            "notification_id": "0193", "receiver": "siem", "part": 1, "parts": 1, "alerts": [{
                "tenant": "contoso", "app_id": "a", "object_id": "o", "app_name": "Billing",
                "kind": "client-secret", "credential_id": "c", "credential_name": null, "hint": "abc",
                "starts_at": null, "expires_at": "2026-12-01T00:00:00Z", "days_left": 8,
                "severity": "warning", "superseded_by": null, "owners": ["a@b.c"],
                "last_used_at": null, "rung": 14, "links": {"portal": "https://entra"},
        }]}})
    }

    fn problems(event: &Value) -> Vec<String> {
        let body = event.to_string();
        inspect(
            &signed(&[NEW], body.as_bytes()),
            body.as_bytes(),
            Authentic::Yes,
        )
        .problems
    }

    #[test]
    fn the_documented_shape_has_no_problems() {
        assert_eq!(problems(&event()), Vec::<String>::new());
        let body = event().to_string();
        let inspection = inspect(&HeaderMap::new(), body.as_bytes(), Authentic::NotAsked);
        assert_eq!(inspection.title, "credential.expiring: Billing");
        assert_eq!(inspection.problems.len(), 2, "the two headers are missing");
        let monitor = json!({"type": "monitor.failing", "timestamp": "2026-11-22T09:00:00Z", "data": {
            "notification_id": "n", "receiver": "siem", "part": 1, "parts": 1, "alerts": []}});
        assert_eq!(problems(&monitor), Vec::<String>::new());
    }

    #[test]
    fn each_departure_from_it_is_named() {
        let changed = |path: &str, value: Value| {
            let mut event = event();
            *event.pointer_mut(path).unwrap() = value;
            problems(&event)
        };
        for (path, value) in [
            ("/type", json!("credential.gone")),
            ("/timestamp", json!(1_795_338_000)),
            ("/data", json!([])),
            ("/data/part", json!(0)),
            ("/data/alerts", json!([])),
            ("/data/alerts", json!(null)),
            ("/data/alerts/0", json!("x")),
            ("/data/alerts/0/kind", json!("password")),
            ("/data/alerts/0/days_left", json!(8.5)),
            ("/data/alerts/0/expires_at", json!("soon")),
            ("/data/alerts/0/owners", json!("a@b.c")),
        ] {
            assert_eq!(changed(path, value.clone()).len(), 1, "{path} {value}");
        }
    }
}
