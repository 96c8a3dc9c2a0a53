//! Tokens for those who speak to a service themselves: mail, by Graph and by Exchange Online's SMTP.
//!
//! It is the sign-in of the scans (`token`, `signin`), kept apart for another resource or another client.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::{FutureExt, future::BoxFuture};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;

use super::{
    config::TenantConfig,
    error::ScanError,
    pace::{Dice, Pace, Skew},
    permissions::Held,
    signin::Clients,
    token::SignIn,
};
use crate::domain::{
    Clock, Id, Secrets,
    token::{NoToken, Token, TokenError, TokenSource},
};

/// What a token for Exchange Online's SMTP is for
/// (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
pub const OUTLOOK: &str = "https://outlook.office365.com";

/// How long getting one may take, all waiting included. What takes longer is tried again later, by whoever wants the token.
const TIME: TimeDelta = TimeDelta::minutes(1);

const SCHEME: &str = "Bearer ";

/// The tokens of one client for one service.
pub struct Tokens {
    sign_in: SignIn,
    client: Option<Id>,
    clock: Arc<dyn Clock>,
    dice: Dice,
}

impl Tokens {
    /// Signs in as the tenant's configuration says, to `resource`: [`TenantConfig::graph_resource`] or [`OUTLOOK`]. Connects nothing
    /// yet. `seed` feeds the jitter of waits and the ids of requests.
    pub fn new(
        config: &TenantConfig,
        resource: &str,
        http: &Clients,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Self {
        Self {
            sign_in: SignIn::new(config, http, secrets, resource),
            client: config.auth.client_id().map(Id::parse),
            clock,
            dice: Dice::new(seed),
        }
    }
}

impl TokenSource for Tokens {
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        async move {
            let pace = Pace {
                clock: self.clock.as_ref(),
                dice: &self.dice,
                deadline: self.clock.now() + TIME,
                progress: &|_| {},
                skew: Skew::default(),
            };
            let bearer = self.sign_in.bearer(&pace).await;
            bearer
                .map(|bearer| token(&bearer))
                .map_err(|error| explained(&error))
        }
        .boxed()
    }

    fn forget<'a>(&'a self, refused: &'a Token) -> BoxFuture<'a, ()> {
        async move {
            let bearer = format!("{SCHEME}{}", refused.value.expose_secret());
            if let Ok(bearer) = HeaderValue::try_from(bearer) {
                self.sign_in.forget(&bearer).await;
            }
        }
        .boxed()
    }

    fn client(&self) -> Option<Id> {
        self.client.clone()
    }
}

fn token(bearer: &HeaderValue) -> Token {
    let value = bearer.to_str().unwrap_or_default();
    Token {
        value: value.strip_prefix(SCHEME).unwrap_or(value).into(),
        permissions: match Held::read(bearer) {
            Held::Application { roles, .. } => Some(roles),
            Held::Delegated { scopes } => Some(scopes),
            Held::Untold => None,
        },
    }
}

fn explained(error: &ScanError) -> TokenError {
    TokenError {
        reason: reason(error),
        detail: error.beside_a_scan(),
        retry_after: match error {
            ScanError::OutOfTime { wait, .. } => wait.filter(|wait| *wait > Duration::ZERO),
            _ => None,
        },
    }
}

fn reason(error: &ScanError) -> NoToken {
    match error {
        ScanError::OwnSecret(_) | ScanError::OwnCertificate { .. } | ScanError::AzureCli(_) => {
            NoToken::Credential
        }
        ScanError::SignIn(refusal) if refusal.is_about_the_credential() => NoToken::Credential,
        ScanError::SignIn(_)
        | ScanError::Identity(_)
        | ScanError::Challenge(_)
        | ScanError::OtherTenant { .. }
        | ScanError::OtherIdentity { .. }
        | ScanError::Redirect { .. } => NoToken::Refused,
        ScanError::Throttled { .. } | ScanError::OutOfTime { wait: Some(_), .. } => {
            NoToken::Throttled
        }
        // the rest of them are of a scan, and do not come of signing in
        _ => NoToken::Unavailable,
    }
}
