//! Small, made-up things to store.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    domain::{
        App, Credential, Expiry, Id, Kind, Notification, ObjectType, Row, Rung, Severity,
        audience::Audience, health::Health, known::Announced, known::CredentialKey,
        notification::Subject,
    },
    store::{
        AlertRecord, Attempt, AttemptOutcome, Claim, Inventory, NewDelivery, Round, ScanRecord,
        Seen, Store,
    },
};

/// So many minutes into the story.
pub(in crate::store) fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-01T08:00:00.123Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

pub(in crate::store) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A complete scan that decided nothing.
pub(in crate::store) fn round(tenant: &str, n: u128) -> Round<'static> {
    Round {
        tenant: tenant.into(),
        scan: ScanRecord {
            id: id(n),
            started_at: at(0),
            finished_at: at(1),
            error: None,
            apps: 3,
            credentials: 5,
            warnings: 0,
        },
        upserts: Vec::new(),
        gone: Vec::new(),
        announced: Vec::new(),
        alerts: Vec::new(),
        notifications: Vec::new(),
        broken_silences: Vec::new(),
        digested: Vec::new(),
        owners: Vec::new(),
        health: Health::default(),
    }
}

/// The n-th client secret of contoso; a greater one ends later.
pub(in crate::store) fn credential(n: u128) -> Inventory {
    Inventory {
        tenant: "contoso".into(),
        key: CredentialKey {
            object_id: Id::Guid(id(1_000_000 + n)),
            kind: Kind::ClientSecret,
            credential_id: Id::Guid(id(2_000_000 + n)),
        },
        app_id: Id::Guid(id(3_000_000 + n)),
        app_name: format!("app {n}"),
        name: Some(format!("secret {n}")),
        hint: Some("abc".into()),
        starts_at: Some(at(-100_000)),
        expires: Expiry::At(at(100_000 + i64::try_from(n).unwrap())),
        first_seen: at(0),
        fingerprint: 7,
    }
}

/// The same as a scan sees it.
pub(in crate::store) fn seen(credential: Inventory) -> Seen<'static> {
    let app = App {
        object_type: ObjectType::Application,
        object_id: credential.key.object_id,
        app_id: credential.app_id,
        name: credential.app_name.into(),
        tags: Box::default(),
        credentials: Box::new([Credential {
            id: credential.key.credential_id,
            kind: credential.key.kind,
            name: credential.name.map(Into::into),
            hint: credential.hint.map(Into::into),
            starts_at: credential.starts_at,
            expires: credential.expires,
            thumbprint: None,
            active: None,
        }]),
    };
    // a round borrows what was seen, and tests are short
    let app: &App = Box::leak(Box::new(app));
    Seen {
        app,
        credential: &app.credentials[0],
        first_seen: credential.first_seen,
        fingerprint: credential.fingerprint,
    }
}

pub(in crate::store) fn announced(n: u128) -> Announced {
    let credential = credential(n);
    Announced {
        rung: Rung::days_before(30),
        reminder: 0,
        severity: Severity::Warning,
        at: at(1),
        expires_at: credential.expires.at().unwrap(),
        row: Arc::new(Row {
            tenant: credential.tenant,
            app_id: credential.app_id,
            object_id: credential.key.object_id,
            object_type: ObjectType::Application,
            thumbprint: None,
            active: None,
            own: false,
            self_renewing: None,
            app_name: credential.app_name,
            kind: credential.key.kind,
            credential_id: credential.key.credential_id,
            credential_name: credential.name,
            hint: credential.hint,
            starts_at: credential.starts_at,
            expires_at: credential.expires.at(),
            days_left: Some(29),
            severity: Severity::Warning.into(),
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
            rung: Some(Rung::days_before(30)),
            reason: None,
            links: None,
        }),
        told: vec!["mail".into(), "chat".into()],
        resolved: false,
        softened: false,
        persons: Vec::new(),
        critical_since: None,
        escalated: false,
    }
}

/// The alert that a credential reached a rung.
pub(in crate::store) fn alert(n: u128, credential: &Inventory, rung: u16) -> AlertRecord {
    AlertRecord {
        id: id(n),
        key: credential.key.clone(),
        life: 0,
        expires_at: credential.expires.at().unwrap(),
        rung: Rung::days_before(rung),
        reminder: 0,
        severity: Severity::Warning,
        reason: format!("{rung} days are left"),
        decided_at: at(1),
        notifications: Vec::new(),
    }
}

pub(in crate::store) fn notification(n: u128) -> Notification {
    Notification {
        id: id(n),
        subject: Subject::Recovered {
            blindness: crate::domain::notification::Blindness::default(),
            tenant: "contoso".into(),
            note: "It was \"down\"; it is 'up' again. \u{1f44d}".into(),
        },
        decided_at: at(1),
        first_scan: false,
        stale: 0,
        escalation: false,
        audience: Audience::default(),
    }
}

pub(in crate::store) fn delivery(n: u128, receiver: &str, due: i64) -> NewDelivery {
    NewDelivery {
        id: id(n),
        receiver: receiver.into(),
        target: format!("{receiver}{n}@contoso.com"),
        due_at: at(due),
        fallback: Vec::new(),
    }
}

/// Commits a round that holds one notification with these deliveries.
pub(in crate::store) async fn enqueue(store: &dyn Store, n: u128, deliveries: Vec<NewDelivery>) {
    let mut round = round("contoso", n);
    round.notifications = vec![(notification(n), deliveries)];
    store.commit(&round).await.unwrap();
}

/// Claims for ten minutes.
pub(in crate::store) async fn claim(store: &dyn Store, receiver: &str, now: i64) -> Option<Claim> {
    store
        .claim(receiver, at(now), at(now + 10), at(now))
        .await
        .unwrap()
}

/// Claims, and says only which.
pub(in crate::store) async fn claim_id(
    store: &dyn Store,
    receiver: &str,
    now: i64,
) -> Option<u128> {
    let claim = claim(store, receiver, now).await;
    claim.map(|claim| claim.delivery.id.as_u128())
}

pub(in crate::store) async fn record(
    store: &dyn Store,
    delivery: u128,
    now: i64,
    part: u32,
    outcome: AttemptOutcome,
) {
    let attempt = Attempt {
        delivery: id(delivery),
        at: at(now),
        took: Duration::from_millis(250),
        part,
        outcome,
        pause_until: None,
        standing: None,
    };
    store.record(&attempt).await.unwrap();
}

pub(in crate::store) fn retry(due: i64, detail: &str) -> AttemptOutcome {
    AttemptOutcome::Retry {
        due_at: at(due),
        failure: "unavailable",
        detail: detail.into(),
    }
}

pub(in crate::store) fn given_up(detail: &str, instead: Vec<NewDelivery>) -> AttemptOutcome {
    AttemptOutcome::GivenUp {
        failure: "gone",
        detail: detail.into(),
        instead,
    }
}
