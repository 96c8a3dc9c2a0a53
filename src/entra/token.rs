//! The one token for a resource that everybody shares.
//!
//! One request is under way at a time: whoever needs a token meanwhile waits for its outcome. A token is renewed five
//! minutes, or a fifth of its life if that is less, before its end. How it is got is the matter of `signin`.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

use super::{
    config::TenantConfig,
    error::ScanError,
    pace::{Pace, Patience},
    signin::{Clients, Granted, Method, Outcome},
};
use crate::domain::Secrets;

/// Signs in and keeps the token.
pub(super) struct SignIn {
    method: Method,
    kept: Mutex<Option<Granted>>,
}

impl SignIn {
    /// Signs in to `resource`, such as `https://graph.microsoft.com`. A token is good for one resource alone, and goes nowhere else.
    pub(super) fn new(
        config: &TenantConfig,
        http: &Clients,
        secrets: Arc<dyn Secrets>,
        resource: &str,
    ) -> Self {
        Self {
            method: Method::new(config, http, secrets, resource),
            kept: Mutex::new(None),
        }
    }

    /// Signs in another way.
    #[cfg(test)]
    pub(super) fn change_method(self, change: impl FnOnce(Method) -> Method) -> Self {
        Self {
            method: change(self.method),
            ..self
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

    /// Drops a token that was refused, unless another one has taken its place already.
    pub(super) async fn forget(&self, refused: &HeaderValue) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|token| token.bearer == *refused) {
            *kept = None;
        }
    }

    async fn sign_in(&self, pace: &Pace<'_>) -> Result<Granted, ScanError> {
        let (service, host) = self.method.asked();
        let mut patience = Patience::new(pace, service, host);
        loop {
            match self.method.attempt(pace).await? {
                Outcome::Granted(token) => return Ok(token),
                Outcome::Later { status, after } => patience.refused(status, after).await?,
                Outcome::Broken(last) => patience.broken(last).await?,
            }
        }
    }
}
