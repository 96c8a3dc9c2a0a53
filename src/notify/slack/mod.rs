//! Slack, through an incoming webhook.
//!
//! Blocks carry the message; should Slack refuse them, the same part goes as plain text in the same call. Slack takes about one
//! message a second in a channel.

pub(super) mod blocks;
mod config;
mod mrkdwn;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use serde_json::json;

pub use config::SlackConfig;

use super::{
    Envelope, Notifier, Payload, SendError,
    http::{Endpoint, PlainHttp, Reply},
};
use crate::{
    domain::{Notification, Secrets},
    render::Renderer,
};

/// A Slack channel behind an incoming webhook.
pub struct SlackNotifier {
    name: String,
    endpoint: Endpoint,
    renderer: Renderer,
}

impl SlackNotifier {
    /// `http` must not follow redirects.
    pub fn new(
        name: String,
        config: SlackConfig,
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
        let post = |body: String| self.endpoint.post(body, HeaderMap::new(), envelope.now);
        let reply = post(envelope.payload.body.clone()).await?;
        if refuses_blocks(&reply) {
            return post(as_text(&envelope.payload.text)).await?.taken();
        }
        reply.taken()
    }
}

impl Notifier for SlackNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        blocks::CHAT.compose(&self.renderer, notification)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.post(envelope))
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(self.endpoint.check())
    }

    fn pace(&self) -> Duration {
        Duration::from_millis(1_100)
    }
}

/// Slack gives no reason when it does not like a block.
fn refuses_blocks(reply: &Reply) -> bool {
    reply.status == StatusCode::BAD_REQUEST
        && (reply.body.starts_with("invalid_blocks")
            || reply.body.starts_with("msg_blocks_too_long"))
}

/// The part without blocks, its text taken literally.
fn as_text(text: &str) -> String {
    let text = mrkdwn::entities(text);
    json!({ "text": text, "mrkdwn": false, "unfurl_links": false }).to_string()
}
