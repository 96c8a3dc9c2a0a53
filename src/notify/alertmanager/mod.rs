//! Prometheus Alertmanager, through its API v2: an alert for each credential, which ends when it is rotated.
//!
//! Alertmanager keeps alerts in memory alone. After it was started again it knows of a credential once the next rung, or reminder, is
//! told.

mod alerts;
mod config;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

pub use config::AlertmanagerConfig;

use super::{
    Envelope, Failure, Notifier, Payload, SendError,
    http::{Endpoint, PlainHttp, Request},
};
use crate::{
    domain::{
        Notification, SecretSource, Secrets,
        secret::{ExposeSecret, SecretString},
    },
    render::Renderer,
};

/// An Alertmanager.
pub struct AlertmanagerNotifier {
    name: String,
    endpoint: Endpoint,
    token: Option<SecretSource>,
    reminders_last: TimeDelta,
    renderer: Renderer,
}

impl AlertmanagerNotifier {
    /// `http` must not follow redirects. `reminders_last` for so long after an expiry, at the longest.
    pub fn new(
        name: String,
        config: AlertmanagerConfig,
        reminders_last: TimeDelta,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        renderer: Renderer,
    ) -> Self {
        Self {
            name,
            endpoint: Endpoint::new(http, secrets, config.url, PlainHttp::Anywhere),
            token: config.token,
            reminders_last,
            renderer,
        }
    }

    async fn post(&self, envelope: &Envelope<'_>) -> Result<(), SendError> {
        let token = self.token()?;
        let request = Request {
            path: "api/v2/alerts",
            body: Some(envelope.payload.body.clone()),
            headers: headers(token.as_ref())?,
            secret: token.as_ref(),
        };
        self.endpoint.ask(request, envelope.now).await?.taken()
    }

    /// Asks how it is, which takes the same address and the same rights as an alert.
    async fn connect(&self) -> Result<String, SendError> {
        let token = self.token()?;
        let request = Request {
            path: "api/v2/status",
            body: None,
            headers: headers(token.as_ref())?,
            secret: token.as_ref(),
        };
        // nobody waits for as long as the answer may ask to
        let reply = self.endpoint.ask(request, DateTime::UNIX_EPOCH).await?;
        reply.taken()?;
        Ok(format!(
            "{} answers as an Alertmanager does",
            self.endpoint.host()?
        ))
    }

    /// The token as it is now.
    fn token(&self) -> Result<Option<SecretString>, SendError> {
        let read = |source| self.endpoint.secret(source);
        self.token.as_ref().map(read).transpose()
    }
}

impl Notifier for AlertmanagerNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        alerts::compose(&self.renderer, notification, self.reminders_last)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.post(envelope))
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(self.connect())
    }

    fn keeps_state(&self) -> bool {
        true
    }
}

fn headers(token: Option<&SecretString>) -> Result<HeaderMap, SendError> {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let bearer = format!("Bearer {}", token.expose_secret().trim());
        let mut value = HeaderValue::from_str(&bearer).map_err(|_| {
            let detail = "the token holds characters that no HTTP header can hold";
            SendError::new(Failure::Misconfigured, detail)
        })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}
