//! The receiving ends of Slack, Teams, generic webhooks, PagerDuty and Alertmanager: they answer as the real ones do.

use std::{future::pending, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::time::timeout;

use super::{
    Channel, Inbox, alertmanager,
    behaviour::Misdeed,
    card, pagerduty,
    shelf::{Arrival, Content},
    slack, webhook,
};

/// Bytes of a request; what is larger gets 413.
const BODY: usize = 1 << 20;
/// How long a hanging receiver hangs: longer than any sender should wait.
const HANG: Duration = Duration::from_mins(10);
/// Characters of a header that are kept.
const HEADER: usize = 1_000;
/// Request headers that the page shows.
const SHOWN: [&str; 5] = [
    "content-type",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// What a receiver found out about a message.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    pub(super) title: String,
    pub(super) problems: Vec<String>,
    /// The status and the text of the refusal; `None`: taken.
    pub(super) refusal: Option<(StatusCode, String)>,
    /// What to answer when it is taken, in place of what is always answered.
    pub(super) answer: Option<String>,
    /// What is the same on every try.
    pub(super) key: Option<String>,
}

pub(super) fn routes() -> Router<Inbox> {
    Router::new()
        .route("/slack/{name}", post(take_slack))
        .route("/teams/{name}", post(take_teams))
        .route("/hooks/{name}", post(take_webhook))
        .route("/pagerduty/{name}/v2/enqueue", post(take_event))
        .route("/alertmanager/{name}/api/v2/alerts", post(take_alerts))
        .route(
            "/alertmanager/{name}/api/v2/status",
            get(alertmanager_status),
        )
        .layer(DefaultBodyLimit::max(BODY))
}

async fn take_slack(
    State(inbox): State<Inbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inspect = |_: &Inbox| slack::inspect(&body);
    let taken = (StatusCode::OK, "ok");
    receive(
        &inbox,
        Channel::Slack,
        &name,
        &headers,
        &body,
        inspect,
        taken,
    )
    .await
}

async fn take_teams(
    State(inbox): State<Inbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inspect = |_: &Inbox| card::inspect(&body);
    let taken = (StatusCode::ACCEPTED, "");
    receive(
        &inbox,
        Channel::Teams,
        &name,
        &headers,
        &body,
        inspect,
        taken,
    )
    .await
}

async fn take_webhook(
    State(inbox): State<Inbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inspect = |inbox: &Inbox| {
        let now = inbox.now();
        let authentic = inbox.expected().verify(&name, &headers, &body, now);
        webhook::inspect(&headers, &body, authentic)
    };
    let taken = (StatusCode::NO_CONTENT, "");
    receive(
        &inbox,
        Channel::Webhook,
        &name,
        &headers,
        &body,
        inspect,
        taken,
    )
    .await
}

async fn take_event(
    State(inbox): State<Inbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inspect = |inbox: &Inbox| {
        let now = inbox.now();
        pagerduty::inspect(&name, &body, &mut inbox.known_incidents(), now)
    };
    let taken = (StatusCode::ACCEPTED, "");
    receive(
        &inbox,
        Channel::PagerDuty,
        &name,
        &headers,
        &body,
        inspect,
        taken,
    )
    .await
}

async fn take_alerts(
    State(inbox): State<Inbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inspect = |inbox: &Inbox| {
        let (now, is_json) = (inbox.now(), is_json(&headers));
        let mut incidents = inbox.known_incidents();
        alertmanager::inspect(&name, is_json, &body, &mut incidents, now)
    };
    let taken = (StatusCode::OK, "");
    receive(
        &inbox,
        Channel::Alertmanager,
        &name,
        &headers,
        &body,
        inspect,
        taken,
    )
    .await
}

async fn alertmanager_status(State(inbox): State<Inbox>) -> Response {
    Json(alertmanager::status(inbox.now())).into_response()
}

async fn receive(
    inbox: &Inbox,
    channel: Channel,
    name: &str,
    headers: &HeaderMap,
    body: &Bytes,
    inspect: impl FnOnce(&Inbox) -> Inspection,
    taken: (StatusCode, &'static str),
) -> Response {
    // the lock is let go before anything waits
    let misdeed = inbox.script().misdeed(name);
    if let Some(misdeed) = misdeed {
        inbox.turned_away();
        return match misdeed {
            Misdeed::Answer(response) => response,
            Misdeed::Hang => {
                drop(timeout(HANG, pending::<()>()).await);
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
        };
    }
    let mut inspection = inspect(inbox);
    if !is_json(headers) {
        inspection
            .problems
            .push("The Content-Type is not application/json.".to_owned());
    }
    let refused = inspection
        .refusal
        .as_ref()
        .map(|(status, text)| format!("{} {text}", status.as_u16()).trim().to_owned());
    inbox.take(Arrival {
        channel,
        receiver: name.to_owned(),
        title: inspection.title,
        problems: inspection.problems,
        refused,
        key: inspection.key,
        content: Content::Http {
            headers: shown(headers),
            body: body.to_vec(),
        },
    });
    match (inspection.refusal, inspection.answer) {
        (Some(refusal), _) => refusal.into_response(),
        (None, Some(answer)) => (taken.0, answer).into_response(),
        (None, None) => taken.into_response(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}

fn shown(headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let one = |name: &'static str| {
        let value = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
        Some((name, value.chars().take(HEADER).collect()))
    };
    SHOWN.into_iter().filter_map(one).collect()
}
