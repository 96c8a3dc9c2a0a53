//! Looking up what people name: a credential, an app, a notification.

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection, query, query_scalar, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    super::{Find, Found},
    inventory,
    value::{integer, json, maybe_json},
};
use crate::domain::Notification;

/// `$1`: a tenant or NULL, `$2` and what follows it: what is looked for, the last: how many at most.
macro_rules! select {
    ($condition:expr) => {
        concat!(
            "SELECT tenant, object_id, kind, credential_id, app_id, app_name, name, hint, starts_at, expires_at,
                    first_seen, fingerprint, gone_at IS NOT NULL AS gone, announced
             FROM credentials WHERE ($1 IS NULL OR tenant = $1) AND ",
            $condition,
            " ORDER BY tenant, app_name, object_id, expires_at, kind, credential_id LIMIT $3"
        )
    };
}

const CREDENTIAL: &str = select!("credential_id IN ($2, lower($2)) AND gone_at IS NULL");
const APP: &str = select!(
    "(object_id IN ($2, lower($2)) OR app_id IN ($2, lower($2)) OR lower(app_name) = lower($2)) AND gone_at IS NULL"
);
const SIMILAR: &str = select!(
    "(instr(lower(app_name), lower($2)) > 0 OR instr(credential_id, lower($2)) = 1) AND gone_at IS NULL"
);

/// `IN`, so that the index of the primary key is used: there may be many of these at a time, and a hundred thousand credentials.
macro_rules! look_up {
    ($condition:literal) => {
        select!(concat!(
            "tenant IN (SELECT name FROM tenants WHERE $1 IS NULL OR name = $1) AND ",
            $condition
        ))
    };
}

const OBJECT: &str = look_up!("object_id = $2 AND gone_at IS NULL");
const KEY: &str = look_up!("object_id = $2 AND kind = $4 AND credential_id = $5");

pub(super) async fn find(
    conn: &mut SqliteConnection,
    tenant: Option<&str>,
    what: Find<'_>,
    limit: usize,
) -> sqlx::Result<Vec<Found>> {
    let limit = integer(limit as u64);
    let found = match what {
        Find::Credential(text) => query(CREDENTIAL).bind(tenant).bind(text).bind(limit),
        Find::App(text) => query(APP).bind(tenant).bind(text).bind(limit),
        Find::Similar(text) => query(SIMILAR).bind(tenant).bind(text).bind(limit),
        Find::Object(id) => query(OBJECT).bind(tenant).bind(id.to_string()).bind(limit),
        Find::Key(key) => query(KEY)
            .bind(tenant)
            .bind(key.object_id.to_string())
            .bind(limit)
            .bind(key.kind.as_str())
            .bind(key.credential_id.to_string()),
    };
    found
        .fetch(conn)
        .and_then(|row| async move { read(&row) })
        .try_collect()
        .await
}

fn read(row: &SqliteRow) -> sqlx::Result<Found> {
    Ok(Found {
        credential: inventory::inventory(row)?,
        gone: row.try_get("gone")?,
        announced: maybe_json(row, "announced")?,
    })
}

/// The names of all tenants that were ever scanned.
pub(super) async fn tenants(conn: &mut SqliteConnection) -> sqlx::Result<Vec<String>> {
    query_scalar("SELECT name FROM tenants ORDER BY name")
        .fetch_all(conn)
        .await
}

pub(super) async fn notification(
    conn: &mut SqliteConnection,
    id: Uuid,
) -> sqlx::Result<Option<Notification>> {
    query("SELECT body FROM notifications WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?
        .map(|row| json(&row, "body"))
        .transpose()
}
