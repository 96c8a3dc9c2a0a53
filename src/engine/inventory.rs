//! What a scan tells the inventory: only what is new, changed, or back.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        App, Credential, Snapshot,
        known::{CredentialKey, Known},
    },
    store::Seen,
};

/// The credentials of which the store holds something else than was seen.
pub fn changed<'a>(snapshot: &'a Snapshot, known: &Known, now: DateTime<Utc>) -> Vec<Seen<'a>> {
    let mut changed = Vec::new();
    for app in &snapshot.apps {
        for credential in &app.credentials {
            let fingerprint = fingerprint(app, credential);
            let memory = known.get(&CredentialKey::new(app, credential));
            if memory.is_some_and(|memory| !memory.gone && memory.fingerprint == fingerprint) {
                continue;
            }
            changed.push(Seen {
                app,
                credential,
                first_seen: memory.map_or(now, |memory| memory.first_seen),
                fingerprint,
            });
        }
    }
    changed
}

/// Changes when anything that the inventory holds changes. Not stable between Rust releases, which costs one rewrite.
fn fingerprint(app: &App, credential: &Credential) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&app.app_id, &app.name, &credential.name, &credential.hint).hash(&mut hasher);
    (credential.starts_at, credential.expires).hash(&mut hasher);
    hasher.finish()
}
