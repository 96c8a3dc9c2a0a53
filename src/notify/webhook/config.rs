//! What the configuration says of a webhook.

use crate::domain::SecretSource;

/// A Standard Webhooks endpoint.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Its URL; may hold a token, so it is treated as a secret.
    pub url: SecretSource,
    /// The keys that sign, newest first; several while one is being rotated; none: unsigned.
    pub signing_secrets: Vec<SecretSource>,
}
