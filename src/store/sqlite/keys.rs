//! Random keys that are made once.

use sqlx::{SqliteConnection, query, query_scalar};

use super::value::unreadable;
use crate::domain::link::KEY_BYTES;

/// The key of that name: the one that is there, or from now on `fresh`.
pub(super) async fn key(
    conn: &mut SqliteConnection,
    name: &str,
    fresh: &[u8; KEY_BYTES],
) -> sqlx::Result<[u8; KEY_BYTES]> {
    query("INSERT INTO keys (name, key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(fresh.as_slice())
        .execute(&mut *conn)
        .await?;
    let kept: Vec<u8> = query_scalar("SELECT key FROM keys WHERE name = $1")
        .bind(name)
        .fetch_one(conn)
        .await?;
    let length = kept.len();
    kept.try_into()
        .map_err(|_| unreadable("key", format!("{length} bytes are no key")))
}
