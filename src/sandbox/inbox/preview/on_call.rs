//! The likeness of what is sent to people on call: PagerDuty's events and Alertmanager's alerts.

use serde_json::Value;

use super::{Fact, Piece, Span, event::shown};

/// An event of PagerDuty, as its incident would show it.
pub(super) fn event(event: &Value) -> Vec<Piece> {
    let payload = &event["payload"];
    let head = [
        ("Action", &event["event_action"]),
        ("Key", &event["dedup_key"]),
        ("Severity", &payload["severity"]),
        ("Source", &payload["source"]),
        ("Component", &payload["component"]),
        ("Group", &payload["group"]),
        ("Class", &payload["class"]),
        ("Time", &payload["timestamp"]),
    ];
    let mut pieces = Vec::new();
    if let Some(summary) = payload["summary"].as_str() {
        pieces.push(title(summary));
    }
    pieces.push(facts(
        head.into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), shown(value))),
    ));
    if let Some(details) = payload["custom_details"].as_object() {
        pieces.push(Piece::Rule);
        pieces.push(facts(
            details
                .iter()
                .map(|(name, value)| (name.clone(), lines(value))),
        ));
    }
    let links = event["links"].as_array().map_or(&[][..], Vec::as_slice);
    if !links.is_empty() {
        let button = |link: &Value| {
            let text = link["text"].as_str().unwrap_or("(link)");
            Span::linked(text, link["href"].as_str().unwrap_or_default())
        };
        pieces.push(Piece::Buttons {
            buttons: links.iter().map(button).collect(),
        });
    }
    pieces
}

/// Alerts, one under the other.
pub(super) fn alerts(alerts: &Value) -> Vec<Piece> {
    let alerts = alerts.as_array().map_or(&[][..], Vec::as_slice);
    alerts.iter().flat_map(alert).collect()
}

fn alert(alert: &Value) -> Vec<Piece> {
    let pairs = |key: &str| {
        let pairs = alert[key].as_object().into_iter().flatten();
        pairs.map(|(name, value)| (name.clone(), lines(value)))
    };
    let times = [
        ("startsAt", &alert["startsAt"]),
        ("endsAt", &alert["endsAt"]),
    ];
    let times = times.map(|(name, value)| (name.to_owned(), shown(value)));
    let summary = alert["annotations"]["summary"].as_str();
    let mut pieces = vec![
        title(summary.unwrap_or("(no summary)")),
        facts(times.into_iter()),
        facts(pairs("labels")),
        Piece::Rule,
        facts(pairs("annotations").filter(|(name, _)| name != "summary")),
    ];
    if let Some(link) = alert["generatorURL"].as_str() {
        pieces.push(Piece::Buttons {
            buttons: vec![Span::linked("Source", link)],
        });
    }
    pieces
}

fn title(text: &str) -> Piece {
    Piece::text(vec![Span::plain(text)], "title")
}

fn facts(pairs: impl Iterator<Item = (String, String)>) -> Piece {
    let fact = |(name, value)| Fact {
        name: vec![Span::plain(name)],
        value: vec![Span::plain(value)],
    };
    Piece::Facts {
        rows: pairs.map(fact).collect(),
    }
}

/// A list is shown as lines.
fn lines(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("\n"),
        other => shown(other),
    }
}
