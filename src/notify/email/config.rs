//! What the configuration says of mail.

use lettre::message::Mailbox;
use url::Url;

use crate::domain::SecretSource;

/// Who gets mail, and through which server.
#[derive(Debug, Clone)]
pub struct EmailConfig {
    /// The recipients; at least one.
    pub to: Vec<Mailbox>,
    /// The SMTP server's host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// The sender.
    pub from: Mailbox,
    /// How we sign in, when the server wants us to.
    pub sign_in: Option<SmtpSignIn>,
}

/// How we sign in to a mail server.
#[derive(Debug, Clone)]
pub enum SmtpSignIn {
    /// With a user's password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: SecretSource,
    },
    /// With a token for a mailbox (XOAUTH2).
    OAuth2 {
        /// The mailbox's address.
        mailbox: String,
        /// Who gets the token.
        client: OAuth2Client,
    },
}

/// An app registration that may send mail.
#[derive(Debug, Clone)]
pub struct OAuth2Client {
    /// The directory (tenant) id or a verified domain.
    pub tenant_id: String,
    /// Base URL of the sign-in service.
    pub authority: Url,
    /// The application (client) id.
    pub client_id: String,
    /// Its secret.
    pub secret: SecretSource,
}

/// How an SMTP connection is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain first, then STARTTLS, which is demanded.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None; for a relay on the same host or inside the cluster.
    None,
}
