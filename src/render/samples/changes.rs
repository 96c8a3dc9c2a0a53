//! What came and went, and what owners are told in person.

use chrono::TimeDelta;

use super::{cluster, due, notification, now, row};
use crate::domain::{
    Kind, Notification, Row,
    audience::Audience,
    notification::Subject,
    row::{RowSeverity, Section},
};

/// Two new credentials, one that is back, one gone, and an app without an owner.
pub(crate) fn changed() -> Notification {
    let calm = |row: Row, section| Row {
        severity: RowSeverity::Ok,
        section: Some(section),
        rung: None,
        reason: None,
        ..row
    };
    let year = 365 * 24;
    let new = Row {
        starts_at: Some(now() - TimeDelta::minutes(95)),
        used_by: vec![cluster("aks-prod-weu")],
        ..calm(row(1, "billing-api", "rbac", year), Section::Added)
    };
    let short = Row {
        kind: Kind::Certificate,
        hint: None,
        severity: RowSeverity::Critical,
        owners: Vec::new(),
        ..calm(row(2, "<!channel>", "CN=x", 3), Section::Added)
    };
    let back = Row {
        reason: Some("it was gone before, and is seen again".to_owned()),
        ..calm(row(3, "hr-portal", "2025", year), Section::Added)
    };
    let gone = Row {
        links: None,
        ..calm(row(4, "payroll-sync", "old", -40 * 24), Section::Removed)
    };
    let lost = Row {
        owners: Vec::new(),
        ownerless: true,
        reason: Some("the app was last owned by ada@contoso.com, \u{202e}<b>bob".to_owned()),
        ..calm(row(5, "warehouse", "prod", 80 * 24), Section::OwnerLost)
    };
    let alerts = [short, new, back, gone, lost].map(Into::into).into();
    notification(Subject::Changed { alerts })
}

/// Two apps' secrets, told to one of their owners.
pub(crate) fn in_person() -> Notification {
    let rows = vec![
        row(1, "billing-api", "prod", 6 * 24 + 1),
        row(2, "hr-portal", "", 29 * 24),
    ];
    let address = "ada@contoso.com".to_owned();
    Notification {
        audience: Audience::Owner { address },
        ..due(rows)
    }
}

/// What nobody can be told in person: nobody owns it, who does is not known, and who does has no mail address.
pub(crate) fn in_place() -> Notification {
    let ownerless = Row {
        owners: Vec::new(),
        ownerless: true,
        ..row(1, "billing-api", "prod", 6 * 24 + 1)
    };
    let unknown = Row {
        owners: Vec::new(),
        ..row(2, "hr-portal", "", 29 * 24)
    };
    let machine = Row {
        owners: vec!["deployment-pipeline".to_owned()],
        ..row(3, "warehouse", "", 30 * 24)
    };
    let receiver = "platform".to_owned();
    Notification {
        audience: Audience::InPlaceOfOwners { receiver },
        ..due(vec![ownerless, unknown, machine])
    }
}
