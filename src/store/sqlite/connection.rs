//! A connection that heals: one that saw an error, or whose user went away half-way, is closed and replaced.
//!
//! SQLite rolls a transaction back by itself when the disk is full or an I/O error strikes, and sqlx (0.9) then still counts
//! it as open, so that no further transaction can begin on that connection. Closing it rolls back whatever was left and
//! costs a millisecond, so the same answer serves every trouble: an error, a dropped future, a worker thread that died.

use std::ops::{Deref, DerefMut};

use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteQueryResult},
};
use tokio::sync::{Mutex, MutexGuard};

/// One connection, used by one caller at a time; the others wait in line.
pub(super) struct Connection {
    pub(super) options: SqliteConnectOptions,
    begin: &'static str,
    idle: Mutex<Option<SqliteConnection>>,
}

impl Connection {
    /// For writing. The lock is taken at once: a transaction that first reads and then writes could not wait for it.
    pub(super) fn writer(options: SqliteConnectOptions) -> Self {
        Self {
            options,
            begin: "BEGIN IMMEDIATE",
            idle: Mutex::new(None),
        }
    }

    /// For reading: sees the state of one instant, and never waits for a writer.
    pub(super) fn reader(options: SqliteConnectOptions) -> Self {
        Self {
            options: options.pragma("query_only", "ON"),
            begin: "BEGIN",
            idle: Mutex::new(None),
        }
    }

    /// Begins a transaction. Dropping it rolls it back.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction<'_>> {
        let mut transaction = self.outside().await?;
        sqlx::query(self.begin).execute(&mut *transaction).await?;
        Ok(transaction)
    }

    /// The connection without a transaction, for what cannot be done within one; to be given back by
    /// [`Transaction::leave`].
    pub(super) async fn outside(&self) -> sqlx::Result<Transaction<'_>> {
        let mut slot = self.idle.lock().await;
        let connection = match slot.take() {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Transaction { slot, connection })
    }
}

/// A transaction under way. Only one that ends well gives the connection back.
pub(super) struct Transaction<'a> {
    slot: MutexGuard<'a, Option<SqliteConnection>>,
    connection: SqliteConnection,
}

impl Transaction<'_> {
    /// Makes it last.
    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        let _: SqliteQueryResult = sqlx::query("COMMIT").execute(&mut self.connection).await?;
        self.leave();
        Ok(())
    }

    /// Gives back a connection that has no transaction open.
    pub(super) fn leave(mut self) {
        *self.slot = Some(self.connection);
    }
}

impl Deref for Transaction<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
