//! Does it work at all? Signs in to every tenant and connects to every receiver, and sends nothing.

use std::{error::Error, sync::Arc};

use super::parts::{Net, directories, receivers};
use crate::{
    config::Config,
    domain::{Clock, SecretSource, Secrets},
    entra::config::Auth,
    notify::{config::Backend, email::SmtpSignIn},
    telemetry::Metrics,
};

pub use crate::entra::permissions::{Finding as Permission, Standing};

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// `key`, `tenant` or `receiver`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Does it work?
    pub works: bool,
    /// What was reached, or what went wrong and what to do.
    pub detail: String,
    /// Of a tenant that was signed in to: how it stands with each permission.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
}

/// What the configuration names but is not there on this machine: secrets, and the file of extra certificates. Not a failure by
/// itself: a configuration may be checked elsewhere than where it will be used.
pub fn missing(config: &Config, secrets: &dyn Secrets) -> Vec<Finding> {
    let ca = Net::new(config)
        .map(drop)
        .map_err(|error| described(&error));
    let ca = ("tls.extra_ca_file".to_owned(), ca);
    let secret = |(key, source): (String, &SecretSource)| {
        (
            key,
            secrets
                .read(source)
                .map(drop)
                .map_err(|error| described(&error)),
        )
    };
    let found = std::iter::once(ca).chain(named_secrets(config).into_iter().map(secret));
    found
        .filter_map(|(name, result)| {
            Some(Finding {
                what: "key",
                name,
                works: false,
                detail: result.err()?,
                permissions: Vec::new(),
            })
        })
        .collect()
}

/// Every secret that the configuration names, with its key.
fn named_secrets(config: &Config) -> Vec<(String, &SecretSource)> {
    let tenants = config.tenants.iter().flat_map(|tenant| {
        let of = |key: &str, source| (format!("{key} of tenant {}", tenant.name), source);
        match &tenant.auth {
            Auth::ClientSecret { secret, .. } => vec![of("client_secret", secret)],
            Auth::Certificate {
                certificate,
                password,
                ..
            } => {
                let password = password
                    .iter()
                    .map(|source| of("certificate_password", source));
                password.chain([of("certificate", certificate)]).collect()
            }
            Auth::WorkloadIdentity { token, .. } => vec![of("the federated token", token)],
            Auth::ManagedIdentity { .. } | Auth::AzureCli => Vec::new(),
        }
    });
    let receivers = config.receivers.iter().flat_map(|receiver| {
        let of = |key: &str, source| (format!("{key} of receiver {}", receiver.name), source);
        match &receiver.backend {
            Backend::Email(email) => match &email.sign_in {
                Some(SmtpSignIn::Password { password, .. }) => vec![of("smtp.password", password)],
                Some(SmtpSignIn::OAuth2 { client, .. }) => {
                    vec![of("smtp.oauth2.client_secret", &client.secret)]
                }
                None => Vec::new(),
            },
            // it signs in as its tenant does
            Backend::GraphMail(_) => Vec::new(),
            Backend::Slack(slack) => vec![of("url", &slack.url)],
            Backend::Teams(teams) => vec![of("url", &teams.url)],
            Backend::Webhook(webhook) => {
                let keys = webhook
                    .signing_secrets
                    .iter()
                    .map(|source| of("signing_secret", source));
                keys.chain([of("url", &webhook.url)]).collect()
            }
            Backend::PagerDuty(pagerduty) => {
                vec![
                    of("routing_key", &pagerduty.routing_key),
                    of("url", &pagerduty.url),
                ]
            }
            Backend::Alertmanager(alertmanager) => {
                let token = alertmanager.token.iter();
                let token = token.map(|source| of("token", source));
                token.chain([of("url", &alertmanager.url)]).collect()
            }
        }
    });
    let token = config
        .http
        .token
        .iter()
        .map(|source| ("http.token".to_owned(), source));
    let heartbeat = config.heartbeat.iter();
    let heartbeat = heartbeat.map(|source| ("heartbeat.url".to_owned(), source));
    let own = token.chain(heartbeat);
    tenants.chain(receivers).chain(own).collect()
}

fn described(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Probes everything, one after the other, and tells each finding as it comes.
pub async fn probe(
    config: &Config,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
    mut tell: impl FnMut(Finding) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let net = match Net::new(config) {
        Ok(net) => net,
        Err(error) => {
            let name = "tls.extra_ca_file".to_owned();
            tell(Finding {
                what: "key",
                name,
                works: false,
                detail: described(&error),
                permissions: Vec::new(),
            })?;
            return Ok(false);
        }
    };
    let metrics = Arc::new(Metrics::new());
    let mut all_work = true;
    for directory in directories(config, &net, &clock, &secrets, &metrics).iter() {
        let finding = match directory.check().await {
            Ok(checked) => Finding {
                works: checked.is_enough(),
                permissions: checked.permissions,
                ..finding("tenant", directory.tenant(), Ok(checked.detail))
            },
            Err(error) => finding("tenant", directory.tenant(), Err(error.to_string())),
        };
        all_work &= finding.works;
        tell(finding)?;
    }
    for receiver in receivers(config, &net, &secrets, &clock, None).iter() {
        let result = receiver
            .notifier
            .check()
            .await
            .map_err(|error| error.to_string());
        all_work &= result.is_ok();
        tell(finding("receiver", receiver.notifier.name(), result))?;
    }
    Ok(all_work)
}

fn finding(what: &'static str, name: &str, result: Result<String, String>) -> Finding {
    let works = result.is_ok();
    Finding {
        what,
        name: name.to_owned(),
        works,
        detail: result.unwrap_or_else(|error| error),
        permissions: Vec::new(),
    }
}
