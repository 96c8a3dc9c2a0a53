//! Silences: matching alerts wait until the silence ends. Nothing is marked as announced meanwhile, so that afterwards the rung then
//! reached is due.

mod acknowledge;
mod draft;
#[cfg(test)]
mod tests;
mod until;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Expiry, Kind, Severity, known::CredentialKey};

pub use acknowledge::{NothingToHold, Told};
pub use draft::{Draft, Unfit, author};
pub use until::{NoEnd, ends_at};

/// Alerts that match wait until it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// When it ends, unless it is ended before.
    pub ends_at: DateTime<Utc>,
    /// The severity at which one on a credential breaks by itself; `None`: it holds whatever comes.
    pub breaks_at: Option<Severity>,
    /// How it ended before its time, if it did.
    pub ended: Option<Ended>,
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

/// The end of a silence before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// How it came to that.
    pub how: HowEnded,
}

/// How a silence came to its end before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HowEnded {
    /// Somebody ended it.
    By(String),
    /// It broke: the credential has another end than when it was set.
    Changed,
    /// It broke: the credential has become this urgent.
    Turned(Severity),
}

/// The first of the silences that holds back an alert on this credential at `now`. One that does is an acknowledgement, too: somebody
/// knows.
pub fn holding<'a>(
    silences: &'a [Silence],
    tenant: &str,
    key: &CredentialKey,
    expires: Expiry,
    severity: Severity,
    now: DateTime<Utc>,
) -> Option<&'a Silence> {
    let mut silences = silences.iter();
    silences.find(|silence| silence.holds(tenant, key, expires, severity, now))
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
        self.is_in_force(now)
            && self.scope.covers(tenant, key)
            && self.broken_by(tenant, key, expires, severity).is_none()
    }

    /// Has it not ended yet, for all that is remembered of it?
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        now < self.ends_at && self.ended.is_none()
    }

    /// A silence on one credential breaks by itself when the credential's end changes, and when it becomes as urgent as the silence
    /// allows. `None`: this credential does not break it.
    pub fn broken_by(
        &self,
        tenant: &str,
        key: &CredentialKey,
        expires: Expiry,
        severity: Severity,
    ) -> Option<HowEnded> {
        let Scope::Credential { expires_at, .. } = &self.scope else {
            return None;
        };
        if !self.scope.covers(tenant, key) {
            return None;
        }
        if !expires.is_same(Expiry::new(*expires_at)) {
            return Some(HowEnded::Changed);
        }
        let too_urgent = self.breaks_at.is_some_and(|at| severity >= at);
        too_urgent.then_some(HowEnded::Turned(severity))
    }
}

impl Scope {
    /// One credential with the end that it has now.
    pub fn credential(tenant: &str, key: &CredentialKey, expires: Expiry) -> Self {
        Self::Credential {
            tenant: tenant.to_owned(),
            object_id: key.object_id.to_string(),
            kind: key.kind,
            credential_id: key.credential_id.to_string(),
            expires_at: expires.at(),
        }
    }

    /// Is it one credential alone?
    pub fn is_credential(&self) -> bool {
        matches!(self, Self::Credential { .. })
    }

    /// The tenant that it lies in.
    pub fn tenant(&self) -> &str {
        match self {
            Self::Tenant { tenant }
            | Self::App { tenant, .. }
            | Self::Credential { tenant, .. } => tenant,
        }
    }

    /// Does it cover this credential?
    pub fn covers(&self, of: &str, key: &CredentialKey) -> bool {
        self.tenant() == of
            && match self {
                Self::Tenant { .. } => true,
                Self::App { object_id, .. } => *object_id == key.object_id.to_string(),
                Self::Credential {
                    object_id,
                    kind,
                    credential_id,
                    ..
                } => {
                    *kind == key.kind
                        && *object_id == key.object_id.to_string()
                        && *credential_id == key.credential_id.to_string()
                }
            }
    }
}

impl fmt::Display for HowEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(who) => write!(f, "ended by {who}"),
            Self::Changed => f.write_str("broke: the credential has changed"),
            Self::Turned(severity) => write!(f, "broke: the credential has turned {severity}"),
        }
    }
}
