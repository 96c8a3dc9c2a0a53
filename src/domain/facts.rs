//! What is known of a tenant's apps beside the credentials that they carry: who owns them, what uses them, when a key was last used.
//!
//! All of it is optional. What could not be learnt is absent, which is another thing than "nobody" or "never", and no decision takes
//! the one for the other.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{App, Credential, Id};

/// Everything beside the credentials.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who owns the apps that something is due of.
    pub owners: Owners,
    /// When each key was last used; `None`: not asked, or not to be learnt.
    pub last_use: Option<LastUse>,
    /// The clusters that sign in as an app.
    pub clusters: Clusters,
    /// What was asked for and could not be learnt, and why: a sentence each, for people.
    pub missing: Vec<String>,
}

/// Who owns an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The directory object's id; `None` for one that only a note or a tag names.
    pub id: Option<Id>,
    /// The display name. Hostile text.
    pub name: Option<Box<str>>,
    /// The user principal name, which need not be a mail address. Hostile text.
    pub user_principal_name: Option<Box<str>>,
    /// The mail address. Hostile text.
    pub mail: Option<Box<str>>,
}

impl Owner {
    /// How people know this owner: by mail address, else by user principal name, name or id, whichever there is.
    pub fn label(&self) -> Cow<'_, str> {
        let text = [&self.mail, &self.user_principal_name, &self.name]
            .into_iter()
            .find_map(Option::as_deref);
        match (text, &self.id) {
            (Some(text), _) => text.into(),
            (None, Some(id)) => id.to_string().into(),
            (None, None) => "".into(),
        }
    }

    /// Everything that a matcher may know this owner by.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        [&self.mail, &self.user_principal_name, &self.name]
            .into_iter()
            .filter_map(Option::as_deref)
            .map(Cow::Borrowed)
            .chain(self.id.iter().map(|id| id.to_string().into()))
    }
}

/// The owners of apps, by the app's object id.
#[derive(Debug, Clone, Default)]
pub struct Owners(HashMap<Id, Box<[Owner]>>);

impl Owners {
    /// Those of one app; `None`: not known. An app without an owner has an empty list.
    pub fn of(&self, app: &App) -> Option<&[Owner]> {
        self.0.get(&app.object_id).map(AsRef::as_ref)
    }

    /// Notes who owns the app of this object id.
    pub fn insert(&mut self, object_id: Id, owners: Vec<Owner>) {
        self.0.insert(object_id, owners.into());
    }
}

/// When each key was last used to sign in, by key id, from one complete read of Microsoft's report.
///
/// The report gives "the last credential activity date for every application credential" (learn.microsoft.com, "Usage and
/// insights", application credential activity). How far back it remembers is not documented, so a key that it does not list, or
/// lists without a date, was not used *as far as Microsoft remembers*; what follows from that is for [`super::usage`] to say.
#[derive(Debug, Clone, Default)]
pub struct LastUse {
    uses: HashMap<Id, DateTime<Utc>>,
    /// Listed, but with a date that cannot be read: of these nothing is known.
    unreadable: HashSet<Id>,
}

impl LastUse {
    /// The last use of one credential; `None`: none within the time that Microsoft remembers, or not to be read.
    pub fn of(&self, credential: &Credential) -> Option<DateTime<Utc>> {
        self.uses.get(&credential.id).copied()
    }

    /// Is it listed with a date that cannot be read?
    pub fn is_unreadable(&self, credential: &Credential) -> bool {
        self.unreadable.contains(&credential.id)
    }

    /// True when not one use is known. We use a credential ourselves, so such a report is no evidence of anything.
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    /// Notes a use of the key of this id; the latest counts.
    pub fn insert(&mut self, key_id: Id, at: DateTime<Utc>) {
        let last = self.uses.entry(key_id).or_insert(at);
        *last = at.max(*last);
    }

    /// Notes that the key of this id was used at a time that cannot be read.
    pub fn insert_unreadable(&mut self, key_id: Id) {
        self.unreadable.insert(key_id);
    }
}

/// A Kubernetes cluster of Azure (AKS) that signs in as an app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name. Hostile text.
    pub name: String,
    /// The resource group that it lies in. Hostile text.
    pub resource_group: String,
    /// The subscription's id. Hostile text.
    pub subscription_id: String,
}

/// The clusters that sign in as an app, by the app's client id.
#[derive(Debug, Clone, Default)]
pub struct Clusters(HashMap<Id, Vec<Cluster>>);

impl Clusters {
    /// Those that sign in as this app.
    pub fn of(&self, app: &App) -> &[Cluster] {
        self.0.get(&app.app_id).map_or(&[], Vec::as_slice)
    }

    /// Notes that a cluster signs in as the app of this client id.
    pub fn insert(&mut self, app_id: Id, cluster: Cluster) {
        self.0.entry(app_id).or_default().push(cluster);
    }
}
