//! Microsoft Teams, through the Workflows trigger *When a Teams webhook request is received*.
//!
//! The workflow answers 202 before the card is posted, so a card that Teams does not like is lost without a word: every card
//! keeps well within the limits.

pub(super) mod card;
mod config;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use http::HeaderMap;

pub use config::TeamsConfig;

use super::{
    Envelope, Notifier, Payload, SendError,
    http::{Endpoint, PlainHttp},
};
use crate::{
    domain::{Notification, Secrets},
    render::Renderer,
};

/// A Teams channel or chat behind a workflow.
pub struct TeamsNotifier {
    name: String,
    endpoint: Endpoint,
    renderer: Renderer,
}

impl TeamsNotifier {
    /// `http` must not follow redirects.
    pub fn new(
        name: String,
        config: TeamsConfig,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
        renderer: Renderer,
    ) -> Self {
        Self {
            name,
            endpoint: Endpoint::new(http, secrets, config.url, PlainHttp::Loopback),
            renderer,
        }
    }

    async fn post(&self, envelope: &Envelope<'_>) -> Result<(), SendError> {
        let body = envelope.payload.body.clone();
        let reply = self
            .endpoint
            .post(body, HeaderMap::new(), envelope.now)
            .await?;
        reply.accepted()
    }
}

impl Notifier for TeamsNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        card::CHAT.compose(&self.renderer, notification)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.post(envelope))
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(self.endpoint.check())
    }

    /// Teams takes four requests a second.
    fn pace(&self) -> Duration {
        Duration::from_millis(300)
    }
}
