//! What is remembered of a tenant between scans.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{App, Credential, Expiry, Id, Kind, Row, Rung, Severity, audience};

/// Names one credential within its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialKey {
    /// The directory object that carries it.
    pub object_id: Id,
    /// A SAML signing certificate's parts share a key id with a secret, so the kind belongs to the key.
    pub kind: Kind,
    /// Its key id.
    pub credential_id: Id,
}

impl CredentialKey {
    /// The key of one of an app's credentials.
    pub fn new(app: &App, credential: &Credential) -> Self {
        Self {
            object_id: app.object_id.clone(),
            kind: credential.kind,
            credential_id: credential.id.clone(),
        }
    }
}

/// What is remembered of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// When a scan first saw it.
    pub first_seen: DateTime<Utc>,
    /// Its end when it was last seen.
    pub expires: Expiry,
    /// True since a complete scan no longer saw it.
    pub gone: bool,
    /// How often it has gone after it was announced; a new life is announced anew.
    pub life: u32,
    /// A digest of what was last stored of it, so that only changes are written.
    pub fingerprint: u64,
    /// What was last announced of it in this life and with this end.
    pub announced: Option<Box<Announced>>,
}

/// What was last announced of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The rung.
    pub rung: Rung,
    /// 0: the rung's own alert; n: the n-th reminder after the end.
    pub reminder: u32,
    /// How urgent it was said to be.
    pub severity: Severity,
    /// When.
    pub at: DateTime<Utc>,
    /// The end that it was announced with.
    pub expires_at: DateTime<Utc>,
    /// The row as people were told it: once the credential is gone, this is what can be said of it.
    pub row: Arc<Row>,
    /// Names of all receivers that were told of it in this life: those get the `resolved`.
    pub told: Vec<String>,
    /// True once they were told that it needs nothing more.
    pub resolved: bool,
    /// True when it was told of as replaced by a newer one.
    pub softened: bool,
    /// Owners who were told in person, in this life.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<Person>,
    /// When it was first told as critical or worse, in this life and with this end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_since: Option<DateTime<Utc>>,
    /// True once it was escalated, in this life and with this end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
}

impl Announced {
    /// Remembers who was told in person, each once.
    pub fn add_persons(&mut self, persons: impl IntoIterator<Item = Person>) {
        for person in persons {
            if !self.persons.iter().any(|other| other.is_same(&person)) {
                self.persons.push(person);
            }
        }
    }

    /// When it was first told as critical or worse, in this life and with this end. What an older version wrote only tells when it was
    /// last told.
    pub fn critical_since(&self) -> Option<DateTime<Utc>> {
        let was_critical = self.severity >= Severity::Critical;
        self.critical_since.or(was_critical.then_some(self.at))
    }
}

/// An owner who is told by a receiver that tells owners in person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// The receiver's name.
    pub receiver: String,
    /// The owner's mail address.
    pub address: String,
}

impl Person {
    fn is_same(&self, other: &Self) -> bool {
        self.receiver == other.receiver && audience::is_same(&self.address, &other.address)
    }
}

/// Everything remembered of one tenant's credentials, found by key.
#[derive(Debug, Clone, Default)]
pub struct Known {
    sorted: Vec<(CredentialKey, Memory)>,
    /// False until a scan of the tenant has been complete for the first time.
    pub scanned_before: bool,
}

impl Known {
    /// From entries in any order; each key once.
    pub fn new(mut entries: Vec<(CredentialKey, Memory)>, scanned_before: bool) -> Self {
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Self {
            sorted: entries,
            scanned_before,
        }
    }

    /// What is remembered of one credential.
    pub fn get(&self, key: &CredentialKey) -> Option<&Memory> {
        Some(&self.sorted.get(self.place(key)?)?.1)
    }

    /// Takes these in, each in the place of what was remembered under its key.
    pub fn put(&mut self, entries: Vec<(CredentialKey, Memory)>) {
        let mut new = Vec::new();
        for (key, memory) in entries {
            match self.place(&key) {
                Some(place) => self.sorted[place].1 = memory,
                None => new.push((key, memory)),
            }
        }
        if !new.is_empty() {
            self.sorted.append(&mut new);
            self.sorted.sort_by(|a, b| a.0.cmp(&b.0));
        }
    }

    /// Everything that is remembered, ordered by key.
    pub fn into_entries(self) -> Vec<(CredentialKey, Memory)> {
        self.sorted
    }

    fn place(&self, key: &CredentialKey) -> Option<usize> {
        self.sorted
            .binary_search_by(|(known, _)| known.cmp(key))
            .ok()
    }

    /// Everything but these, ordered by key.
    pub fn all_but(
        &self,
        these: impl Iterator<Item = CredentialKey>,
    ) -> impl Iterator<Item = (&CredentialKey, &Memory)> {
        let mut left = vec![true; self.sorted.len()];
        for place in these.filter_map(|key| self.place(&key)) {
            left[place] = false;
        }
        let entries = self.sorted.iter().zip(left);
        entries.filter_map(|((key, memory), left)| left.then_some((key, memory)))
    }

    /// When the first of them was first seen.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.sorted
            .iter()
            .map(|(_, memory)| memory.first_seen)
            .min()
    }

    /// How many credentials are remembered.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// True when nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}
