//! Mail over SMTP: one message a recipient, as text and HTML.
//!
//! Each send opens a connection of its own, signs in with the password or the token as it is at that moment, hands over one message and
//! closes: a send that is cut short leaves nothing behind that could mislead the next one. The Message-ID is made from
//! the delivery's id, so that a repeat can be recognised as one. Credentials never travel unencrypted to another host,
//! and neither they nor a recipient's full address appear in an error.

mod config;
mod failure;
mod proof;
mod smtp;
mod unencrypted;

#[cfg(test)]
mod tests;

pub use config::{EmailConfig, OAuth2Client, SmtpSignIn, SmtpTls};

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, FutureExt};

use super::{
    Envelope, Notifier, Payload, SendError,
    mail::{EXCHANGE_PACE, compose, message},
};
use crate::{
    domain::{Id, Notification, secret::Secrets, token::TokenSource},
    render::Renderer,
};
use smtp::{Server, Timeouts};

/// A receiver that is told by mail.
pub struct EmailNotifier {
    name: String,
    config: EmailConfig,
    secrets: Arc<dyn Secrets>,
    tokens: Option<Arc<dyn TokenSource>>,
    renderer: Renderer,
    extra_ca_pem: Option<Vec<u8>>,
    timeouts: Timeouts,
}

impl EmailNotifier {
    /// The receiver `name`. `extra_ca_pem` holds certificates, one or more in PEM, that are trusted beside the system's.
    pub fn new(
        name: String,
        config: EmailConfig,
        secrets: Arc<dyn Secrets>,
        renderer: Renderer,
        extra_ca_pem: Option<Vec<u8>>,
    ) -> Self {
        Self {
            name,
            config,
            secrets,
            tokens: None,
            renderer,
            extra_ca_pem,
            timeouts: Timeouts::default(),
        }
    }

    /// Signs in with tokens of `tokens` where the configuration says so.
    #[must_use]
    pub fn with_tokens(self, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            tokens: Some(tokens),
            ..self
        }
    }

    fn server(&self) -> Server<'_> {
        Server {
            config: &self.config,
            secrets: &*self.secrets,
            tokens: self.tokens.as_deref(),
            extra_ca_pem: self.extra_ca_pem.as_deref(),
            timeouts: self.timeouts,
        }
    }
}

impl fmt::Debug for EmailNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailNotifier")
            .field("name", &self.name)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Notifier for EmailNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        let address = |mailbox: &lettre::message::Mailbox| mailbox.email.to_string();
        self.config.to.iter().map(address).collect()
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        compose::parts(&self.renderer, notification)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            let mail = message::build(&self.config.from, &self.config.to, envelope)?;
            self.server().deliver(&mail, envelope.target).await
        }
        .boxed()
    }

    fn wire(&self, envelope: &Envelope<'_>) -> Option<Vec<u8>> {
        let mail = message::build(&self.config.from, &self.config.to, envelope).ok()?;
        Some(mail.formatted())
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        async move { self.server().probe().await }.boxed()
    }

    fn signs_in_as(&self) -> Option<Id> {
        match &self.config.sign_in {
            Some(SmtpSignIn::OAuth2 { client, .. }) => Some(Id::parse(&client.client_id)),
            Some(SmtpSignIn::Password { .. }) | None => None,
        }
    }

    fn pace(&self) -> Duration {
        match &self.config.sign_in {
            Some(SmtpSignIn::OAuth2 { .. }) => EXCHANGE_PACE,
            Some(SmtpSignIn::Password { .. }) | None => Duration::ZERO,
        }
    }
}
