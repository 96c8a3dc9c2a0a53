//! One way to POST, for every receiver that speaks HTTP.
//!
//! The address is a secret (whoever has it can post), so it is read at each use, and no error holds any of it but the host:
//! neither ours, nor the HTTP client's, nor what the receiver echoes.

#[cfg(test)]
mod tests;

use std::{error::Error, io, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::Url;

use super::{Failure, SendError};
use crate::domain::{
    SecretSource, Secrets,
    backoff::parse_retry_after,
    clean::clean,
    loopback::is_loopback,
    secret::{ExposeSecret, SecretString},
};

/// From the first byte of the connection to the last of the answer; the Standard Webhooks specification asks for 15 to 30 s.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
/// How much of an answer is read.
const READ: usize = 2 * 1024;
/// How much of it is told, in characters.
const TOLD: usize = 200;
/// Parts of an address at least this long may be the secret in it.
const SECRET: usize = 6;
/// What every request says of us.
pub(super) const USER_AGENT: &str = concat!("forewarn/", env!("CARGO_PKG_VERSION"));

/// May the address be plain `http`?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlainHttp {
    /// Only on this host.
    Loopback,
    /// Anywhere: a service inside the cluster.
    Anywhere,
}

/// What is asked of a place.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    /// Where below its address; empty: at the address itself.
    pub(super) path: &'a str,
    /// The JSON document to post; without one it is only asked what it has there.
    pub(super) body: Option<String>,
    /// Headers beside our own.
    pub(super) headers: HeaderMap,
    /// A secret that the request holds, which must not show in what is told of the answer.
    pub(super) secret: Option<&'a SecretString>,
}

/// A place to post to.
pub(super) struct Endpoint {
    http: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    url: SecretSource,
    plain_http: PlainHttp,
    timeout: Duration,
}

impl Endpoint {
    /// The client must not follow redirects: the body would go where nobody has said that it may.
    pub(super) fn new(
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        url: SecretSource,
        plain_http: PlainHttp,
    ) -> Self {
        Self {
            http,
            secrets,
            url,
            plain_http,
            timeout: TIMEOUT,
        }
    }

    /// Posts a JSON document and reads the answer, whatever it says. An error means that there was none.
    pub(super) async fn post(
        &self,
        body: String,
        headers: HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Reply, SendError> {
        let request = Request {
            body: Some(body),
            headers,
            ..Request::default()
        };
        self.ask(request, now).await
    }

    /// Sends a request and reads the answer, whatever it says. An error means that there was none.
    pub(super) async fn ask(
        &self,
        request: Request<'_>,
        now: DateTime<Utc>,
    ) -> Result<Reply, SendError> {
        let url = self.address()?;
        let hidden = Hidden {
            url: &url,
            secret: request.secret,
        };
        let at = below(&url, request.path);
        let asked = match request.body {
            Some(body) => self
                .http
                .post(at)
                .header(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                )
                .body(body),
            None => self.http.get(at),
        };
        let response = asked
            .timeout(self.timeout)
            .headers(request.headers)
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT))
            .send()
            .await
            .map_err(|error| failed(error, hidden))?;
        Ok(Reply::read(response, hidden, now).await)
    }

    /// Connects to the host and asks for the head of its first page, so that nothing can take it for a message. Any answer will do.
    pub(super) async fn check(&self) -> Result<String, SendError> {
        let url = self.address()?;
        let mut front = url.clone();
        front.set_path("/");
        front.set_query(None);
        front.set_fragment(None);
        let request = self
            .http
            .head(front)
            .timeout(self.timeout)
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let hidden = Hidden {
            url: &url,
            secret: None,
        };
        request
            .send()
            .await
            .map_err(|error| failed(error, hidden))?;
        Ok(format!("{} answers", host(&url)))
    }

    /// The host that it is on, as it is now.
    pub(super) fn host(&self) -> Result<String, SendError> {
        Ok(host(&self.address()?))
    }

    /// A secret as it is now.
    pub(super) fn secret(&self, source: &SecretSource) -> Result<SecretString, SendError> {
        self.secrets.read(source).map_err(|error| {
            let cause = innermost(&error);
            let told = error.to_string();
            let detail = match cause {
                cause if cause == told => told,
                cause => format!("{told}: {cause}"),
            };
            SendError::new(Failure::Misconfigured, clean(&detail, TOLD))
        })
    }

    fn address(&self) -> Result<Url, SendError> {
        let wrong = |what: &str| {
            let detail = format!("the URL in {} {what}", self.url);
            SendError::new(Failure::Misconfigured, clean(&detail, TOLD))
        };
        let text = self.secret(&self.url)?;
        let url = Url::parse(text.expose_secret().trim()).map_err(|_| wrong("is not a URL"))?;
        match url.scheme() {
            "https" => Ok(url),
            "http"
                if self.plain_http == PlainHttp::Anywhere
                    || url.host_str().is_some_and(is_loopback) =>
            {
                Ok(url)
            }
            "http" => Err(wrong("is not https, and its host is not this one")),
            _ => Err(wrong("is neither http nor https")),
        }
    }
}

