//! Messages of every kind, made up: for looking at, and for trying templates on.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::sample;
use crate::{
    domain::{
        Id, Kind, Notification, Row, Rung, Severity,
        audience::Audience,
        digest::Every,
        facts::Cluster,
        notification::{Blindness, Subject},
        row::{Rotation, Section},
    },
    engine::plan::new_id,
    notify::trial::{HOSTILE_HTML, HOSTILE_LINK, HOSTILE_MENTION},
};

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// One credential that is due.
    Alert,
    /// Several, each in another situation.
    Alerts,
    /// So many that they come in parts.
    FirstScan,
    /// What was told and needs nothing more.
    Resolved,
    /// What came and went.
    Changed,
    /// A summary beside the alerts.
    Digest,
    /// A tenant that cannot be read.
    Failing,
    /// It can be read again.
    Recovered,
    /// What `forewarn test` sends.
    Test,
    /// Names that want to be more than names.
    Hostile,
}

const TENANT: &str = "contoso";

impl Sample {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Alert,
        Self::Alerts,
        Self::FirstScan,
        Self::Resolved,
        Self::Changed,
        Self::Digest,
        Self::Failing,
        Self::Recovered,
        Self::Test,
        Self::Hostile,
    ];

    /// Those that are worth looking at without being asked for.
    pub const SHOWN: [Self; 6] = [
        Self::Alert,
        Self::Alerts,
        Self::Resolved,
        Self::Failing,
        Self::Recovered,
        Self::Test,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Alerts => "alerts",
            Self::FirstScan => "first-scan",
            Self::Resolved => "resolved",
            Self::Changed => "changed",
            Self::Digest => "digest",
            Self::Failing => "failing",
            Self::Recovered => "recovered",
            Self::Test => "test",
            Self::Hostile => "hostile",
        }
    }

    /// The sample of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sample| sample.as_str() == name)
    }

    /// The message as it would be decided now.
    pub fn notification(self, now: DateTime<Utc>) -> Notification {
        let subject = match self {
            Self::Alert => due(vec![cluster_secret(now)]),
            Self::Alerts => due(alerts(now)),
            Self::FirstScan => due(first_scan(now)),
            Self::Hostile => due(hostile(now)),
            Self::Resolved => Subject::Resolved {
                alerts: shared(resolved(now)),
            },
            Self::Changed => Subject::Changed {
                alerts: shared(changed(now)),
            },
            Self::Digest => digest(now),
            Self::Failing => Subject::Failing {
                tenant: TENANT.to_owned(),
                blindness: Blindness::Unreadable,
                problem: "Sign-in was refused: AADSTS7000222, the client secret of forewarn itself has expired. \
                    Add a new one and put it where `client_secret` says."
                    .to_owned(),
                since: now - TimeDelta::hours(6),
            },
            Self::Recovered => Subject::Recovered {
                tenant: TENANT.to_owned(),
                blindness: Blindness::Unreadable,
                note: "The last scan was complete: 2,000 apps.".to_owned(),
            },
            Self::Test => return sample::notification(now),
        };
        Notification {
            id: new_id(now),
            subject,
            decided_at: now,
            first_scan: self == Self::FirstScan,
            stale: 0,
            audience: Audience::default(),
            escalation: false,
        }
    }
}

fn shared(rows: Vec<Row>) -> Vec<Arc<Row>> {
    rows.into_iter().map(Arc::new).collect()
}

fn due(rows: Vec<Row>) -> Subject {
    Subject::Due {
        alerts: shared(rows),
    }
}

/// A client secret with so many days left.
fn secret(now: DateTime<Utc>, app: &str, name: &str, days: i64) -> Row {
    of_kind(now, Kind::ClientSecret, app, name, days)
}

fn of_kind(now: DateTime<Utc>, kind: Kind, app: &str, name: &str, days: i64) -> Row {
    let severity = match days {
        ..0 => Severity::Expired,
        0..=7 => Severity::Critical,
        8..=30 => Severity::Warning,
        _ => Severity::Info,
    };
    let row = sample::row(now, app, name, kind, days, severity);
    // the tightest of the default ladder that is reached
    let rung = [0_u16, 1, 3, 7, 14, 30, 60]
        .into_iter()
        .find(|rung| i64::from(*rung) >= days)
        .unwrap_or(60);
    Row {
        tenant: TENANT.to_owned(),
        credential_id: id(&format!("{app} {name}")),
        credential_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        owners: vec!["ada.berg@contoso.com".to_owned()],
        rung: Some(Rung::days_before(rung)),
        reason: Some(match days {
            ..0 => "it has run out".to_owned(),
            _ => format!("it has reached the {rung}-day threshold"),
        }),
        ..row
    }
}

fn cluster_secret(now: DateTime<Utc>) -> Row {
    let group = "rg-aks-prod";
    let subscription_id =
        Uuid::new_v5(&Uuid::NAMESPACE_URL, b"forewarn:sample:subscription").to_string();
    let cluster = Cluster {
        id: format!(
            "/subscriptions/{subscription_id}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/aks-prod-weu"
        ),
        name: "aks-prod-weu".to_owned(),
        resource_group: group.to_owned(),
        subscription_id,
        location: "westeurope".to_owned(),
    };
    Row {
        used_by: vec![cluster],
        last_used_at: Some(now - TimeDelta::hours(20)),
        ..secret(now, "aks-prod-cluster", "aks-prod-weu", 6)
    }
}

