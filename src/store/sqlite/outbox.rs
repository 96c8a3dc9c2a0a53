//! The outbox: deliveries wait, are claimed by lease, and end delivered or given up.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query, query_as, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    super::{Claim, NewDelivery, OutboxState},
    value::{BATCH, count, json, maybe_json, maybe_time, millis, rows, time, to_json, uuid},
};

/// Puts deliveries of one notification into the outbox; a target that has one already gets no second. One that is not to be sent
/// before a later time waits from then on: until then nothing is stuck.
pub(super) async fn enqueue(
    conn: &mut SqliteConnection,
    notification: Uuid,
    created_at: DateTime<Utc>,
    deliveries: &[NewDelivery],
) -> sqlx::Result<()> {
    for batch in deliveries.chunks(BATCH) {
        let fallbacks: Vec<String> = batch
            .iter()
            .map(|delivery| to_json(&delivery.fallback))
            .collect::<sqlx::Result<_>>()?;
        let batch = rows(batch.iter().zip(fallbacks).map(|(delivery, fallback)| {
            (
                delivery.id,
                notification,
                &delivery.receiver,
                &delivery.target,
                fallback,
                millis(created_at.max(delivery.due_at)),
                millis(delivery.due_at),
            )
        }))?;
        query(
            "INSERT INTO receivers (name) SELECT DISTINCT value ->> 2 FROM json_each($1) WHERE true
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(&batch)
        .execute(&mut *conn)
        .await?;
        query(
            "INSERT INTO deliveries (id, notification_id, receiver, target, fallback, created_at, due_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
             FROM json_each($1)
             WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE notification_id = value ->> 1
                               AND receiver = value ->> 2 AND target = value ->> 3)",
        )
        .bind(&batch)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// What is told of as over is not told before that which it ends: else an incident would be opened by a late try, with nobody to close
/// it. Of all that waits little tells that something is over, so that is asked first.
const IN_TURN: &str = "NOT (
    (SELECT body -> 'subject' ->> 'about' FROM notifications WHERE notifications.id = notification_id)
        IN ('resolved', 'recovered', 'receiver-recovered')
    AND EXISTS (SELECT 1 FROM deliveries AS before
                WHERE before.receiver = $1 AND before.finished_at IS NULL AND before.tried = 1
                      AND before.target = deliveries.target
                      AND before.notification_id < deliveries.notification_id))";

/// Leases the next delivery to a receiver. The row is read by [`read_claim`] only once the lease has been committed, so that
/// one that cannot be read steps aside for the length of the lease.
pub(super) async fn lease(
    conn: &mut SqliteConnection,
    receiver: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<SqliteRow>> {
    query(AssertSqlSafe(format!(
        "UPDATE deliveries SET leased_until = $3
         WHERE id = (
             SELECT id FROM deliveries
             WHERE receiver = $1 AND finished_at IS NULL AND due_at <= $2
                   AND (leased_until IS NULL OR leased_until <= $2)
                   AND NOT EXISTS (SELECT 1 FROM receivers WHERE name = $1 AND not_before > $2)
                   AND {IN_TURN}
             ORDER BY tried, due_at, id LIMIT 1)
         RETURNING id, receiver, target, fallback, due_at, parts_done, failures,
                   (SELECT body FROM notifications WHERE notifications.id = notification_id) AS body,
                   (SELECT min(at) FROM attempts WHERE delivery_id = deliveries.id AND failure IS NOT NULL)
                       AS first_failure,
                   (SELECT failing_since FROM receivers WHERE name = receiver) AS failing_since"
    )))
    .bind(receiver)
    .bind(millis(now))
    .bind(millis(until))
    .fetch_optional(conn)
    .await
}

/// Reads what [`lease`] gave.
pub(super) fn read_claim(row: &SqliteRow) -> sqlx::Result<Claim> {
    Ok(Claim {
        delivery: NewDelivery {
            id: uuid(row, "id")?,
            receiver: row.try_get("receiver")?,
            target: row.try_get("target")?,
            due_at: time(row, "due_at")?,
            fallback: json(row, "fallback")?,
        },
        notification: json(row, "body")?,
        parts_done: row.try_get("parts_done")?,
        failures: row.try_get("failures")?,
        first_failure: maybe_time(row, "first_failure")?,
        failing_since: maybe_time(row, "failing_since")?,
    })
}

/// When the next delivery to a receiver can be claimed.
pub(super) async fn next_due(
    conn: &mut SqliteConnection,
    receiver: &str,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let row = query(AssertSqlSafe(format!(
        "SELECT max(next, ifnull((SELECT not_before FROM receivers WHERE name = $1), next)) AS next
         FROM (SELECT min(max(due_at, ifnull(leased_until, due_at))) AS next
               FROM deliveries WHERE receiver = $1 AND finished_at IS NULL AND {IN_TURN})"
    )))
    .bind(receiver)
    .fetch_one(conn)
    .await?;
    maybe_time(&row, "next")
}

/// Ends every lease.
pub(super) async fn release_all(conn: &mut SqliteConnection) -> sqlx::Result<u64> {
    let released = query(
        "UPDATE deliveries SET leased_until = NULL WHERE finished_at IS NULL AND leased_until IS NOT NULL",
    )
    .execute(conn)
    .await?;
    Ok(released.rows_affected())
}

/// Where each receiver's deliveries stand.
pub(super) async fn states(conn: &mut SqliteConnection) -> sqlx::Result<Vec<OutboxState>> {
    // a few look-ups a receiver, each on an index of its own: deliveries of a year and more may be remembered
    query(
        "SELECT name, failing_since,
             (SELECT count(*) FROM deliveries WHERE receiver = name AND finished_at IS NULL) AS pending,
             (SELECT min(created_at) FROM deliveries
              WHERE receiver = name AND finished_at IS NULL) AS oldest,
             (SELECT detail FROM deliveries
              WHERE receiver = name AND failed_at IS NOT NULL AND outcome IS NOT 'delivered'
              ORDER BY failed_at DESC LIMIT 1) AS last_error,
             (SELECT json_group_array(target) FROM (
                  SELECT target FROM deliveries WHERE receiver = name AND finished_at IS NOT NULL
                  GROUP BY target
                  HAVING ifnull(max(CASE outcome WHEN 'given-up' THEN finished_at END), -1)
                       > ifnull(max(CASE outcome WHEN 'delivered' THEN finished_at END), -1))) AS given_up
         FROM receivers ORDER BY name",
    )
    .fetch_all(conn)
    .await?
    .iter()
    .map(state)
    .collect()
}

fn state(row: &SqliteRow) -> sqlx::Result<OutboxState> {
    Ok(OutboxState {
        receiver: row.try_get("name")?,
        pending: count(row, "pending")?,
        oldest: maybe_time(row, "oldest")?,
        last_error: row.try_get("last_error")?,
        given_up: maybe_json(row, "given_up")?.unwrap_or_default(),
        failing_since: maybe_time(row, "failing_since")?,
    })
}

/// The receiver and the notification of a delivery that still waits.
pub(super) async fn waiting(
    conn: &mut SqliteConnection,
    delivery: Uuid,
) -> sqlx::Result<Option<(String, String)>> {
    query_as(
        "SELECT receiver, notification_id FROM deliveries WHERE id = $1 AND finished_at IS NULL",
    )
    .bind(delivery.to_string())
    .fetch_optional(conn)
    .await
}
