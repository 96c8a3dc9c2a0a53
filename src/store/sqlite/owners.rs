//! Who owns the apps that were asked about.

use futures_util::TryStreamExt;
use sqlx::{SqliteConnection, query};

use super::{
    super::{AppOwners, LearntAt},
    value::{BATCH, id, json, millis, rows, time, to_json},
};
use crate::domain::Id;

/// What is kept of these apps.
pub(super) async fn of(
    conn: &mut SqliteConnection,
    tenant: &str,
    apps: &[Id],
) -> sqlx::Result<Vec<AppOwners>> {
    let mut found = Vec::new();
    for batch in apps.chunks(BATCH) {
        let mut kept = query(
            "SELECT object_id, owners, fetched_at FROM owners
             WHERE tenant = $1 AND object_id IN (SELECT value FROM json_each($2))",
        )
        .bind(tenant)
        .bind(to_json(&batch)?)
        .fetch(&mut *conn);
        while let Some(row) = kept.try_next().await? {
            found.push(AppOwners {
                object_id: id(&row, "object_id")?,
                owners: json(&row, "owners")?,
                fetched_at: time(&row, "fetched_at")?,
            });
        }
    }
    Ok(found)
}

/// When each was learnt.
pub(super) async fn learnt(conn: &mut SqliteConnection, tenant: &str) -> sqlx::Result<LearntAt> {
    query("SELECT object_id, fetched_at FROM owners WHERE tenant = $1")
        .bind(tenant)
        .fetch(conn)
        .and_then(|row| async move { Ok((id(&row, "object_id")?, time(&row, "fetched_at")?)) })
        .try_collect()
        .await
}

/// Keeps them, in place of what was kept of the same apps.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    tenant: &str,
    owners: &[AppOwners],
) -> sqlx::Result<()> {
    for batch in owners.chunks(BATCH) {
        let batch: Vec<_> = batch
            .iter()
            .map(|of| Ok((&of.object_id, to_json(&of.owners)?, millis(of.fetched_at))))
            .collect::<sqlx::Result<_>>()?;
        query(
            "INSERT INTO owners (tenant, object_id, owners, fetched_at)
             SELECT $1, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) WHERE true
             ON CONFLICT (tenant, object_id) DO UPDATE SET
                 owners = excluded.owners, fetched_at = excluded.fetched_at",
        )
        .bind(tenant)
        .bind(rows(batch)?)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
