//! What is remembered: inventory, alerts, the outbox with its attempts, scans.
//!
//! One trait, so that a second database is a second implementation of the same promises; `conformance` tests them.
//! Times are integer milliseconds since 1970 in UTC. No function reads a clock.

mod as_seen;
#[cfg(test)]
mod conformance;
mod error;
mod remembered;
mod sqlite;

pub use error::StoreError;
pub use remembered::Remembered;
pub use sqlite::SqliteStore;

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::domain::{
    App, Credential, Expiry, Id, Kind, Notification, Rung, Severity,
    digest::Digested,
    facts::Owner,
    health::Health,
    known::{Announced, CredentialKey, Known},
    link::KEY_BYTES,
    silence::{HowEnded, Silence},
};

/// What every store promises. All writes of one call are one transaction: they happen together or not at all.
pub trait Store: Send + Sync {
    /// Can it be reached and written to?
    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// What is remembered of a tenant's credentials, those that are gone included.
    fn known<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Known, StoreError>>;

    /// What is remembered of a tenant's scans; the default for a tenant never seen.
    fn health<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Health, StoreError>>;

    /// Silences that have not ended at `now`.
    fn silences(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<Silence>, StoreError>>;

    /// Every silence, those that have ended too: the latest first, at most `limit`.
    fn all_silences(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Silence>, StoreError>>;

    /// Adds a silence, unless there is one of the same id: asked for twice, it is there once. Tells what is there then.
    fn put_silence<'a>(
        &'a self,
        silence: &'a Silence,
    ) -> BoxFuture<'a, Result<Silence, StoreError>>;

    /// Ends a silence now. One that has ended before keeps its end.
    fn end_silence<'a>(
        &'a self,
        id: Uuid,
        at: DateTime<Utc>,
        how: &'a HowEnded,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Credentials by what people know of them, in one tenant or in all; at most `limit`.
    fn find<'a>(
        &'a self,
        tenant: Option<&'a str>,
        what: Find<'a>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Found>, StoreError>>;

    /// The names of all tenants that were ever scanned.
    fn tenants(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>>;

    /// A notification, as long as it is remembered.
    fn notification(&self, id: Uuid) -> BoxFuture<'_, Result<Option<Notification>, StoreError>>;

    /// The random key of that name: the one that was made first, by whichever process; `fresh` where there is none yet.
    fn key<'a>(
        &'a self,
        name: &'a str,
        fresh: &'a [u8; KEY_BYTES],
    ) -> BoxFuture<'a, Result<[u8; KEY_BYTES], StoreError>>;

    /// Writes everything that a round decided: scan, inventory changes, alerts, notifications, deliveries, health. An alert that
    /// is there already (same credential, life, end, rung and reminder) makes the whole round fail with
    /// [`StoreError::AlreadyDecided`], so that nothing is ever decided twice.
    fn commit<'a>(&'a self, round: &'a Round<'_>) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Takes the oldest delivery to `receiver` that is due at `now` and not leased, and leases it until `until`. Among those due,
    /// deliveries that were never tried come first, so that one that keeps failing does not hold up the others; but what tells that
    /// something is over waits until nothing decided earlier is being tried again for its target. While the receiver
    /// pauses nothing is given; with what is given a pause until `pause_until` begins, so that no two senders together are
    /// quicker than the channel's pace.
    fn claim<'a>(
        &'a self,
        receiver: &'a str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        pause_until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Claim>, StoreError>>;

    /// When the next delivery to `receiver` is due (leases count as due when they end), and its pause over; `None`: nothing is
    /// waiting.
    fn next_due<'a>(
        &'a self,
        receiver: &'a str,
    ) -> BoxFuture<'a, Result<Option<DateTime<Utc>>, StoreError>>;

    /// Records what came of sending one part of a claimed delivery.
    fn record<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Gives back every lease: for the start of a process that is known to be the only one, and for a stop.
    fn release_all(&self) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// The outbox, a row a receiver that has ever had a delivery.
    fn outbox(&self) -> BoxFuture<'_, Result<Vec<OutboxState>, StoreError>>;

    /// Credentials of these tenants that are not gone and have an end, at most `limit`: first those that have not ended at `now`,
    /// soonest end first, then those that have, latest end first. With them the number of all such.
    fn soonest<'a>(
        &'a self,
        tenants: &'a [String],
        now: DateTime<Utc>,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<Inventory>, u64), StoreError>>;

    /// These credentials of a tenant as they were last seen, gone or not, in any order; those that are not remembered are left out.
    fn describe<'a>(
        &'a self,
        tenant: &'a str,
        keys: &'a [CredentialKey],
    ) -> BoxFuture<'a, Result<Vec<Inventory>, StoreError>>;

    /// Every alert decided so far with the receivers it went to, oldest first: for the demo's summary and for support.
    fn history(&self) -> BoxFuture<'_, Result<Vec<AlertHistory>, StoreError>>;

    /// What is kept of the owners of these apps of a tenant, by their object ids, in any order.
    fn owners<'a>(
        &'a self,
        tenant: &'a str,
        apps: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<AppOwners>, StoreError>>;

    /// When what is kept of the owners of each of a tenant's apps was learnt.
    fn owners_learnt<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<LearntAt, StoreError>>;

    /// Keeps who owns apps, in place of what was kept of them.
    fn put_owners<'a>(
        &'a self,
        tenant: &'a str,
        owners: &'a [AppOwners],
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Who had a summary of a tenant last, and when.
    fn digested<'a>(&'a self, tenant: &'a str) -> BoxFuture<'a, Result<Vec<Digested>, StoreError>>;

    /// The announced credentials of a tenant that a complete scan after `since` no longer saw.
    fn removed<'a>(
        &'a self,
        tenant: &'a str,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<Removed>, StoreError>>;

    /// Forgets finished deliveries, scans, alerts and owners older than `before`, and credentials gone and silences ended since before
    /// then; never anything still waiting, and never the memory of what a living credential was announced at. Says how many
    /// rows went. The one call that is many small transactions.
    fn forget(&self, before: DateTime<Utc>) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// Everything a round decided. What was seen is borrowed: a large tenant's credentials need not be in memory twice.
