//! `[[receivers]]`.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    graph_mail::graph_mail,
    name::Names,
    on_call,
    secret::{secret, source},
    smtp,
    url::{http_url, is_safe},
};
use crate::{
    config::{
        path::KeyPath,
        raw::{self, Digest, OneOrMany, ReceiverType},
        report::Report,
    },
    domain::{
        SecretSource,
        digest::Every,
        secret::{ExposeSecret, SecretString},
    },
    entra::config::TenantConfig,
    notify::{
        alertmanager::AlertmanagerConfig,
        config::{Backend, ReceiverConfig},
        pagerduty::PagerDutyConfig,
        slack::SlackConfig,
        teams::TeamsConfig,
        webhook::WebhookConfig,
    },
};

/// The names that routes may use: also of receivers that turn out to be wrong.
pub(super) fn names(raw: &[raw::Receiver]) -> Vec<String> {
    raw.iter()
        .filter_map(|receiver| receiver.name.clone())
        .collect()
}

/// The tenants that receivers may sign in to.
#[derive(Clone, Copy)]
pub(super) struct Tenants<'a> {
    /// The names of all, also of those that turn out to be wrong.
    pub(super) names: &'a [Option<String>],
    /// Those that could be understood.
    pub(super) valid: &'a [TenantConfig],
}

/// The receivers that could be understood.
pub(super) fn receivers(
    raw: Vec<raw::Receiver>,
    tenants: Tenants<'_>,
    report: &mut Report<'_>,
) -> Vec<ReceiverConfig> {
    let at = KeyPath::root().key("receivers");
    if raw.is_empty() {
        report.warning(
            &at,
            "no receiver is given, so nobody is told of anything",
            "add [[receivers]] with `name`, `type` and its address",
        );
    }
    let mut names = Names::default();
    raw.into_iter()
        .enumerate()
        .filter_map(|(index, raw)| receiver(raw, tenants, &mut names, &at.index(index), report))
        .collect()
}

