//! A plan to try its looks with, names that mean harm included.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Message, Plan};
use crate::{
    domain::{EventType, Row, row::RowSeverity},
    render::samples,
};

fn at(hours: i64) -> DateTime<Utc> {
    samples::now() + TimeDelta::hours(hours)
}

fn row(number: u32, app: &str, name: &str, ends: i64, severity: RowSeverity) -> Arc<Row> {
    Arc::new(Row {
        severity,
        ..samples::row(number, app, name, ends)
    })
}

fn message(hours: i64, receiver: Option<&str>, rows: &[&Arc<Row>]) -> Message {
    Message {
        at: at(hours),
        tenant: "contoso".to_owned(),
        receiver: receiver.map(str::to_owned),
        target: None,
        event: EventType::Expiring,
        escalation: false,
        first_scan: false,
        rows: rows.iter().map(|row| Arc::clone(row)).collect(),
    }
}

/// Three days with something to say.
pub(crate) fn plan() -> Plan {
    let billing = row(1, "billing-api", "prod", 150, RowSeverity::Critical);
    let shop = row(2, "shop", "web 日本語の名前", 300, RowSeverity::Warning);
    let evil = row(
        3,
        "evil; app, with \\ and a name that is far longer than any table has room for\r\nEND:VEVENT",
        "\u{1b}[31mred",
        700,
        RowSeverity::Info,
    );
    let crowd: Vec<Arc<Row>> = (10..22)
        .map(|n| row(n, "legacy", &format!("key {n}"), 720, RowSeverity::Info))
        .collect();
    let crowd: Vec<&Arc<Row>> = crowd.iter().collect();
    let ended = row(1, "billing-api", "prod", 150, RowSeverity::Expired);
    let mail = |target: &str| Message {
        target: Some(target.to_owned()),
        ..message(0, Some("platform"), &[&billing, &shop, &evil])
    };
    let messages = vec![
        message(0, Some("ops-slack"), &[&billing, &shop, &evil]),
        mail("platform@contoso.com"),
        mail("identity@contoso.com"),
        message(0, None, &[&evil]),
        message(5, Some("ops-slack"), &crowd),
        Message {
            escalation: true,
            ..message(48, Some("pager"), &[&billing])
        },
        Message {
            event: EventType::Expired,
            ..message(156, Some("ops-slack"), &[&ended])
        },
        Message {
            event: EventType::MonitorRecovered,
            ..message(160, Some("ops-slack"), &[])
        },
    ];
    Plan {
        from: at(-1),
        until: at(90 * 24),
        messages,
    }
}
