//! What the configuration says of a receiver, validated.

use crate::domain::digest::Every;

use super::{alertmanager, email, graph_mail, pagerduty, slack, teams, webhook};

/// A place alerts go.
#[derive(Debug, Clone)]
pub struct ReceiverConfig {
    /// Its name; unique.
    pub name: String,
    /// Tell it when something announced needs nothing more.
    pub send_resolved: bool,
    /// A summary beside the alerts.
    pub digest: Option<Every>,
    /// Tell each app's owners in person, and its own targets only of what has no owner who can be told.
    pub to_owners: bool,
    /// How it is reached.
    pub backend: Backend,
}

/// How a receiver is reached.
#[derive(Debug, Clone)]
pub enum Backend {
    /// Mail over SMTP.
    Email(email::EmailConfig),
    /// Mail through Graph.
    GraphMail(graph_mail::GraphMailConfig),
    /// A Slack incoming webhook.
    Slack(slack::SlackConfig),
    /// A Teams Workflows webhook.
    Teams(teams::TeamsConfig),
    /// A Standard Webhooks endpoint.
    Webhook(webhook::WebhookConfig),
    /// An integration of PagerDuty.
    PagerDuty(pagerduty::PagerDutyConfig),
    /// An Alertmanager of Prometheus.
    Alertmanager(alertmanager::AlertmanagerConfig),
}