fn receiver(
    raw: raw::Receiver,
    tenants: Tenants<'_>,
    names: &mut Names,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<ReceiverConfig> {
    let name = names.take(raw.name.clone(), at, report);
    let to_owners = raw.to_owners.unwrap_or(false);
    let digest = raw.digest.map(every);
    let remedy = "write `type = \"email\"`, \"graph-mail\", \"slack\", \"teams\", \"webhook\", \"pagerduty\" or \"alertmanager\"";
    let r#type = report.require(raw.r#type, &at.key("type"), remedy)?;
    refuse_foreign_keys(&raw, r#type, at, report);
    // what opens an incident closes it again
    let keeps_state = matches!(r#type, ReceiverType::PagerDuty | ReceiverType::Alertmanager);
    let send_resolved = raw.send_resolved.unwrap_or(keeps_state);
    let backend = match r#type {
        ReceiverType::Email => {
            let (to, smtp) = (raw.to, raw.smtp);
            Backend::Email(smtp::email(to, smtp, tenants.valid, at, report)?)
        }
        ReceiverType::GraphMail => Backend::GraphMail(graph_mail(raw, tenants, at, report)?),
        ReceiverType::Slack => Backend::Slack(SlackConfig {
            url: url(raw.url, r#type, at, report)?,
        }),
        ReceiverType::Teams => Backend::Teams(TeamsConfig {
            url: url(raw.url, r#type, at, report)?,
        }),
        ReceiverType::Webhook => {
            let signing_secrets = signing_secrets(raw.signing_secret, at, report);
            Backend::Webhook(WebhookConfig {
                url: url(raw.url, r#type, at, report)?,
                signing_secrets,
            })
        }
        ReceiverType::PagerDuty => {
            let routing_key = on_call::routing_key(raw.routing_key, at, report);
            let url = match raw.url {
                Some(raw) => url(Some(raw), r#type, at, report)?,
                None => on_call::enqueue(),
            };
            Backend::PagerDuty(PagerDutyConfig {
                url,
                routing_key: routing_key?,
            })
        }
        ReceiverType::Alertmanager => {
            let token = on_call::token(raw.token, at, report);
            let url = url(raw.url, r#type, at, report)?;
            on_call::judge_base(&url, at, report);
            Backend::Alertmanager(AlertmanagerConfig { url, token })
        }
    };
    Some(ReceiverConfig {
        name: name?,
        send_resolved,
        digest,
        to_owners,
        backend,
    })
}

fn every(digest: Digest) -> Every {
    match digest {
        Digest::Daily => Every::Daily,
        Digest::Weekly => Every::Weekly,
    }
}

/// A key that its type does not take would be ignored, which nobody means.
fn refuse_foreign_keys(
    raw: &raw::Receiver,
    r#type: ReceiverType,
    at: &KeyPath,
    report: &mut Report<'_>,
) {
    use ReceiverType::{Alertmanager, Email, GraphMail, PagerDuty, Slack, Teams, Webhook};
    let keys: [(&str, bool, &[ReceiverType], &str); 10] = [
        (
            "url",
            raw.url.is_some(),
            &[Slack, Teams, Webhook, PagerDuty, Alertmanager],
            "slack, teams, webhook, pagerduty and alertmanager",
        ),
        (
            "digest",
            raw.digest.is_some(),
            &[Email, GraphMail, Slack, Teams, Webhook],
            "email, slack, teams and webhook",
        ),
        (
            "routing_key",
            raw.routing_key.is_some(),
            &[PagerDuty],
            "pagerduty",
        ),
        (
            "token",
            raw.token.is_some(),
            &[Alertmanager],
            "alertmanager",
        ),
        (
            "signing_secret",
            raw.signing_secret.is_some(),
            &[Webhook],
            "webhook",
        ),
        (
            "to",
            raw.to.is_some(),
            &[Email, GraphMail],
            "email and graph-mail",
        ),
        (
            "to_owners",
            raw.to_owners.is_some(),
            &[Email, GraphMail],
            "email and graph-mail",
        ),
        ("smtp", raw.smtp.is_some(), &[Email], "email"),
        ("from", raw.from.is_some(), &[GraphMail], "graph-mail"),
        ("tenant", raw.tenant.is_some(), &[GraphMail], "graph-mail"),
    ];
    for (key, is_given, types, names) in keys {
        if is_given && !types.contains(&r#type) {
            report.error(
                &at.key(key),
                format!("`{key}` is a key of receivers of type {names}"),
                "delete it, or change the type",
            );
        }
    }
}

fn url(
    raw: Option<raw::Secret>,
    r#type: ReceiverType,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SecretSource> {
    let at = at.key("url");
    let remedy = "write `url = { env = \"NAME\" }` or `{ file = \"PATH\" }`";
    let raw = report.require(raw, &at, remedy)?;
    // who knows a chat's URL can post there; the others are mostly addresses like any
    let source = match r#type {
        ReceiverType::Webhook | ReceiverType::PagerDuty | ReceiverType::Alertmanager => {
            source(raw, &at, report)?
        }
        _ => secret(raw, &at, report)?,
    };
    if let SecretSource::Literal(text) = &source {
        literal_url(text, r#type, &at, report);
    }
    Some(source)
}

/// What can be said of a URL that is known already; one that is kept elsewhere is judged when it is used.
fn literal_url(text: &SecretString, r#type: ReceiverType, at: &KeyPath, report: &mut Report<'_>) {
    let Some(url) = http_url(text.expose_secret(), at, report) else {
        return;
    };
    let host = url.host_str().unwrap_or_default();
    // graph-facts 9.2: Office 365 connectors were switched off in 2026
    if r#type == ReceiverType::Teams
        && (host == "webhook.office.com" || host.ends_with(".webhook.office.com"))
    {
        report.error(
            at,
            "Microsoft has retired Office 365 connectors: nothing arrives at webhook.office.com",
            "in Teams, add the workflow \"When a Teams webhook request is received\" and use its URL",
        );
    }
    match r#type {
        _ if is_safe(&url) => {}
        ReceiverType::Webhook | ReceiverType::Alertmanager => report.warning(
            at,
            "messages are sent unencrypted",
            "use https, unless the service is inside the cluster",
        ),
        _ => report.error(at, "messages would be sent unencrypted", "write https://…"),
    }
}

fn signing_secrets(
    raw: Option<OneOrMany<raw::Secret>>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Vec<SecretSource> {
    let Some(raw) = raw else {
        return Vec::new();
    };
    let at = at.key("signing_secret");
    let (values, is_list) = raw.into_values();
    if values.is_empty() {
        report.error(
            &at,
            "an empty list",
            "give a secret, or leave the key out to send unsigned",
        );
    }
    let mut sources = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let at = if is_list { at.index(index) } else { at.clone() };
        let Some(source) = secret(value, &at, report) else {
            continue;
        };
        if let SecretSource::Literal(text) = &source
            && !is_signing_key(text)
        {
            report.error(
                &at,
                "not a signing secret of Standard Webhooks",
                "it is `whsec_` and the base64 of 24 to 64 random bytes; make one with \
                 `echo whsec_$(openssl rand -base64 32)`",
            );
        }
        sources.push(source);
    }
    sources
}

/// `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks, "Signature scheme").
fn is_signing_key(text: &SecretString) -> bool {
    text.expose_secret()
        .strip_prefix("whsec_")
        .and_then(|key| BASE64_STANDARD.decode(key).ok())
        .is_some_and(|key| (24..=64).contains(&key.len()))
}
