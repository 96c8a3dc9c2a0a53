//! What a round decided, written as one.

use sqlx::{SqliteConnection, query};

use super::{
    super::{AlertRecord, Round},
    digests, inventory, outbox, owners, silences, tenants,
    value::{BATCH, millis, rows, to_json},
};
use crate::domain::Notification;

/// Writes the whole round; the caller's transaction makes it all or nothing.
pub(super) async fn write(conn: &mut SqliteConnection, round: &Round<'_>) -> sqlx::Result<()> {
    let (tenant, ended) = (round.tenant.as_str(), round.scan.finished_at);
    tenants::add_scan(conn, tenant, &round.scan).await?;
    inventory::upsert(conn, tenant, &round.upserts).await?;
    inventory::lose(conn, tenant, &round.gone, ended).await?;
    inventory::announce(conn, tenant, &round.announced).await?;
    for (notification, deliveries) in &round.notifications {
        add_notification(conn, notification).await?;
        outbox::enqueue(conn, notification.id, notification.decided_at, deliveries).await?;
    }
    add_alerts(conn, tenant, &round.alerts).await?;
    for (silence, how) in &round.broken_silences {
        silences::end(conn, *silence, ended, how).await?;
    }
    digests::put(conn, tenant, &round.digested, ended).await?;
    owners::put(conn, tenant, &round.owners).await?;
    let complete = round.scan.error.is_none();
    tenants::put_health(conn, tenant, complete, &round.health).await
}

/// Adds what is told; its deliveries are the outbox's.
pub(super) async fn add_notification(
    conn: &mut SqliteConnection,
    notification: &Notification,
) -> sqlx::Result<()> {
    query("INSERT INTO notifications (id, decided_at, body) VALUES ($1, $2, $3)")
        .bind(notification.id.to_string())
        .bind(millis(notification.decided_at))
        .bind(to_json(notification)?)
        .execute(conn)
        .await?;
    Ok(())
}

async fn add_alerts(
    conn: &mut SqliteConnection,
    tenant: &str,
    alerts: &[AlertRecord],
) -> sqlx::Result<()> {
    for batch in alerts.chunks(BATCH) {
        let links = rows(batch.iter().flat_map(|alert| {
            alert
                .notifications
                .iter()
                .map(|notification| (alert.id, notification))
        }))?;
        let batch = rows(batch.iter().map(|alert| {
            (
                alert.id,
                tenant,
                &alert.key.object_id,
                alert.key.kind,
                &alert.key.credential_id,
                alert.life,
                millis(alert.expires_at),
                alert.rung,
                alert.reminder,
                alert.severity,
                &alert.reason,
                millis(alert.decided_at),
            )
        }))?;
        query(
            "INSERT INTO alerts (id, tenant, object_id, kind, credential_id, life, expires_at, rung, reminder,
                                 severity, reason, decided_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                    value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
             FROM json_each($1)",
        )
        .bind(batch)
        .execute(&mut *conn)
        .await?;
        query(
            "INSERT INTO alert_notifications (alert_id, notification_id)
             SELECT value ->> 0, value ->> 1 FROM json_each($1)",
        )
        .bind(links)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
