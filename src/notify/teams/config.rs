//! What the configuration says of Teams.

use crate::domain::SecretSource;

/// A Teams webhook.
#[derive(Debug, Clone)]
pub struct TeamsConfig {
    /// The webhook's URL; it is a secret.
    pub url: SecretSource,
}
