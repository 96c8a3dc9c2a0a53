//! The inbox as pages: a list, one page a message, and the same list as JSON.
//!
//! Everything shown is hostile. Templates escape by themselves; a mail's own HTML is only ever served under a policy that lets it
//! neither run nor load anything; and every page forbids what it does not need.

mod view;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    Channel, Inbox, Received, mail, preview,
    shelf::{Content, Entry},
};
use view::{Door, IncidentRow, IncidentsPage, ListPage, MailPage, MessagePage, Page, Row};

/// Rows of one page of the list.
const ROWS: usize = 200;

const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For what a sender wrote. Links open elsewhere, in a page that is free of this one.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

pub(super) fn routes() -> Router<Inbox> {
    Router::new()
        .route("/", get(list))
        .route("/incidents", get(incidents))
        .route("/mail/{id}", get(mail_page))
        .route("/mail/{id}/html", get(mail_html))
        .route("/mail/{id}/source", get(source))
        .route("/message/{id}", get(message_page))
        .route("/message/{id}/source", get(source))
        .route("/api/messages", get(api))
        .route("/api/incidents", get(api_incidents))
        .route("/inbox.css", get(style))
        .route("/inbox.js", get(script))
}

/// What of the list to show.
#[derive(Debug, Default, Deserialize)]
struct Filter {
    channel: Option<String>,
    /// Only messages older than this one.
    before: Option<u64>,
}

impl Filter {
    fn admits(&self, received: &Received) -> bool {
        let channel = self
            .channel
            .as_deref()
            .is_none_or(|name| name == received.channel.as_str());
        channel && self.before.is_none_or(|before| received.id < before)
    }
}

async fn list(State(inbox): State<Inbox>, Query(filter): Query<Filter>) -> Response {
    let (mut kept, mut rows, mut more) = ([0_usize; Channel::ALL.len()], Vec::new(), false);
    for entry in inbox.shelf().newest_first() {
        for (channel, count) in Channel::ALL.iter().zip(&mut kept) {
            *count += usize::from(*channel == entry.received.channel);
        }
        if filter.admits(&entry.received) {
            more = rows.len() == ROWS;
            if !more {
                rows.push(Row::new(&entry.received));
            }
        }
    }
    let labels = [
        "Mail",
        "Slack",
        "Teams",
        "Webhooks",
        "PagerDuty",
        "Alertmanager",
    ];
    let doors: Vec<Door> = std::iter::zip(Channel::ALL, labels)
        .zip(kept)
        .map(|((channel, label), kept)| Door {
            name: channel.as_str(),
            label,
            kept,
        })
        .collect();
    let now = inbox.now();
    let incidents = inbox.incidents();
    show(&ListPage {
        incidents: incidents.len(),
        open: incidents.iter().filter(|one| one.is_open(now)).count(),
        older: rows.last().filter(|_| more).map(|row| row.id),
        rows,
        doors,
        all: kept.iter().sum(),
        newest: filter.before.is_none(),
        channel: filter.channel,
        counts: inbox.counts(),
        now: shown(now),
    })
}

async fn incidents(State(inbox): State<Inbox>) -> Response {
    let now = inbox.now();
    let rows: Vec<IncidentRow> = inbox
        .incidents()
        .iter()
        .map(|incident| IncidentRow::new(incident, now))
        .collect();
    show(&IncidentsPage {
        rows,
        now: shown(now),
    })
}

fn shown(at: DateTime<Utc>) -> String {
    at.format("%a %-d %b %Y, %H:%M UTC").to_string()
}

async fn mail_page(State(inbox): State<Inbox>, Path(id): Path<u64>) -> Response {
    let Some(entry) = inbox.entry(id) else {
        return gone();
    };
    let Content::Mail { envelope, raw } = &entry.content else {
        return gone();
    };
    let view = mail::view(raw);
    show(&MailPage {
        row: Row::new(&entry.received),
        from: &envelope.from,
        to: &envelope.to,
        tls: envelope.tls,
        user: envelope.user.as_deref(),
        headers: view.headers,
        html: view.html.is_some(),
        text: view.text,
        attachments: view.attachments,
        source: &String::from_utf8_lossy(raw),
    })
}

async fn mail_html(State(inbox): State<Inbox>, Path(id): Path<u64>) -> Response {
    let html = inbox
        .entry(id)
        .filter(|entry| entry.received.channel == Channel::Mail);
    match html.and_then(|entry| mail::view(entry.body()).html) {
        // a mail's links would open inside the frame, where they may not
        Some(html) => answer(
            "text/html; charset=utf-8",
            MAIL_POLICY,
            links_outwards(&html),
        ),
        None => gone(),
    }
}

/// Makes links open in a page of their own, as mail programs do.
fn links_outwards(html: &str) -> String {
    let base = "<base target=\"_blank\">";
    match html.find("<head>") {
        Some(at) => {
            let (before, after) = html.split_at(at + "<head>".len());
            format!("{before}{base}{after}")
        }
        None => html.to_owned(),
    }
}

async fn message_page(State(inbox): State<Inbox>, Path(id): Path<u64>) -> Response {
    let Some(entry) = inbox.entry(id) else {
        return gone();
    };
    let Content::Http { headers, body } = &entry.content else {
        return gone();
    };
    let json = String::from_utf8_lossy(body);
    let pieces = match serde_json::from_str(&json) {
        Ok(message) => preview::pieces(entry.received.channel, &message),
        Err(_) => Vec::new(),
    };
    show(&MessagePage {
        row: Row::new(&entry.received),
        headers,
        pieces,
        json: preview::pretty(&json),
    })
}

/// The message as it came. Always as plain text: a browser must not take it for anything else.
async fn source(State(inbox): State<Inbox>, Path(id): Path<u64>) -> Response {
    let bytes = |entry: &Entry| entry.body().to_vec();
    match inbox.entry(id) {
        Some(entry) => answer("text/plain; charset=utf-8", FILE_POLICY, bytes(&entry)),
        None => gone(),
    }
}

async fn api(State(inbox): State<Inbox>, Query(filter): Query<Filter>) -> Response {
    let admitted = |received: &Received| filter.admits(received);
    let messages: Vec<Received> = inbox.messages().into_iter().filter(admitted).collect();
    let document = serde_json::json!({"messages": messages, "counts": inbox.counts()});
    let mut response = Json(document).into_response();
    harden(&mut response, FILE_POLICY);
    response
}

async fn api_incidents(State(inbox): State<Inbox>) -> Response {
    let document = serde_json::json!({"incidents": inbox.incidents()});
    let mut response = Json(document).into_response();
    harden(&mut response, FILE_POLICY);
    response
}

async fn style() -> Response {
    answer(
        "text/css; charset=utf-8",
        FILE_POLICY,
        include_str!("templates/inbox.css"),
    )
}

async fn script() -> Response {
    answer(
        "text/javascript; charset=utf-8",
        FILE_POLICY,
        include_str!("templates/inbox.js"),
    )
}

fn show<P: Page>(page: &P) -> Response {
    match page.draw() {
        Ok(html) => answer("text/html; charset=utf-8", PAGE_POLICY, html),
        Err(error) => {
            tracing::error!(error = %error, template = P::TEMPLATE, "a page of the inbox could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn gone() -> Response {
    (
        StatusCode::NOT_FOUND,
        "There is no such message, or it has made room for newer ones.\n",
    )
        .into_response()
}

fn answer(kind: &'static str, policy: &'static str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    harden(&mut response, policy);
    response
}

fn harden(response: &mut Response, policy: &'static str) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, header::HeaderValue::from_static(value));
    }
}
