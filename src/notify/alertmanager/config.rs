//! What the configuration says of an Alertmanager.

use crate::domain::SecretSource;

/// An Alertmanager of Prometheus.
#[derive(Debug, Clone)]
pub struct AlertmanagerConfig {
    /// Its base URL, below which `/api/v2` is; may hold a user and a password.
    pub url: SecretSource,
    /// A bearer token, where something before it asks for one.
    pub token: Option<SecretSource>,
}
