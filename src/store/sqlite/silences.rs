//! Silences.

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, query, sqlite::SqliteRow};
use uuid::Uuid;

use super::value::{
    integer, json, maybe_json, maybe_time, millis, severity, time, to_json, unreadable, uuid,
};
use crate::domain::silence::{Ended, HowEnded, Silence};

/// Those that have not ended, oldest first.
pub(super) async fn lasting(
    conn: &mut SqliteConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Silence>> {
    query("SELECT * FROM silences WHERE ends_at > $1 AND ended_at IS NULL ORDER BY created_at, id")
        .bind(millis(now))
        .fetch_all(conn)
        .await?
        .iter()
        .map(silence)
        .collect()
}

/// Those that have ended, too: the latest first.
pub(super) async fn all(conn: &mut SqliteConnection, limit: usize) -> sqlx::Result<Vec<Silence>> {
    query("SELECT * FROM silences ORDER BY created_at DESC, id DESC LIMIT $1")
        .bind(integer(limit as u64))
        .fetch_all(conn)
        .await?
        .iter()
        .map(silence)
        .collect()
}

fn silence(row: &SqliteRow) -> sqlx::Result<Silence> {
    let breaks_at: Option<&str> = row.try_get("breaks_at")?;
    Ok(Silence {
        id: uuid(row, "id")?,
        scope: json(row, "scope")?,
        reason: row.try_get("reason")?,
        author: row.try_get("author")?,
        created_at: time(row, "created_at")?,
        ends_at: time(row, "ends_at")?,
        breaks_at: breaks_at
            .map(|name| severity("breaks_at", name))
            .transpose()?,
        ended: ended(row)?,
    })
}

fn ended(row: &SqliteRow) -> sqlx::Result<Option<Ended>> {
    let Some(at) = maybe_time(row, "ended_at")? else {
        return Ok(None);
    };
    let how = maybe_json(row, "ended_how")?
        .ok_or_else(|| unreadable("ended_how", "it has ended, and nothing tells how"))?;
    Ok(Some(Ended { at, how }))
}

/// Adds one, unless one of its id is there; what is there then.
pub(super) async fn put(conn: &mut SqliteConnection, new: &Silence) -> sqlx::Result<Silence> {
    query(
        "INSERT INTO silences (id, scope, reason, author, created_at, ends_at, breaks_at, ended_at, ended_how)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(new.id.to_string())
    .bind(to_json(&new.scope)?)
    .bind(&new.reason)
    .bind(&new.author)
    .bind(millis(new.created_at))
    .bind(millis(new.ends_at))
    .bind(new.breaks_at.map(crate::domain::Severity::as_str))
    .bind(new.ended.as_ref().map(|ended| millis(ended.at)))
    .bind(new.ended.as_ref().map(|ended| to_json(&ended.how)).transpose()?)
    .execute(&mut *conn)
    .await?;
    let row = query("SELECT * FROM silences WHERE id = $1")
        .bind(new.id.to_string())
        .fetch_one(conn)
        .await?;
    silence(&row)
}

/// Ends one; one that has ended before keeps its end.
pub(super) async fn end(
    conn: &mut SqliteConnection,
    id: Uuid,
    at: DateTime<Utc>,
    how: &HowEnded,
) -> sqlx::Result<()> {
    query(
        "UPDATE silences SET ended_at = $1, ended_how = $2
         WHERE id = $3 AND ended_at IS NULL AND ends_at > $1",
    )
    .bind(millis(at))
    .bind(to_json(how)?)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(())
}
