//! How values lie in the tables, and how they are read back: times as milliseconds, ids and names as text, lists as JSON.
//!
//! What cannot be read back is an error of its own kind, never a panic and never a silent default.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use sqlx::{Row, error::BoxDynError, sqlite::SqliteRow};
use uuid::Uuid;

use super::super::StoreError;
use crate::domain::{Expiry, Id, Kind, Severity, known::CredentialKey};

/// Rows that one statement takes at most: large enough that the statement's own cost vanishes, small enough that its JSON
/// is a few hundred kilobytes.
pub(super) const BATCH: usize = 500;

/// Rows for `json_each`, each a tuple.
pub(super) fn rows<T: Serialize>(rows: impl IntoIterator<Item = T>) -> sqlx::Result<String> {
    let mut text = Vec::new();
    serde_json::Serializer::new(&mut text)
        .collect_seq(rows)
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    String::from_utf8(text).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// Counts beyond what SQLite can hold do not occur; they would be cut to the largest.
pub(super) fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn time(row: &SqliteRow, column: &str) -> sqlx::Result<DateTime<Utc>> {
    maybe_time(row, column)?.ok_or_else(|| unreadable(column, "there is no time"))
}

pub(super) fn maybe_time(row: &SqliteRow, column: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    let Some(millis) = row.try_get::<Option<i64>, _>(column)? else {
        return Ok(None);
    };
    DateTime::from_timestamp_millis(millis)
        .map(Some)
        .ok_or_else(|| unreadable(column, format!("{millis} is not a time")))
}

pub(super) fn expiry(row: &SqliteRow) -> sqlx::Result<Expiry> {
    Ok(maybe_time(row, "expires_at")?.map_or(Expiry::Never, Expiry::At))
}

pub(super) fn count(row: &SqliteRow, column: &str) -> sqlx::Result<u64> {
    let count: i64 = row.try_get(column)?;
    u64::try_from(count).map_err(|error| unreadable(column, error))
}

pub(super) fn id(row: &SqliteRow, column: &str) -> sqlx::Result<Id> {
    Ok(Id::parse(row.try_get(column)?))
}

pub(super) fn uuid(row: &SqliteRow, column: &str) -> sqlx::Result<Uuid> {
    Uuid::try_parse(row.try_get(column)?).map_err(|error| unreadable(column, error))
}

pub(super) fn key(row: &SqliteRow) -> sqlx::Result<CredentialKey> {
    let kind: &str = row.try_get("kind")?;
    Ok(CredentialKey {
        object_id: id(row, "object_id")?,
        kind: Kind::parse(kind)
            .ok_or_else(|| unreadable("kind", format!("{kind:?} is not a kind")))?,
        credential_id: id(row, "credential_id")?,
    })
}

pub(super) fn severity(column: &str, name: &str) -> sqlx::Result<Severity> {
    Severity::ALL
        .into_iter()
        .find(|severity| severity.as_str() == name)
        .ok_or_else(|| unreadable(column, format!("{name:?} is not a severity")))
}

pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> sqlx::Result<T> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| unreadable(column, error))
}

pub(super) fn maybe_json<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> sqlx::Result<Option<T>> {
    row.try_get::<Option<&str>, _>(column)?
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| unreadable(column, error))
}

pub(super) fn unreadable(column: &str, problem: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.into(),
        source: problem.into(),
    }
}

/// Turns what sqlx says into what the house says.
pub(super) fn fault(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| match &source {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Corrupt(format!("{doing}: {source}"))
        }
        sqlx::Error::Database(error) if is_decided_twice(error.as_ref()) => {
            StoreError::AlreadyDecided
        }
        _ => StoreError::Database { doing, source },
    }
}

/// A round holds each of its alerts, and its scan, once.
fn is_decided_twice(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.is_unique_violation()
        && ["alerts.", "scans."]
            .iter()
            .any(|table| error.message().contains(&format!(": {table}")))
}

/// SQLite's primary result code (<https://www.sqlite.org/rescode.html>).
pub(super) fn result_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
