//! An app registration or a service principal as the tenant holds it: what Graph tells of it, under our names.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An app registration, or the service principal of an enterprise app. What is not here, Graph answers with an empty value of the right shape.
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
    /// The names of its federated credentials.
    pub federated: Vec<String>,
    /// What only a service principal has; `None` for an app registration.
    pub principal: Option<Principal>,
}

/// What a service principal has beside what it has in common with an app registration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// Its `servicePrincipalType`: `Application`, `ManagedIdentity`, `Legacy`.
    pub kind: &'static str,
    /// The tenant that its app is registered in.
    pub owner: Option<Uuid>,
    /// How people sign in to it: `saml` or nothing.
    pub single_sign_on: Option<&'static str>,
    /// The thumbprint of the certificate that Entra signs with, as hex digits.
    pub signs_with: Option<String>,
    /// Of a managed identity: the Azure resource.
    pub alternative_names: Vec<String>,
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
    /// When somebody last signed in with it; `None`: nobody has, as far as is remembered.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A certificate: a `keyCredential`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// What it is for: `Verify`, or `Sign` for the private part of a SAML signing certificate.
    pub usage: &'static str,
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
    /// When somebody last signed in with it; `None`: nobody has, as far as is remembered.
    pub last_used_at: Option<DateTime<Utc>>,
}
