//! A token endpoint and a Graph that answer from a script, a clock that is turned by sleeping, and a secret that can be rotated.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, Response, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture, stream};
use serde_json::{Value, json};
use url::Url;

use crate::{
    domain::{
        Clock, SecretSource, Secrets, Snapshot,
        ownership::{OwnerSource, Ownership},
        secret::{SecretError, SecretString},
    },
    entra::{
        Clients, Directory, Progress, ScanError, Tenant,
        config::{Auth, Cloud, Features, Include, TenantConfig},
        signin::Method,
    },
    telemetry::Metrics,
};

pub(in crate::entra) const SECRET: &str = "abc8Q~d+e/f=g h%&_.-";
pub(in crate::entra) const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";
pub(in crate::entra) const TENANT_ID: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";

pub(in crate::entra) type Answer = Response<Body>;

/// One request as it came in.
#[derive(Clone)]
pub(in crate::entra) struct Call {
    pub(in crate::entra) path: String,
    pub(in crate::entra) query: String,
    pub(in crate::entra) headers: HeaderMap,
    pub(in crate::entra) body: String,
}

impl Call {
    pub(in crate::entra) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Microsoft, as far as we see it.
pub(in crate::entra) struct Fake {
    pub(in crate::entra) url: Url,
    calls: Arc<Mutex<Vec<Call>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Fake {
    /// Gives every caller a token, and leaves Graph to the script: the number of the call (from 0) and the server's URL.
    pub(in crate::entra) async fn graph(
        script: impl Fn(usize, &Url) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(|n| token(n, 3599), move |n, _, url| script(n, url)).await
    }

    /// Leaves both to scripts.
    pub(in crate::entra) async fn start(
        sign_in: impl Fn(usize) -> Answer + Send + Sync + 'static,
        graph: impl Fn(usize, &Call, &Url) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (log, base) = (Arc::clone(&calls), url.clone());
        let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let scripts = Arc::new((sign_in, graph));
        let router = Router::new().fallback(move |request: Request| {
            let (log, base) = (Arc::clone(&log), base.clone());
            let (counts, scripts) = (Arc::clone(&counts), Arc::clone(&scripts));
            async move {
                let call = read(request).await;
                log.lock().unwrap().push(call.clone());
                if call.path.ends_with("/token") {
                    scripts.0(counts.0.fetch_add(1, Ordering::SeqCst))
                } else {
                    scripts.1(counts.1.fetch_add(1, Ordering::SeqCst), &call, &base)
                }
            }
        });
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, calls, server }
    }

    pub(in crate::entra) fn graph_calls(&self) -> Vec<Call> {
        self.calls_to(|path| !path.ends_with("/token"))
    }

    pub(in crate::entra) fn token_calls(&self) -> Vec<Call> {
        self.calls_to(|path| path.ends_with("/token"))
    }

    fn calls_to(&self, wanted: impl Fn(&str) -> bool) -> Vec<Call> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .filter(|call| wanted(&call.path))
            .cloned()
            .collect()
    }
}

async fn read(request: Request) -> Call {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Call {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

// --- answers ---

pub(in crate::entra) fn json_answer(status: u16, body: &Value) -> Answer {
    answer(
        status,
        &[("content-type", "application/json")],
        body.to_string(),
    )
}

pub(in crate::entra) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut builder = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

pub(in crate::entra) fn token(n: usize, expires_in: u32) -> Answer {
    json_answer(
        200,
        &json!({"token_type": "Bearer", "expires_in": expires_in, "access_token": format!("token-{n}")}),
    )
}

pub(in crate::entra) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body =
        json!({"error": {"code": code, "message": message, "innerError": {"request-id": "r"}}});
    answer(status, &[("request-id", "req-1")], body.to_string())
}

pub(in crate::entra) fn later(status: u16, retry_after: &str) -> Answer {
    answer(status, &[("retry-after", retry_after)], "")
}

/// A page with the apps of these numbers.
pub(in crate::entra) fn page(
    apps: impl IntoIterator<Item = u32>,
    next: impl Into<Option<String>>,
) -> Answer {
    let value: Vec<Value> = apps.into_iter().map(app).collect();
    let mut body = json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications", "value": value});
    if let Some(next) = next.into() {
        body["@odata.nextLink"] = next.into();
    }
    json_answer(200, &body)
}

pub(in crate::entra) fn app(n: u32) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{n:012}"),
        "appId": format!("00000000-0000-4000-9000-{n:012}"),
        "displayName": format!("app {n}"),
        "tags": [],
        "passwordCredentials": [{
            "keyId": format!("00000000-0000-4000-a000-{n:012}"),
            "displayName": "main", "hint": "abc", "customKeyIdentifier": null, "secretText": null,
            "startDateTime": "2025-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z",
        }],
        "keyCredentials": [],
    })
}

/// The page after `n` in a list.
pub(in crate::entra) fn link(url: &Url, n: usize) -> String {
    format!("{url}v1.0/applications?$skiptoken=p{n}")
}

