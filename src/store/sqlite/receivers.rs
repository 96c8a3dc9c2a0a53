//! What is remembered of a receiver as a whole: how long its channel pauses, and whether it fails.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, SqliteConnection, query};
use uuid::Uuid;

use super::{
    super::Standing,
    outbox, round,
    value::{millis, to_json},
};

/// Nothing is given out for the receiver before then; a pause is never shortened.
pub(super) async fn pause(
    conn: &mut SqliteConnection,
    receiver: &str,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    query("UPDATE receivers SET not_before = max(ifnull(not_before, $2), $2) WHERE name = $1")
        .bind(receiver)
        .bind(millis(until))
        .execute(conn)
        .await?;
    Ok(())
}

/// The same for the receiver of a delivery, which may have ended meanwhile: the channel was used all the same.
pub(super) async fn pause_after(
    conn: &mut SqliteConnection,
    delivery: Uuid,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    query(
        "UPDATE receivers SET not_before = max(ifnull(not_before, $2), $2)
         WHERE name = (SELECT receiver FROM deliveries WHERE id = $1)",
    )
    .bind(delivery.to_string())
    .bind(millis(until))
    .execute(conn)
    .await?;
    Ok(())
}

/// The outcome of the delivery to the target `own.value` that finished last.
const LAST_OUTCOME: &str = "(
    SELECT outcome FROM deliveries
    WHERE receiver = $1 AND target = own.value AND finished_at IS NOT NULL
    ORDER BY finished_at DESC, id DESC LIMIT 1)";

/// It took a message. Told if it was failing, and not because all of its own targets are gone: an owner's address may work still.
pub(super) async fn works(
    conn: &mut SqliteConnection,
    receiver: &str,
    standing: &Standing,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changed = query(AssertSqlSafe(format!(
        "UPDATE receivers SET failing_since = NULL
         WHERE name = $1 AND failing_since IS NOT NULL
               AND (json_array_length($2) = 0
                    OR EXISTS (SELECT 1 FROM json_each($2) AS own WHERE 'given-up' IS NOT {LAST_OUTCOME}))"
    )))
    .bind(receiver)
    .bind(to_json(&standing.targets)?)
    .execute(&mut *conn)
    .await?;
    tell(conn, changed.rows_affected(), standing, at).await
}

/// It did not take a message. Told if none of its own targets works any more and that is news.
pub(super) async fn fails(
    conn: &mut SqliteConnection,
    receiver: &str,
    standing: &Standing,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changed = query(AssertSqlSafe(format!(
        "UPDATE receivers SET failing_since = $2
         WHERE name = $1 AND failing_since IS NULL AND NOT EXISTS (
             SELECT 1 FROM json_each($3) AS own
             WHERE 'given-up' IS NOT {LAST_OUTCOME}
                   AND (EXISTS (SELECT 1 FROM deliveries
                                WHERE receiver = $1 AND target = own.value AND outcome = 'delivered'
                                      AND finished_at > $5)
                        OR NOT EXISTS (SELECT 1 FROM deliveries
                                       WHERE receiver = $1 AND target = own.value AND finished_at IS NULL
                                             AND failures >= $4)))"
    )))
    .bind(receiver)
    .bind(millis(standing.since))
    .bind(to_json(&standing.targets)?)
    .bind(Standing::FAILURES)
    .bind(millis(at - Standing::WORKED_WITHIN))
    .execute(&mut *conn)
    .await?;
    tell(conn, changed.rows_affected(), standing, at).await
}

async fn tell(
    conn: &mut SqliteConnection,
    changed: u64,
    standing: &Standing,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    if changed == 0 || standing.deliveries.is_empty() {
        return Ok(());
    }
    round::add_notification(conn, &standing.notification).await?;
    outbox::enqueue(conn, standing.notification.id, at, &standing.deliveries).await
}