#[derive(Debug, Clone)]
pub struct Round<'a> {
    /// The tenant's name.
    pub tenant: String,
    /// The scan it rests on.
    pub scan: ScanRecord,
    /// Credentials that are new, changed, or back.
    pub upserts: Vec<Seen<'a>>,
    /// Credentials that a complete scan no longer saw.
    pub gone: Vec<CredentialKey>,
    /// What is from now on remembered as announced; `None` forgets it (a new life or a new end).
    pub announced: Vec<(CredentialKey, u32, Option<Announced>)>,
    /// New alerts.
    pub alerts: Vec<AlertRecord>,
    /// New notifications, each with its deliveries.
    pub notifications: Vec<(Notification, Vec<NewDelivery>)>,
    /// Silences that broke by themselves, and why: they end at the scan's end.
    pub broken_silences: Vec<(Uuid, HowEnded)>,
    /// Receivers that have a summary by this round, or whose first period begins with it.
    pub digested: Vec<String>,
    /// Who owns apps, where that was told as a change: it must not be told again.
    pub owners: Vec<AppOwners>,
    /// The tenant's health after it.
    pub health: Health,
}

/// One scan, complete or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRecord {
    /// Its id; time-ordered.
    pub id: Uuid,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// What went wrong; `None`: it was complete.
    pub error: Option<String>,
    /// Apps seen.
    pub apps: u64,
    /// Credentials seen.
    pub credentials: u64,
    /// Odd values met.
    pub warnings: u64,
}

/// A credential that a scan saw, for the inventory.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its app.
    pub app: &'a App,
    /// The credential.
    pub credential: &'a Credential,
    /// When a scan first saw it.
    pub first_seen: DateTime<Utc>,
    /// See [`crate::domain::known::Memory::fingerprint`].
    pub fingerprint: u64,
}

/// A credential as the inventory holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The tenant's name.
    pub tenant: String,
    /// Its key.
    pub key: CredentialKey,
    /// The application (client) id.
    pub app_id: Id,
    /// The app's display name.
    pub app_name: String,
    /// The credential's name.
    pub name: Option<String>,
    /// First characters of a secret's value.
    pub hint: Option<String>,
    /// Start of validity.
    pub starts_at: Option<DateTime<Utc>>,
    /// End.
    pub expires: Expiry,
    /// When a scan first saw it.
    pub first_seen: DateTime<Utc>,
    /// See [`crate::domain::known::Memory::fingerprint`].
    pub fingerprint: u64,
}

/// A credential that went after it had been announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// As it was last seen.
    pub credential: Inventory,
    /// When a complete scan first missed it.
    pub at: DateTime<Utc>,
}

/// What people know of a credential.
#[derive(Debug, Clone, Copy)]
pub enum Find<'a> {
    /// Its key id, of one that is not gone.
    Credential(&'a str),
    /// Its app's display name (in whichever case), application id or object id; of those that are not gone.
    App(&'a str),
    /// The directory object that carries it, of one that is not gone.
    Object(&'a Id),
    /// A piece of its app's name, or the beginning of its key id: for "did you mean".
    Similar(&'a str),
    /// The credential itself, gone or not.
    Key(&'a CredentialKey),
}

/// A credential that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The credential as it was last seen.
    pub credential: Inventory,
    /// A complete scan no longer saw it.
    pub gone: bool,
    /// What was last announced of it.
    pub announced: Option<Announced>,
}

/// An alert: decided once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// Its id; time-ordered.
    pub id: Uuid,
    /// The credential.
    pub key: CredentialKey,
    /// Its life, see [`crate::domain::known::Memory::life`].
    pub life: u32,
    /// Its end as announced.
    pub expires_at: DateTime<Utc>,
    /// The rung reached.
    pub rung: Rung,
    /// 0, or the number of the reminder.
    pub reminder: u32,
    /// How urgent.
    pub severity: Severity,
    /// Why, in a sentence.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// The notifications that carry it.
    pub notifications: Vec<Uuid>,
}

/// A delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id; time-ordered.
    pub id: Uuid,
    /// The receiver's name.
    pub receiver: String,
    /// One of the receiver's targets.
    pub target: String,
    /// Not to be sent before.
    pub due_at: DateTime<Utc>,
    /// Receivers to use when this one gives up, with their targets.
    pub fallback: Vec<Fallback>,
}

/// A receiver to use when another has given up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fallback {
    /// The receiver's name.
    pub receiver: String,
    /// Its target.
    pub target: String,
}

