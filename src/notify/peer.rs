//! A receiver to try the backends on: a real HTTP server on this host that answers as it is told and remembers what came.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, Uri};

use crate::domain::{
    SecretSource, Secrets,
    secret::{ExposeSecret, SecretError, SecretString},
};

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

pub(super) struct Peer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Peer {
    /// Answers every request by `answer`; `None` is no answer, ever.
    pub(super) async fn new<A: IntoResponse>(
        answer: impl Fn(&Seen) -> Option<A> + Clone + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let request = Seen {
                method,
                uri,
                headers,
                body,
            };
            let answer = answer(&request).map(IntoResponse::into_response);
            log.lock().unwrap().push(request);
            async move {
                match answer {
                    Some(answer) => answer,
                    None => std::future::pending::<Response>().await,
                }
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Router::new().fallback(handler).into_make_service();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, seen }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn url(&self, path: &str) -> SecretSource {
        literal(&(self.base() + path))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Secrets that are written where they are needed.
pub(super) struct Literals;

impl Secrets for Literals {
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        match source {
            SecretSource::Literal(value) if value.expose_secret().is_empty() => {
                Err(SecretError::Empty(source.to_string()))
            }
            SecretSource::Literal(value) => Ok(value.clone()),
            SecretSource::Env(name) => Err(SecretError::EnvMissing(name.clone())),
            SecretSource::File(path) => Err(SecretError::File {
                path: path.clone(),
                source: std::io::ErrorKind::NotFound.into(),
            }),
        }
    }
}

pub(super) fn literal(value: &str) -> SecretSource {
    SecretSource::Literal(SecretString::from(value))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client of app::net is not for notify to import"
)]
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
