//! Credentials as last seen, and what was announced of them.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection, query, query_scalar, sqlite::SqliteRow};

use super::{
    super::{Inventory, Removed, Seen},
    value::{
        BATCH, count, expiry, id, integer, key, maybe_json, maybe_time, millis, rows, time, to_json,
    },
};
use crate::domain::{
    Id, Kind,
    known::{Announced, CredentialKey, Known, Memory},
};

/// Everything remembered of a tenant, row by row into one list: there may be a hundred thousand of them.
pub(super) async fn known(conn: &mut SqliteConnection, tenant: &str) -> sqlx::Result<Known> {
    let scanned_before = query_scalar("SELECT scanned FROM tenants WHERE name = $1")
        .bind(tenant)
        .fetch_optional(&mut *conn)
        .await?
        .unwrap_or(false);
    let size: i64 = query_scalar("SELECT count(*) FROM credentials WHERE tenant = $1")
        .bind(tenant)
        .fetch_one(&mut *conn)
        .await?;
    let mut entries = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let mut found = query(
        "SELECT object_id, kind, credential_id, first_seen, expires_at, gone_at IS NOT NULL AS gone,
                life, fingerprint, announced
         FROM credentials WHERE tenant = $1",
    )
    .bind(tenant)
    .fetch(conn);
    while let Some(row) = found.try_next().await? {
        entries.push((key(&row)?, memory(&row)?));
    }
    Ok(Known::new(entries, scanned_before))
}

fn memory(row: &SqliteRow) -> sqlx::Result<Memory> {
    Ok(Memory {
        first_seen: time(row, "first_seen")?,
        expires: expiry(row)?,
        gone: row.try_get("gone")?,
        life: row.try_get("life")?,
        fingerprint: row.try_get::<i64, _>("fingerprint")?.cast_unsigned(),
        announced: maybe_json(row, "announced")?,
    })
}

/// The credentials that end next, and how many there are that end at all.
pub(super) async fn soonest(
    conn: &mut SqliteConnection,
    tenants: &[String],
    now: DateTime<Utc>,
    limit: usize,
) -> sqlx::Result<(Vec<Inventory>, u64)> {
    let tenants = to_json(&tenants)?;
    let all = query(
        "SELECT count(*) AS total FROM credentials
         WHERE gone_at IS NULL AND expires_at IS NOT NULL AND tenant IN (SELECT value FROM json_each($1))",
    )
    .bind(&tenants)
    .fetch_one(&mut *conn)
    .await?;
    let credentials = query(
        "SELECT tenant, object_id, kind, credential_id, app_id, app_name, name, hint, starts_at, expires_at,
                first_seen, fingerprint
         FROM credentials
         WHERE gone_at IS NULL AND expires_at IS NOT NULL AND tenant IN (SELECT value FROM json_each($1))
         ORDER BY expires_at <= $2, abs(expires_at - $2), tenant, object_id, kind, credential_id LIMIT $3",
    )
    .bind(&tenants)
    .bind(millis(now))
    .bind(integer(limit as u64))
    .fetch(conn)
    .and_then(|row| async move { inventory(&row) })
    .try_collect()
    .await?;
    Ok((credentials, count(&all, "total")?))
}

/// These credentials, as they were last seen.
pub(super) async fn of(
    conn: &mut SqliteConnection,
    tenant: &str,
    keys: &[CredentialKey],
) -> sqlx::Result<Vec<Inventory>> {
    let mut found = Vec::new();
    for batch in keys.chunks(BATCH) {
        let batch = rows(
            batch
                .iter()
                .map(|key| (&key.object_id, key.kind, &key.credential_id)),
        )?;
        // CROSS JOIN, as in the statements below: each is looked up
        let mut described = query(
            "SELECT tenant, object_id, credentials.kind, credential_id, app_id, app_name, name, hint, starts_at, expires_at,
                    first_seen, fingerprint
             FROM json_each($1) AS wanted
             CROSS JOIN credentials
                 ON tenant = $2 AND object_id = wanted.value ->> 0
                 AND credentials.kind = wanted.value ->> 1 AND credential_id = wanted.value ->> 2",
        )
        .bind(batch)
        .bind(tenant)
        .fetch(&mut *conn);
        while let Some(row) = described.try_next().await? {
            found.push(inventory(&row)?);
        }
    }
    Ok(found)
}

pub(super) fn inventory(row: &SqliteRow) -> sqlx::Result<Inventory> {
    Ok(Inventory {
        tenant: row.try_get("tenant")?,
        key: key(row)?,
        app_id: id(row, "app_id")?,
        app_name: row.try_get("app_name")?,
        name: row.try_get("name")?,
        hint: row.try_get("hint")?,
        starts_at: maybe_time(row, "starts_at")?,
        expires: expiry(row)?,
        first_seen: time(row, "first_seen")?,
        fingerprint: row.try_get::<i64, _>("fingerprint")?.cast_unsigned(),
    })
}

