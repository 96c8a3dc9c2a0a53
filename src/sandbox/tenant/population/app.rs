//! An app registration as the tenant holds it: what Graph tells of it, under our names.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An app registration. What is not here, Graph answers with an empty value of the right shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The object id.
    pub id: Uuid,
    /// The client id.
    pub app_id: Uuid,
    /// Not unique, chosen by people, at most 256 characters, possibly hostile.
    pub display_name: Option<String>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// Free text.
    pub notes: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// A reference to somebody's inventory of services.
    pub service_management_reference: Option<String>,
    /// Its client secrets.
    pub secrets: Vec<Secret>,
    /// Its certificates.
    pub certificates: Vec<Certificate>,
}

/// A client secret: a `passwordCredential`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What the portal calls *Secret ID*.
    pub key_id: Uuid,
    /// The description that its maker gave it.
    pub display_name: Option<String>,
    /// Base64 of the description, on secrets made by old tools.
    pub custom_key_identifier: Option<String>,
    /// The first three characters of the value.
    pub hint: Option<String>,
    /// When it began to work.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it stops.
    pub ends_at: Option<DateTime<Utc>>,
}

/// A certificate: a `keyCredential`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its id in the directory.
    pub key_id: Uuid,
    /// Usually its subject.
    pub display_name: Option<String>,
    /// Its thumbprint in one of the shapes that are met on the wire: 40 hex digits, or base64 of 20 bytes.
    pub custom_key_identifier: Option<String>,
    /// When it began to work.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it stops.
    pub ends_at: Option<DateTime<Utc>>,
}
