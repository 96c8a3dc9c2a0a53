//! When summaries were sent.

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, query};

use super::value::{millis, time, to_json};
use crate::domain::digest::Digested;

/// The last ones of a tenant, by receiver.
pub(super) async fn of(conn: &mut SqliteConnection, tenant: &str) -> sqlx::Result<Vec<Digested>> {
    query("SELECT receiver, sent_at FROM digests WHERE tenant = $1 ORDER BY receiver")
        .bind(tenant)
        .fetch_all(conn)
        .await?
        .iter()
        .map(|row| {
            Ok(Digested {
                receiver: row.try_get("receiver")?,
                at: time(row, "sent_at")?,
            })
        })
        .collect()
}

/// Remembers that these receivers have theirs.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    tenant: &str,
    receivers: &[String],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    if receivers.is_empty() {
        return Ok(());
    }
    query(
        "INSERT INTO digests (tenant, receiver, sent_at)
         SELECT $1, value, $2 FROM json_each($3) WHERE true
         ON CONFLICT (tenant, receiver) DO UPDATE SET sent_at = excluded.sent_at",
    )
    .bind(tenant)
    .bind(millis(at))
    .bind(to_json(&receivers)?)
    .execute(conn)
    .await?;
    Ok(())
}