/// What a receiver answered.
#[derive(Debug)]
pub(super) struct Reply {
    /// The status.
    pub(super) status: StatusCode,
    /// The beginning of the body in one line, without anything of the address.
    pub(super) body: String,
    retry_after: Option<Duration>,
}

impl Reply {
    async fn read(mut response: reqwest::Response, hidden: Hidden<'_>, now: DateTime<Utc>) -> Self {
        let (bytes, retry_after) = beginning(&mut response, READ, now).await;
        Self {
            status: response.status(),
            body: hidden.told(&String::from_utf8_lossy(&bytes)),
            retry_after,
        }
    }

    /// Did it take the message, by its status?
    pub(super) fn accepted(self) -> Result<(), SendError> {
        let failure = match self.status.as_u16() {
            200..300 => return Ok(()),
            408 => Failure::Timeout,
            429 => Failure::Throttled,
            401 | 403 => Failure::Unauthorised,
            404 | 410 => Failure::Gone,
            500.. => Failure::Unavailable,
            _ => Failure::Rejected,
        };
        Err(self.refused(failure))
    }

    /// The same, of a service that never answers with a page: one comes from a proxy in between, and the message has gone nowhere.
    pub(super) fn taken(self) -> Result<(), SendError> {
        if self.status.is_success() && self.body.starts_with('<') {
            return Err(self.refused(Failure::Unavailable));
        }
        self.accepted()
    }

    /// The refusal, in the receiver's words.
    pub(super) fn refused(self, failure: Failure) -> SendError {
        let status = self.status.as_u16();
        let detail = match (self.status.is_redirection(), self.body.as_str()) {
            (true, _) => format!("HTTP {status}, a redirect, which is not followed"),
            (false, "") => format!("HTTP {status}"),
            (false, body) => format!("HTTP {status}: {body}"),
        };
        SendError {
            retry_after: self.retry_after.filter(|_| matches!(status, 429 | 503)),
            ..SendError::new(failure, detail)
        }
    }
}

/// At most so many bytes of what was answered, and how long it asks to wait.
pub(super) async fn beginning(
    response: &mut reqwest::Response,
    most: usize,
    now: DateTime<Utc>,
) -> (Vec<u8>, Option<Duration>) {
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| parse_retry_after(value.to_str().ok()?, now));
    let mut bytes = Vec::new();
    // the status has decided; a body that breaks off changes nothing
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= most {
            bytes.truncate(most);
            break;
        }
    }
    (bytes, retry_after)
}

/// Why there was no answer.
pub(super) fn failed(error: reqwest::Error, hidden: Hidden<'_>) -> SendError {
    let error = error.without_url();
    let failure = if error.is_timeout() {
        Failure::Timeout
    } else if is_tls(&error) {
        Failure::Tls
    } else {
        Failure::Unreachable
    };
    let told = hidden.told(&innermost(&error));
    let detail = format!("{}: {told}", host(hidden.url));
    SendError::new(failure, detail)
}

/// A place below an address. A base that was copied from a browser may end in a slash, a query or a fragment.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if path.is_empty() {
        return url;
    }
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// The host and, where it says something, the port.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// What an error is at its root; the layers above it only say that something has failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(<dyn Error>::is::<rustls::Error>)
}

/// An error and its causes. An [`io::Error`] passes over the error that it wraps when asked for its source.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// What foreign words may repeat and we must not.
#[derive(Clone, Copy)]
pub(super) struct Hidden<'a> {
    /// Where was posted to: any part of it may be a secret.
    pub(super) url: &'a Url,
    /// What was sent as a secret.
    pub(super) secret: Option<&'a SecretString>,
}

impl Hidden<'_> {
    /// Foreign words in one short line, without the secret and without whatever the address holds: receivers like to echo both.
    fn told(self, text: &str) -> String {
        let url = self.url;
        let written = url.path().split('/').chain(
            url.query()
                .into_iter()
                .flat_map(|query| query.split(['&', '='])),
        );
        let sign_in = [url.username(), url.password().unwrap_or_default()];
        // an echo may have decoded it
        let decoded = url.query_pairs().map(|(_, value)| value.into_owned());
        let secret = self.secret.map(|secret| secret.expose_secret().to_owned());
        let mut pieces: Vec<String> = written
            .chain(sign_in)
            .map(str::to_owned)
            .chain(decoded)
            .chain(secret)
            .filter(|piece| piece.len() >= SECRET)
            .collect();
        // a longer piece may hold a shorter one
        pieces.sort_unstable_by_key(|piece| std::cmp::Reverse(piece.len()));
        let safe = pieces
            .iter()
            .fold(text.to_owned(), |text, piece| text.replace(piece, "…"));
        clean(&safe, TOLD)
    }
}
