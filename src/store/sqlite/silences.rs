//! Silences.

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, query, sqlite::SqliteRow};
use uuid::Uuid;

use super::value::{json, millis, rows, time, to_json, uuid};
use crate::domain::silence::Silence;

/// Those that have not ended, oldest first.
pub(super) async fn lasting(
    conn: &mut SqliteConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Silence>> {
    query(
        "SELECT id, scope, reason, author, created_at, ends_at, even_critical
         FROM silences WHERE ends_at > $1 ORDER BY created_at, id",
    )
    .bind(millis(now))
    .fetch_all(conn)
    .await?
    .iter()
    .map(silence)
    .collect()
}

fn silence(row: &SqliteRow) -> sqlx::Result<Silence> {
    Ok(Silence {
        id: uuid(row, "id")?,
        scope: json(row, "scope")?,
        reason: row.try_get("reason")?,
        author: row.try_get("author")?,
        created_at: time(row, "created_at")?,
        ends_at: time(row, "ends_at")?,
        even_critical: row.try_get("even_critical")?,
    })
}

/// Adds one, or replaces it.
pub(super) async fn put(conn: &mut SqliteConnection, silence: &Silence) -> sqlx::Result<()> {
    query(
        "INSERT INTO silences (id, scope, reason, author, created_at, ends_at, even_critical)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET
             scope = excluded.scope, reason = excluded.reason, author = excluded.author,
             created_at = excluded.created_at, ends_at = excluded.ends_at,
             even_critical = excluded.even_critical",
    )
    .bind(silence.id.to_string())
    .bind(to_json(&silence.scope)?)
    .bind(&silence.reason)
    .bind(&silence.author)
    .bind(millis(silence.created_at))
    .bind(millis(silence.ends_at))
    .bind(silence.even_critical)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends them now; one that has ended before keeps its end.
pub(super) async fn end(
    conn: &mut SqliteConnection,
    ids: &[Uuid],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    query(
        "UPDATE silences SET ends_at = min(ends_at, $1)
         WHERE id IN (SELECT value FROM json_each($2))",
    )
    .bind(millis(at))
    .bind(rows(ids)?)
    .execute(conn)
    .await?;
    Ok(())
}
