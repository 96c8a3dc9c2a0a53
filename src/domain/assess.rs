//! How one credential stands at `now`, before anything is remembered of it.

use chrono::{DateTime, Utc};

use super::{
    App, Credential, Row, Rung, Severity,
    matcher::Subject,
    policy::{Policies, Superseded, Thresholds},
    row::RowSeverity,
    rung::days_left,
    supersede::{Replacement, replacement},
};

/// How a credential stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment<'a> {
    /// What it is judged by.
    pub thresholds: &'a Thresholds,
    /// When it ends; `None`: never.
    pub end: Option<DateTime<Utc>>,
    /// The tightest rung reached.
    pub rung: Option<Rung>,
    /// Whole days left; `None`: never ends.
    pub days_left: Option<i64>,
    /// How urgent, softening included; `None` while it is on no rung.
    pub severity: Option<Severity>,
    /// What the app's other credentials say about it.
    pub replacement: Replacement<'a>,
}

/// Judges one of an app's credentials.
pub fn assess<'a>(
    tenant: &str,
    app: &'a App,
    credential: &'a Credential,
    policies: &'a Policies,
    now: DateTime<Utc>,
) -> Assessment<'a> {
    let thresholds = thresholds_of(tenant, app, credential, policies);
    let end = credential.expires.at();
    let rung = rung_of(credential, thresholds, now);
    let on_rung = |other: &Credential| {
        rung_of(other, thresholds_of(tenant, app, other, policies), now).is_some()
    };
    let replacement = replacement(app, credential, now, on_rung);
    let mut assessment = Assessment {
        thresholds,
        end,
        rung,
        days_left: end.map(|end| days_left(end, now)),
        severity: rung.and(end).map(|end| severity(end, now, thresholds)),
        replacement,
    };
    if assessment.superseded().is_some() {
        assessment.severity = assessment
            .severity
            .map(|severity| severity.min(Severity::Info));
    }
    assessment
}

fn thresholds_of<'p>(
    tenant: &str,
    app: &App,
    credential: &Credential,
    policies: &'p Policies,
) -> &'p Thresholds {
    policies.for_credential(&Subject {
        tenant,
        app,
        credential,
        severity: None,
        owners: &[],
    })
}

fn rung_of(credential: &Credential, thresholds: &Thresholds, now: DateTime<Utc>) -> Option<Rung> {
    let end = credential.expires.at()?;
    thresholds
        .ladder
        .tightest_reached(credential.starts_at, end, now)
}

impl<'a> Assessment<'a> {
    /// The credential that took over, where that changes how this one is told of.
    pub fn superseded(&self) -> Option<&'a Credential> {
        match (self.replacement, self.thresholds.superseded) {
            (Replacement::Superseded(new), Superseded::Soften | Superseded::Mute) => Some(new),
            _ => None,
        }
    }

    /// Did it end longer ago than reminders last?
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        let over = |end: DateTime<Utc>| end.checked_add_signed(self.thresholds.after_expiry.lasts);
        self.end.and_then(over).is_some_and(|over| now > over)
    }

    /// The row that people and programs see.
    pub fn row(&self, tenant: &str, app: &App, credential: &Credential) -> Row {
        // a healthy credential beside a newer one is nothing to speak of
        let (superseded_by, newer) = match self.replacement {
            Replacement::Superseded(new) => (Some(new), None),
            Replacement::Newer(new) if self.rung.is_some() => (None, Some(new)),
            Replacement::Newer(_) | Replacement::None => (None, None),
        };
        let newer_name = superseded_by.or(newer).and_then(|new| new.name.clone());
        let id = |new: &Credential| new.id.clone();
        Row {
            tenant: tenant.to_owned(),
            app_id: app.app_id.clone(),
            object_id: app.object_id.clone(),
            app_name: app.name.clone().into(),
            kind: credential.kind,
            credential_id: credential.id.clone(),
            credential_name: credential.name.clone().map(Into::into),
            hint: credential.hint.clone().map(Into::into),
            starts_at: credential.starts_at,
            expires_at: self.end,
            days_left: self.days_left,
            severity: self.severity.map_or(RowSeverity::Ok, Into::into),
            superseded_by: superseded_by.map(id),
            newer: newer.map(id),
            newer_name: newer_name.map(Into::into),
            owners: Vec::new(),
            last_used_at: None,
            stale: false,
            rung: None,
            reason: None,
            links: None,
        }
    }
}

/// Severity by the days left at `now`.
pub fn severity(end: DateTime<Utc>, now: DateTime<Utc>, thresholds: &Thresholds) -> Severity {
    let left = days_left(end, now);
    if now >= end {
        Severity::Expired
    } else if left <= thresholds.critical {
        Severity::Critical
    } else if left <= thresholds.warning {
        Severity::Warning
    } else {
        Severity::Info
    }
}