/// What went after `since`. Only what was announced in its life begins another when it goes.
pub(super) async fn removed(
    conn: &mut SqliteConnection,
    tenant: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<Removed>> {
    query(
        "SELECT tenant, object_id, kind, credential_id, app_id, app_name, name, hint, starts_at, expires_at,
                first_seen, fingerprint, gone_at
         FROM credentials WHERE tenant = $1 AND gone_at > $2 AND life > 0
         ORDER BY object_id, kind, credential_id",
    )
    .bind(tenant)
    .bind(millis(since))
    .fetch_all(conn)
    .await?
    .iter()
    .map(|row| {
        Ok(Removed {
            credential: inventory(row)?,
            at: time(row, "gone_at")?,
        })
    })
    .collect()
}

/// Adds, changes, or brings back.
pub(super) async fn upsert(
    conn: &mut SqliteConnection,
    tenant: &str,
    credentials: &[Seen<'_>],
) -> sqlx::Result<()> {
    // in the order of the primary key, pages of its index are filled one after the other; in Graph's order each of them
    // would be written many times, since only a small part of them is held in memory
    let mut sorted: Vec<&Seen<'_>> = credentials.iter().collect();
    sorted.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
    for batch in sorted.chunks(BATCH) {
        let batch = rows(batch.iter().map(|seen| {
            let Seen {
                app, credential, ..
            } = seen;
            (
                tenant,
                &app.object_id,
                credential.kind,
                &credential.id,
                &app.app_id,
                &app.name,
                &credential.name,
                &credential.hint,
                credential.starts_at.map(millis),
                credential.expires.at().map(millis),
                millis(seen.first_seen),
                seen.fingerprint.cast_signed(),
            )
        }))?;
        query(
            "INSERT INTO credentials (tenant, object_id, kind, credential_id, app_id, app_name, name, hint,
                                      starts_at, expires_at, first_seen, fingerprint)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                    value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
             FROM json_each($1) WHERE true
             ON CONFLICT (tenant, object_id, kind, credential_id) DO UPDATE SET
                 app_id = excluded.app_id, app_name = excluded.app_name, name = excluded.name,
                 hint = excluded.hint, starts_at = excluded.starts_at, expires_at = excluded.expires_at,
                 first_seen = min(first_seen, excluded.first_seen), fingerprint = excluded.fingerprint,
                 gone_at = NULL",
        )
        .bind(batch)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn place<'a>(seen: &Seen<'a>) -> (&'a Id, Kind, &'a Id) {
    (
        &seen.app.object_id,
        seen.credential.kind,
        &seen.credential.id,
    )
}

// SQLite's planner likes to read the whole table once for every row of a JSON list. In the two statements below, CROSS JOIN
// and MATERIALIZED hold it to looking each row up.

/// Marks what is no longer there.
pub(super) async fn lose(
    conn: &mut SqliteConnection,
    tenant: &str,
    keys: &[CredentialKey],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    for batch in keys.chunks(BATCH) {
        let batch = rows(
            batch
                .iter()
                .map(|key| (&key.object_id, key.kind, &key.credential_id)),
        )?;
        query(
            "UPDATE credentials SET gone_at = $1
             WHERE gone_at IS NULL AND rowid IN (
                 SELECT known.rowid FROM json_each($2) AS gone
                 CROSS JOIN credentials AS known
                     ON known.tenant = $3 AND known.object_id = gone.value ->> 0
                     AND known.kind = gone.value ->> 1 AND known.credential_id = gone.value ->> 2)",
        )
        .bind(millis(at))
        .bind(batch)
        .bind(tenant)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Remembers what was announced in which life, or forgets it.
pub(super) async fn announce(
    conn: &mut SqliteConnection,
    tenant: &str,
    announced: &[(CredentialKey, u32, Option<Announced>)],
) -> sqlx::Result<()> {
    for batch in announced.chunks(BATCH) {
        let batch = rows(batch.iter().map(|(key, life, announced)| {
            (
                &key.object_id,
                key.kind,
                &key.credential_id,
                life,
                announced,
            )
        }))?;
        query(
            "WITH told AS MATERIALIZED (
                 SELECT known.rowid AS place, new.value ->> 3 AS life, new.value ->> 4 AS announced
                 FROM json_each($1) AS new
                 CROSS JOIN credentials AS known
                     ON known.tenant = $2 AND known.object_id = new.value ->> 0
                     AND known.kind = new.value ->> 1 AND known.credential_id = new.value ->> 2)
             UPDATE credentials SET life = told.life, announced = told.announced
             FROM told WHERE credentials.rowid = told.place",
        )
        .bind(batch)
        .bind(tenant)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
