//! What came of an attempt, and what becomes of its delivery.
//!
//! A delivery that has ended stays as it ended: what is recorded for it later (a lease ran out while the message was under
//! way, and another claim was quicker) is dropped.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{SqliteConnection, query};

use super::{
    super::{Attempt, AttemptOutcome},
    outbox, receivers,
    value::{integer, millis, unreadable},
};

/// Records one attempt and moves its delivery on.
pub(super) async fn record(conn: &mut SqliteConnection, attempt: &Attempt) -> sqlx::Result<()> {
    if let Some(until) = attempt.pause_until {
        receivers::pause_after(conn, attempt.delivery, until).await?;
    }
    let Some((receiver, notification)) = outbox::waiting(conn, attempt.delivery).await? else {
        return Ok(());
    };
    let ended = ended(attempt);
    match &attempt.outcome {
        AttemptOutcome::PartDone => part_done(conn, attempt).await?,
        AttemptOutcome::Delivered => {
            part_done(conn, attempt).await?;
            finish(conn, attempt, "delivered", ended).await?;
        }
        AttemptOutcome::Retry {
            due_at,
            failure,
            detail,
        } => {
            failed(conn, attempt, ended, failure, detail).await?;
            postpone(conn, attempt, *due_at).await?;
        }
        AttemptOutcome::GivenUp {
            failure,
            detail,
            instead,
        } => {
            failed(conn, attempt, ended, failure, detail).await?;
            finish(conn, attempt, "given-up", ended).await?;
            let notification = notification
                .parse()
                .map_err(|error: uuid::Error| unreadable("notification_id", error))?;
            outbox::enqueue(conn, notification, ended, instead).await?;
        }
    }
    keep(conn, attempt).await?;
    match (&attempt.standing, &attempt.outcome) {
        (None, _) | (_, AttemptOutcome::PartDone) => Ok(()),
        (Some(standing), AttemptOutcome::Delivered) => {
            receivers::works(conn, &receiver, standing, ended).await
        }
        (Some(standing), AttemptOutcome::Retry { .. } | AttemptOutcome::GivenUp { .. }) => {
            receivers::fails(conn, &receiver, standing, ended).await
        }
    }
}

fn ended(attempt: &Attempt) -> DateTime<Utc> {
    TimeDelta::from_std(attempt.took)
        .ok()
        .and_then(|took| attempt.at.checked_add_signed(took))
        .unwrap_or(attempt.at)
}

/// The same part may be recorded twice after a lost lease, so it is not simply counted. Each part has tries of its own.
async fn part_done(conn: &mut SqliteConnection, attempt: &Attempt) -> sqlx::Result<()> {
    query("UPDATE deliveries SET parts_done = max(parts_done, $2), failures = 0 WHERE id = $1")
        .bind(attempt.delivery.to_string())
        .bind(attempt.part.saturating_add(1))
        .execute(conn)
        .await?;
    Ok(())
}

async fn failed(
    conn: &mut SqliteConnection,
    attempt: &Attempt,
    at: DateTime<Utc>,
    failure: &str,
    detail: &str,
) -> sqlx::Result<()> {
    query(
        "UPDATE deliveries SET failures = failures + 1, failed_at = $2, failure = $3, detail = $4
         WHERE id = $1",
    )
    .bind(attempt.delivery.to_string())
    .bind(millis(at))
    .bind(failure)
    .bind(detail)
    .execute(conn)
    .await?;
    Ok(())
}

async fn postpone(
    conn: &mut SqliteConnection,
    attempt: &Attempt,
    due_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query("UPDATE deliveries SET due_at = $2, leased_until = NULL WHERE id = $1")
        .bind(attempt.delivery.to_string())
        .bind(millis(due_at))
        .execute(conn)
        .await?;
    Ok(())
}

async fn finish(
    conn: &mut SqliteConnection,
    attempt: &Attempt,
    outcome: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query(
        "UPDATE deliveries SET outcome = $2, finished_at = $3, leased_until = NULL WHERE id = $1",
    )
    .bind(attempt.delivery.to_string())
    .bind(outcome)
    .bind(millis(at))
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds the attempt itself to the record.
async fn keep(conn: &mut SqliteConnection, attempt: &Attempt) -> sqlx::Result<()> {
    let (outcome, failure, detail) = match &attempt.outcome {
        AttemptOutcome::PartDone => ("part-done", None, None),
        AttemptOutcome::Delivered => ("delivered", None, None),
        AttemptOutcome::Retry {
            failure, detail, ..
        } => ("retry", Some(*failure), Some(detail)),
        AttemptOutcome::GivenUp {
            failure, detail, ..
        } => ("given-up", Some(*failure), Some(detail)),
    };
    query(
        "INSERT INTO attempts (delivery_id, at, took_ms, part, outcome, failure, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(attempt.delivery.to_string())
    .bind(millis(attempt.at))
    .bind(integer(
        u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
    ))
    .bind(attempt.part)
    .bind(outcome)
    .bind(failure)
    .bind(detail)
    .execute(conn)
    .await?;
    Ok(())
}
