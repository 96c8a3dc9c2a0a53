//! `[[receivers]]`. One struct for all types: which key belongs to which type is for `validate` to say, in words.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{OneOrMany, Secret};

/// A place that alerts go.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receiver {
    /// Its name, for routes: lower-case letters, digits, `_` and `-`; unique.
    pub(crate) name: Option<String>,
    /// What it is.
    pub(crate) r#type: Option<ReceiverType>,
    /// Tell it when something announced needs nothing more. Default: false; for `pagerduty` and `alertmanager`: true.
    pub(crate) send_resolved: Option<bool>,
    /// A summary beside the alerts. Default: none.
    pub(crate) digest: Option<Digest>,
    /// For `slack`, `teams` and `webhook`: where messages are posted. For `alertmanager`: its base URL. For `pagerduty`: where events
    /// are taken. Default: `https://events.pagerduty.com/v2/enqueue`.
    pub(crate) url: Option<Secret>,
    /// For `webhook`: the key that signs, `whsec_…`; a list while one is being rotated, newest first. Without one messages
    /// are not signed.
    pub(crate) signing_secret: Option<OneOrMany<Secret>>,
    /// For `pagerduty`: the integration key of a service, for the Events API v2.
    pub(crate) routing_key: Option<Secret>,
    /// For `alertmanager`: a bearer token, where something before it asks for one. A user and a password belong into `url`.
    pub(crate) token: Option<Secret>,
    /// For `email` and `graph-mail`: the recipients, as `a@b.c` or `Name <a@b.c>`.
    pub(crate) to: Option<Vec<String>>,
    /// For `email` and `graph-mail`: every owner of an app who has a mail address is told of it in person, one message a person;
    /// what has no such owner goes to `to`, and says so. Default: false.
    pub(crate) to_owners: Option<bool>,
    /// For `email`: the server.
    pub(crate) smtp: Option<Smtp>,
    /// For `graph-mail`: the mailbox that sends, as `a@b.c` or `Name <a@b.c>`.
    pub(crate) from: Option<String>,
    /// For `graph-mail`: the tenant that the mailbox is in, by its name in [[tenants]]; its sign-in is used. Default: the only one.
    pub(crate) tenant: Option<String>,
}

/// What a receiver is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReceiverType {
    /// Mail over SMTP.
    Email,
    /// A Slack incoming webhook.
    Slack,
    /// A Teams Workflows webhook.
    Teams,
    /// A Standard Webhooks endpoint.
    Webhook,
    /// A service of PagerDuty.
    #[serde(rename = "pagerduty")]
    PagerDuty,
    /// An Alertmanager of Prometheus.
    Alertmanager,
    /// Mail through Graph.
    GraphMail,
}

/// How often a summary is sent.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Digest {
    /// Every working day.
    Daily,
    /// Every first working day of a week.
    Weekly,
}

/// A mail server.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Smtp {
    /// Its host name.
    pub(crate) host: Option<String>,
    /// Its port. Default: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    #[schemars(range(min = 1))]
    pub(crate) port: Option<u16>,
    /// How the connection is protected. Default: `starttls`.
    pub(crate) tls: Option<SmtpTls>,
    /// The sender, as `a@b.c` or `Name <a@b.c>`.
    pub(crate) from: Option<String>,
    /// The user to sign in as, if the server wants one. With `oauth2`: the address of the mailbox that sends.
    pub(crate) username: Option<String>,
    /// The user's password.
    pub(crate) password: Option<Secret>,
    /// Sign in with a token instead of a password (XOAUTH2 at Exchange Online).
    pub(crate) oauth2: Option<OAuth2>,
}

/// How an SMTP connection is protected.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SmtpTls {
    /// Plain first, then STARTTLS, which is demanded.
    #[serde(rename = "starttls")]
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None; for a relay on the same host or inside the cluster.
    None,
}

/// The app registration that may send mail.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth2 {
    /// The directory (tenant) id.
    pub(crate) tenant_id: Option<String>,
    /// The application (client) id.
    pub(crate) client_id: Option<String>,
    /// Its secret.
    pub(crate) client_secret: Option<Secret>,
}
