//! One conversation with the mail server: connect, protect, sign in, hand over, part.
//!
//! The connection is driven here step by step rather than by lettre's transport, for three reasons. Every step, not only
//! the TCP connect, ends at one deadline. An error says in which step it came. And once the server has taken the mail,
//! a slow goodbye no longer counts: it would have the same mail sent again. Nothing is pooled: a conversation that is
//! cut short is dropped with its connection, whose late answers would otherwise be taken for those to the next mail.

use std::{future::Future, time::Duration};

use lettre::{
    Message,
    transport::smtp::{
        self,
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::Noop,
        extension::ClientId,
    },
};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    EmailConfig, SmtpSignIn, SmtpTls,
    failure::{Discretion, Step},
    proof::Proof,
    unencrypted::Unencrypted,
};
use crate::{
    domain::{secret::Secrets, token::TokenSource},
    notify::{Failure, SendError},
};

/// How long a mail server may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// For each of its addresses to accept a connection.
    pub(super) connect: Duration,
    /// For everything together.
    pub(super) whole: Duration,
    /// For answering the goodbye, once all is done.
    pub(super) farewell: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            whole: Duration::from_mins(1),
            farewell: Duration::from_secs(2),
        }
    }
}

/// A mail server, and all that a conversation with it takes.
pub(super) struct Server<'a> {
    pub(super) config: &'a EmailConfig,
    pub(super) secrets: &'a dyn Secrets,
    pub(super) tokens: Option<&'a dyn TokenSource>,
    pub(super) extra_ca_pem: Option<&'a [u8]>,
    pub(super) timeouts: Timeouts,
}

impl Server<'_> {
    /// Hands over one mail. `Ok` means that the server has accepted responsibility for it (RFC 5321 section 4.2.5).
    pub(super) async fn deliver(&self, mail: &Message, recipient: &str) -> Result<(), SendError> {
        let (conversation, mut connection) = self.open(Some(recipient)).await?;
        let content = mail.formatted();
        let handover = connection.send(mail.envelope(), &content);
        conversation.step(Step::HandOver, handover).await?;
        self.part(connection).await;
        Ok(())
    }

    /// Goes all the way but for the mail, and says what was reached.
    pub(super) async fn probe(&self) -> Result<String, SendError> {
        let (conversation, mut connection) = self.open(None).await?;
        let nothing = connection.command(Noop);
        conversation.step(Step::HandOver, nothing).await?;
        self.part(connection).await;
        Ok(self.reached())
    }

    /// A connection that is protected and signed in as configured. A token that is refused is replaced once: what was granted or taken
    /// away since then shows only in a new one.
    async fn open<'a>(
        &'a self,
        recipient: Option<&'a str>,
    ) -> Result<(Conversation<'a>, AsyncSmtpConnection), SendError> {
        let conversation = self.conversation(recipient).await?;
        let opened = conversation.open().await;
        let token = conversation.proof.as_ref().and_then(Proof::token);
        let refused = matches!(&opened, Err(error) if error.failure == Failure::Unauthorised);
        let (true, Some(token), Some(tokens)) = (refused, token, self.tokens) else {
            return opened.map(|connection| (conversation, connection));
        };
        tokens.forget(token).await;
        let again = self.conversation(recipient).await?;
        let connection = again.open().await?;
        Ok((again, connection))
    }

    /// Has ready what proves who we are. The time for the rest runs from then on.
    async fn conversation<'a>(
        &'a self,
        recipient: Option<&'a str>,
    ) -> Result<Conversation<'a>, SendError> {
        let proof = Proof::get(self.config, self.secrets, self.tokens).await?;
        Ok(Conversation {
            server: self,
            deadline: Instant::now() + self.timeouts.whole,
            discretion: Discretion::new(self.config, proof.as_ref(), recipient),
            proof,
        })
    }

    /// Says goodbye, but does not insist on an answer: all that matters has been settled.
    async fn part(&self, mut connection: AsyncSmtpConnection) {
        let _ = timeout(self.timeouts.farewell, connection.abort()).await;
    }

    fn reached(&self) -> String {
        let EmailConfig { host, port, .. } = self.config;
        let protection = match self.config.tls {
            SmtpTls::StartTls => "STARTTLS",
            SmtpTls::Implicit => "TLS",
            SmtpTls::None => "unencrypted",
        };
        let signed_in = match self.config.sign_in {
            Some(SmtpSignIn::Password { .. }) => "signed in",
            Some(SmtpSignIn::OAuth2 { .. }) => "signed in with a token",
            None => "without sign-in",
        };
        format!("{host}:{port}, {protection}, {signed_in}")
    }
}

