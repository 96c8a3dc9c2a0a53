//! Sign-in with a client secret, and the one token that everybody shares.
//!
//! One request is under way at a time: whoever needs a token meanwhile waits for its outcome. A token is renewed five
//! minutes, or a fifth of its life if that is less, before its end. The secret is read anew at each sign-in, and neither it
//! nor the token is ever in a log line, an error or a `Debug`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ACCEPT, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::{
    answer::{self, REQUEST_TIMEOUT},
    config::{Auth, TenantConfig},
    error::{ScanError, Service},
    pace::{Pace, Patience},
    refusal::SignInRefusal,
};
use crate::domain::{SecretSource, Secrets, secret::SecretString};

/// A token is renewed so many seconds before its end at the most.
const MARGIN_MAX: i64 = 300;
/// How long a token is trusted whose answer does not say how long it lives.
const LIFE_UNKNOWN: i64 = 300;

/// Signs in and keeps the token.
pub(super) struct SignIn {
    http: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    url: Url,
    host: String,
    client_id: String,
    secret: SecretSource,
    scope: String,
    kept: Mutex<Option<Token>>,
}

struct Token {
    /// The whole `Authorization` value, marked sensitive: its `Debug` shows nothing.
    bearer: HeaderValue,
    renew_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    expires_in: serde_json::Value,
}

enum Outcome {
    Granted(Token),
    Later {
        status: u16,
        after: Option<std::time::Duration>,
    },
    Broken(String),
}

impl SignIn {
    pub(super) fn new(
        config: &TenantConfig,
        http: reqwest::Client,
        secrets: Arc<dyn Secrets>,
    ) -> Self {
        let Auth::ClientSecret { client_id, secret } = &config.auth;
        let segments = [config.tenant_id.as_str(), "oauth2", "v2.0", "token"];
        Self {
            http,
            secrets,
            url: answer::below(&config.authority, &segments),
            host: answer::host(&config.authority),
            client_id: client_id.clone(),
            secret: secret.clone(),
            // the resource is the cloud's real Graph even where it is reached by another address
            scope: format!("{}/.default", config.cloud.graph()),
            kept: Mutex::new(None),
        }
    }

    /// The value of an `Authorization` header, good for at least a while.
    pub(super) async fn bearer(&self, pace: &Pace<'_>) -> Result<HeaderValue, ScanError> {
        let mut kept = self.kept.lock().await;
        if let Some(token) = kept
            .as_ref()
            .filter(|token| pace.clock.now() < token.renew_at)
        {
            return Ok(token.bearer.clone());
        }
        let token = self.sign_in(pace).await?;
        Ok(kept.insert(token).bearer.clone())
    }

    /// Drops a token that Graph refused, unless another one has taken its place already.
    pub(super) async fn forget(&self, refused: &HeaderValue) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|token| token.bearer == *refused) {
            *kept = None;
        }
    }

    async fn sign_in(&self, pace: &Pace<'_>) -> Result<Token, ScanError> {
        let mut patience = Patience::new(pace, Service::SignIn, &self.host);
        loop {
            match self.attempt(pace).await? {
                Outcome::Granted(token) => return Ok(token),
                Outcome::Later { status, after } => patience.refused(status, after).await?,
                Outcome::Broken(last) => patience.broken(last).await?,
            }
        }
    }

    async fn attempt(&self, pace: &Pace<'_>) -> Result<Outcome, ScanError> {
        let secret = self
            .secrets
            .read(&self.secret)
            .map_err(ScanError::OwnSecret)?;
        let asked_at = pace.clock.now();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", secret.expose_secret()),
            ("scope", &self.scope),
        ];
        let request = self
            .http
            .post(self.url.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, answer::USER_AGENT)
            .header("client-request-id", pace.dice.guid().to_string())
            .timeout(pace.left(Service::SignIn)?.min(REQUEST_TIMEOUT))
            .form(&form);
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Broken(answer::describe(error))),
        };
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(answer::redirect(Service::SignIn, &response));
        }
        let after = answer::retry_after(response.headers(), pace.clock.now());
        let body = answer::read_small(&mut response).await;
        if status == 200 {
            return self.granted(&body, asked_at).map(Outcome::Granted);
        }
        let source = self.secret.to_string();
        let refusal = SignInRefusal::read(status, &body, &self.client_id, source, &secret);
        match status {
            429 | 503 | 504 => Ok(Outcome::Later { status, after }),
            408 | 500.. => Ok(Outcome::Broken(refusal.summary())),
            _ if refusal.is_transient() => Ok(Outcome::Later { status, after }),
            _ => Err(ScanError::SignIn(Box::new(refusal))),
        }
    }

    fn granted(&self, body: &[u8], asked_at: DateTime<Utc>) -> Result<Token, ScanError> {
        let no_token = || ScanError::NoToken {
            host: self.host.clone(),
        };
        let granted: Granted = serde_json::from_slice(body).map_err(|_| no_token())?;
        let value = format!("Bearer {}", granted.access_token.expose_secret());
        let mut bearer = HeaderValue::try_from(value).map_err(|_| no_token())?;
        bearer.set_sensitive(true);
        let life = seconds(&granted.expires_in).unwrap_or(LIFE_UNKNOWN);
        let margin = MARGIN_MAX.min(life / 5);
        Ok(Token {
            bearer,
            renew_at: asked_at + TimeDelta::seconds(life - margin),
        })
    }
}

/// A number of seconds, up to ten years; some token endpoints write it as a string.
fn seconds(value: &serde_json::Value) -> Option<i64> {
    let seconds = value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())?;
    Some(seconds.clamp(0, 315_360_000))
}
