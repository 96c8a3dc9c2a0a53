//! A generic webhook, as the Standard Webhooks specification has it: JSON, an id that is the same on every try, and a signature
//! for each key.

mod body;
mod config;
mod signature;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue};

pub use config::WebhookConfig;
use signature::Key;

use super::{
    Envelope, Failure, Notifier, Payload, SendError,
    http::{Endpoint, PlainHttp},
};
use crate::{
    domain::{Notification, SecretSource, Secrets, secret::ExposeSecret},
    render::Renderer,
};

/// An endpoint that takes events.
pub struct WebhookNotifier {
    name: String,
    endpoint: Endpoint,
    signing_secrets: Vec<SecretSource>,
    renderer: Renderer,
}

impl WebhookNotifier {
    /// `http` must not follow redirects.
    pub fn new(
        name: String,
        config: WebhookConfig,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        renderer: Renderer,
    ) -> Self {
        Self {
            name,
            endpoint: Endpoint::new(http, secrets, config.url, PlainHttp::Anywhere),
            signing_secrets: config.signing_secrets,
            renderer,
        }
    }

    async fn post(&self, envelope: &Envelope<'_>) -> Result<(), SendError> {
        let headers = headers(&self.keys()?, envelope)?;
        let body = envelope.payload.body.clone();
        let reply = self.endpoint.post(body, headers, envelope.now).await?;
        reply.accepted()
    }

    async fn connect(&self) -> Result<String, SendError> {
        self.keys()?;
        self.endpoint.check().await
    }

    /// The keys as they are now.
    fn keys(&self) -> Result<Vec<Key>, SendError> {
        self.signing_secrets
            .iter()
            .map(|source| {
                let text = self.endpoint.secret(source)?;
                Key::parse(text.expose_secret()).map_err(|_| {
                    let detail = format!("the signing secret in {source} is not whsec_ and base64");
                    SendError::new(Failure::Misconfigured, detail)
                })
            })
            .collect()
    }
}

impl Notifier for WebhookNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        body::compose(&self.name, &self.renderer, notification)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.post(envelope))
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(self.connect())
    }
}

fn headers(keys: &[Key], envelope: &Envelope<'_>) -> Result<HeaderMap, SendError> {
    let id = envelope.idempotency_key();
    let timestamp = envelope.now.timestamp();
    let signature = signature::header(keys, &id, timestamp, &envelope.payload.body);
    let named = [
        ("webhook-id", Some(id)),
        ("webhook-timestamp", Some(timestamp.to_string())),
        ("webhook-signature", signature),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        let Some(value) = value else { continue };
        let value = HeaderValue::from_str(&value)
            .map_err(|error| SendError::new(Failure::Misconfigured, error.to_string()))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}
