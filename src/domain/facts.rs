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

use super::{App, Credential, Id, Kind, own::Own};

/// Everything beside the credentials.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who owns the apps that something is due of.
    pub owners: Owners,
    /// When each key was last used; `None`: not asked, or never to be learnt.
    pub last_use: Option<LastUse>,
    /// The clusters that sign in as an app.
    pub clusters: Clusters,
    /// What was asked for and could not be learnt, and why: a sentence each, for people.
    pub missing: Vec<String>,
    /// What forewarn itself signs in with, where that is something that runs out.
    pub own: Option<Own>,
}

impl Facts {
    /// Is this what forewarn itself signs in with?
    pub fn is_own(&self, app: &App, credential: &Credential) -> bool {
        self.own.as_ref().is_some_and(|own| own.is(app, credential))
    }
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
    is_lost: bool,
}

impl LastUse {
    /// The report is there, but could not be read this time: the next one may tell that a key is in use.
    pub fn lost() -> Self {
        Self {
            is_lost: true,
            ..Self::default()
        }
    }

    /// Could it not be read this time?
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

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

/// A Kubernetes cluster of Azure (AKS) that signs in as an app. All of it is hostile text.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// The resource group that it lies in.
    pub resource_group: String,
    /// The subscription's id.
    pub subscription_id: String,
    /// The resource id in Azure Resource Manager.
    #[serde(default)]
    pub id: String,
    /// The Azure region, such as `westeurope`.
    #[serde(default)]
    pub location: String,
}

/// The clusters that sign in as an app, by the app's client id.
#[derive(Debug, Clone, Default)]
pub struct Clusters(HashMap<Id, Vec<Cluster>>);

impl Clusters {
    /// Those that may sign in with this credential of the app.
    ///
    /// A cluster holds a client id and a client secret. The id is the same for a registration and its service principal, and so
    /// is the sign-in, whichever of the two the secret hangs on; which of several secrets it is, nobody outside the cluster can
    /// tell. With certificates of any kind and with federated credentials clusters do not sign in.
    pub fn of(&self, app: &App, credential: &Credential) -> &[Cluster] {
        match credential.kind {
            Kind::ClientSecret => self.0.get(&app.app_id).map_or(&[], Vec::as_slice),
            Kind::Certificate | Kind::SamlCertificate | Kind::Federated => &[],
        }
    }

    /// Notes that a cluster signs in as the app of this client id.
    pub fn insert(&mut self, app_id: Id, cluster: Cluster) {
        self.0.entry(app_id).or_default().push(cluster);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Expiry, ObjectType};

    fn app(object_type: ObjectType, app_id: &str) -> App {
        App {
            object_type,
            object_id: Id::parse("o"),
            app_id: Id::parse(app_id),
            name: "aks".into(),
            tags: Box::default(),
            credentials: Box::default(),
        }
    }

    fn credential(kind: Kind) -> Credential {
        Credential {
            id: Id::parse("c"),
            kind,
            name: None,
            hint: None,
            starts_at: None,
            expires: Expiry::Never,
            thumbprint: None,
            active: None,
        }
    }

    #[test]
    fn a_cluster_is_named_on_the_client_secrets_of_its_app_and_of_its_service_principal() {
        let id = "8D6F3C1E-52A4-4C0B-9A43-6D1F0E7B2C58";
        let cluster = Cluster {
            name: "aks-prod".to_owned(),
            ..Cluster::default()
        };
        let mut clusters = Clusters::default();
        clusters.insert(Id::parse(id), cluster.clone());
        let of = |app: App, kind| clusters.of(&app, &credential(kind)).to_vec();
        let in_lower_case = id.to_lowercase();
        for (object_type, kind, expected) in [
            (ObjectType::Application, Kind::ClientSecret, true),
            (ObjectType::ServicePrincipal, Kind::ClientSecret, true),
            (ObjectType::Application, Kind::Certificate, false),
            (ObjectType::ServicePrincipal, Kind::SamlCertificate, false),
            (ObjectType::Application, Kind::Federated, false),
        ] {
            let named = of(app(object_type, &in_lower_case), kind) == [cluster.clone()];
            assert_eq!(named, expected, "{object_type:?} {kind}");
        }
        let other = app(
            ObjectType::Application,
            "9d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58",
        );
        assert_eq!(of(other, Kind::ClientSecret), []);
    }
}
