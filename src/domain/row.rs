//! A credential as people and programs see it: the row of `scan --format json`, of a message, of a webhook.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::{Id, Kind, ObjectType, Rung, Severity, Thumbprint, facts::Cluster};

/// One credential, flat. The JSON names are fixed: scripts and webhook consumers rely on them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the JSON, which has no other form for them"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The tenant's name in the configuration.
    pub tenant: String,
    /// The application (client) id.
    pub app_id: Id,
    /// The directory object's id.
    pub object_id: Id,
    /// What kind of directory object; absent for an app registration.
    #[serde(default, skip_serializing_if = "ObjectType::is_application")]
    pub object_type: ObjectType,
    /// The app's display name. Hostile text.
    pub app_name: String,
    /// What kind of credential.
    pub kind: Kind,
    /// The credential's key id (*Secret ID*).
    pub credential_id: Id,
    /// The credential's name. Hostile text.
    pub credential_name: Option<String>,
    /// The first characters of a secret's value. Hostile text.
    pub hint: Option<String>,
    /// A certificate's thumbprint, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<Thumbprint>,
    /// Of a SAML signing certificate: does Entra sign with it? Absent when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Forewarn itself signs in with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// Who renews it without being asked, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_renewing: Option<String>,
    /// Start of validity.
    #[serde(serialize_with = "instant")]
    pub starts_at: Option<DateTime<Utc>>,
    /// End of validity; `None`: never.
    #[serde(serialize_with = "instant")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whole days left, rounded down; `None`: never expires.
    pub days_left: Option<i64>,
    /// How urgent at the moment of decision.
    pub severity: RowSeverity,
    /// The newer credential that took over, when there is evidence of it.
    pub superseded_by: Option<Id>,
    /// A newer credential that may have taken over, but without evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<Id>,
    /// The name of the one that took over or may have. Hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_name: Option<String>,
    /// Since when that one is valid.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "instant"
    )]
    pub newer_starts_at: Option<DateTime<Utc>>,
    /// How far the rotation to the newer one is, where that is known and is worth a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Mail addresses or names of those who own the app.
    pub owners: Vec<String>,
    /// Known to have no owner; with an empty list and without this, the owners are not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ownerless: bool,
    /// The clusters that sign in as the app, and so perhaps with this secret.
    #[serde(default)]
    pub used_by: Vec<Cluster>,
    /// When it was last used to sign in, if known.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Known not to have been used for ninety days: to be removed rather than renewed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unused: bool,
    /// Ended for longer than reminders last: only to be cleaned up. Only on the rows of a scan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Under which heading it stands; only in messages that have several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// The last working day before its end, by the configured calendar; only in messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_working_day: Option<NaiveDate>,
    /// The rung that was reached; only on alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// Why this alert came, in a sentence; only on alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who was told of it before; only on alerts that are escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Escalated>,
    /// Where to go; only on alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Links>,
}

/// The headings of summaries and of changes, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The credential is new.
    Added,
    /// The credential is gone.
    Removed,
    /// The credential's app has lost its last owner.
    OwnerLost,
    /// It runs out soon, or has run out and is still told of.
    ComingUp,
    /// It ran out long ago and is only to be cleaned up.
    Stale,
    /// It never runs out.
    NeverExpires,
    /// It was renewed since the last summary.
    Renewed,
    /// Nobody owns its app.
    Ownerless,
}

/// Who was told of an alert before it was escalated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    /// When it was first told as critical or worse.
    pub since: DateTime<Utc>,
    /// The names of the receivers that were told of it.
    pub told: Vec<String>,
}

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rotation {
    /// The newer one is there, and the older one was used after it began.
    Unfinished,
}

/// RFC 3339, as chrono's own serialiser writes it, but in one piece: that one hands over every character by itself, and was a fifth
/// of the work of a large scan.
#[expect(
    clippy::ref_option,
    reason = "serde hands over a reference to the field"
)]
fn instant<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        None => serializer.serialize_none(),
    }
}

/// Where a person can act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The app's *Certificates & secrets* page in the Entra portal of its cloud.
    pub portal: String,
    /// The page where the credential can be acknowledged or silenced. Made when the message is, never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge: Option<String>,
}

/// A severity, or `ok` while the credential is on no rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowSeverity {
    /// On no rung of the ladder.
    Ok,
    /// See [`Severity::Info`].
    Info,
    /// See [`Severity::Warning`].
    Warning,
    /// See [`Severity::Critical`].
    Critical,
    /// See [`Severity::Expired`].
    Expired,
}

impl RowSeverity {
    /// Every one, least urgent first.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::Info,
        Self::Warning,
        Self::Critical,
        Self::Expired,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => Severity::Info.as_str(),
            Self::Warning => Severity::Warning.as_str(),
            Self::Critical => Severity::Critical.as_str(),
            Self::Expired => Severity::Expired.as_str(),
        }
    }
}

impl From<Severity> for RowSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
            Severity::Expired => Self::Expired,
        }
    }
}
