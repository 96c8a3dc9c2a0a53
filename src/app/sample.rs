//! A sample alert for one receiver.

use std::sync::Arc;

use anyhow::bail;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::parts::{Net, receivers};
use crate::{
    config::Config,
    domain::{
        Clock, Id, Kind, Notification, ObjectType, Row, Rung, Secrets, Severity,
        audience::Audience, notification::Subject, row::Links,
    },
    engine::{Receiver, plan::new_id},
    entra::config::Cloud,
    notify::{Envelope, SendError},
};

/// Sends the sample and tells what came of it, target by target.
pub async fn send(
    config: &Config,
    secrets: Arc<dyn Secrets>,
    name: &str,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<(String, Result<(), SendError>)>> {
    let net = Net::new(config)?;
    let receivers = receivers(config, &net, &secrets, clock, None);
    let receiver = named(&receivers, name)?;
    let now = clock.now();
    let notification = notification(now);
    let parts = receiver.notifier.compose(&notification);
    let mut sent = Vec::new();
    for target in receiver.notifier.targets() {
        let mut result = Ok(());
        for (part, payload) in parts.iter().enumerate() {
            let envelope = Envelope {
                delivery: new_id(now),
                part,
                target: &target,
                payload,
                now,
            };
            result = receiver.notifier.send(&envelope).await;
            if result.is_err() {
                break;
            }
        }
        sent.push((target, result));
    }
    Ok(sent)
}

/// The receiver of that name.
pub(super) fn named<'a>(receivers: &'a [Receiver], name: &str) -> anyhow::Result<&'a Receiver> {
    let found = receivers
        .iter()
        .find(|receiver| receiver.notifier.name() == name);
    if let Some(receiver) = found {
        return Ok(receiver);
    }
    let names: Vec<&str> = receivers
        .iter()
        .map(|receiver| receiver.notifier.name())
        .collect();
    let there = if names.is_empty() {
        "no receivers".to_owned()
    } else {
        names.join(", ")
    };
    bail!("no receiver is named `{name}`; the configuration has {there}");
}

/// One credential of each sort, with ids that exist nowhere.
pub(super) fn notification(now: DateTime<Utc>) -> Notification {
    let rows = [
        row(
            now,
            "billing-api",
            "prod",
            Kind::ClientSecret,
            -1,
            Severity::Expired,
        ),
        row(
            now,
            "payments-gateway",
            "2025-signing",
            Kind::Certificate,
            6,
            Severity::Critical,
        ),
        row(
            now,
            "hr-portal",
            "sync",
            Kind::ClientSecret,
            29,
            Severity::Warning,
        ),
    ];
    Notification {
        id: new_id(now),
        subject: Subject::Test {
            alerts: rows.map(Arc::new).into(),
        },
        decided_at: now,
        first_scan: false,
        stale: 0,
        escalation: false,
        audience: Audience::default(),
    }
}

pub(super) fn row(
    now: DateTime<Utc>,
    app: &str,
    credential: &str,
    kind: Kind,
    days: i64,
    severity: Severity,
) -> Row {
    let id = |of: &str| {
        Id::Guid(Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("forewarn:sample:{of}").as_bytes(),
        ))
    };
    let rung = [30_u16, 7, 0]
        .into_iter()
        .rfind(|rung| i64::from(*rung) >= days)
        .unwrap_or(0);
    let row = Row {
        tenant: "sample".to_owned(),
        links: None,
        object_id: id(&format!("{app}:object")),
        object_type: ObjectType::Application,
        thumbprint: None,
        active: None,
        own: false,
        self_renewing: None,
        app_id: id(app),
        app_name: app.to_owned(),
        kind,
        credential_id: id(credential),
        credential_name: Some(credential.to_owned()),
        hint: (kind == Kind::ClientSecret).then(|| "abc".to_owned()),
        starts_at: Some(now - TimeDelta::days(365)),
        expires_at: Some(now + TimeDelta::days(days) + TimeDelta::hours(12)),
        days_left: Some(days),
        severity: severity.into(),
        superseded_by: None,
        newer: None,
        newer_name: None,
        newer_starts_at: None,
        rotation: None,
        owners: Vec::new(),
        ownerless: false,
        used_by: Vec::new(),
        last_used_at: None,
        unused: false,
        stale: false,
        section: None,
        last_working_day: None,
        escalated: None,
        rung: Some(Rung::days_before(rung)),
        reason: Some("this is a test; no such credential exists".to_owned()),
    };
    let portal = crate::entra::portal_link(Cloud::Public, &row);
    Row {
        links: Some(Links {
            portal,
            acknowledge: None,
        }),
        ..row
    }
}
