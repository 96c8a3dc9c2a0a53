//! A daemon's HTTP server on a store in which two credentials were told of.

use std::{net::SocketAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    app::{clock::ManualClock, net::local_client},
    config::SystemSecrets,
    domain::{
        App, Clock, Credential, Expiry, Id, Kind, Notification, ObjectType, Row, SecretSource,
        audience::Audience,
        calendar::Calendar,
        health::Health,
        known::{Announced, CredentialKey},
        link::{LASTS, LinkKey, Pass},
        notification::Subject,
        policy::Policies,
        silence::Silence,
    },
    engine::Status,
    http::{Context, door::Door, router},
    store::{Round, ScanRecord, Seen, SqliteStore, Store},
    telemetry::Metrics,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

/// The token of every door that has one.
pub(crate) const TOKEN: &str = "correct horse: battery/staple";
/// A name that would like to be markup.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// Noon of the first day.
pub(crate) fn day(days: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().unwrap();
    noon + TimeDelta::days(days)
}

/// A server, its clock and its store.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) key: LinkKey,
    address: SocketAddr,
    client: Client,
    folder: TempDir,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    /// Nothing is asked.
    pub(crate) async fn open() -> Self {
        Self::with(false).await
    }

    /// Whoever comes in needs the token, which lies in a file.
    pub(crate) async fn guarded() -> Self {
        Self::with(true).await
    }

    async fn with(token: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("forewarn.db")).await;
        let store = Arc::new(store.unwrap());
        let token_file = folder.path().join("token");
        std::fs::write(&token_file, TOKEN).unwrap();
        fill(&store).await;
        let clock = Arc::new(ManualClock::new(day(0)));
        let key = LinkKey::new(&[7; 32]);
        let context = Context {
            clock: Arc::<ManualClock>::clone(&clock),
            store: Arc::<SqliteStore>::clone(&store),
            metrics: Arc::new(Metrics::new()),
            status: Arc::new(Status::new(clock.now(), [])),
            schedule: forewarn::domain::schedule::Schedule::new(
                "0 6 * * *",
                chrono_tz::UTC,
                day(0),
            )
            .unwrap(),
            receivers: Arc::new([]),
            policies: Arc::new(Policies::default()),
            calendar: Arc::new(Calendar::default()),
            door: Arc::new(Door {
                token: token.then_some(SecretSource::File(token_file)),
                secrets: Arc::new(SystemSecrets),
                public_url: Some("https://forewarn.contoso.com".parse().unwrap()),
            }),
            links: key.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router(context)).await });
        Self {
            clock,
            store,
            key,
            address,
            client: local_client().unwrap(),
            folder,
        }
    }

    pub(crate) fn set_token(&self, token: &str) {
        std::fs::write(self.folder.path().join("token"), token).unwrap();
    }

    pub(crate) fn own_origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = self.address;
        self.client
            .request(method, format!("http://{address}{path}"))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A form as our own page sends it.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .form(fields)
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.form(path, fields)).await
    }

    pub(crate) async fn post_json(&self, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/api/v1/silences");
        self.send(request.json(body)).await
    }

    /// Where the link of a row leads: 0 is told as critical, 1 as warning.
    pub(crate) fn link(&self, row: u16) -> String {
        let pass = Pass {
            notification: Uuid::from_u128(10),
            row,
            expires_at: day(0) + LASTS,
        };
        format!("/act/{}", self.key.seal(&pass))
    }

    pub(crate) async fn silences(&self) -> Vec<Silence> {
        self.store.silences(self.clock.now()).await.unwrap()
    }

    /// Everything that is kept of silences.
    pub(crate) async fn all(&self) -> Vec<Silence> {
        self.store.all_silences(100).await.unwrap()
    }
}

/// The n-th app, with one secret that ends so many days after the first.
pub(crate) fn app(n: u128, name: &str, ends: i64) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::Guid(Uuid::from_u128(0xa00 + n)),
        app_id: Id::Guid(Uuid::from_u128(0xb00 + n)),
        name: name.into(),
        tags: Box::default(),
        credentials: [Credential {
            id: Id::Guid(Uuid::from_u128(0xc00 + n)),
            kind: Kind::ClientSecret,
            name: Some("prod".into()),
            hint: None,
            starts_at: Some(day(-300)),
            expires: Expiry::At(day(ends)),
            thumbprint: None,
            active: None,
        }]
        .into(),
    }
}

/// 1 ends in five days and is told as critical; 2 in twenty, as a warning; 3 and 4 bear the same name.
pub(crate) fn apps() -> Vec<App> {
    vec![
        app(1, HOSTILE, 5),
        app(2, "billing-api", 20),
        app(3, "twins", 200),
        app(4, "twins", 200),
    ]
}

fn row(app: &App, severity: &str, rung: u16) -> Row {
    let credential = &app.credentials[0];
    let end = credential.expires.at().unwrap();
    serde_json::from_value(json!({
        "tenant": "contoso", "app_id": app.app_id, "object_id": app.object_id, "app_name": app.name,
        "kind": "client-secret", "credential_id": credential.id, "credential_name": credential.name,
        "hint": null, "starts_at": credential.starts_at, "expires_at": end,
        "days_left": (end - day(0)).num_days(), "severity": severity, "superseded_by": null, "owners": [],
        "last_used_at": null, "rung": rung, "reason": "because",
        "links": { "portal": "https://entra.microsoft.com/x" },
    }))
    .unwrap()
}

/// A round that told of the first two apps.
async fn fill(store: &SqliteStore) {
    let apps = apps();
    let rows = [row(&apps[0], "critical", 7), row(&apps[1], "warning", 30)].map(Arc::new);
    let mut round = round(1, &apps);
    for (app, row) in apps.iter().zip(&rows) {
        let announced: Announced = serde_json::from_value(json!({
            "rung": row.rung, "reminder": 0, "severity": row.severity, "at": day(0),
            "expires_at": row.expires_at, "row": row, "told": ["mail"], "resolved": false, "softened": false,
        }))
        .unwrap();
        let key = CredentialKey::new(app, &app.credentials[0]);
        round.announced.push((key, 0, Some(announced)));
    }
    let notification = Notification {
        id: Uuid::from_u128(10),
        subject: Subject::Due {
            alerts: rows.into(),
        },
        decided_at: day(0),
        first_scan: true,
        escalation: false,
        stale: 0,
        audience: Audience::Receiver,
    };
    round.notifications.push((notification, Vec::new()));
    store.commit(&round).await.unwrap();
}

/// A round that saw these apps anew.
pub(crate) fn round(n: u128, apps: &[App]) -> Round<'_> {
    let seen = |app| Seen {
        app,
        credential: &app.credentials[0],
        first_seen: day(-30),
        fingerprint: 1,
    };
    Round {
        tenant: "contoso".to_owned(),
        scan: ScanRecord {
            id: Uuid::from_u128(n),
            started_at: day(0),
            finished_at: day(0),
            error: None,
            apps: apps.len() as u64,
            credentials: apps.len() as u64,
            warnings: 0,
        },
        upserts: apps.iter().map(seen).collect(),
        gone: Vec::new(),
        announced: Vec::new(),
        alerts: Vec::new(),
        notifications: Vec::new(),
        broken_silences: Vec::new(),
        digested: Vec::new(),
        owners: Vec::new(),
        health: Health::default(),
    }
}
