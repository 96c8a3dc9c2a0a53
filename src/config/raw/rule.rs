//! Thresholds, policies and routes: what holds for which credential.

use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOrMany;

/// When people are told.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thresholds {
    /// The numbers of days before expiry at which people are told. The expiry itself is always told. Default:
    /// `[60, 30, 14, 7, 3, 1, 0]`.
    #[schemars(inner(range(max = 3650)))]
    pub(crate) days: Option<Vec<u16>>,
    /// An alert is a warning from this many days left. Default: 30.
    #[schemars(range(max = 3650))]
    pub(crate) warning: Option<u16>,
    /// An alert is critical from this many days left. Default: 7.
    #[schemars(range(max = 3650))]
    pub(crate) critical: Option<u16>,
    /// What becomes of a credential that a newer one has replaced. Default: `soften`.
    pub(crate) superseded: Option<Superseded>,
    /// Reminders after the expiry.
    #[serde(default)]
    pub(crate) after_expiry: AfterExpiry,
}

/// What becomes of a credential that a newer one has replaced.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Superseded {
    /// Told of at most as `info`.
    Soften,
    /// Not told of.
    Mute,
    /// As if it had not been replaced.
    Alert,
}

/// Reminders after the expiry.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AfterExpiry {
    /// From one reminder to the next. Default: `1d`.
    pub(crate) every: Option<String>,
    /// Until this long after the expiry. Default: `7d`.
    pub(crate) r#for: Option<String>,
}

/// An exception from `thresholds`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// Which credentials.
    #[serde(default)]
    pub(crate) r#match: Matcher,
    /// The keys that are different for them.
    #[serde(default)]
    pub(crate) thresholds: Thresholds,
    /// They are renewed by the service that owns them: quiet while on time, loud when the renewal is overdue.
    pub(crate) self_renewing: Option<SelfRenewing>,
}

/// A credential that its service renews.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SelfRenewing {
    /// How long before its expiry the service renews it, in whole days; from then on the renewal is overdue.
    pub(crate) renews_before: Option<String>,
}

/// Which credentials or alerts. All keys given must hold; a list holds when any of its values does. Values are globs
/// (`*` and `?`), in any case.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matcher {
    /// The tenant's name in this file.
    pub(crate) tenant: Option<OneOrMany<String>>,
    /// The app's display name.
    pub(crate) app: Option<OneOrMany<String>>,
    /// The application (client) id.
    pub(crate) app_id: Option<OneOrMany<String>>,
    /// Any of the app's tags.
    pub(crate) tag: Option<OneOrMany<String>>,
    /// Any of the app's owners.
    pub(crate) owner: Option<OneOrMany<String>>,
    /// The credential's name.
    pub(crate) credential: Option<OneOrMany<String>>,
    /// `client-secret`, `certificate`, `saml-certificate` or `federated`.
    pub(crate) kind: Option<OneOrMany<String>>,
    /// For routes: `info`, `warning`, `critical` or `expired`.
    pub(crate) severity: Option<OneOrMany<String>>,
}

/// A rule that picks receivers for alerts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// Which alerts. Default: all.
    #[serde(default)]
    pub(crate) r#match: Matcher,
    /// The names of the receivers; at least one.
    pub(crate) receivers: Option<Vec<String>>,
    /// The names of the receivers to use when one of `receivers` has given up. Default: none.
    pub(crate) fallback: Option<Vec<String>>,
    /// What alerts of one message have in common. Default: `tenant`.
    pub(crate) group_by: Option<Vec<GroupKey>>,
    /// Look at the routes after this one, too. Default: false.
    pub(crate) r#continue: Option<bool>,
    /// A critical alert neither acknowledged nor resolved after this long goes to `escalate_to`, too.
    pub(crate) escalate_after: Option<String>,
    /// The names of the receivers to escalate to.
    pub(crate) escalate_to: Option<Vec<String>>,
}

/// What alerts of one message have in common.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GroupKey {
    /// The tenant.
    Tenant,
    /// The app.
    App,
    /// The app's owners.
    Owner,
    /// The severity.
    Severity,
}
