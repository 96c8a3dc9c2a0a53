//! The likeness of a generic webhook's event: what it is, and its alerts as a table.

use serde_json::Value;

use super::{Fact, Piece, Span};

const COLUMNS: [(&str, &str); 6] = [
    ("App", "app_name"),
    ("Kind", "kind"),
    ("Name", "credential_name"),
    ("Days left", "days_left"),
    ("Severity", "severity"),
    ("Expires", "expires_at"),
];

pub(super) fn pieces(event: &Value) -> Vec<Piece> {
    let data = &event["data"];
    let part = format!("{} of {}", shown(&data["part"]), shown(&data["parts"]));
    let rows = [
        ("Type", shown(&event["type"])),
        ("Time", shown(&event["timestamp"])),
        ("Receiver", shown(&data["receiver"])),
        ("Notification", shown(&data["notification_id"])),
        ("Part", part),
    ];
    let fact = |(name, value)| Fact {
        name: cell(name),
        value: cell(value),
    };
    let mut pieces = vec![Piece::Facts {
        rows: rows
            .map(|(name, value)| fact((name.to_owned(), value)))
            .into(),
    }];
    let alerts = data["alerts"].as_array().map_or(&[][..], Vec::as_slice);
    if !alerts.is_empty() {
        let head = COLUMNS.map(|(title, _)| text(title.to_owned())).into();
        let row = |alert: &Value| COLUMNS.map(|(_, key)| text(shown(&alert[key]))).into();
        let rows = std::iter::once(head)
            .chain(alerts.iter().map(row))
            .collect();
        pieces.push(Piece::Table { headed: true, rows });
    }
    pieces
}

fn cell(text: String) -> Vec<Span> {
    vec![Span::plain(text)]
}

fn text(text: String) -> Vec<Piece> {
    vec![Piece::text(cell(text), "")]
}

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
