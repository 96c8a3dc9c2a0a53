//! PagerDuty, through its Events API v2: an incident for each credential, which resolves itself.
//!
//! Each event is a part of its own, so that after a crash at most one goes a second time; PagerDuty then adds it to the incident that it
//! opened the first time. 202 is the only way in which it says that it took one.

mod config;
mod event;
mod key;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

pub use config::{ENQUEUE, PagerDutyConfig, is_routing_key};

use super::{
    Envelope, Failure, Notifier, Payload, SendError,
    http::{Endpoint, PlainHttp, Request},
    json::json,
};
use crate::{
    domain::{
        Notification, SecretSource, Secrets,
        secret::{ExposeSecret, SecretString},
    },
    render::Renderer,
};

/// An integration of a PagerDuty service.
pub struct PagerDutyNotifier {
    name: String,
    endpoint: Endpoint,
    routing_key: SecretSource,
    renderer: Renderer,
}

impl PagerDutyNotifier {
    /// `http` must not follow redirects.
    pub fn new(
        name: String,
        config: PagerDutyConfig,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        renderer: Renderer,
    ) -> Self {
        Self {
            name,
            endpoint: Endpoint::new(http, secrets, config.url, PlainHttp::Loopback),
            routing_key: config.routing_key,
            renderer,
        }
    }

    async fn post(&self, envelope: &Envelope<'_>) -> Result<(), SendError> {
        let key = self.key()?;
        let request = Request {
            body: Some(with_key(&envelope.payload.body, &key)?),
            secret: Some(&key),
            ..Request::default()
        };
        self.endpoint.ask(request, envelope.now).await?.taken()
    }

    async fn connect(&self) -> Result<String, SendError> {
        self.key()?;
        self.endpoint.check().await
    }

    /// The key as it is now.
    fn key(&self) -> Result<SecretString, SendError> {
        let text = self.endpoint.secret(&self.routing_key)?;
        let key = text.expose_secret().trim();
        if !is_routing_key(key) {
            let source = &self.routing_key;
            let detail = format!(
                "what {source} holds is no integration key of the Events API v2: those are 32 letters and digits"
            );
            return Err(SendError::new(Failure::Misconfigured, detail));
        }
        Ok(SecretString::from(key))
    }
}

impl Notifier for PagerDutyNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        event::compose(&self.renderer, notification)
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

    /// PagerDuty takes about 120 events a minute for each key ("Events API Rate Limits").
    fn pace(&self) -> Duration {
        Duration::from_millis(550)
    }
}

/// The event as it goes over the wire.
fn with_key(event: &str, key: &SecretString) -> Result<String, SendError> {
    let mut event: Map<String, Value> = serde_json::from_str(event)
        .map_err(|error| SendError::new(Failure::Rejected, error.to_string()))?;
    event.insert("routing_key".to_owned(), key.expose_secret().into());
    Ok(json(&event))
}
