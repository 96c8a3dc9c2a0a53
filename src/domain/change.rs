//! Credentials that came or went, and apps that lost their last owner, by comparing a complete scan with what is remembered.
//!
//! What a scan did not see proves nothing where it may only be hidden ([`super::decide::gone`]); what it saw is there, whatever else
//! it missed.

use std::{collections::HashSet, fmt};

use super::{
    App, Credential, Id, Snapshot,
    facts::Owner,
    known::{CredentialKey, Known},
};

/// Which changes are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// A credential is new, or back.
    pub added: bool,
    /// A credential is gone.
    pub removed: bool,
    /// The last owner of an app is gone.
    pub owner_lost: bool,
}

impl Changes {
    /// Is any of them told?
    pub fn any(self) -> bool {
        self.added || self.removed || self.owner_lost
    }
}

/// How a credential came to be where it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    /// No scan has seen it before.
    New,
    /// It was gone.
    Back,
}

/// Has it come since the last complete scan? On the first one everything is new, which is no news.
pub fn coming(known: &Known, app: &App, credential: &Credential) -> Option<Coming> {
    if !known.scanned_before {
        return None;
    }
    match known.get(&CredentialKey::new(app, credential)) {
        None => Some(Coming::New),
        Some(memory) if memory.gone => Some(Coming::Back),
        Some(_) => None,
    }
}

/// Every credential that has come, with its app.
pub fn come<'a>(
    known: &Known,
    snapshot: &'a Snapshot,
) -> impl Iterator<Item = (&'a App, &'a Credential, Coming)> {
    snapshot.apps.iter().flat_map(move |app| {
        app.credentials
            .iter()
            .filter_map(move |credential| Some((app, credential, coming(known, app, credential)?)))
    })
}

/// The apps that are there and of which credentials came or went: whose they are is to be said with it.
pub fn touched<'a>(known: &Known, snapshot: &'a Snapshot) -> Vec<&'a App> {
    if !known.scanned_before {
        return Vec::new();
    }
    let keys = |app: &'a App| {
        let credentials = app.credentials.iter();
        credentials.map(move |credential| CredentialKey::new(app, credential))
    };
    let seen = snapshot.apps.iter().flat_map(keys);
    let unseen: HashSet<&Id> = known
        .all_but(seen)
        .filter(|(_, memory)| !memory.gone)
        .map(|(key, _)| &key.object_id)
        .collect();
    let is_touched = |app: &&App| {
        let mut credentials = app.credentials.iter();
        unseen.contains(&app.object_id)
            || credentials.any(|credential| coming(known, app, credential).is_some())
    };
    snapshot.apps.iter().filter(is_touched).collect()
}

/// What is to be said of a change beside what it is, for people.
#[derive(Debug, Clone, Copy)]
pub enum Remark<'a> {
    /// The credential was gone before.
    IsBack,
    /// Who the last owners of the app were.
    LastOwners(&'a [Owner]),
}

/// Owners beyond these are counted.
const NAMED_MAX: usize = 5;

impl fmt::Display for Remark<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsBack => f.write_str("it was gone before, and is seen again"),
            Self::LastOwners(owners) => {
                let named: Vec<_> = owners.iter().take(NAMED_MAX).map(Owner::label).collect();
                write!(f, "the app was last owned by {}", named.join(", "))?;
                match owners.len().saturating_sub(NAMED_MAX) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}
