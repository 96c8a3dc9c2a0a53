//! The store in one SQLite file: for one process, which is the default.
//!
//! One connection writes and one reads, so that a page that is looked at does not wait for a round that is written. Every
//! commit is on the disk before its call returns. After any trouble (a full disk, an I/O error) the next call starts
//! afresh, on a new connection.

mod attempt;
mod connection;
mod digests;
mod find;
mod forget;
mod history;
mod inventory;
mod keys;
mod lock;
mod open;
mod outbox;
mod owners;
mod receivers;
mod round;
mod silences;
mod tenants;
#[cfg(test)]
mod tests;
mod value;

use std::{fs::File, path::Path};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sqlx::query;
use uuid::Uuid;

use super::{
    AlertHistory, AppOwners, Attempt, Claim, Find, Found, Inventory, LearntAt, OutboxState,
    Removed, Round, Store, StoreError,
};
use crate::domain::{
    Id, Notification,
    digest::Digested,
    health::Health,
    known::{CredentialKey, Known},
    link::KEY_BYTES,
    silence::{HowEnded, Silence},
};
use connection::Connection;
use value::fault;

/// A SQLite file, held by this process alone; or one that was opened beside the process that holds it.
pub struct SqliteStore {
    writer: Connection,
    reader: Connection,
    /// Last, so that it is given back after everything else.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens the file, or makes it, and brings its tables up to date. Beside it lie its lock (`.lock`) and its write-ahead
    /// log (`-wal`, `-shm`).
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        open::open(path).await
    }

    /// Opens the file for a short while, beside a daemon that may hold it: for a command that reads, or writes a silence. Nothing
    /// is made or brought up to date here, so a file of another version is an error. The lock is only there to keep a second
    /// daemon out; SQLite itself lets processes on one machine share a file, and each waits for the other's writing.
    pub async fn open_beside(path: &Path) -> Result<Self, StoreError> {
        open::open_beside(path).await
    }

    /// Moves everything from the write-ahead log into the one file: for a clean stop. Nothing is lost without it.
    pub async fn close(&self) -> Result<(), StoreError> {
        let fault = fault("closing");
        let mut conn = self.writer.outside().await.map_err(&fault)?;
        query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut *conn)
            .await
            .map_err(&fault)?;
        conn.leave();
        Ok(())
    }
}

impl Store for SqliteStore {
    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let fault = fault("trying to write to it");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            query("UPDATE pulse SET beats = beats + 1")
                .execute(&mut *transaction)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)
        })
    }

    fn known<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Known, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the inventory");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = inventory::known(&mut transaction, tenant)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn health<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Health, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading a tenant's health");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = tenants::health(&mut transaction, tenant)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn silences(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<Silence>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the silences");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = silences::lasting(&mut transaction, now)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn all_silences(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Silence>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the silences");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = silences::all(&mut transaction, limit)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn put_silence<'a>(
        &'a self,
        silence: &'a Silence,
    ) -> BoxFuture<'a, Result<Silence, StoreError>> {
        Box::pin(async move {
            let fault = fault("writing a silence");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            let found = silences::put(&mut transaction, silence)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn end_silence<'a>(
        &'a self,
        id: Uuid,
        at: DateTime<Utc>,
        how: &'a HowEnded,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let fault = fault("ending a silence");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            silences::end(&mut transaction, id, at, how)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)
        })
    }

    fn find<'a>(
        &'a self,
        tenant: Option<&'a str>,
        what: Find<'a>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Found>, StoreError>> {
        Box::pin(async move {
            let fault = fault("looking up credentials");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = find::find(&mut transaction, tenant, what, limit)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn tenants(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the tenants");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = find::tenants(&mut transaction).await.map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn notification(&self, id: Uuid) -> BoxFuture<'_, Result<Option<Notification>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading a notification");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = find::notification(&mut transaction, id)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn key<'a>(
        &'a self,
        name: &'a str,
        fresh: &'a [u8; KEY_BYTES],
    ) -> BoxFuture<'a, Result<[u8; KEY_BYTES], StoreError>> {
        Box::pin(async move {
            let fault = fault("reading a key");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            let found = keys::key(&mut transaction, name, fresh)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn commit<'a>(&'a self, round: &'a Round<'_>) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let fault = fault("writing a round");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            round::write(&mut transaction, round)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)
        })
    }

    fn claim<'a>(
        &'a self,
        receiver: &'a str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        pause_until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Claim>, StoreError>> {
        Box::pin(async move {
            let fault = fault("claiming a delivery");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            let row = outbox::lease(&mut transaction, receiver, now, until)
                .await
                .map_err(&fault)?;
            if row.is_some() && pause_until > now {
                receivers::pause(&mut transaction, receiver, pause_until)
                    .await
                    .map_err(&fault)?;
            }
            transaction.commit().await.map_err(&fault)?;
            row.as_ref()
                .map(outbox::read_claim)
                .transpose()
                .map_err(&fault)
        })
    }

    fn next_due<'a>(
        &'a self,
        receiver: &'a str,
    ) -> BoxFuture<'a, Result<Option<DateTime<Utc>>, StoreError>> {
        Box::pin(async move {
            let fault = fault("looking for the next delivery");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = outbox::next_due(&mut transaction, receiver)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn record<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let fault = fault("recording an attempt");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            attempt::record(&mut transaction, attempt)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)
        })
    }

    fn release_all(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let fault = fault("giving back leases");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            let found = outbox::release_all(&mut transaction)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn outbox(&self) -> BoxFuture<'_, Result<Vec<OutboxState>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the outbox");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = outbox::states(&mut transaction).await.map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn soonest<'a>(
        &'a self,
        tenants: &'a [String],
        now: DateTime<Utc>,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<Inventory>, u64), StoreError>> {
        Box::pin(async move {
            let fault = fault("reading what ends next");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = inventory::soonest(&mut transaction, tenants, now, limit)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn describe<'a>(
        &'a self,
        tenant: &'a str,
        keys: &'a [CredentialKey],
    ) -> BoxFuture<'a, Result<Vec<Inventory>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading what is gone");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = inventory::of(&mut transaction, tenant, keys)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<AlertHistory>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading the alerts");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = history::alerts(&mut transaction).await.map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn owners<'a>(
        &'a self,
        tenant: &'a str,
        apps: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<AppOwners>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading who owns apps");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = owners::of(&mut transaction, tenant, apps)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn owners_learnt<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<LearntAt, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading when owners were learnt");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = owners::learnt(&mut transaction, tenant)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn put_owners<'a>(
        &'a self,
        tenant: &'a str,
        owners: &'a [AppOwners],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let fault = fault("writing who owns apps");
            let mut transaction = self.writer.begin().await.map_err(&fault)?;
            owners::put(&mut transaction, tenant, owners)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)
        })
    }

    fn digested<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Vec<Digested>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading when summaries were sent");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = digests::of(&mut transaction, tenant)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn removed<'a>(
        &'a self,
        tenant: &'a str,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<Removed>, StoreError>> {
        Box::pin(async move {
            let fault = fault("reading what was removed");
            let mut transaction = self.reader.begin().await.map_err(&fault)?;
            let found = inventory::removed(&mut transaction, tenant, since)
                .await
                .map_err(&fault)?;
            transaction.commit().await.map_err(&fault)?;
            Ok(found)
        })
    }

    fn forget(&self, before: DateTime<Utc>) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            forget::forget(&self.writer, before)
                .await
                .map_err(fault("forgetting what is old"))
        })
    }
}
