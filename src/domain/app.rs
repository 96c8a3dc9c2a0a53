//! An app and the credentials that it carries.

use std::fmt;

use chrono::{DateTime, Datelike, Utc};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Id, Thumbprint};

/// An app registration (`application`) or an enterprise app (`servicePrincipal`) that carries credentials.
///
/// Kept small on purpose: a tenant may hold a hundred thousand of them at once in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Which of the two it is.
    pub object_type: ObjectType,
    /// The directory object's id; unique in the tenant.
    pub object_id: Id,
    /// The application (client) id.
    pub app_id: Id,
    /// The display name; empty when Graph gave none. Hostile, and not unique.
    pub name: CompactString,
    /// The directory object's tags.
    pub tags: Box<[CompactString]>,
    /// What expires.
    pub credentials: Box<[Credential]>,
}

/// One thing that expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// `keyId`: what the portal labels *Secret ID*, or the certificate's key id.
    pub id: Id,
    /// What it is.
    pub kind: Kind,
    /// The name its maker gave it, if any. Hostile.
    pub name: Option<CompactString>,
    /// The first three characters of a client secret's value, as Graph tells them.
    pub hint: Option<CompactString>,
    /// When it begins to be valid; `None` when Graph gave no date.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires: Expiry,
    /// A certificate's thumbprint, where Graph tells it in a readable shape.
    pub thumbprint: Option<Thumbprint>,
    /// Of a SAML signing certificate: does Entra sign with it? `None`: not known, or not a SAML signing certificate.
    pub active: Option<bool>,
}

/// What kind of directory object carries credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectType {
    /// An app registration (`application`).
    #[default]
    Application,
    /// An enterprise app (`servicePrincipal`); its credentials are its own, not those of its registration.
    ServicePrincipal,
    /// The `servicePrincipal` of an Azure resource, whose certificates Azure renews.
    ManagedIdentity,
}

impl ObjectType {
    /// True for an app registration.
    pub fn is_application(&self) -> bool {
        *self == Self::Application
    }
}

/// What kind of credential.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A client secret (`passwordCredential`).
    ClientSecret,
    /// A certificate (`keyCredential`).
    Certificate,
    /// A SAML signing certificate: its three Graph objects folded into one.
    SamlCertificate,
    /// Trust in tokens of somebody else (`federatedIdentityCredential`). It never ends; listed as information.
    Federated,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::ClientSecret,
        Self::Certificate,
        Self::SamlCertificate,
        Self::Federated,
    ];

    /// The name in configuration, JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::SamlCertificate => "saml-certificate",
            Self::Federated => "federated",
        }
    }

    /// Reads [`Kind::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// When a credential ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Expiry {
    /// At this instant it stops working.
    At(DateTime<Utc>),
    /// No end, or one so far off that it was meant as none.
    Never,
}

impl Expiry {
    /// Ends in this year or later were meant as "never": the old portal wrote 2299-12-31.
    pub const NEVER_FROM_YEAR: i32 = 2099;

    /// Folds a missing or absurd end into [`Expiry::Never`].
    pub fn new(end: Option<DateTime<Utc>>) -> Self {
        match end {
            Some(at) if at.year() < Self::NEVER_FROM_YEAR => Self::At(at),
            _ => Self::Never,
        }
    }

    /// The same to the millisecond, which is what stores keep; Graph tells ten-millionths of a second.
    pub fn is_same(self, other: Self) -> bool {
        self.at().map(|at| at.timestamp_millis()) == other.at().map(|at| at.timestamp_millis())
    }

    /// The instant, if there is one.
    pub fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(at),
            Self::Never => None,
        }
    }
}
