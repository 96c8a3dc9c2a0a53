//! What the configuration says of Slack.

use crate::domain::SecretSource;

/// A Slack webhook.
#[derive(Debug, Clone)]
pub struct SlackConfig {
    /// The webhook's URL; it is a secret.
    pub url: SecretSource,
}
