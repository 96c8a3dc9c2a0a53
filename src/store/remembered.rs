//! What a store remembers of one tenant, in memory: to see what would come of a round without committing it.
//!
//! [`Remembered::after`] means the same as [`Store::commit`]; `conformance` tries the two against each other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Round, Store, StoreError};
use crate::domain::{
    Expiry,
    digest::Digested,
    health::Health,
    known::{CredentialKey, Known, Memory},
    silence::Silence,
};

/// What decisions about one tenant rest on.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// Its credentials.
    pub known: Known,
    /// Its scans.
    pub health: Health,
    /// The silences that have not ended.
    pub silences: Vec<Silence>,
    /// Who had a summary last, and when; by the receivers' names.
    pub digested: Vec<Digested>,
}

impl Remembered {
    /// What a store remembers at `now`.
    pub async fn read(
        store: &dyn Store,
        tenant: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            known: store.known(tenant).await?,
            health: store.health(tenant).await?,
            silences: store.silences(now).await?,
            digested: store.digested(tenant).await?,
        })
    }

    /// What is remembered once this round of the tenant is committed.
    #[must_use]
    pub fn after(mut self, round: &Round<'_>) -> Self {
        let changed = self.changed(round);
        self.known.put(changed);
        self.known.scanned_before |= round.scan.error.is_none();
        self.health = round.health.clone();
        let ended = to_the_millisecond(round.scan.finished_at);
        let broke = |of: &Silence| round.broken_silences.iter().any(|(id, _)| *id == of.id);
        self.silences
            .retain(|silence| silence.ends_at > ended && !broke(silence));
        self.digest(&round.digested, ended);
        self
    }

    fn digest(&mut self, receivers: &[String], at: DateTime<Utc>) {
        self.digested.retain(|of| !receivers.contains(&of.receiver));
        self.digested.extend(
            receivers
                .iter()
                .cloned()
                .map(|receiver| Digested { receiver, at }),
        );
        self.digested.sort_by(|a, b| a.receiver.cmp(&b.receiver));
    }

    fn changed(&self, round: &Round<'_>) -> Vec<(CredentialKey, Memory)> {
        let mut changed: BTreeMap<CredentialKey, Memory> = BTreeMap::new();
        for seen in &round.upserts {
            let key = CredentialKey::new(seen.app, seen.credential);
            let before = self.known.get(&key);
            let first_seen = to_the_millisecond(seen.first_seen);
            let end = seen.credential.expires.at();
            let memory = Memory {
                first_seen: before.map_or(first_seen, |memory| memory.first_seen.min(first_seen)),
                expires: Expiry::new(end.map(to_the_millisecond)),
                gone: false,
                life: before.map_or(0, |memory| memory.life),
                fingerprint: seen.fingerprint,
                announced: before.and_then(|memory| memory.announced.clone()),
            };
            changed.insert(key, memory);
        }
        for key in &round.gone {
            if let Some(memory) = self.entry(&mut changed, key) {
                memory.gone = true;
            }
        }
        for (key, life, announced) in &round.announced {
            if let Some(memory) = self.entry(&mut changed, key) {
                memory.life = *life;
                memory.announced = announced.clone().map(Box::new);
            }
        }
        changed.into_iter().collect()
    }

    /// What is changed of a credential; none for one that is not remembered.
    fn entry<'a>(
        &self,
        changed: &'a mut BTreeMap<CredentialKey, Memory>,
        key: &CredentialKey,
    ) -> Option<&'a mut Memory> {
        if !changed.contains_key(key) {
            changed.insert(key.clone(), self.known.get(key)?.clone());
        }
        changed.get_mut(key)
    }
}

/// As precise as stores are.
fn to_the_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}
