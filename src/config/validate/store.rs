//! `[store]`.

use std::path::PathBuf;

use chrono::TimeDelta;

use super::{duration::duration, secret::secret};
use crate::config::{StoreConfig, path::KeyPath, raw, report::Report};

const FILE: &str = "forewarn.db";
const RETENTION: TimeDelta = TimeDelta::days(400);

/// Where the store is.
pub(super) fn store(raw: raw::Store, report: &mut Report<'_>) -> Option<StoreConfig> {
    let at = KeyPath::root().key("store");
    let is_postgres = raw
        .url
        .as_deref()
        .is_some_and(|url| url.starts_with("postgres"));
    if let Some(password) = raw.password {
        secret(password, &at.key("password"), report);
        if !is_postgres {
            report.warning(
                &at.key("password"),
                "SQLite has no password",
                "leave it out; it is for `postgres://…`",
            );
        }
    }
    let path = match raw.url {
        Some(url) => sqlite(&url, &at.key("url"), report),
        None => Some(FILE.into()),
    };
    let retention = match raw.retention {
        Some(text) => duration(&text, &at.key("retention"), report),
        None => Some(RETENTION),
    };
    Some(StoreConfig {
        path: path?,
        retention: retention?,
    })
}

/// The file of a `sqlite:` URL. (`sqlite://` is the same, as `sqlx` reads it.) The text may hold a password, so it is not
/// repeated.
fn sqlite(url: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<PathBuf> {
    const REMEDY: &str =
        "write `sqlite:PATH`, as `sqlite:forewarn.db` or `sqlite:/var/lib/forewarn/forewarn.db`";
    if url.starts_with("postgres") {
        return None; // `not_yet` has said so
    }
    let Some(path) = url.strip_prefix("sqlite:") else {
        report.error(at, "not a store that forewarn knows", REMEDY);
        return None;
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains('?') {
        report.error(at, "not the path of a file", REMEDY);
        return None;
    }
    if path.starts_with(':') {
        report.error(at, "a store in memory forgets what was announced", REMEDY);
        return None;
    }
    Some(path.into())
}
