//! The configuration: the file as written → layered with the environment → a validated [`Config`], or everything that is
//! wrong with it at once.
//!
//! The way of a file, with no stops between: its text is read (`source`) and parsed with positions; the tree is compared
//! with the schema (`shape`), which in turn is made from the structs of the file as written (`raw`); variables of the
//! environment go through the same comparison (`environment`) and over it (`layer`); what remains is told what this
//! version cannot do yet (`not_yet`) and judged for its meaning (`validate`), to which belongs what the platform that we
//! run on says about signing in (`platform`). Problems are collected on the way (`report`), and none of them ever shows a
//! secret.

mod environment;
mod layer;
mod load;
mod locate;
mod misfit;
mod not_yet;
mod path;
mod platform;
mod problem;
mod raw;
mod report;
mod schema;
mod secrets;
mod shape;
mod source;
mod suggest;
mod validate;

use std::{net::SocketAddr, path::PathBuf};

use chrono::TimeDelta;
use url::Url;

use crate::{
    domain::{
        SecretSource, calendar::Calendar, change::Changes, policy::Policies, route::Routes,
        schedule::Schedule, timetable::Timetable,
    },
    entra::config::TenantConfig,
    notify::config::ReceiverConfig,
};

pub use environment::environment;
pub use load::{Loaded, load, load_text};
pub use locate::{is_absent, locate};
pub use problem::{Origin, Problem, Problems, Severity};
pub use schema::schema;
pub use secrets::SystemSecrets;
pub(crate) use suggest::{did_you_mean, nearest};

/// A configuration without errors. Every default is filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// When rounds run; carries the time zone.
    pub schedule: Schedule,
    /// Run a round as soon as the daemon is up.
    pub scan_on_start: bool,
    /// Thresholds and exceptions.
    pub policies: Policies,
    /// Tenants; at least one.
    pub tenants: Vec<TenantConfig>,
    /// Receivers.
    pub receivers: Vec<ReceiverConfig>,
    /// Routes; where none are written, one that sends everything to every receiver.
    pub routes: Routes,
    /// Working days, holidays, time zone.
    pub calendar: Calendar,
    /// Which changes are told.
    pub changes: Changes,
    /// Where the store is.
    pub store: StoreConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// Per-credential series at most.
    pub max_credentials: usize,
    /// The folder of templates that replace forewarn's own.
    pub templates: Option<PathBuf>,
    /// Certificates trusted beside the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// Told after the rounds whether they went well.
    pub heartbeat: Option<SecretSource>,
    /// How log lines look.
    pub log_format: LogFormat,
}

impl Config {
    /// When rounds run.
    pub fn timetable(&self) -> Timetable {
        let has_summaries = self.receivers.iter().any(|of| of.digest.is_some());
        Timetable::new(self.schedule.clone(), self.calendar.clone()).with_summaries(has_summaries)
    }
}

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long finished things are kept.
    pub retention: TimeDelta,
}

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How people reach it; links in messages begin with it.
    pub public_url: Option<Url>,
    /// The bearer token for API and pages. Health and metrics ask for none.
    pub token: Option<SecretSource>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Pretty,
}
