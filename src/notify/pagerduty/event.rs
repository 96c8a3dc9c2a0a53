//! The events of PagerDuty's Events API v2, without the routing key, which is put in when one is sent.
//!
//! Fields and limits: PagerDuty, "Send an Alert Event" and "PagerDuty Common Event Format".

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::key::dedup_key;
use crate::{
    domain::{EventType, Notification, Row, clean::clean, row::RowSeverity},
    notify::{
        Payload,
        json::json,
        single::{About, Single, singles},
    },
    render::{Item, Renderer, words},
};

/// Characters of a summary; more is refused.
const SUMMARY: usize = 1_024;
/// Characters of the fields beside it, for which PagerDuty names no limit, and of a detail.
const FIELD: usize = 250;
/// Owners and clusters in the details; the sentences count the others.
const LISTED: usize = 20;

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "event_action")]
    action: Action,
    dedup_key: String,
    /// PagerDuty looks at all the rest of a trigger alone.
    #[serde(flatten)]
    trigger: Option<Trigger<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Trigger,
    Resolve,
}

#[derive(Serialize)]
struct Trigger<'a> {
    client: &'static str,
    payload: Body<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct Body<'a> {
    summary: String,
    source: String,
    severity: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
    group: String,
    class: &'static str,
    custom_details: Details<'a>,
}

#[derive(Serialize)]
struct Link<'a> {
    href: &'a str,
    text: &'static str,
}

/// What there is to know beside the summary.
#[derive(Serialize)]
#[serde(untagged)]
enum Details<'a> {
    Credential(Box<Facts<'a>>),
    Monitor { notes: &'a [String] },
}

/// What is known of a credential, under the names of a row, and what to do about it, in words.
#[derive(Serialize)]
struct Facts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'a str>,
    tenant: String,
    app_name: String,
    app_id: String,
    object_id: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_name: Option<String>,
    credential_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    severity: &'static str,
    days_left: Option<i64>,
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<DateTime<Utc>>,
    owners: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    used_by: Vec<String>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

/// One event for each thing that is wrong, or no longer so.
pub(super) fn compose(renderer: &Renderer, notification: &Notification) -> Vec<Payload> {
    singles(renderer, notification)
        .into_iter()
        .map(|single| Payload {
            body: json(&event(&single, notification.decided_at)),
            // people read the summary; the rest of the words would only lie in memory, and there may be thousands
            text: String::new(),
            title: single.message.title,
        })
        .collect()
}

fn event<'a>(single: &'a Single<'_>, decided_at: DateTime<Utc>) -> Event<'a> {
    let is_over = single.is_over();
    Event {
        action: if is_over {
            Action::Resolve
        } else {
            Action::Trigger
        },
        dedup_key: dedup_key(single.about),
        trigger: (!is_over).then(|| trigger(single, decided_at)),
    }
}

fn trigger<'a>(single: &'a Single<'_>, decided_at: DateTime<Utc>) -> Trigger<'a> {
    let item = single.message.items.first();
    let group = match single.about {
        About::Credential(row) | About::Test(_, row) => &row.tenant,
        About::Tenant(name, _) | About::Receiver(name) => name,
    };
    Trigger {
        client: "forewarn",
        payload: Body {
            summary: clean(&single.message.title, SUMMARY),
            source: item
                .map(|item| item.app.clone())
                .filter(|app| !app.is_empty())
                .unwrap_or_else(|| clean(group, FIELD)),
            severity: severity(single),
            timestamp: decided_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            component: item.map(|item| item.credential.as_str()),
            group: clean(group, FIELD),
            class: single.event.as_str(),
            custom_details: details(single),
        },
        links: item
            .and_then(|item| item.portal.as_deref())
            .map(|href| Link {
                href,
                text: words::OPEN_PORTAL,
            })
            .into_iter()
            .collect(),
    }
}

/// What has the same name stays the same; what has run out cannot be more than critical there. That forewarn sees nothing breaks no
/// sign-in by itself.
fn severity(single: &Single<'_>) -> &'static str {
    match single.message.urgency {
        _ if single.event == EventType::MonitorFailing => "error",
        RowSeverity::Expired | RowSeverity::Critical => "critical",
        RowSeverity::Warning => "warning",
        RowSeverity::Info | RowSeverity::Ok => "info",
    }
}

fn details<'a>(single: &'a Single<'_>) -> Details<'a> {
    let message = &single.message;
    match single.about.row() {
        Some(row) => Details::Credential(Box::new(facts(row, message.items.first()))),
        None => Details::Monitor {
            notes: &message.intro,
        },
    }
}

fn facts<'a>(row: &Row, item: Option<&'a Item>) -> Facts<'a> {
    let short = |text: &dyn fmt::Display| clean(&text.to_string(), FIELD);
    let clusters = row.used_by.iter().take(LISTED);
    Facts {
        when: item.map(|item| item.when.as_str()),
        tenant: short(&row.tenant),
        app_name: short(&row.app_name),
        app_id: short(&row.app_id),
        object_id: short(&row.object_id),
        kind: row.kind.as_str(),
        credential_name: row.credential_name.as_ref().map(|name| short(name)),
        credential_id: short(&row.credential_id),
        hint: row.hint.as_ref().map(|hint| short(hint)),
        severity: row.severity.as_str(),
        days_left: row.days_left,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        owners: row
            .owners
            .iter()
            .take(LISTED)
            .map(|name| short(name))
            .collect(),
        used_by: clusters.map(|cluster| short(&cluster.name)).collect(),
        notes: item.map_or(&[], |item| &item.notes),
        command: item.and_then(|item| item.command.as_deref()),
    }
}
