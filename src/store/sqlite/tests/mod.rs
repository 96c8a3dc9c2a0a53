//! The conformance suite on real files, and what is SQLite's own.

mod migrations;
mod opening;
mod trouble;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::query;

use super::SqliteStore;
use crate::store::{
    Store,
    conformance::{Ground, conformance},
};

/// A file in a folder of its own.
struct OnFile {
    folder: tempfile::TempDir,
    store: Arc<SqliteStore>,
}

impl Ground for OnFile {
    async fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&file_in(folder.path())).await.unwrap();
        Self {
            folder,
            store: Arc::new(store),
        }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    /// What a killed process leaves is what lies in its files at that instant: a copy is opened in place of them.
    async fn crash(&mut self) {
        let after = tempfile::tempdir().unwrap();
        for name in ["forewarn.db", "forewarn.db-wal"] {
            std::fs::copy(self.folder.path().join(name), after.path().join(name)).unwrap();
        }
        self.store = Arc::new(SqliteStore::open(&file_in(after.path())).await.unwrap());
        self.folder = after;
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("forewarn.db")
}

/// Runs one statement on the connection that the store writes with.
async fn meddle(store: &SqliteStore, sql: &'static str) {
    let mut conn = store.writer.outside().await.unwrap();
    query(sql).execute(&mut *conn).await.unwrap();
    conn.leave();
}

mod suite {
    use super::{OnFile, conformance};

    conformance!(OnFile);
}
