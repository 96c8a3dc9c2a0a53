//! What is particular to receivers that open incidents and close them: PagerDuty and Alertmanager.

use url::Url;

use super::secret::secret;
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{
        SecretSource,
        secret::{ExposeSecret, SecretString},
    },
    notify::pagerduty::{ENQUEUE, is_routing_key},
};

/// Where PagerDuty takes events, unless told otherwise.
pub(super) fn enqueue() -> SecretSource {
    SecretSource::Literal(SecretString::from(ENQUEUE))
}

/// PagerDuty's integration key.
pub(super) fn routing_key(
    raw: Option<raw::Secret>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SecretSource> {
    let at = at.key("routing_key");
    let remedy = "write `routing_key = { env = \"NAME\" }` or `{ file = \"PATH\" }`; it is the integration key of the service's Events API v2";
    let raw = report.require(raw, &at, remedy)?;
    let source = secret(raw, &at, report)?;
    if let SecretSource::Literal(text) = &source
        && !is_routing_key(text.expose_secret())
    {
        report.error(
            &at,
            "not an integration key: those are 32 letters and digits",
            "in PagerDuty, open the service, Integrations, and add the Events API v2; a key of the REST API will not do",
        );
    }
    Some(source)
}

/// The bearer token for an Alertmanager, if one is given.
pub(super) fn token(
    raw: Option<raw::Secret>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SecretSource> {
    secret(raw?, &at.key("token"), report)
}

/// What can be said of an Alertmanager's address that is known already.
pub(super) fn judge_base(source: &SecretSource, at: &KeyPath, report: &mut Report<'_>) {
    let SecretSource::Literal(text) = source else {
        return;
    };
    let Ok(url) = Url::parse(text.expose_secret()) else {
        return; // said already
    };
    let at = at.key("url");
    if url.password().is_some() && report.is_in_file(&at) {
        report.warning(
            &at,
            "a password is written in the configuration file",
            "keep the whole URL elsewhere and write `url = { env = \"NAME\" }` or `{ file = \"PATH\" }`",
        );
    }
    if url.path().contains("/api/v") {
        report.error(
            &at,
            "not the base URL of an Alertmanager, but an address of its API",
            "leave out /api/… and what follows: forewarn appends /api/v2/alerts",
        );
    }
}