/// A body that breaks off: the connection is reset after `start`.
pub(in crate::entra) fn cut(start: &'static str) -> Answer {
    let broken: Result<Bytes, std::io::Error> = Err(std::io::ErrorKind::ConnectionReset.into());
    let parts = stream::iter([Ok(Bytes::from_static(start.as_bytes())), broken]);
    Response::new(Body::from_stream(parts))
}

/// A body without an end.
pub(in crate::entra) fn endless() -> Answer {
    let chunk: Result<_, Infallible> = Ok(Bytes::from_static(&[b' '; 8_192]));
    let mut answer = Response::new(Body::from_stream(stream::repeat(chunk)));
    let json = header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}

// --- our side ---

/// A clock that stands still but for sleeping.
pub(in crate::entra) struct TurnedClock {
    now: Mutex<DateTime<Utc>>,
    slept: Mutex<Vec<Duration>>,
}

impl TurnedClock {
    pub(in crate::entra) fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }

    pub(in crate::entra) fn turn(&self, by: TimeDelta) {
        *self.now.lock().unwrap() += by;
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.slept.lock().unwrap().push(duration);
        self.turn(TimeDelta::from_std(duration).unwrap());
        std::future::ready(()).boxed()
    }
}

/// A secret that can be rotated.
pub(in crate::entra) struct Vault(Mutex<Option<String>>);

impl Vault {
    pub(in crate::entra) fn put(&self, secret: Option<&str>) {
        *self.0.lock().unwrap() = secret.map(str::to_owned);
    }
}

impl Secrets for Vault {
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        let secret = self.0.lock().unwrap().clone();
        secret
            .map(SecretString::from)
            .ok_or_else(|| SecretError::Empty(source.to_string()))
    }
}

/// A tenant on a fake, with everything that a test wants to look at.
pub(in crate::entra) struct Rig {
    pub(in crate::entra) tenant: Tenant,
    pub(in crate::entra) clock: Arc<TurnedClock>,
    pub(in crate::entra) vault: Arc<Vault>,
    pub(in crate::entra) metrics: Arc<Metrics>,
    pub(in crate::entra) progress: Mutex<Vec<Progress>>,
}

impl Rig {
    pub(in crate::entra) fn new(url: &Url) -> Self {
        Self::with(config(url))
    }

    pub(in crate::entra) fn with(config: TenantConfig) -> Self {
        let clock = Arc::new(TurnedClock {
            now: Mutex::new("2026-11-22T10:00:00Z".parse().unwrap()),
            slept: Mutex::default(),
        });
        let vault = Arc::new(Vault(Mutex::new(Some(SECRET.to_owned()))));
        let metrics = Arc::new(Metrics::new());
        let tenant = Tenant::new(
            config,
            Clients {
                web: client(),
                local: client(),
            },
            Arc::clone(&vault) as Arc<dyn Secrets>,
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&metrics),
            7,
        );
        Self {
            tenant,
            clock,
            vault,
            metrics,
            progress: Mutex::default(),
        }
    }

    /// Signs in as the tenant would, but for what a test has to have otherwise.
    pub(in crate::entra) fn change_method(mut self, change: impl FnOnce(Method) -> Method) -> Self {
        self.tenant.graph = self.tenant.graph.change_method(change);
        self
    }

    /// A scan with half an hour to spare.
    pub(in crate::entra) async fn scan(&self) -> Result<Snapshot, ScanError> {
        self.scan_within(TimeDelta::minutes(30)).await
    }

    pub(in crate::entra) async fn scan_within(
        &self,
        time: TimeDelta,
    ) -> Result<Snapshot, ScanError> {
        let deadline = self.clock.now() + time;
        let note = |progress| self.progress.lock().unwrap().push(progress);
        self.tenant.scan(deadline, &note).await
    }
}

pub(in crate::entra) fn config(url: &Url) -> TenantConfig {
    TenantConfig {
        name: "contoso".to_owned(),
        tenant_id: TENANT_ID.to_owned(),
        cloud: Cloud::Public,
        authority: url.clone(),
        graph: url.clone(),
        arm: url.clone(),
        auth: Auth::ClientSecret {
            client_id: CLIENT_ID.to_owned(),
            secret: SecretSource::File("/run/secrets/contoso".into()),
        },
        include: vec![Include::Applications],
        sign_in_activity: false,
        ignore: Vec::new(),
        aks: false,
        sends_mail: false,
        ownership: Ownership {
            sources: vec![OwnerSource::Graph],
            ignore: Vec::new(),
        },
    }
}

pub(in crate::entra) fn with_features(config: TenantConfig, features: Features) -> TenantConfig {
    let sources = [OwnerSource::Graph].into_iter();
    TenantConfig {
        ownership: Ownership {
            sources: sources.filter(|_| features.owners).collect(),
            ..config.ownership
        },
        sign_in_activity: features.sign_in_activity,
        aks: features.aks,
        ..config
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "app::net, which makes the real one, is out of entra's reach"
)]
pub(in crate::entra) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// The names of the apps in a snapshot.
pub(in crate::entra) fn names(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.apps.iter().map(|app| &*app.name).collect()
}