fn alerts(now: DateTime<Utc>) -> Vec<Row> {
    let ended = secret(now, "payroll-sync", "", -2);
    let certificate = Row {
        owners: Vec::new(),
        ownerless: true,
        ..of_kind(
            now,
            Kind::Certificate,
            "warehouse-connector",
            "CN=warehouse.contoso.com",
            3,
        )
    };
    let unfinished = Row {
        newer: Some(id("next")),
        newer_name: Some("archive 2027".to_owned()),
        newer_starts_at: Some(now - TimeDelta::days(22)),
        last_used_at: Some(now - TimeDelta::days(1)),
        rotation: Some(Rotation::Unfinished),
        ..secret(now, "document-archive", "archive 2026", 13)
    };
    let saml = of_kind(now, Kind::SamlCertificate, "travel-portal", "", 28);
    let replaced = Row {
        superseded_by: Some(id("newer")),
        newer_name: Some("search 2027".to_owned()),
        severity: Severity::Info.into(),
        ..secret(now, "intranet-search", "search 2026", 13)
    };
    vec![
        ended,
        certificate,
        cluster_secret(now),
        unfinished,
        saml,
        replaced,
    ]
}

fn first_scan(now: DateTime<Utc>) -> Vec<Row> {
    (0..120)
        .map(|number| secret(now, &format!("service-{number:03}"), "main", number / 2 - 5))
        .collect()
}

fn resolved(now: DateTime<Utc>) -> Vec<Row> {
    let gone = Row {
        reason: Some("it was removed".to_owned()),
        ..secret(now, "billing-api", "prod", 3)
    };
    let replaced = Row {
        superseded_by: Some(id("newer")),
        reason: Some("it was replaced by \"sync 2027\"; remove it once nothing uses it".to_owned()),
        ..secret(now, "hr-portal", "sync 2026", 6)
    };
    vec![gone, replaced]
}

fn changed(now: DateTime<Utc>) -> Vec<Row> {
    let row = |app, name, section| Row {
        section: Some(section),
        reason: None,
        ..secret(now, app, name, 365)
    };
    vec![
        row("billing-api", "prod 2027", Section::Added),
        row("old-erp", "erp", Section::Removed),
        row("document-archive", "archive 2027", Section::OwnerLost),
    ]
}

fn digest(now: DateTime<Utc>) -> Subject {
    let row = |app, name, days, section| Row {
        section: Some(section),
        reason: None,
        ..secret(now, app, name, days)
    };
    let rows = vec![
        row("payroll-sync", "", -2, Section::ComingUp),
        row("billing-api", "prod", 20, Section::ComingUp),
        row("legacy-crm", "crm", -200, Section::Stale),
        row("hr-portal", "sync 2027", 364, Section::Renewed),
    ];
    Subject::Digest {
        tenant: TENANT.to_owned(),
        every: Every::Weekly,
        watched: 1_204,
        next: rows.get(1).cloned().map(Arc::new),
        alerts: shared(rows),
        left_out: Vec::new(),
        odd: 0,
    }
}

/// Names that want to be markup, mentions, links, other lines, or other names, and ones that are long or not there.
fn hostile(now: DateTime<Utc>) -> Vec<Row> {
    let names = [
        (HOSTILE_HTML, HOSTILE_MENTION),
        (
            HOSTILE_LINK,
            "{{DATE(2020-01-01T00:00:00Z)}} ${x} {{ 7*7 }} {% raw %}",
        ),
        (
            "\", \"type\": \"x\"}, {\"a\\",
            "\\\"]}\n, [\"'\"><img src=x onerror=alert(1)>",
        ),
        (
            HOSTILE_MENTION,
            "*b* _i_ ~s~ `c` <https://evil.example|Sign in> @here",
        ),
        (
            "a\r\nBcc: all@contoso.com\r\n\r\nb",
            "user\u{202E}txt.exe\u{2066}\u{200B}",
        ),
        ("日本語 עברית 🦀👩‍👩‍👧 =?utf-8?q?x?=", "\u{3164}"),
        (&"&<\"\\".repeat(64), &"W".repeat(256)),
        ("", ""),
    ];
    let row = |(index, (app, name)): (usize, (&str, &str))| Row {
        owners: vec![
            HOSTILE_MENTION.to_owned(),
            HOSTILE_LINK.to_owned(),
            HOSTILE_HTML.to_owned(),
        ],
        hint: Some("`*\"".to_owned()),
        app_id: id(&format!("hostile {index}")),
        credential_id: id(&format!("hostile secret {index}")),
        ..secret(now, app, name, 3)
    };
    names.into_iter().enumerate().map(row).collect()
}

fn id(of: &str) -> Id {
    let name = format!("forewarn:sample:{of}");
    Id::Guid(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
}
