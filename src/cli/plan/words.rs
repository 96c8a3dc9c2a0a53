//! What is said of a planned message.

use chrono::{DateTime, Utc};

use crate::{
    app::plan::Message,
    cli::{
        measure::harmless,
        paint::{colour, paint},
    },
    domain::{EventType, Kind, Row, calendar::Calendar, row::RowSeverity},
};

/// To whom it goes.
pub(super) fn receiver(message: &Message) -> String {
    let receiver = message.receiver.clone();
    receiver.unwrap_or_else(|| "nobody: no route takes this".to_owned())
}

/// The same, with the target if it has a name.
pub(super) fn receiver_and_target(message: &Message) -> String {
    match &message.target {
        None => receiver(message),
        Some(target) => format!("{} ({})", receiver(message), harmless(target)),
    }
}

/// What kind of message, where it is not plainly about what is due.
pub(super) fn label(message: &Message) -> Option<&'static str> {
    match message.event {
        _ if message.escalation => Some("escalated"),
        _ if message.first_scan => Some("first scan"),
        EventType::Expiring | EventType::Expired | EventType::Test => None,
        EventType::Resolved => Some("resolved"),
        EventType::MonitorFailing => Some("the tenant cannot be seen as it should"),
        EventType::MonitorRecovered => Some("the tenant is seen again"),
        EventType::Added => Some("added"),
        EventType::Removed => Some("removed"),
        EventType::OwnerLost => Some("owner lost"),
        EventType::Digest => Some("summary"),
    }
}

/// `billing-api client secret "prod"`
pub(super) fn credential(row: &Row) -> String {
    let app = match harmless(&row.app_name) {
        name if name.is_empty() => harmless(&row.app_id.to_string()),
        name => name,
    };
    let kind = match row.kind {
        Kind::ClientSecret => "client secret",
        Kind::Certificate => "certificate",
        Kind::SamlCertificate => "SAML certificate",
        Kind::Federated => "federated credential",
    };
    match harmless(row.credential_name.as_deref().unwrap_or_default()) {
        name if name.is_empty() => format!("{app} {kind}"),
        name => format!("{app} {kind} \"{name}\""),
    }
}

/// `ends 29 Nov 2026`, seen from `at`.
pub(super) fn end(row: &Row, at: DateTime<Utc>, calendar: &Calendar) -> String {
    match row.expires_at {
        None => "never ends".to_owned(),
        Some(end) => {
            let verb = if end > at { "ends" } else { "ended" };
            format!("{verb} {}", calendar.day_of(end).format("%-d %b %Y"))
        }
    }
}

/// `Mon 23 Nov 2026`
pub(super) fn day(at: DateTime<Utc>, calendar: &Calendar) -> String {
    calendar.day_of(at).format("%a %-d %b %Y").to_string()
}

/// `06:00`
pub(super) fn time(at: DateTime<Utc>, calendar: &Calendar) -> String {
    at.with_timezone(&calendar.timezone)
        .format("%H:%M")
        .to_string()
}

/// `1 message`, `2 messages`
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// What is not known of tenants that could not be read.
pub(super) fn unknown(unread: &[&str]) -> String {
    let line = format!(
        "Not known, since it could not be read: what comes of {}.",
        unread.join(", ")
    );
    paint(&line, colour(RowSeverity::Critical))
}
