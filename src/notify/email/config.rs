//! What the configuration says of mail.

use lettre::message::Mailbox;

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
    /// The user name and password, when the server wants them.
    pub credentials: Option<(String, SecretSource)>,
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
