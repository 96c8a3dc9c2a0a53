//! The sections about forewarn itself: when it runs, what it remembers, what it shows.

use schemars::JsonSchema;
use serde::Deserialize;

/// When the tenants are scanned.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// A cron expression of six fields (second minute hour day month weekday) or five (minute…weekday). A number for the
    /// weekday has its Unix meaning: 0 and 7 are Sunday. Default: `0 0 6,12,18 * * *`.
    pub(crate) cron: Option<String>,
    /// The IANA time zone in which `cron` is read and dates are shown. Default: `UTC`.
    pub(crate) timezone: Option<String>,
    /// Scan as soon as the daemon is up, too. Default: true.
    pub(crate) scan_on_start: Option<bool>,
}

/// Who owns an app.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owners {
    /// Where owners are looked for; the first source that names anybody wins; an empty list: nowhere. Default: all three,
    /// in this order: `graph`, `notes`, `tags`.
    pub(crate) sources: Option<Vec<OwnerSource>>,
}

/// Where owners are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OwnerSource {
    /// The app's owners in the directory.
    Graph,
    /// A line `owner: a@b.c` in the app's notes.
    Notes,
    /// A tag `owner:a@b.c`.
    Tags,
}

/// Working days.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calendar {
    /// Days of the week on which people work. Default: `mon` to `fri`.
    pub(crate) working_days: Option<Vec<Weekday>>,
    /// Days off, as `"2026-12-25"`. Default: none.
    pub(crate) holidays: Option<Vec<String>>,
    /// Messages of `info` and `warning` wait for these hours of a working day, as `"08:00-18:00"`; `critical` and `expired`
    /// never wait. Default: they go out at any time.
    pub(crate) send_between: Option<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Credentials that came or went.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    /// Which changes are told, as notifications of severity `info` by the same routes as alerts. Default: none.
    pub(crate) notify: Option<Vec<Change>>,
}

/// A change.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    /// A credential is new.
    Added,
    /// A credential is gone.
    Removed,
    /// An app has lost its last owner.
    OwnerLost,
}

/// Where forewarn remembers what it has seen and sent.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    /// `sqlite:PATH`, relative to the directory that forewarn is started in, or `postgres://user@host/db`. Default:
    /// `sqlite:forewarn.db`.
    #[schemars(extend("writeOnly" = true))] // a PostgreSQL URL may hold a password
    pub(crate) url: Option<String>,
    /// PostgreSQL's password, so that it need not be part of the URL.
    pub(crate) password: Option<super::Secret>,
    /// How long finished alerts, deliveries and scans are kept. Default: `400d`.
    pub(crate) retention: Option<String>,
}

/// Health, metrics, status page and API.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    /// The address to listen on. Default: `127.0.0.1:8080`.
    pub(crate) listen: Option<String>,
    /// How people reach it: `https`, or on this machine `http`. Messages then hold links to a page where what they tell of can be
    /// acknowledged or silenced.
    pub(crate) public_url: Option<String>,
    /// The bearer token for the API, and the password for the pages. Without one only a loopback address may be listened on.
    pub(crate) token: Option<super::Secret>,
}

/// What `/metrics` tells.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// How many credentials have a series of their own, soonest to expire first; a gauge counts those left out. Default:
    /// 5000.
    #[schemars(range(max = 1_000_000))]
    pub(crate) max_credentials: Option<u32>,
}

/// What messages look like.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    /// A folder of templates that replace forewarn's own, file by file: `title.txt`, `mail.txt`, `mail.html`, `mail-item.html`,
    /// `slack.json`, `teams.json`. `forewarn preview --templates-to DIR` writes forewarn's own as a start; `forewarn check` tries
    /// those of the folder.
    pub(crate) templates: Option<String>,
}

/// Certificates that are trusted.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// A PEM file of certificates that every connection trusts beside the system's.
    pub(crate) extra_ca_file: Option<String>,
}

/// A dead man's switch.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heartbeat {
    /// Fetched with GET when the rounds of all tenants went well, and with `/fail` at the end of its path when not. Who knows it can
    /// keep the switch from falling, so it is a secret.
    pub(crate) url: Option<super::Secret>,
}

/// How log lines look.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// Default: `json`.
    pub(crate) format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}
