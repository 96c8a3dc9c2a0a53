//! What a mail server is shown when we sign in: read, or got, at that moment.

use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism};

use super::{EmailConfig, SmtpSignIn, SmtpTls};
use crate::{
    domain::{
        loopback::is_loopback,
        secret::{ExposeSecret, SecretString, Secrets},
        token::{Token, TokenSource},
    },
    notify::{Failure, SendError},
};

/// Proves who we are.
pub(super) enum Proof {
    /// A user's password.
    Password {
        user: String,
        password: SecretString,
    },
    /// A token for a mailbox.
    Token { mailbox: String, token: Token },
}

impl Proof {
    /// Reads the password, or gets the token, if the server wants one; and makes sure that it is safe to send.
    pub(super) async fn get(
        config: &EmailConfig,
        secrets: &dyn Secrets,
        tokens: Option<&dyn TokenSource>,
    ) -> Result<Option<Self>, SendError> {
        let misconfigured = |detail: String| SendError::new(Failure::Misconfigured, detail);
        let Some(sign_in) = &config.sign_in else {
            return Ok(None);
        };
        if config.tls == SmtpTls::None && !is_loopback(&config.host) {
            let detail = format!(
                "neither a password nor a token is ever sent unencrypted to another host ({}): set smtp.tls to \"starttls\" or \
                 \"implicit\", or leave out what is signed in with",
                config.host
            );
            return Err(misconfigured(detail));
        }
        match (sign_in, tokens) {
            (SmtpSignIn::Password { user, password }, _) => {
                let password = secrets.read(password);
                Ok(Some(Self::Password {
                    user: user.clone(),
                    password: password.map_err(|error| misconfigured(error.to_string()))?,
                }))
            }
            (SmtpSignIn::OAuth2 { mailbox, .. }, Some(tokens)) => Ok(Some(Self::Token {
                mailbox: mailbox.clone(),
                token: tokens.token().await?,
            })),
            (SmtpSignIn::OAuth2 { .. }, None) => {
                let detail = "it is to sign in with a token, and nobody is there to get one";
                Err(misconfigured(detail.to_owned()))
            }
        }
    }

    /// As the library wants them.
    pub(super) fn credentials(&self) -> (Credentials, &'static [Mechanism]) {
        match self {
            Self::Password { user, password } => {
                let password = password.expose_secret().to_owned();
                (Credentials::new(user.clone(), password), DEFAULT_MECHANISMS)
            }
            Self::Token { mailbox, token } => {
                let token = token.value.expose_secret().to_owned();
                (
                    Credentials::new(mailbox.clone(), token),
                    &[Mechanism::Xoauth2],
                )
            }
        }
    }

    /// The token, if it is one.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Password { .. } => None,
            Self::Token { token, .. } => Some(token),
        }
    }

    /// Every form that what is secret takes on the wire, the longest first.
    pub(super) fn forms(&self) -> Vec<String> {
        let (whole, secret) = match self {
            Self::Password { user, password } => {
                let password = password.expose_secret();
                (format!("\0{user}\0{password}"), password)
            }
            Self::Token { mailbox, token } => {
                let token = token.value.expose_secret();
                (
                    format!("user={mailbox}\u{1}auth=Bearer {token}\u{1}\u{1}"),
                    token,
                )
            }
        };
        vec![
            STANDARD.encode(whole),
            STANDARD.encode(secret),
            secret.to_owned(),
        ]
    }
}
