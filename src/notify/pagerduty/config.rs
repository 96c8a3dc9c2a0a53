//! What the configuration says of PagerDuty.

use crate::domain::SecretSource;

/// Where events are taken, unless told otherwise. Accounts in the EU have `events.eu.pagerduty.com`.
pub const ENQUEUE: &str = "https://events.pagerduty.com/v2/enqueue";

/// An integration of a PagerDuty service.
#[derive(Debug, Clone)]
pub struct PagerDutyConfig {
    /// Where events are taken.
    pub url: SecretSource,
    /// The integration key; who knows it can open incidents.
    pub routing_key: SecretSource,
}

/// Does this look like an integration key? They are 32 letters and digits (PagerDuty, "Send an Alert Event"); what people paste instead
/// are the shorter keys of the REST API.
pub fn is_routing_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
