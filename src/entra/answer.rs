//! What both services' answers have in common: bodies, dates, and the ways to die.

use std::{error::Error, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{
    Response,
    header::{DATE, HeaderMap, LOCATION, RETRY_AFTER},
};
use url::Url;

use super::{
    error::{ScanError, Service},
    excerpt::excerpt,
};
use crate::domain::backoff;

/// The longest that one request may take, its body included.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(100);
/// What is read of an answer that is no page; errors and tokens are shorter.
const SMALL_MAX: usize = 256 << 10;

/// What every request says of us.
pub(super) const USER_AGENT: &str = concat!("forewarn/", env!("CARGO_PKG_VERSION"));

/// Why a body could not be read to its end.
pub(super) enum BodyError {
    /// The connection died or what came over it cannot be unpacked.
    Dead(String),
    /// It is longer than allowed.
    TooLong,
}

/// Reads the body into `buffer` (emptied first; its memory is used again), at most `limit` bytes of it.
pub(super) async fn read_body(
    response: &mut Response,
    buffer: &mut Vec<u8>,
    limit: usize,
) -> Result<(), BodyError> {
    buffer.clear();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| BodyError::Dead(describe(error)))?
    {
        if buffer.len() + chunk.len() > limit {
            return Err(BodyError::TooLong);
        }
        buffer.extend_from_slice(&chunk);
    }
    Ok(())
}

/// As much of a short answer's body as there is: it only explains what the status has said already.
pub(super) async fn read_small(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    // what came before the connection died is still an explanation
    let _ = read_body(response, &mut body, SMALL_MAX).await;
    body
}

/// What the server's clock says.
pub(super) fn server_time(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(DATE)?.to_str().ok()?;
    Some(httpdate::parse_http_date(text).ok()?.into())
}

/// How long the server asks us to wait. A date is read by the server's clock where it tells it, for ours may be wrong.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    backoff::parse_retry_after(text, server_time(headers).unwrap_or(now))
}

/// The error for an answer that sends us elsewhere.
pub(super) fn redirect(service: Service, response: &Response) -> ScanError {
    let target = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| response.url().join(location).ok());
    ScanError::Redirect {
        service,
        host: host(response.url()),
        status: response.status().as_u16(),
        target: target.map_or_else(|| "nowhere".to_owned(), |url| host(&url)),
    }
}

/// Host and port for people.
pub(super) fn host(url: &Url) -> String {
    let host = excerpt(url.host_str().unwrap_or("(no host)"), 100);
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// An error of the HTTP client with its causes, without the URL.
pub(super) fn describe(error: reqwest::Error) -> String {
    if error.is_timeout() && !error.is_connect() {
        return "no answer in time".to_owned();
    }
    with_causes(&error.without_url())
}

/// An error and what lies beneath it.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    excerpt(&texts.join(": "), 240)
}

/// `base` with more path segments, each percent-encoded as needed.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
