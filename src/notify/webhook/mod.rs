//! Standard Webhooks.

mod config;

pub use config::WebhookConfig;
