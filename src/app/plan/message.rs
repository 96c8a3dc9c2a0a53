//! One message to come.

use std::{cmp::Reverse, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::{
    domain::{EventType, Id, Kind, Notification, Row, Rung, row::RowSeverity},
    store::NewDelivery,
};

/// A message to one target of a receiver, or alerts that reach nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// When it is handed over.
    pub at: DateTime<Utc>,
    /// The tenant's name.
    pub tenant: String,
    /// The receiver's name; `None`: no route takes these alerts.
    pub receiver: Option<String>,
    /// Which of the receiver's targets, where it has several kinds of them: a mail address.
    pub target: Option<String>,
    /// What it says.
    #[serde(rename = "type")]
    pub event: EventType,
    /// Others were told before, and nobody has acknowledged it.
    pub escalation: bool,
    /// It holds all that is due when the tenant is scanned for the first time.
    pub first_scan: bool,
    /// What it is about, most urgent first.
    #[serde(rename = "alerts", serialize_with = "alerts")]
    pub rows: Vec<Arc<Row>>,
}

/// A credential as a plan names it.
#[derive(Debug, Clone, Serialize)]
pub struct Alert<'a> {
    tenant: &'a str,
    app_id: &'a Id,
    object_id: &'a Id,
    app_name: &'a str,
    kind: Kind,
    credential_id: &'a Id,
    credential_name: Option<&'a str>,
    rung: Option<Rung>,
    severity: RowSeverity,
    expires_at: Option<DateTime<Utc>>,
    reason: Option<&'a str>,
}

impl<'a> Alert<'a> {
    /// Of a row.
    pub fn of(row: &'a Row) -> Self {
        Self {
            tenant: &row.tenant,
            app_id: &row.app_id,
            object_id: &row.object_id,
            app_name: &row.app_name,
            kind: row.kind,
            credential_id: &row.credential_id,
            credential_name: row.credential_name.as_deref(),
            rung: row.rung,
            severity: row.severity,
            expires_at: row.expires_at,
            reason: row.reason.as_deref(),
        }
    }
}

fn alerts<S: Serializer>(rows: &[Arc<Row>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| Alert::of(row)))
}

impl Message {
    pub(super) fn sent(tenant: &str, notification: &Notification, delivery: NewDelivery) -> Self {
        let rows = notification.rows();
        Self {
            at: delivery.due_at,
            tenant: tenant.to_owned(),
            receiver: Some(delivery.receiver),
            target: Some(delivery.target).filter(|target| !target.is_empty()),
            event: notification.event_type(rows.first().map(AsRef::as_ref)),
            escalation: notification.escalation,
            first_scan: notification.first_scan,
            rows: rows.to_vec(),
        }
    }

    pub(super) fn unheard(tenant: &str, at: DateTime<Utc>, mut rows: Vec<Arc<Row>>) -> Self {
        rows.sort_by_key(|row| (Reverse(row.severity), row.expires_at));
        let has_ended = |row: &Arc<Row>| row.severity == RowSeverity::Expired;
        Self {
            at,
            tenant: tenant.to_owned(),
            receiver: None,
            target: None,
            event: if rows.first().is_some_and(has_ended) {
                EventType::Expired
            } else {
                EventType::Expiring
            },
            escalation: false,
            first_scan: false,
            rows,
        }
    }
}
