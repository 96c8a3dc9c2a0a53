//! Messages, rows and notifiers to try things with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::{EmailConfig, EmailNotifier, SmtpSignIn, SmtpTls};
use crate::{
    domain::{
        Id, Kind, Notification, ObjectType, Row,
        audience::Audience,
        calendar::Calendar,
        notification::Subject,
        row::{Links, RowSeverity},
        secret::{SecretError, SecretSource, SecretString, Secrets},
    },
    notify::{Envelope, Payload},
    render::{Item, Message, Renderer},
};

pub(super) const PASSWORD: &str = "hunter2-äß-Zx9";
pub(super) const USER: &str = "forewarn@contoso.com";

/// Everything that a name can hold against us: HTML, template and header syntax, directions, emoji.
pub(super) const HOSTILE: &str = "<script>alert('x')</script>&amp; \"q\" {{ 7*7 }} \u{202e}gnp.exe\u{2066} ‏עברית 🦀👩‍👩‍👧 =?utf-8?q?x?=";

/// Secrets that are all the same.
pub(super) struct OneSecret;

impl Secrets for OneSecret {
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        match source {
            SecretSource::Env(name) if name == "MISSING" => {
                Err(SecretError::EnvMissing(name.clone()))
            }
            _ => Ok(PASSWORD.into()),
        }
    }
}

pub(super) fn config(host: &str, port: u16, tls: SmtpTls) -> EmailConfig {
    EmailConfig {
        to: vec![
            "Platform Team <platform@contoso.com>".parse().unwrap(),
            "alice@contoso.com".parse().unwrap(),
        ],
        host: host.to_owned(),
        port,
        tls,
        from: "Forewarn <forewarn@contoso.com>".parse().unwrap(),
        sign_in: None,
    }
}

pub(super) fn with_sign_in(mut config: EmailConfig) -> EmailConfig {
    config.sign_in = Some(SmtpSignIn::Password {
        user: USER.to_owned(),
        password: SecretSource::Env("SMTP_PASSWORD".to_owned()),
    });
    config
}

pub(super) fn notifier(config: EmailConfig, extra_ca_pem: Option<Vec<u8>>) -> EmailNotifier {
    let renderer = Renderer::new(Calendar::default());
    EmailNotifier::new(
        "platform".to_owned(),
        config,
        Arc::new(OneSecret),
        renderer,
        extra_ca_pem,
    )
}

pub(super) fn payload() -> Payload {
    Payload {
        title: "billing-api: client secret expires in 6 days – and 2 more".to_owned(),
        text: "billing-api\n.\n.a line that starts with a dot\nKätzchen 🐈\n".to_owned(),
        body: format!(
            "<p>billing-api</p>\n.\n<p>Kätzchen 🐈 {}</p>\n",
            "long ".repeat(500)
        ),
    }
}

