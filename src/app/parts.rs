//! From configuration to adapters: tenants and receivers.

use std::sync::Arc;

use super::net::{self, NetError};
use crate::{
    config::Config,
    domain::{Clock, Secrets},
    engine::Receiver,
    entra::{Clients, Directory, Tenant},
    notify::{
        Notifier, config::Backend, config::ReceiverConfig, email::EmailNotifier,
        slack::SlackNotifier, teams::TeamsNotifier, webhook::WebhookNotifier,
    },
    render::Renderer,
    telemetry::Metrics,
};

/// What every connection shares.
pub struct Net {
    /// For HTTP.
    pub http: reqwest::Client,
    /// For HTTP to this machine and its host.
    pub local: reqwest::Client,
    /// Certificates trusted beside the system's, as PEM.
    pub extra_ca: Option<Vec<u8>>,
}

impl Net {
    /// Reads the extra certificates and makes the client.
    pub fn new(config: &Config) -> Result<Self, NetError> {
        let path = config.extra_ca_file.as_deref();
        let extra_ca = net::read_extra_ca(path)?;
        let http = net::client(path.zip(extra_ca.as_deref()))?;
        Ok(Self {
            http,
            local: net::local_client()?,
            extra_ca,
        })
    }
}

/// The tenants.
pub fn directories(
    config: &Config,
    net: &Net,
    clock: &Arc<dyn Clock>,
    secrets: &Arc<dyn Secrets>,
    metrics: &Arc<Metrics>,
) -> Arc<[Arc<dyn Directory>]> {
    let directory = |tenant: &crate::entra::config::TenantConfig| {
        let (secrets, clock) = (Arc::clone(secrets), Arc::clone(clock));
        let tenant = Tenant::new(
            tenant.clone(),
            Clients {
                web: net.http.clone(),
                local: net.local.clone(),
            },
            secrets,
            clock,
            Arc::clone(metrics),
            rand::random(),
        );
        Arc::new(tenant) as Arc<dyn Directory>
    };
    config.tenants.iter().map(directory).collect()
}

/// The receivers.
pub fn receivers(config: &Config, net: &Net, secrets: &Arc<dyn Secrets>) -> Arc<[Receiver]> {
    let renderer = Renderer::new(config.calendar.clone());
    let receiver = |receiver: &ReceiverConfig| Receiver {
        notifier: notifier(receiver, net, secrets, &renderer),
        send_resolved: receiver.send_resolved,
        digest: receiver.digest,
        to_owners: receiver.to_owners,
    };
    config.receivers.iter().map(receiver).collect()
}

fn notifier(
    config: &ReceiverConfig,
    net: &Net,
    secrets: &Arc<dyn Secrets>,
    renderer: &Renderer,
) -> Arc<dyn Notifier> {
    let (name, http, secrets, renderer) = (
        config.name.clone(),
        net.http.clone(),
        Arc::clone(secrets),
        renderer.clone(),
    );
    match config.backend.clone() {
        Backend::Email(config) => Arc::new(EmailNotifier::new(
            name,
            config,
            secrets,
            renderer,
            net.extra_ca.clone(),
        )),
        Backend::Slack(config) => {
            Arc::new(SlackNotifier::new(name, config, http, secrets, renderer))
        }
        Backend::Teams(config) => {
            Arc::new(TeamsNotifier::new(name, config, http, secrets, renderer))
        }
        Backend::Webhook(config) => {
            Arc::new(WebhookNotifier::new(name, config, http, secrets, renderer))
        }
    }
}
