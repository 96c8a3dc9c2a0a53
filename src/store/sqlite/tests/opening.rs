//! Whose file it is, who else holds it, and what is said when it cannot be used.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, query_scalar, raw_sql, sqlite::SqliteConnectOptions};

use super::{super::SqliteStore, file_in, meddle};
use crate::store::{
    Store, StoreError,
    conformance::fixtures::{credential, round, seen},
};

async fn refusal(path: &Path) -> StoreError {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let first = SqliteStore::open(&path).await.unwrap();
    let refused = refusal(&path).await;
    assert_eq!(
        refused.to_string(),
        format!(
            "{} is in use by another forewarn process (process {}); stop that one, or give this one a store of its own",
            path.display(),
            std::process::id(),
        )
    );
    first.ping().await.unwrap();
    drop(first);
    SqliteStore::open(&path)
        .await
        .unwrap()
        .ping()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("not").join("there");
    let refused = refusal(&file_in(&missing)).await;
    assert!(
        matches!(refused, StoreError::NoFolder { .. }),
        "{refused:?}"
    );
    let text = refused.to_string();
    assert!(text.contains(&missing.display().to_string()), "{text}");
    assert!(!missing.exists());
}

#[tokio::test]
async fn what_cannot_be_written_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let a_folder = file_in(folder.path());
    std::fs::create_dir(&a_folder).unwrap();
    let mut hopeless = vec![a_folder];
    if cfg!(target_os = "linux") {
        hopeless.push("/proc/forewarn.db".into());
    }
    for path in hopeless {
        let refused = refusal(&path).await;
        let StoreError::NotWritable { path: named, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert!(named.starts_with(&path.display().to_string()), "{named}");
        assert!(refused.to_string().contains("let this user write to it"));
    }
}

#[tokio::test]
async fn a_file_that_is_something_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    for content in ["a note\n".to_owned(), "a long letter\n".repeat(1_000)] {
        std::fs::write(&path, &content).unwrap();
        let refused = refusal(&path).await;
        assert!(matches!(refused, StoreError::NotOurs { .. }), "{refused:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut theirs = options.connect().await.unwrap();
    raw_sql("CREATE TABLE recipes (name TEXT)")
        .execute(&mut theirs)
        .await
        .unwrap();
    theirs.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = refusal(&path).await;
    assert!(matches!(refused, StoreError::NotOurs { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let store = SqliteStore::open(&path).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..4_096].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();
    let refused = refusal(&path).await;
    assert!(
        refused.to_string().contains("or it is damaged"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let store = SqliteStore::open(&path).await.unwrap();
    meddle(
        &store,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', true, x'00', 0)",
    )
    .await;
    drop(store);
    let refused = refusal(&path).await;
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused:?}");
    assert!(refused.to_string().contains("newer forewarn"), "{refused}");
}

#[tokio::test]
async fn an_empty_file_and_odd_names_are_fine() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "empty",
        ":memory:",
        "file:x?mode=memory",
        "größe 100% #1.db",
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, "").unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        store.close().await.unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > 0, "{name}");
    }
}

#[tokio::test]
async fn every_connection_is_safe_and_small() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&file_in(folder.path())).await.unwrap();
    for connection in [&store.writer, &store.reader] {
        let mut conn = connection.outside().await.unwrap();
        let journal: String = query_scalar("PRAGMA journal_mode")
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        assert_eq!(journal, "wal");
        for (pragma, expected) in [
            ("PRAGMA synchronous", 2), // full
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA cache_size", -1_000),
            ("PRAGMA temp_store", 2), // memory
            ("PRAGMA busy_timeout", 5_000),
        ] {
            let value: i64 = query_scalar(pragma).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(value, expected, "{pragma}");
        }
        conn.leave();
    }
}

#[tokio::test]
async fn a_clean_stop_leaves_everything_in_the_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let store = SqliteStore::open(&path).await.unwrap();
    let mut first = round("contoso", 1);
    first.upserts = vec![seen(credential(1))];
    store.commit(&first).await.unwrap();
    store.close().await.unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let copied = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(copied.known("contoso").await.unwrap().len(), 1);
}

async fn refusal_beside(path: &Path) -> StoreError {
    match SqliteStore::open_beside(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_command_works_beside_the_process_that_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let missing = refusal_beside(&path).await;
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing:?}");
    assert!(!path.exists(), "nothing is made");

    let daemon = SqliteStore::open(&path).await.unwrap();
    let beside = SqliteStore::open_beside(&path).await.unwrap();
    let mut first = round("contoso", 1);
    first.upserts = vec![seen(credential(1))];
    daemon.commit(&first).await.unwrap();
    assert_eq!(beside.tenants().await.unwrap(), ["contoso"]);
    let key = beside.key("links", &[1; 32]).await.unwrap();
    assert_eq!(daemon.key("links", &[2; 32]).await.unwrap(), key);
    // each waits for the other's writing
    let many = |store: SqliteStore| async move {
        for _ in 0..50 {
            store.ping().await.unwrap();
        }
        store
    };
    let (daemon, beside) = tokio::join!(many(daemon), many(beside));
    drop(beside);
    assert!(matches!(refusal(&path).await, StoreError::Locked { .. }));
    drop(daemon);
    let alone = SqliteStore::open_beside(&path).await.unwrap();
    assert_eq!(alone.tenants().await.unwrap(), ["contoso"]);
}

#[tokio::test]
async fn a_command_changes_no_file_of_another_version_or_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    std::fs::write(&path, "").unwrap();
    let empty = refusal_beside(&path).await;
    assert!(matches!(empty, StoreError::Missing { .. }), "{empty:?}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    std::fs::write(&path, "a note\n".repeat(1_000)).unwrap();
    let theirs = refusal_beside(&path).await;
    assert!(matches!(theirs, StoreError::NotOurs { .. }), "{theirs:?}");

    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'from the future', true, x'00', 0)";
    let older = "DELETE FROM _sqlx_migrations WHERE version > 1";
    for (sql, told) in [(newer, "newer forewarn"), (older, "older forewarn")] {
        let folder = tempfile::tempdir().unwrap();
        let path = file_in(folder.path());
        let store = SqliteStore::open(&path).await.unwrap();
        meddle(&store, sql).await;
        drop(store);
        let refused = refusal_beside(&path).await;
        assert!(refused.to_string().contains(told), "{refused}");
    }
}
