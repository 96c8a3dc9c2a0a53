//! Opening: the lock, the connection's settings, whose file it is, and the migrations.

use std::{
    cmp::Ordering,
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migrator},
    query, query_scalar,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use super::{
    SqliteStore,
    connection::Connection,
    lock,
    value::{fault, result_code},
};
use crate::store::StoreError;

pub(super) static MIGRATOR: Migrator = sqlx::migrate!("src/store/sqlite/migrations");

/// `application_id` in the file's header, set by the first migration.
const APPLICATION_ID: i64 = 0x6677_726e;

/// Result codes (<https://www.sqlite.org/rescode.html>).
const READONLY: i32 = 8;
const CORRUPT: i32 = 11;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

pub(super) async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    let path = absolute(path)?;
    check_folder(&path)?;
    let lock = lock::take(&path)?;
    let writer = Connection::writer(settings(&path));
    prepare(&writer, &path).await?;
    Ok(SqliteStore {
        reader: Connection::reader(settings(&path)),
        writer,
        _lock: Some(lock),
    })
}

pub(super) async fn open_beside(path: &Path) -> Result<SqliteStore, StoreError> {
    let path = absolute(path)?;
    check_folder(&path)?;
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        });
    }
    let settings = || settings(&path).create_if_missing(false);
    let writer = Connection::writer(settings());
    check_version(&writer, &path).await?;
    Ok(SqliteStore {
        reader: Connection::reader(settings()),
        writer,
        _lock: None,
    })
}

/// So that neither ":memory:" nor a name that starts with "file:" means anything special to SQLite.
fn absolute(path: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(|source| StoreError::NotWritable {
        path: path.display().to_string(),
        source: source.into(),
    })
}

fn check_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    if folder.is_dir() {
        return Ok(());
    }
    Err(StoreError::NoFolder {
        folder: folder.display().to_string(),
    })
}

/// The settings of every connection.
fn settings(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(PathBuf::from(path))
        .create_if_missing(true)
        .foreign_keys(true)
        // in write-ahead mode NORMAL would lose the last commits when the power goes: alerts that were decided, or
        // deliveries that were made. Commits are rare, so each may wait for the disk.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(std::time::Duration::from_secs(5))
        // kibibytes (negative) of pages in memory; the daemon is small and idle most of the time
        .pragma("cache_size", "-1000")
        .pragma("mmap_size", "0")
        // sorting and statement journals in memory: the container's file system is read-only elsewhere
        .pragma("temp_store", "MEMORY")
        // a first scan makes the write-ahead log large once; this cuts it back, in bytes
        .pragma("journal_size_limit", "4194304")
        .statement_cache_capacity(32)
        .disable_statement_logging()
}

/// Looks before it writes: a file that is not ours stays as it is.
async fn prepare(writer: &Connection, path: &Path) -> Result<(), StoreError> {
    let explain = |source| explain(path, source);
    let mut conn = writer.outside().await.map_err(explain)?;
    if !is_ours(&mut conn).await.map_err(explain)? {
        return Err(StoreError::NotOurs {
            path: path.display().to_string(),
        });
    }
    query("PRAGMA journal_mode = WAL")
        .execute(&mut *conn)
        .await
        .map_err(explain)?;
    MIGRATOR
        .run(&mut *conn)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(_) => StoreError::Newer {
                path: path.display().to_string(),
            },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                explain(source)
            }
            other => fault("bringing its tables up to date")(sqlx::Error::Migrate(other.into())),
        })?;
    // a file that may only be read opens without complaint
    for sql in ["BEGIN IMMEDIATE", "ROLLBACK"] {
        query(sql).execute(&mut *conn).await.map_err(explain)?;
    }
    conn.leave();
    Ok(())
}

/// Is it ours, and of this version? Nothing is written.
async fn check_version(writer: &Connection, path: &Path) -> Result<(), StoreError> {
    let explain = |source| explain(path, source);
    let name = || path.display().to_string();
    let mut conn = writer.outside().await.map_err(explain)?;
    if !is_ours(&mut conn).await.map_err(explain)? {
        return Err(StoreError::NotOurs { path: name() });
    }
    let counted: i64 =
        query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *conn)
            .await
            .map_err(explain)?;
    if counted == 0 {
        return Err(StoreError::Missing { path: name() });
    }
    let theirs: Option<i64> =
        query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(&mut *conn)
            .await
            .map_err(explain)?;
    let ours = MIGRATOR.iter().map(|migration| migration.version).max();
    match theirs.cmp(&ours) {
        Ordering::Less => return Err(StoreError::Older { path: name() }),
        Ordering::Greater => return Err(StoreError::Newer { path: name() }),
        Ordering::Equal => {}
    }
    conn.leave();
    Ok(())
}

/// An empty file, or one with our mark. Migrations are counted before the first of them sets the mark, so a file that holds
/// nothing but that count is ours as well.
async fn is_ours(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    let mark: i64 = query_scalar("PRAGMA application_id")
        .fetch_one(&mut *conn)
        .await?;
    if mark == APPLICATION_ID {
        return Ok(true);
    }
    let others: i64 =
        query_scalar("SELECT count(*) FROM sqlite_schema WHERE tbl_name <> '_sqlx_migrations'")
            .fetch_one(conn)
            .await?;
    Ok(mark == 0 && others == 0)
}

fn explain(path: &Path, source: sqlx::Error) -> StoreError {
    let name = path.display().to_string();
    match result_code(&source) {
        Some(NOTADB | CORRUPT) => StoreError::NotOurs { path: name },
        Some(READONLY | CANTOPEN) => StoreError::NotWritable {
            path: name,
            source: source.into(),
        },
        _ => fault("opening it")(source),
    }
}
