//! What ought to be seen, worked out from what the tenant holds and the rules of the contract ("What is due", "Commands"),
//! without a line of the code that is tried. The default ladder and thresholds are meant throughout.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use forewarn::sandbox::{App, Generated};

const LADDER: [i64; 7] = [60, 30, 14, 7, 3, 1, 0];
const WARNING: i64 = 30;
const CRITICAL: i64 = 7;
const REMINDED_FOR: TimeDelta = TimeDelta::days(7);

/// One credential as a scan ought to tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) app_id: String,
    pub(crate) object_id: String,
    pub(crate) app_name: String,
    pub(crate) kind: &'static str,
    pub(crate) credential_id: String,
    pub(crate) credential_name: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    /// `None`: never.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) days_left: Option<i64>,
    pub(crate) severity: &'static str,
    pub(crate) superseded_by: Option<String>,
}

/// Every credential of the tenant, as seen at `now`.
pub(crate) fn rows(tenant: &Generated, now: DateTime<Utc>) -> Vec<Expected> {
    (0..tenant.apps)
        .flat_map(|index| rows_of(&tenant.app(index), now))
        .collect()
}

/// Ids of the credentials that a first scan at `now` announces: those on a rung that have not been dead for too long.
pub(crate) fn due(tenant: &Generated, now: DateTime<Utc>) -> BTreeSet<String> {
    let is_due = |row: &Expected| {
        row.severity != "ok" && row.expires_at.is_some_and(|end| now <= end + REMINDED_FOR)
    };
    let due = rows(tenant, now).into_iter().filter(is_due);
    due.map(|row| row.credential_id).collect()
}

fn rows_of(app: &App, now: DateTime<Utc>) -> Vec<Expected> {
    let secrets = app.secrets.iter().map(|secret| Expected {
        kind: "client-secret",
        credential_id: secret.key_id.to_string(),
        credential_name: secret
            .display_name
            .as_deref()
            .and_then(filled)
            .or_else(|| old_name(secret.custom_key_identifier.as_deref()?)),
        hint: secret.hint.clone(),
        starts_at: secret.starts_at,
        ..of_app(app, secret.ends_at, now)
    });
    let certificates = app.certificates.iter().map(|certificate| Expected {
        kind: "certificate",
        credential_id: certificate.key_id.to_string(),
        credential_name: certificate.display_name.as_deref().and_then(filled),
        starts_at: certificate.starts_at,
        ..of_app(app, certificate.ends_at, now)
    });
    let mut rows: Vec<Expected> = secrets.chain(certificates).collect();
    let successors: Vec<Option<String>> = rows
        .iter()
        .map(|row| successor(row, &rows, now).map(|new| new.credential_id.clone()))
        .collect();
    for (row, superseded_by) in rows.iter_mut().zip(successors) {
        row.severity = severity(row, now, superseded_by.is_some());
        row.superseded_by = superseded_by;
    }
    rows
}

/// What any credential of the app has in common.
fn of_app(app: &App, ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Expected {
    let expires_at = ends_at.filter(|end| end.year() < 2099);
    let nanoseconds = |delta: TimeDelta| delta.num_nanoseconds().unwrap();
    let day = nanoseconds(TimeDelta::days(1));
    Expected {
        app_id: app.app_id.to_string(),
        object_id: app.id.to_string(),
        app_name: app.display_name.clone().unwrap_or_default(),
        kind: "",
        credential_id: String::new(),
        credential_name: None,
        hint: None,
        starts_at: None,
        expires_at,
        days_left: expires_at.map(|end| nanoseconds(end - now).div_euclid(day)),
        severity: "ok",
        superseded_by: None,
    }
}

/// Old tools wrote a secret's description as base64 into the key identifier. One that cannot be shown in a line is no name.
fn old_name(custom_key_identifier: &str) -> Option<String> {
    let name = String::from_utf8(STANDARD.decode(custom_key_identifier).ok()?).ok()?;
    filled(&name).filter(|name| !name.chars().any(char::is_control))
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Has it reached a rung that applies to a credential of its length of life?
fn is_on_rung(row: &Expected, now: DateTime<Utc>) -> bool {
    let Some(end) = row.expires_at else {
        return false;
    };
    LADDER.into_iter().map(TimeDelta::days).any(|rung| {
        let lives_long_enough = row.starts_at.is_none_or(|start| end - start >= rung * 2);
        lives_long_enough && now >= end - rung
    })
}

/// Another of the same app that has taken over: of the same kind (or a certificate for a secret), started later, ends later,
/// valid, on no rung, and of the same name but for digits, separators and case.
fn successor<'a>(
    old: &Expected,
    of_app: &'a [Expected],
    now: DateTime<Utc>,
) -> Option<&'a Expected> {
    let far_off = |row: &Expected| row.expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let takes_over = |new: &&Expected| {
        (new.kind == old.kind || new.kind == "certificate")
            && matches!((new.starts_at, old.starts_at), (Some(new), Some(old)) if old < new && new <= now)
            && far_off(new) > far_off(old)
            && !is_on_rung(new, now)
            && bare(new) == bare(old)
    };
    let candidates = of_app.iter().filter(takes_over);
    candidates.max_by_key(|new| (far_off(new), new.starts_at))
}

fn bare(row: &Expected) -> String {
    let name = row.credential_name.as_deref().unwrap_or_default();
    let letters: String = name.chars().filter(|c| c.is_alphabetic()).collect();
    letters.to_lowercase()
}

fn severity(row: &Expected, now: DateTime<Utc>, is_superseded: bool) -> &'static str {
    let (Some(end), Some(days_left), true) = (row.expires_at, row.days_left, is_on_rung(row, now))
    else {
        return "ok";
    };
    match days_left {
        _ if is_superseded => "info",
        _ if now >= end => "expired",
        days if days <= CRITICAL => "critical",
        days if days <= WARNING => "warning",
        _ => "info",
    }
}
