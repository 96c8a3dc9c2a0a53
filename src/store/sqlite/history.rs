//! Every alert and where it went.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection, query, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    super::{AlertHistory, AlertRecord, DeliveryState},
    value::{key, severity, time, unreadable, uuid},
};
use crate::domain::Rung;

/// All alerts, oldest first.
pub(super) async fn alerts(conn: &mut SqliteConnection) -> sqlx::Result<Vec<AlertHistory>> {
    let mut alerts = Vec::new();
    let mut places = HashMap::new();
    let mut found = query(
        "SELECT alerts.*, credentials.app_name, credentials.name FROM alerts
         LEFT JOIN credentials USING (tenant, object_id, kind, credential_id)
         ORDER BY alerts.decided_at, alerts.id",
    )
    .fetch(&mut *conn);
    while let Some(row) = found.try_next().await? {
        let entry = entry(&row)?;
        places.insert(entry.alert.id, alerts.len());
        alerts.push(entry);
    }
    drop(found);
    add_notifications(conn, &places, &mut alerts).await?;
    add_deliveries(conn, &places, &mut alerts).await?;
    Ok(alerts)
}

fn entry(row: &SqliteRow) -> sqlx::Result<AlertHistory> {
    let key = key(row)?;
    Ok(AlertHistory {
        tenant: row.try_get("tenant")?,
        app_name: row
            .try_get::<Option<String>, _>("app_name")?
            .unwrap_or_default(),
        credential_name: row.try_get("name")?,
        kind: key.kind,
        alert: AlertRecord {
            id: uuid(row, "id")?,
            key,
            life: row.try_get("life")?,
            expires_at: time(row, "expires_at")?,
            rung: Rung::days_before(row.try_get("rung")?),
            reminder: row.try_get("reminder")?,
            severity: severity("severity", row.try_get("severity")?)?,
            reason: row.try_get("reason")?,
            decided_at: time(row, "decided_at")?,
            notifications: Vec::new(),
        },
        deliveries: Vec::new(),
    })
}

async fn add_notifications(
    conn: &mut SqliteConnection,
    places: &HashMap<Uuid, usize>,
    alerts: &mut [AlertHistory],
) -> sqlx::Result<()> {
    let mut found =
        query("SELECT alert_id, notification_id FROM alert_notifications ORDER BY rowid")
            .fetch(conn);
    while let Some(row) = found.try_next().await? {
        if let Some(entry) = place(places, alerts, &row)? {
            entry
                .alert
                .notifications
                .push(uuid(&row, "notification_id")?);
        }
    }
    Ok(())
}

async fn add_deliveries(
    conn: &mut SqliteConnection,
    places: &HashMap<Uuid, usize>,
    alerts: &mut [AlertHistory],
) -> sqlx::Result<()> {
    let mut found = query(
        "SELECT alert_id, receiver, target, outcome FROM alert_notifications
         JOIN deliveries USING (notification_id)
         ORDER BY deliveries.created_at, deliveries.id",
    )
    .fetch(conn);
    while let Some(row) = found.try_next().await? {
        let delivery = (
            row.try_get("receiver")?,
            row.try_get("target")?,
            state(row.try_get("outcome")?)?,
        );
        if let Some(entry) = place(places, alerts, &row)? {
            entry.deliveries.push(delivery);
        }
    }
    Ok(())
}

fn place<'a>(
    places: &HashMap<Uuid, usize>,
    alerts: &'a mut [AlertHistory],
    row: &SqliteRow,
) -> sqlx::Result<Option<&'a mut AlertHistory>> {
    let at = places.get(&uuid(row, "alert_id")?);
    Ok(at.and_then(|at| alerts.get_mut(*at)))
}

fn state(outcome: Option<&str>) -> sqlx::Result<DeliveryState> {
    match outcome {
        None => Ok(DeliveryState::Pending),
        Some("delivered") => Ok(DeliveryState::Delivered),
        Some("given-up") => Ok(DeliveryState::GivenUp),
        Some(other) => Err(unreadable(
            "outcome",
            format!("{other:?} is not an outcome"),
        )),
    }
}
