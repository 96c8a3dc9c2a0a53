//! The file as written: everything optional, nothing judged.
//!
//! These structs are the one list of known keys. The JSON Schema is made from them, `shape` checks the file against that
//! schema, and their doc comments are what an editor shows beside a key. What leaves this module goes through `validate`.

mod receiver;
mod rule;
mod secret;
mod service;
mod tenant;

use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use receiver::{Digest, OAuth2, Receiver, ReceiverType, Smtp, SmtpTls};
pub(crate) use rule::{
    AfterExpiry, GroupKey, Matcher, Policy, Route, SelfRenewing, Superseded, Thresholds,
};
pub(crate) use secret::{OneOrMany, Secret};
pub(crate) use service::{
    Calendar, Change, Changes, Heartbeat, Http, Log, LogFormat, Messages, Metrics, OwnerSource,
    Owners, Schedule, Store, Tls, Weekday,
};
pub(crate) use tenant::{Auth, AuthMethod, Cloud, Include, Tenant};

/// The configuration of forewarn: one TOML file. Any key can be overridden from the environment: `schedule.cron` by
/// `FOREWARN__SCHEDULE__CRON`, `tenants[0].tenant_id` by `FOREWARN__TENANTS__0__TENANT_ID`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "forewarn")]
pub(crate) struct File {
    /// When the tenants are scanned.
    pub(crate) schedule: Schedule,
    /// When people are told.
    pub(crate) thresholds: Thresholds,
    /// Exceptions from `thresholds`: the first that matches a credential replaces the keys that it gives.
    pub(crate) policies: Vec<Policy>,
    /// The Entra directories that are watched; at least one.
    pub(crate) tenants: Vec<Tenant>,
    /// The places that alerts go.
    pub(crate) receivers: Vec<Receiver>,
    /// Which alerts go where: the first route that matches wins unless it says `continue = true`. Without any route every
    /// receiver gets everything.
    pub(crate) routes: Vec<Route>,
    /// Who owns an app.
    pub(crate) owners: Owners,
    /// Working days, for "last working day before" and for when messages go out.
    pub(crate) calendar: Calendar,
    /// Credentials that came or went.
    pub(crate) changes: Changes,
    /// What messages look like.
    pub(crate) messages: Messages,
    /// Where forewarn remembers what it has seen and sent.
    pub(crate) store: Store,
    /// Health, metrics, status page and API.
    pub(crate) http: Http,
    /// What `/metrics` tells.
    pub(crate) metrics: Metrics,
    /// Certificates that are trusted.
    pub(crate) tls: Tls,
    /// A dead man's switch: lets someone else notice when forewarn has gone silent.
    pub(crate) heartbeat: Heartbeat,
    /// How log lines look.
    pub(crate) log: Log,
}