/// A delivery that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The delivery.
    pub delivery: NewDelivery,
    /// What to say.
    pub notification: Notification,
    /// Parts that the receiver has taken already.
    pub parts_done: u32,
    /// Failed tries so far of the part that is next.
    pub failures: u32,
    /// When a try of it failed for the first time.
    pub first_failure: Option<DateTime<Utc>>,
    /// Since when the receiver has been failing; `None`: as far as is known, it works.
    pub failing_since: Option<DateTime<Utc>>,
}

/// What came of sending one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery.
    pub delivery: Uuid,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub took: Duration,
    /// Which part, counted from 0.
    pub part: u32,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// The channel takes nothing more before then, whatever is sent. A pause is never shortened.
    pub pause_until: Option<DateTime<Utc>>,
    /// What it may mean for the receiver as a whole.
    pub standing: Option<Standing>,
}

/// What an attempt may mean for its receiver as a whole, and what others are told should it be news.
///
/// A delivery that was made ends the failing, if the receiver was, unless the last delivery to each of `targets` was given up. An
/// attempt that was not taken begins it, unless it is known already or one of `targets` still works: one works unless its last
/// delivery was given up, or one to it has failed [`Standing::FAILURES`] times and none has been made within
/// [`Standing::WORKED_WITHIN`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The targets that speak for the receiver.
    pub targets: Vec<String>,
    /// Since when it fails, if it does.
    pub since: DateTime<Utc>,
    /// What is told of it.
    pub notification: Notification,
    /// To whom; none: nobody else is there.
    pub deliveries: Vec<NewDelivery>,
}

impl Standing {
    /// Failed tries of one message that count as its target failing: over half an hour, by the schedule of the tries.
    pub const FAILURES: u32 = 4;
    /// A target that took another message in this time works, and only that one message does not get through.
    pub const WORKED_WITHIN: TimeDelta = TimeDelta::minutes(30);
}

/// What came of sending one part, and what becomes of the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The receiver took the part; more are to come. The lease goes on.
    PartDone,
    /// The receiver took the last part.
    Delivered,
    /// It did not; try again then. The lease ends.
    Retry {
        /// When.
        due_at: DateTime<Utc>,
        /// The failure's name.
        failure: &'static str,
        /// What was said.
        detail: String,
    },
    /// It did not, and trying again cannot help. The fallback deliveries given are put into the outbox in the same transaction.
    GivenUp {
        /// The failure's name.
        failure: &'static str,
        /// What was said.
        detail: String,
        /// To be made instead, with the same notification.
        instead: Vec<NewDelivery>,
    },
}

/// The outbox of one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxState {
    /// Its name.
    pub receiver: String,
    /// Deliveries that wait.
    pub pending: u64,
    /// Since when the oldest of them waits, the time before it was due left out.
    pub oldest: Option<DateTime<Utc>>,
    /// What the last failed attempt of a waiting or given-up delivery said.
    pub last_error: Option<String>,
    /// Targets whose delivery that finished last was given up.
    pub given_up: Vec<String>,
    /// Since when none of its own targets takes anything, see [`Standing`].
    pub failing_since: Option<DateTime<Utc>>,
}

/// Who owns an app, as the directory told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppOwners {
    /// The app's object id.
    pub object_id: Id,
    /// Its owners; none: nobody owns it.
    pub owners: Vec<Owner>,
    /// When the directory told it.
    pub fetched_at: DateTime<Utc>,
}

/// When the owners of apps were learnt, by the app's object id.
pub type LearntAt = HashMap<Id, DateTime<Utc>>;

/// An alert and where it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertHistory {
    /// The tenant's name.
    pub tenant: String,
    /// The app's display name, as last seen.
    pub app_name: String,
    /// The credential's name, as last seen.
    pub credential_name: Option<String>,
    /// The kind.
    pub kind: Kind,
    /// The alert.
    pub alert: AlertRecord,
    /// Receiver, target, and whether it was delivered.
    pub deliveries: Vec<(String, String, DeliveryState)>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its time or a retry.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was given up on.
    GivenUp,
}
