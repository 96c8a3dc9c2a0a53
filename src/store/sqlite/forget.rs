//! What is older than the retention goes, a small batch at a time, so that nothing waits long for the database.
//!
//! The order matters: each step frees what the next may take.

use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    connection::Connection,
    value::{BATCH, integer, millis},
};

/// Each deletes at most `$2` rows that ended before `$1`. Attempts go with their delivery; links with either end.
const STEPS: [&str; 7] = [
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE finished_at < $1 LIMIT $2)",
    "DELETE FROM alerts WHERE id IN (
         SELECT id FROM alerts
         WHERE decided_at < $1 AND NOT EXISTS (
             SELECT 1 FROM alert_notifications JOIN deliveries USING (notification_id)
             WHERE alert_id = alerts.id AND finished_at IS NULL)
         LIMIT $2)",
    "DELETE FROM notifications WHERE id IN (
         SELECT id FROM notifications
         WHERE decided_at < $1
               AND NOT EXISTS (SELECT 1 FROM deliveries WHERE notification_id = notifications.id)
         LIMIT $2)",
    "DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE finished_at < $1 LIMIT $2)",
    // while an alert of it is remembered, its life must not begin again at 0: the alert would seem decided already
    "DELETE FROM credentials WHERE rowid IN (
         SELECT credentials.rowid FROM credentials
         WHERE gone_at < $1 AND NOT EXISTS (
             SELECT 1 FROM alerts
             WHERE alerts.tenant = credentials.tenant AND alerts.object_id = credentials.object_id
                   AND alerts.kind = credentials.kind AND alerts.credential_id = credentials.credential_id)
         LIMIT $2)",
    "DELETE FROM silences WHERE id IN (
         SELECT id FROM silences WHERE min(ends_at, coalesce(ended_at, ends_at)) < $1 LIMIT $2)",
    // what is still asked about is learnt anew every day
    "DELETE FROM owners WHERE rowid IN (SELECT rowid FROM owners WHERE fetched_at < $1 LIMIT $2)",
];

/// Forgets; says how many rows went.
pub(super) async fn forget(connection: &Connection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let mut total = 0;
    for step in STEPS {
        loop {
            let mut transaction = connection.begin().await?;
            let gone = query(step)
                .bind(millis(before))
                .bind(integer(BATCH as u64))
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            transaction.commit().await?;
            total += gone;
            if gone < BATCH as u64 {
                break;
            }
        }
    }
    Ok(total)
}
