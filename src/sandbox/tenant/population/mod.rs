//! What the simulated tenant holds: a [`Generated`] crowd for size and speed, or the [`Story`] of a small company for people.
//!
//! Both are functions of their settings (and the story of the time): nothing is stored, nothing is drawn at random, and
//! whoever knows the settings can work out what a scan must find.

mod app;
mod clusters;
mod generated;
mod names;
mod owners;
mod principals;
mod rng;
mod story;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(super) use self::rng::Rng;
pub use self::{
    app::{App, Certificate, Principal, Secret},
    clusters::Cluster,
    generated::Generated,
    owners::Owner,
    story::Story,
};

/// What the tenant holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Population {
    /// Any number of apps from a seed.
    Generated(Generated),
    /// The demo tenant, whose apps live and change with time.
    Story(Story),
}

/// Which of the directory's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// App registrations.
    Applications,
    /// Service principals.
    ServicePrincipals,
}

type Rows<'a> = Box<dyn Iterator<Item = App> + 'a>;

impl Population {
    /// How many of them there are at `now`.
    pub fn count(&self, of: Collection, now: DateTime<Utc>) -> usize {
        match (self, of) {
            (Self::Generated(crowd), Collection::Applications) => crowd.apps,
            (Self::Generated(crowd), Collection::ServicePrincipals) => crowd.service_principals,
            (Self::Story(story), _) => story.rows(of, now).count(),
        }
    }

    /// The apps there are at `now`, in the order they are listed, made one by one as they are asked for.
    pub fn apps(&self, now: DateTime<Utc>) -> Box<dyn Iterator<Item = App> + '_> {
        self.rows_from(Collection::Applications, 0, now)
    }

    /// As [`Population::apps`], of the service principals.
    pub fn service_principals(&self, now: DateTime<Utc>) -> Box<dyn Iterator<Item = App> + '_> {
        self.rows_from(Collection::ServicePrincipals, 0, now)
    }

    /// Those of a list from position `first` on, which is as quick as from the start.
    pub(super) fn rows_from(&self, of: Collection, first: usize, now: DateTime<Utc>) -> Rows<'_> {
        match (self, of) {
            (Self::Generated(crowd), Collection::Applications) => {
                Box::new((first..crowd.apps).map(|index| crowd.app(index)))
            }
            (Self::Generated(crowd), Collection::ServicePrincipals) => {
                Box::new((first..crowd.service_principals).map(|index| crowd.principal(index)))
            }
            (Self::Story(story), _) => Box::new(story.rows(of, now).skip(first)),
        }
    }

    /// Who owns an app.
    pub fn owners(&self, app: &App) -> Vec<Owner> {
        match self {
            Self::Generated(_) => owners::of_generated(app),
            Self::Story(_) => owners::of_story(app),
        }
    }

    /// The one with this object id.
    pub(super) fn by_id(&self, of: Collection, id: Uuid, now: DateTime<Utc>) -> Option<App> {
        match (self, of) {
            (Self::Generated(crowd), Collection::Applications) => crowd.by_id(id),
            _ => self.rows_from(of, 0, now).find(|app| app.id == id),
        }
    }

    /// The one with this client id.
    pub(super) fn by_app_id(&self, of: Collection, id: Uuid, now: DateTime<Utc>) -> Option<App> {
        match (self, of) {
            (Self::Generated(crowd), Collection::Applications) => crowd.by_app_id(id),
            _ => self.rows_from(of, 0, now).find(|app| app.app_id == id),
        }
    }
}