/// A conversation under way.
struct Conversation<'a> {
    server: &'a Server<'a>,
    deadline: Instant,
    proof: Option<Proof>,
    discretion: Discretion<'a>,
}

impl Conversation<'_> {
    /// A connection that is protected and signed in as configured.
    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let hello = ClientId::default();
        let mut connection = match self.server.config.tls {
            SmtpTls::Implicit => self.connect_encrypted(&hello).await?,
            SmtpTls::StartTls => {
                let mut connection = self.connect_unencrypted(&hello).await?;
                self.protect(&mut connection, &hello).await?;
                connection
            }
            SmtpTls::None => self.connect_unencrypted(&hello).await?,
        };
        self.sign_in(&mut connection).await?;
        Ok(connection)
    }

    async fn connect_encrypted(&self, hello: &ClientId) -> Result<AsyncSmtpConnection, SendError> {
        let Server {
            config, timeouts, ..
        } = self.server;
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (config.host.as_str(), config.port),
            Some(timeouts.connect),
            hello,
            Some(self.tls_parameters()?),
            None,
        );
        self.step(Step::Connect, connecting).await
    }

    async fn connect_unencrypted(
        &self,
        hello: &ClientId,
    ) -> Result<AsyncSmtpConnection, SendError> {
        let Server {
            config, timeouts, ..
        } = self.server;
        let connecting = Unencrypted::connect(&config.host, config.port, timeouts.connect);
        let socket = self
            .in_time(Step::Connect, connecting)
            .await?
            .map_err(|error| self.discretion.unreachable(&error))?;
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(socket), hello);
        self.step(Step::Connect, greeting).await
    }

    async fn protect(
        &self,
        connection: &mut AsyncSmtpConnection,
        hello: &ClientId,
    ) -> Result<(), SendError> {
        if !connection.can_starttls() {
            return Err(self.discretion.no_starttls());
        }
        let parameters = self.tls_parameters()?;
        let upgrading = connection.starttls(parameters, hello);
        self.step(Step::StartTls, upgrading).await
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(proof) = &self.proof else {
            return Ok(());
        };
        let (credentials, mechanisms) = proof.credentials();
        let signing_in = connection.auth(mechanisms, &credentials);
        self.step(Step::SignIn, signing_in).await?;
        Ok(())
    }

    /// The system's trust and, beside it, the extra certificates.
    fn tls_parameters(&self) -> Result<TlsParameters, SendError> {
        let explain = |error| self.discretion.explain(Step::StartTls, &error);
        let mut builder = TlsParameters::builder(self.server.config.host.clone());
        if let Some(pem) = self.server.extra_ca_pem {
            builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(explain)?);
        }
        builder.build().map_err(explain)
    }

    async fn step<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<T, smtp::Error>>,
    ) -> Result<T, SendError> {
        let done = self.in_time(step, work).await?;
        done.map_err(|error| self.discretion.explain(step, &error))
    }

    async fn in_time<T>(&self, step: Step, work: impl Future<Output = T>) -> Result<T, SendError> {
        let whole = self.server.timeouts.whole;
        let done = timeout_at(self.deadline, work).await;
        done.map_err(|_| self.discretion.too_slow(step, whole))
    }
}
