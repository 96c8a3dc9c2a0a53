//! Silences: matching alerts wait until the silence ends.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Expiry, Kind, Severity, known::CredentialKey};

/// Alerts that match wait until it ends; nothing is marked as announced meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Its id.
    pub id: Uuid,
    /// What it covers.
    pub scope: Scope,
    /// Why; never empty.
    pub reason: String,
    /// Who set it.
    pub author: String,
    /// When it was set.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Hold back even the critical rung.
    pub even_critical: bool,
}

/// What a silence covers; by ids, since names are not unique and can be changed by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "kebab-case")]
pub enum Scope {
    /// A whole tenant.
    Tenant {
        /// Its name.
        tenant: String,
    },
    /// One app, by its object id.
    App {
        /// The tenant's name.
        tenant: String,
        /// The object id.
        object_id: String,
    },
    /// One credential. The silence breaks by itself when the credential's end changes.
    Credential {
        /// The tenant's name.
        tenant: String,
        /// The object id.
        object_id: String,
        /// The kind.
        kind: Kind,
        /// The key id.
        credential_id: String,
        /// The end that it had when the silence was set; `None`: never.
        expires_at: Option<DateTime<Utc>>,
    },
}

impl Silence {
    /// Does it hold back an alert on this credential at `now`?
    pub fn holds(
        &self,
        tenant: &str,
        key: &CredentialKey,
        expires: Expiry,
        severity: Severity,
        now: DateTime<Utc>,
    ) -> bool {
        now < self.ends_at
            && self.covers(tenant, key)
            && !self.is_broken_by(tenant, key, expires, severity)
    }

    /// A silence on one credential breaks by itself when the credential's end changes, and at the critical rung unless it was
    /// set to hold even then.
    pub fn is_broken_by(
        &self,
        tenant: &str,
        key: &CredentialKey,
        expires: Expiry,
        severity: Severity,
    ) -> bool {
        let Scope::Credential { expires_at, .. } = &self.scope else {
            return false;
        };
        let changed = !expires.is_same(Expiry::new(*expires_at));
        let critical = severity >= Severity::Critical && !self.even_critical;
        self.covers(tenant, key) && (changed || critical)
    }

    /// Is it on one credential alone?
    pub fn is_on_credential(&self) -> bool {
        matches!(self.scope, Scope::Credential { .. })
    }

    fn covers(&self, of: &str, key: &CredentialKey) -> bool {
        match &self.scope {
            Scope::Tenant { tenant } => tenant == of,
            Scope::App { tenant, object_id } => {
                tenant == of && *object_id == key.object_id.to_string()
            }
            Scope::Credential { tenant, .. } => tenant == of && self.is_on(key),
        }
    }

    fn is_on(&self, key: &CredentialKey) -> bool {
        matches!(&self.scope, Scope::Credential { object_id, kind, credential_id, .. }
            if *kind == key.kind && *object_id == key.object_id.to_string() && *credential_id == key.credential_id.to_string())
    }
}
