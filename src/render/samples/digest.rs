//! Summaries.

use std::sync::Arc;

use super::{credential, hostile, notification, row};
use crate::domain::{
    Id, Notification, Row,
    digest::Every,
    notification::Subject,
    row::{RowSeverity, Section},
};

/// Rows of every section, with more of one than are shown.
pub(crate) fn digest() -> Notification {
    let row = |number, app: &str, name: &str, hours, section| Row {
        section: Some(section),
        rung: None,
        reason: None,
        ..row(number, app, name, hours)
    };
    let never = |number, app: &str| Row {
        expires_at: None,
        days_left: None,
        severity: RowSeverity::Ok,
        ..row(number, app, "forever", 0, Section::NeverExpires)
    };
    let renewed = Row {
        superseded_by: Some(Id::Guid(credential(91))),
        newer_name: Some("2026".to_owned()),
        ..row(6, "hr-portal", "2025", 50, Section::Renewed)
    };
    let removed = Row {
        reason: Some("it was removed".to_owned()),
        ..row(7, "intranet-search", "old key", 400, Section::Renewed)
    };
    let nobodys = Row {
        owners: Vec::new(),
        ownerless: true,
        ..row(2, "billing-api", "prod", 5 * 24, Section::Ownerless)
    };
    let rows = vec![
        row(1, "payroll-sync", "", -50, Section::ComingUp),
        row(2, "billing-api", "prod", 5 * 24, Section::ComingUp),
        row(3, "warehouse", "main", 29 * 24, Section::ComingUp),
        row(4, "old-erp", "erp", -9_000, Section::Stale),
        row(5, "older-erp", "erp", -19_000, Section::Stale),
        never(8, "legacy-importer"),
        renewed,
        removed,
        nobodys,
    ];
    summary(rows, vec![(Section::Stale, 1_312)])
}

/// Nothing is coming up.
pub(crate) fn all_is_well() -> Notification {
    summary(Vec::new(), Vec::new())
}

/// The same of a tenant and an app with the names of [`hostile`].
pub(crate) fn hostile_digest() -> Notification {
    let rows = hostile().rows().to_vec();
    let next = rows.first().cloned();
    let listed = |row: &Arc<Row>| Row {
        section: Some(Section::Stale),
        ..Row::clone(row)
    };
    let mut notification = summary(rows.iter().map(listed).collect(), Vec::new());
    if let Subject::Digest {
        tenant, next: of, ..
    } = &mut notification.subject
    {
        "<!channel> @here {{ 7*7 }} <script>\u{202E}".clone_into(tenant);
        *of = next;
    }
    notification
}

fn summary(rows: Vec<Row>, left_out: Vec<(Section, u64)>) -> Notification {
    notification(Subject::Digest {
        tenant: "contoso".to_owned(),
        every: Every::Weekly,
        watched: 1_204,
        next: Some(row(2, "billing-api", "prod", 10 * 24).into()),
        alerts: rows.into_iter().map(Arc::new).collect(),
        left_out,
        odd: 0,
    })
}
