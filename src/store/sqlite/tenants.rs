//! Whether each tenant can be seen: its scans, and what they came to.

use sqlx::{Row, SqliteConnection, query, sqlite::SqliteRow};

use super::{
    super::ScanRecord,
    value::{integer, maybe_time, millis, unreadable},
};
use crate::domain::health::Health;

/// What has been told, as the bits of a number: that the tenant cannot be seen, and that the clock is wrong.
const BLIND: i64 = 1;
const SKEWED: i64 = 2;

/// What is remembered of a tenant's scans.
pub(super) async fn health(conn: &mut SqliteConnection, tenant: &str) -> sqlx::Result<Health> {
    let row = query(
        "SELECT last_success, apps, principals, failures, failing_since, last_error, announced FROM tenants WHERE name = $1",
    )
    .bind(tenant)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(Health::default());
    };
    let announced: i64 = row.try_get("announced")?;
    Ok(Health {
        last_success: maybe_time(&row, "last_success")?,
        apps: maybe_count(&row, "apps")?,
        principals: maybe_count(&row, "principals")?,
        failures: row.try_get("failures")?,
        failing_since: maybe_time(&row, "failing_since")?,
        last_error: row.try_get("last_error")?,
        announced: announced & BLIND != 0,
        skew_announced: announced & SKEWED != 0,
    })
}

/// Remembers one scan.
pub(super) async fn add_scan(
    conn: &mut SqliteConnection,
    tenant: &str,
    scan: &ScanRecord,
) -> sqlx::Result<()> {
    query(
        "INSERT INTO scans (id, tenant, started_at, finished_at, error, apps, credentials, warnings)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(scan.id.to_string())
    .bind(tenant)
    .bind(millis(scan.started_at))
    .bind(millis(scan.finished_at))
    .bind(scan.error.as_deref())
    .bind(integer(scan.apps))
    .bind(integer(scan.credentials))
    .bind(integer(scan.warnings))
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces what is remembered of a tenant after a scan that was complete or not.
pub(super) async fn put_health(
    conn: &mut SqliteConnection,
    tenant: &str,
    complete: bool,
    health: &Health,
) -> sqlx::Result<()> {
    query(
        "INSERT INTO tenants (name, scanned, last_success, apps, failures, failing_since, last_error, announced,
                              principals)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (name) DO UPDATE SET
             scanned = max(scanned, excluded.scanned), last_success = excluded.last_success,
             apps = excluded.apps, failures = excluded.failures, failing_since = excluded.failing_since,
             last_error = excluded.last_error, announced = excluded.announced, principals = excluded.principals",
    )
    .bind(tenant)
    .bind(complete)
    .bind(health.last_success.map(millis))
    .bind(health.apps.map(integer))
    .bind(health.failures)
    .bind(health.failing_since.map(millis))
    .bind(health.last_error.as_deref())
    .bind(announced(health))
    .bind(health.principals.map(integer))
    .execute(conn)
    .await?;
    Ok(())
}

fn maybe_count(row: &SqliteRow, column: &str) -> sqlx::Result<Option<u64>> {
    let count: Option<i64> = row.try_get(column)?;
    let count = count.map(u64::try_from).transpose();
    count.map_err(|error| unreadable(column, error))
}

fn announced(health: &Health) -> i64 {
    let bit = |is_set: bool, bit: i64| if is_set { bit } else { 0 };
    bit(health.announced, BLIND) | bit(health.skew_announced, SKEWED)
}