pub(super) fn envelope<'a>(payload: &'a Payload, target: &'a str) -> Envelope<'a> {
    Envelope {
        delivery: Uuid::from_u128(0x0192_f3a4_b5c6_7d8e_9f00_1122_3344_5566),
        part: 0,
        target,
        payload,
        now: now(),
    }
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

/// A notification of `count` rows with names like `app-007`.
pub(super) fn due(count: usize) -> Notification {
    let alerts = (0..count)
        .map(|n| row(n, &format!("app-{n:03}")).into())
        .collect();
    Notification {
        id: Uuid::from_u128(7),
        subject: Subject::Due { alerts },
        decided_at: now(),
        first_scan: false,
        stale: 0,
        escalation: false,
        audience: Audience::default(),
    }
}

pub(super) fn row(n: usize, app_name: &str) -> Row {
    let id = |kind: u128| Id::Guid(Uuid::from_u128(kind << 64 | n as u128));
    Row {
        tenant: "contoso".to_owned(),
        app_id: id(1),
        object_id: id(2),
        object_type: ObjectType::Application,
        thumbprint: None,
        active: None,
        own: false,
        self_renewing: None,
        app_name: app_name.to_owned(),
        kind: Kind::ClientSecret,
        credential_id: id(3),
        credential_name: Some("prod".to_owned()),
        hint: Some("abc".to_owned()),
        starts_at: Some("2025-11-30T00:00:00Z".parse().unwrap()),
        expires_at: Some("2026-11-30T10:00:00Z".parse().unwrap()),
        days_left: Some(6),
        severity: RowSeverity::Critical,
        superseded_by: None,
        newer: None,
        newer_name: None,
        newer_starts_at: None,
        rotation: None,
        owners: vec!["alice@contoso.com".to_owned()],
        ownerless: false,
        used_by: Vec::new(),
        last_used_at: None,
        unused: false,
        stale: false,
        section: None,
        last_working_day: None,
        escalated: None,
        rung: None,
        reason: None,
        links: Some(Links {
            portal: format!("https://entra.microsoft.com/#view/app/{}", id(1)),
            acknowledge: None,
        }),
    }
}

/// A message with an item of every severity.
pub(super) fn mixed() -> Message {
    Message {
        title: "billing-api: client secret expired 2 days ago, and 4 more".to_owned(),
        urgency: RowSeverity::Expired,
        intro: vec![
            "1 credential has expired and 4 more run out within 60 days in tenant contoso.".to_owned(),
        ],
        items: vec![
            Item {
                when: "expired 2 days ago, on Sun 22 Nov 2026".to_owned(),
                ..item(RowSeverity::Expired, "billing-api")
            },
            Item {
                when: "expires in 6 days, on Mon 30 Nov 2026".to_owned(),
                notes: vec![
                    "A newer secret \"prod-2027\" exists, but this one was still used yesterday: the rotation is unfinished."
                        .to_owned(),
                ],
                ..item(RowSeverity::Critical, "Contoso HR sync (production)")
            },
            Item {
                credential: "certificate \"CN=orders.contoso.com\"".to_owned(),
                when: "expires in 14 days, on Tue 8 Dec 2026".to_owned(),
                command: None,
                ..item(RowSeverity::Warning, "orders")
            },
            Item {
                credential: "SAML signing certificate \"Microsoft Azure Federated SSO Certificate\"".to_owned(),
                when: "expires in 60 days, on Sat 23 Jan 2027".to_owned(),
                facts: vec![],
                command: None,
                portal: None,
                ..item(RowSeverity::Info, "Salesforce")
            },
            Item {
                when: "was removed".to_owned(),
                command: None,
                notes: vec!["Nothing more is needed.".to_owned()],
                ..item(RowSeverity::Ok, "legacy-importer")
            },
        ],
        footer: vec![
            "You get this because receiver \"platform\" is told of everything in tenant contoso.".to_owned(),
            "Thresholds and routes are in forewarn's configuration.".to_owned(),
        ],
        part: Some((2, 3)),
    }
}

/// A message in which everything that comes from outside is hostile.
pub(super) fn hostile() -> Message {
    let long = "W".repeat(256);
    Message {
        title: format!("{HOSTILE}: client secret expires in 6 days"),
        urgency: RowSeverity::Critical,
        intro: vec![format!("About {HOSTILE}.")],
        items: vec![
            Item {
                credential: format!("client secret \"{HOSTILE}\""),
                notes: vec![format!("Replaced by {HOSTILE}.")],
                facts: vec![
                    ("Owners", HOSTILE.to_owned()),
                    ("Hint", "</td></table>".to_owned()),
                ],
                portal: Some("javascript:alert(1)".to_owned()),
                command: Some(format!(
                    "az ad app credential reset --display-name '{HOSTILE}' --append"
                )),
                ..item(RowSeverity::Critical, HOSTILE)
            },
            Item {
                credential: format!("client secret \"{long}\""),
                facts: vec![("Owners", long.clone())],
                notes: vec![long.clone()],
                portal: Some("https://entra.microsoft.com/\"onmouseover=\"alert(1)".to_owned()),
                command: Some(long.clone()),
                ..item(RowSeverity::Warning, &long)
            },
        ],
        footer: vec![],
        part: None,
    }
}

fn item(severity: RowSeverity, app: &str) -> Item {
    Item {
        section: None,
        brief: false,
        severity,
        app: app.to_owned(),
        credential: "client secret \"prod\"".to_owned(),
        when: "expires in 6 days, on Mon 30 Nov 2026".to_owned(),
        facts: vec![
            ("Act by", "Fri 27 Nov 2026, the last working day before".to_owned()),
            ("Owners", "alice@contoso.com, bob@contoso.com".to_owned()),
            ("App ID", "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99".to_owned()),
            ("Secret ID", "b3c1d7e2-5a7e-4d21-8b9c-0a1b2c3d4e5f, starts with \"abc\"".to_owned()),
            ("Tenant", "contoso".to_owned()),
        ],
        notes: vec![],
        portal: Some(
            "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99"
                .to_owned(),
        ),
        acknowledge: None,
        command: Some(
            "az ad app credential reset --id 3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99 --append --display-name prod --years 1"
                .to_owned(),
        ),
    }
}
