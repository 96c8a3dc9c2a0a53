//! The alerts of Alertmanager's API v2 (prometheus/alertmanager, `api/v2/openapi.yaml`).
//!
//! Labels are what an alert *is*: they stay the same for a credential's whole life. What changes (severity, names, days left) is said
//! in annotations.
//!
//! Alertmanager ends by itself what is not sent again within five minutes, unless the alert says when it ends. Forewarn tells of a
//! credential once a rung, so each alert says: not before the reminders are over. That is the same moment for all alerts of one
//! credential, so none leaves a gap before the next.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    domain::{Notification, Row, clean::clean},
    notify::{
        Payload,
        json::json,
        single::{About, Single, singles},
        split::{Limit, split},
    },
    render::{Renderer, plain::plain, words},
};

/// What one request may hold.
const LIMIT: Limit = Limit {
    size: 500_000,
    rows: 100,
};

/// How long an alert stays when nothing of its credential says more, and beyond the last reminder, which comes with the next round.
const DAY: TimeDelta = TimeDelta::days(1);
/// How long a tenant that cannot be seen stays wrong without another word.
const BLIND: TimeDelta = TimeDelta::days(30);
/// How long a test stays: longer than groups wait, by their defaults.
const TEST: TimeDelta = TimeDelta::minutes(15);
/// What is over has ended so long ago. An end that Alertmanager's clock has not reached yet would be overruled by the later one that the
/// alert had before, and the alert would stay.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// Owners in their annotation, and characters of each; the description counts the others.
const LISTED: usize = 20;
const OWNER: usize = 120;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert<'a> {
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<&'a str>,
}

/// Arrays of alerts, each within the limits.
pub(super) fn compose(
    renderer: &Renderer,
    notification: &Notification,
    reminders_last: TimeDelta,
) -> Vec<Payload> {
    let singles = singles(renderer, notification);
    let alert = |single| json(&alert(single, notification.decided_at, reminders_last));
    let alerts: Vec<String> = singles.iter().map(alert).collect();
    let sizes: Vec<usize> = alerts.iter().map(|alert| alert.len() + 1).collect();
    if alerts.is_empty() {
        return Vec::new();
    }
    let parts = split(&sizes, LIMIT, |_| true);
    let total = parts.len();
    (1..)
        .zip(parts)
        .map(|(number, rows)| {
            let part = (total > 1).then_some((number, total));
            let alerts = alerts.get(rows.clone()).unwrap_or_default();
            Payload {
                title: renderer.message(notification, rows, part).title,
                // programs read the alerts
                text: String::new(),
                body: format!("[{}]", alerts.join(",")),
            }
        })
        .collect()
}

fn alert<'a>(
    single: &'a Single<'_>,
    decided_at: DateTime<Utc>,
    reminders_last: TimeDelta,
) -> Alert<'a> {
    let (starts_at, ends_at) = match single.about {
        _ if single.is_over() => (decided_at - SKEW, decided_at - SKEW),
        About::Credential(row) => (decided_at, end(row, decided_at, reminders_last)),
        About::Tenant(..) | About::Receiver(_) => (decided_at, decided_at + BLIND),
        About::Test(..) => (decided_at, decided_at + TEST),
    };
    let item = single.message.items.first();
    Alert {
        labels: filled(labels(single.about)),
        annotations: filled(annotations(single)),
        starts_at: instant(starts_at),
        ends_at: instant(ends_at),
        generator_url: item.and_then(|item| item.portal.as_deref()),
    }
}

/// When there is nothing more to come: after the last reminder.
fn end(row: &Row, decided_at: DateTime<Utc>, reminders_last: TimeDelta) -> DateTime<Utc> {
    let after_reminders = row
        .expires_at
        .and_then(|end| end.checked_add_signed(reminders_last + DAY));
    after_reminders.unwrap_or(decided_at).max(decided_at + DAY)
}

fn labels(about: About<'_>) -> Vec<(&'static str, String)> {
    match about {
        About::Credential(row) => {
            let mut labels = credential(row);
            labels.push(("alertname", "EntraCredentialExpiry".to_owned()));
            labels
        }
        About::Test(notification, row) => {
            let mut labels = credential(row);
            labels.push(("alertname", "ForewarnTest".to_owned()));
            labels.push(("notification_id", notification.id.to_string()));
            labels
        }
        About::Tenant(tenant, blindness) => vec![
            ("alertname", "ForewarnBlind".to_owned()),
            ("tenant", tenant.to_owned()),
            ("blindness", blindness.as_str().to_owned()),
        ],
        About::Receiver(name) => vec![
            ("alertname", "ForewarnReceiverFailing".to_owned()),
            ("receiver", name.to_owned()),
        ],
    }
}

fn credential(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("tenant", row.tenant.clone()),
        ("app_id", row.app_id.to_string()),
        ("object_id", row.object_id.to_string()),
        ("kind", row.kind.as_str().to_owned()),
        ("credential_id", row.credential_id.to_string()),
    ]
}

fn annotations(single: &Single<'_>) -> Vec<(&'static str, String)> {
    let message = &single.message;
    // the first line is the title
    let text = plain(message);
    let description = text.split_once('\n').map_or("", |(_, rest)| rest.trim());
    let mut annotations = vec![
        ("summary", message.title.clone()),
        ("description", description.to_owned()),
        ("severity", words::severity(message.urgency).to_owned()),
    ];
    let (Some(row), Some(item)) = (single.about.row(), message.items.first()) else {
        return annotations;
    };
    annotations.extend([
        ("app_name", item.app.clone()),
        ("credential", item.credential.clone()),
        ("owners", owners(row)),
        (
            "expires_at",
            row.expires_at.map(instant).unwrap_or_default(),
        ),
        ("portal_url", item.portal.clone().unwrap_or_default()),
    ]);
    annotations
}

fn owners(row: &Row) -> String {
    let owners = row.owners.iter().take(LISTED);
    let owners: Vec<String> = owners.map(|owner| clean(owner, OWNER)).collect();
    owners.join(", ")
}

/// Alertmanager drops labels without a value, and is not to be given any.
fn filled(pairs: Vec<(&'static str, String)>) -> BTreeMap<&'static str, String> {
    let is_filled = |(_, value): &(&str, String)| !value.is_empty();
    pairs.into_iter().filter(is_filled).collect()
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
