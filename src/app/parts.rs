//! From configuration to adapters: tenants and receivers.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    net::{self, NetError},
    templates,
    tokens::Means,
};
use crate::{
    config::Config,
    domain::{Clock, Secrets},
    engine::Receiver,
    entra::{Clients, Directory, Tenant, config::TenantConfig},
    notify::{
        Notifier,
        alertmanager::AlertmanagerNotifier,
        config::{Backend, ReceiverConfig},
        email::{EmailNotifier, SmtpSignIn},
        graph_mail::GraphMailNotifier,
        missing::MissingReceiver,
        pagerduty::PagerDutyNotifier,
        slack::SlackNotifier,
        teams::TeamsNotifier,
        webhook::WebhookNotifier,
    },
    render::{Links, Renderer},
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
    let directory = |tenant: &TenantConfig| {
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

/// The receivers. Their messages hold `links` back, where there are any.
pub fn receivers(
    config: &Config,
    net: &Net,
    secrets: &Arc<dyn Secrets>,
    clock: &Arc<dyn Clock>,
    links: Option<Links>,
) -> Arc<[Receiver]> {
    let means = Means {
        net,
        secrets,
        clock,
    };
    let templates = templates::load(config).templates;
    let renderer = Renderer::new(config.calendar.clone()).with_templates(templates);
    let renderer = match links {
        Some(links) => renderer.with_links(links),
        None => renderer,
    };
    let reminders_last = config.policies.reminders_last();
    let receiver = |receiver: &ReceiverConfig| Receiver {
        notifier: notifier(receiver, config, reminders_last, means, &renderer),
        send_resolved: receiver.send_resolved,
        digest: receiver.digest,
        to_owners: receiver.to_owners,
    };
    config.receivers.iter().map(receiver).collect()
}

fn notifier(
    receiver: &ReceiverConfig,
    config: &Config,
    reminders_last: TimeDelta,
    means: Means<'_>,
    renderer: &Renderer,
) -> Arc<dyn Notifier> {
    let (name, http, secrets, renderer) = (
        receiver.name.clone(),
        means.net.http.clone(),
        Arc::clone(means.secrets),
        renderer.clone(),
    );
    match receiver.backend.clone() {
        Backend::Email(config) => {
            let client = match &config.sign_in {
                Some(SmtpSignIn::OAuth2 { client, .. }) => Some(means.for_smtp(client)),
                Some(SmtpSignIn::Password { .. }) | None => None,
            };
            let extra_ca = means.net.extra_ca.clone();
            let mail = EmailNotifier::new(name, config, secrets, renderer, extra_ca);
            match client {
                Some(tokens) => Arc::new(mail.with_tokens(tokens)),
                None => Arc::new(mail),
            }
        }
        Backend::GraphMail(mail) => {
            let is_its = |tenant: &&TenantConfig| tenant.name == mail.tenant;
            match config.tenants.iter().find(is_its) {
                Some(tenant) => {
                    let (graph, tokens) = (&tenant.graph, means.for_graph(tenant));
                    let mail = GraphMailNotifier::new(name, mail, graph, http, tokens, renderer);
                    Arc::new(mail)
                }
                // the configuration has made sure that it is there
                None => Arc::new(MissingReceiver::new(name)),
            }
        }
        Backend::Slack(config) => {
            Arc::new(SlackNotifier::new(name, config, http, secrets, renderer))
        }
        Backend::Teams(config) => {
            Arc::new(TeamsNotifier::new(name, config, http, secrets, renderer))
        }
        Backend::Webhook(config) => {
            Arc::new(WebhookNotifier::new(name, config, http, secrets, renderer))
        }
        Backend::PagerDuty(config) => Arc::new(PagerDutyNotifier::new(
            name, config, http, secrets, renderer,
        )),
        Backend::Alertmanager(config) => Arc::new(AlertmanagerNotifier::new(
            name,
            config,
            reminders_last,
            http,
            secrets,
            renderer,
        )),
    }
}
