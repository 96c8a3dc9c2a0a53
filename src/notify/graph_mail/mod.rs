//! Mail through Microsoft Graph: one message a recipient, sent from a mailbox of the tenant without any mail server.
//!
//! The mail is the one that SMTP would carry, in MIME, so that it keeps its text beside its HTML, its Message-ID and its headers;
//! of the two forms that `sendMail` takes, JSON has room for one body alone
//! (<https://learn.microsoft.com/graph/outlook-send-mime-message>). The token goes to the configured Graph and nowhere else. One that
//! is refused is replaced once: what was granted or taken away since then shows only in a new one.

mod answer;
mod config;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};
use http::{HeaderValue, header};
use lettre::Address;
use url::Url;

pub use config::GraphMailConfig;

use self::answer::Answer;
use super::{
    Envelope, Failure, Notifier, Payload, SendError,
    http::{Hidden, TIMEOUT, USER_AGENT, failed},
    mail::{EXCHANGE_PACE, compose, message},
};
use crate::{
    domain::{
        Id, Notification,
        secret::ExposeSecret,
        token::{Token, TokenSource},
    },
    render::Renderer,
};

/// The application permission that sending takes.
const PERMISSION: &str = "Mail.Send";

/// A receiver that is told by mail through Graph.
pub struct GraphMailNotifier {
    name: String,
    config: GraphMailConfig,
    url: Url,
    http: reqwest::Client,
    tokens: Arc<dyn TokenSource>,
    renderer: Renderer,
    timeout: Duration,
}

impl GraphMailNotifier {
    /// The receiver `name`. `graph` is Graph's base URL without a version, `tokens` gives tokens for it, and `http` must not follow
    /// redirects.
    pub fn new(
        name: String,
        config: GraphMailConfig,
        graph: &Url,
        http: reqwest::Client,
        tokens: Arc<dyn TokenSource>,
        renderer: Renderer,
    ) -> Self {
        Self {
            name,
            url: send_mail(graph, &config.from.email),
            config,
            http,
            tokens,
            renderer,
            timeout: TIMEOUT,
        }
    }

    async fn deliver(&self, envelope: &Envelope<'_>) -> Result<(), SendError> {
        let mail = message::build(&self.config.from, &self.config.to, envelope)?;
        let mime = STANDARD.encode(mail.formatted());
        let token = self.tokens.token().await?;
        let answer = self.post(&mime, &token, envelope).await?;
        if !answer.refuses_the_token() {
            return answer.judge();
        }
        self.tokens.forget(&token).await;
        let token = self.tokens.token().await?;
        self.post(&mime, &token, envelope).await?.judge()
    }

    /// `POST /users/{mailbox}/sendMail` with a MIME message (<https://learn.microsoft.com/graph/api/user-sendmail>).
    async fn post<'a>(
        &'a self,
        mime: &str,
        token: &'a Token,
        envelope: &'a Envelope<'_>,
    ) -> Result<Answer<'a>, SendError> {
        let response = self
            .http
            .post(self.url.clone())
            .timeout(self.timeout)
            .header(header::AUTHORIZATION, authorization(token)?)
            .header(header::CONTENT_TYPE, "text/plain")
            .header(header::USER_AGENT, USER_AGENT)
            .header("client-request-id", envelope.delivery.to_string())
            .body(mime.to_owned())
            .send()
            .await
            .map_err(|error| {
                let hidden = Hidden {
                    url: &self.url,
                    secret: Some(&token.value),
                };
                failed(error, hidden)
            })?;
        let mailbox = self.config.from.email.as_ref();
        Ok(Answer::read(response, mailbox, token, envelope).await)
    }

    /// Signs in, and reads what the token says. Whether Exchange lets it send, only sending shows.
    async fn sign_in(&self) -> Result<String, SendError> {
        let token = self.tokens.token().await?;
        let who = match self.tokens.client() {
            Some(client) => format!("signed in as client {client}"),
            None => "signed in".to_owned(),
        };
        let may = match &token.permissions {
            Some(held) if held.iter().any(|one| one == PERMISSION) => {
                format!("the token holds {PERMISSION}")
            }
            Some(_) => format!(
                "the token does not hold {PERMISSION}, so it works only if Exchange itself lets this client send as {} (RBAC for \
                 Applications), which `forewarn test {}` shows",
                self.config.from.email, self.name
            ),
            None => format!("whether it holds {PERMISSION} the token does not tell"),
        };
        Ok(format!("{who}; {may}"))
    }
}

/// Where a mailbox's mail is handed over.
fn send_mail(graph: &Url, mailbox: &Address) -> Url {
    let mut url = graph.clone();
    // only a URL that cannot have a path at all would refuse one; the configuration lets none through
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty()
            .extend(["v1.0", "users", mailbox.as_ref(), "sendMail"]);
    }
    url
}

fn authorization(token: &Token) -> Result<HeaderValue, SendError> {
    let value = format!("Bearer {}", token.value.expose_secret());
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        let detail = "the token that was given out cannot be sent in a header";
        SendError::new(Failure::Unavailable, detail)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Notifier for GraphMailNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        let to = self.config.to.iter();
        to.map(|mailbox| mailbox.email.to_string()).collect()
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        compose::parts(&self.renderer, notification)
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        self.deliver(envelope).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        self.sign_in().boxed()
    }

    fn signs_in_as(&self) -> Option<Id> {
        self.tokens.client()
    }

    fn pace(&self) -> Duration {
        EXCHANGE_PACE
    }
}
