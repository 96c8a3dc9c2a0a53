//! What forewarn may do in a tenant, held against what it needs: least privilege, feature by feature.
//!
//! [`needed`] says which of Graph's application permissions the features that are switched on ask for, `Held` what a token
//! says of its bearer, and `judge` compares the two, together with what came of trying. Trying has the last word: an
//! Entra role of the client can do what no permission in the token says, and a missing licence undo what one does.

mod grant;
mod held;
mod judge;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::config::{Features, Include};
pub use grant::Grantee;
pub(super) use held::Held;
pub(super) use judge::{Tried, judge};

/// Microsoft Graph's application id, the same in every cloud
/// (<https://learn.microsoft.com/graph/permissions-reference>).
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// An application permission of Microsoft Graph that forewarn can have a use for. What is the least for which call, and what
/// includes it, is from the call's page below <https://learn.microsoft.com/graph/api/>: `application-list`,
/// `serviceprincipal-list`, `application-list-owners`, `user-list`, `reportroot-list-appcredentialsigninactivities`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// `Application.Read.All`
    ApplicationRead,
    /// `User.ReadBasic.All`
    UserReadBasic,
    /// `AuditLog.Read.All`
    AuditLogRead,
}

impl Permission {
    /// As Graph calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApplicationRead => "Application.Read.All",
            Self::UserReadBasic => "User.ReadBasic.All",
            Self::AuditLogRead => "AuditLog.Read.All",
        }
    }

    /// What it lets forewarn do.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::ApplicationRead => "lists apps, their credentials and the ids of their owners",
            Self::UserReadBasic => "gives owners a name and a mail address",
            Self::AuditLogRead => "tells when each credential was last used",
        }
    }

    /// What stops without it.
    fn without(self) -> &'static str {
        match self {
            Self::ApplicationRead => "nothing can be scanned",
            Self::UserReadBasic => {
                "owners in the directory are known by their ids alone, without name or mail address"
            }
            Self::AuditLogRead => {
                "`sign_in_activity` has no effect: last use is unknown, and rotation is judged by names"
            }
        }
    }

    /// Is what needs it impossible without it, rather than poorer?
    fn is_vital(self) -> bool {
        match self {
            Self::ApplicationRead | Self::AuditLogRead => true,
            Self::UserReadBasic => false,
        }
    }

    /// Permissions that let their holder do the same, and more.
    fn wider(self) -> &'static [&'static str] {
        match self {
            Self::ApplicationRead => &[
                "Application.ReadWrite.OwnedBy",
                "Application.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::UserReadBasic => &[
                "User.Read.All",
                "User.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::AuditLogRead => &["Directory.Read.All"],
        }
    }

    /// The least of Entra's roles by which a person may do it.
    pub fn role(self) -> &'static str {
        match self {
            Self::ApplicationRead | Self::UserReadBasic => "Directory Readers",
            Self::AuditLogRead => "Reports Reader",
        }
    }
}

/// The permissions that these features need, the most important first.
pub fn needed(features: Features, include: &[Include]) -> Vec<Permission> {
    let mut needed = Vec::new();
    if !include.is_empty() {
        needed.push(Permission::ApplicationRead);
    }
    if features.owners {
        needed.push(Permission::UserReadBasic);
    }
    if features.sign_in_activity {
        needed.push(Permission::AuditLogRead);
    }
    needed
}

/// How it stands with a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is there, and what needs it works.
    Granted,
    /// It is not there.
    Missing,
    /// It is there, and what needs it does not work all the same.
    Refused,
    /// Neither the token nor trying tells.
    Unknown,
    /// It is there, and nothing that is switched on needs it.
    Excess,
}

/// What was found of one permission. All of it can be shown as it is: it holds no control character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name.
    pub permission: String,
    /// How it stands with it.
    pub standing: Standing,
    /// Is a feature that is switched on impossible because of this?
    pub blocks: bool,
    /// What that means, as a sentence's beginning without its full stop.
    pub detail: String,
    /// What to do, where there is something: a command, or words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}
