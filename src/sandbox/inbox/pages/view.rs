//! What the templates are given, and the drawing of them.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use crate::sandbox::inbox::{Channel, Counts, Incident, Received, preview::Piece};

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in [
        ("base.html", include_str!("templates/base.html")),
        ("incidents.html", include_str!("templates/incidents.html")),
        ("list.html", include_str!("templates/list.html")),
        ("mail.html", include_str!("templates/mail.html")),
        ("message.html", include_str!("templates/message.html")),
        ("piece.html", include_str!("templates/piece.html")),
    ] {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(error = %error, template = name, "a template of the inbox is broken");
        }
    }
    environment
});

/// A page with a template of its own.
pub(super) trait Page: Serialize {
    const TEMPLATE: &'static str;

    fn draw(&self) -> Result<String, minijinja::Error> {
        TEMPLATES.get_template(Self::TEMPLATE)?.render(Serde(self))
    }
}

/// The list of messages.
#[derive(Serialize)]
pub(super) struct ListPage {
    pub(super) rows: Vec<Row>,
    pub(super) doors: Vec<Door>,
    /// Messages of all channels that are kept.
    pub(super) all: usize,
    /// The channel that is asked for.
    pub(super) channel: Option<String>,
    /// The list begins with the newest message, and keeps itself current.
    pub(super) newest: bool,
    /// The last message on this page, if there are older ones.
    pub(super) older: Option<u64>,
    pub(super) counts: Counts,
    /// Incidents and alerts that are known, and that are open.
    pub(super) incidents: usize,
    pub(super) open: usize,
    pub(super) now: String,
}

/// A link of the channel filter.
#[derive(Serialize)]
pub(super) struct Door {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kept: usize,
}

/// What is open at PagerDuty and Alertmanager, and what has been closed.
#[derive(Serialize)]
pub(super) struct IncidentsPage {
    pub(super) rows: Vec<IncidentRow>,
    pub(super) now: String,
}

/// One of them.
#[derive(Serialize)]
pub(super) struct IncidentRow {
    channel: &'static str,
    receiver: String,
    title: String,
    key: String,
    severity: String,
    since: String,
    /// When it ended or will; empty: it stays until it is resolved.
    end: String,
    events: u32,
    open: bool,
}

impl IncidentRow {
    pub(super) fn new(incident: &Incident, now: DateTime<Utc>) -> Self {
        let shown = |at: DateTime<Utc>| at.format("%-d %b %Y, %H:%M").to_string();
        Self {
            channel: incident.channel.as_str(),
            receiver: incident.receiver.clone(),
            title: incident.title.clone(),
            key: incident.key.clone(),
            severity: incident.severity.clone(),
            since: shown(incident.opened_at),
            end: incident.ends_at.map(shown).unwrap_or_default(),
            events: incident.events,
            open: incident.is_open(now),
        }
    }
}

/// One mail.
#[derive(Serialize)]
pub(super) struct MailPage<'a> {
    pub(super) row: Row,
    pub(super) from: &'a str,
    pub(super) to: &'a [String],
    pub(super) tls: bool,
    pub(super) user: Option<&'a str>,
    pub(super) headers: Vec<(String, String)>,
    /// There is HTML to show in the frame.
    pub(super) html: bool,
    pub(super) text: Option<String>,
    pub(super) attachments: usize,
    pub(super) source: &'a str,
}

/// One message of a chat or a webhook.
#[derive(Serialize)]
pub(super) struct MessagePage<'a> {
    pub(super) row: Row,
    pub(super) headers: &'a [(&'static str, String)],
    pub(super) pieces: Vec<Piece>,
    pub(super) json: String,
}

impl Page for ListPage {
    const TEMPLATE: &'static str = "list.html";
}

impl Page for IncidentsPage {
    const TEMPLATE: &'static str = "incidents.html";
}

impl Page for MailPage<'_> {
    const TEMPLATE: &'static str = "mail.html";
}

impl Page for MessagePage<'_> {
    const TEMPLATE: &'static str = "message.html";
}

/// What a message's line in the list shows, and the head of its page.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: u64,
    /// `mail` or `message`: the page it has.
    page: &'static str,
    channel: &'static str,
    receiver: String,
    title: String,
    day: String,
    time: String,
    size: String,
    problems: Vec<String>,
    repeat: bool,
    refused: Option<String>,
}

impl Row {
    pub(super) fn new(received: &Received) -> Self {
        Self {
            id: received.id,
            page: if received.channel == Channel::Mail {
                "mail"
            } else {
                "message"
            },
            channel: received.channel.as_str(),
            receiver: received.receiver.clone(),
            title: received.title.clone(),
            day: received.received_at.format("%A %-d %B %Y").to_string(),
            time: received.received_at.format("%H:%M").to_string(),
            size: size(received.size),
            problems: received.problems.clone(),
            repeat: received.repeat,
            refused: received.refused.clone(),
        }
    }
}

fn size(bytes: usize) -> String {
    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..MIB => format!("{}.{} KiB", bytes / KIB, bytes % KIB * 10 / KIB),
        _ => format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB),
    }
}
