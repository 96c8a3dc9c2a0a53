//! What the simulated tenant holds: a [`Generated`] crowd for size and speed, or the [`Story`] of a small company for people.
//!
//! Both are functions of their settings (and the story of the time): nothing is stored, nothing is drawn at random, and
//! whoever knows the settings can work out what a scan must find.

mod app;
mod generated;
mod names;
mod rng;
mod story;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(super) use self::rng::Rng;
pub use self::{
    app::{App, Certificate, Secret},
    generated::Generated,
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

impl Population {
    /// How many apps there are at `now`.
    pub fn count(&self, now: DateTime<Utc>) -> usize {
        match self {
            Self::Generated(crowd) => crowd.apps,
            Self::Story(story) => story.apps(now).count(),
        }
    }

    /// The apps there are at `now`, in the order they are listed, made one by one as they are asked for.
    pub fn apps(&self, now: DateTime<Utc>) -> Box<dyn Iterator<Item = App> + '_> {
        self.apps_from(0, now)
    }

    /// As [`Population::apps`], from position `first` on, which is as quick as from the start.
    pub(super) fn apps_from(
        &self,
        first: usize,
        now: DateTime<Utc>,
    ) -> Box<dyn Iterator<Item = App> + '_> {
        match self {
            Self::Generated(crowd) => Box::new((first..crowd.apps).map(|index| crowd.app(index))),
            Self::Story(story) => Box::new(story.apps(now).skip(first)),
        }
    }

    /// The app with this object id.
    pub(super) fn by_id(&self, id: Uuid, now: DateTime<Utc>) -> Option<App> {
        match self {
            Self::Generated(crowd) => crowd.by_id(id),
            Self::Story(story) => story.apps(now).find(|app| app.id == id),
        }
    }

    /// The app with this client id.
    pub(super) fn by_app_id(&self, app_id: Uuid, now: DateTime<Utc>) -> Option<App> {
        match self {
            Self::Generated(crowd) => crowd.by_app_id(app_id),
            Self::Story(story) => story.apps(now).find(|app| app.app_id == app_id),
        }
    }
}
