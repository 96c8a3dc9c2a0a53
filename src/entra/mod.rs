//! Microsoft's side of the world: clouds, sign-in, Graph's pages and moods, and what an AADSTS code means.
//!
//! The rest of the house sees only [`Directory`]: it gives a whole snapshot of a tenant, or an error that says why not.
//! [`Tenant`] is the real one.
//!
//! One scan, from the top: `tenant` walks the lists of applications and service principals (`list`); each request goes
//! through `graph`, which gets its token from `token` (and that one from a method of `signin`), waits by `pace` when it is
//! told to and by `throttle` before, and names a refusal by `refusal` and `aadsts`; `walk` decides which next link may be
//! followed; `page` reads the JSON by the forgiving types of `lenient`; `decode` makes domain values of it, with
//! `principal` and `saml` where an enterprise app differs, and `collect` keeps each app once. While a page is decoded the
//! next one is already under way. Then `last_use` asks, where it is wanted, when each key was last used, and `arm` asks
//! Azure which clusters use the apps. Whose the apps are is asked afterwards, for those that matter (`owners`, by `batch`). What any of
//! these extras lacks is a note on the scan, and `said` to the log once.
//!
//! Beside the scan, two answers for somebody with an error on the screen: [`explain`] for the error, [`verify`] for the secret;
//! and before it, `check` with [`permissions`]: what may we do, and what not? For those who send mail by Microsoft's services,
//! the same sign-in gives [`Tokens`].

pub mod aadsts;
mod answer;
mod arm;
mod batch;
mod check;
mod collect;
pub mod config;
mod decode;
mod error;
mod excerpt;
pub mod explain;
mod graph;
mod last_use;
mod lenient;
mod links;
mod list;
mod looks;
mod owners;
mod pace;
mod page;
pub mod permissions;
mod principal;
mod refusal;
mod said;
mod saml;
mod signin;
mod tenant;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod tokens;
pub mod verify;
mod walk;

pub use check::Checked;
pub use error::{ScanError, Service};
pub use links::portal_link;
pub use owners::FoundOwners;
pub use refusal::{GraphRefusal, Presented, SignInRefusal};
pub use signin::{Account, azure_cli_account};
pub use signin::{CertificateError, ChallengeError, CliError, Clients, IdentityRefusal};
pub use tenant::Tenant;
pub use tokens::{OUTLOOK, Tokens};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::domain::{App, Row, Snapshot, ownership::Ownership};

/// A tenant that can be read.
pub trait Directory: Send + Sync {
    /// The tenant's name in the configuration.
    fn tenant(&self) -> &str;

    /// One complete pass. `deadline` bounds all waiting (throttling included); an answer is complete or it is an error.
    fn scan<'a>(
        &'a self,
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, Result<Snapshot, ScanError>>;

    /// How the owners of its apps are found.
    fn ownership(&self) -> &Ownership;

    /// Who owns these apps, by the directory: one request for twenty of them. `deadline` bounds all waiting. What cannot be learnt
    /// is left out of the answer, which says why.
    fn owners<'a>(
        &'a self,
        apps: &'a [&'a App],
        deadline: DateTime<Utc>,
        progress: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, FoundOwners>;

    /// The page of the Entra portal where a credential is renewed.
    fn portal_link(&self, row: &Row) -> String;

    /// Signs in and tries, by the smallest requests possible, what the configuration asks for: does it work at all, and what is
    /// missing?
    fn check(&self) -> BoxFuture<'_, Result<Checked, ScanError>>;
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many apps (registrations and service principals) have been read.
    Apps(usize),
    /// The server asked us to wait.
    Waiting {
        /// For this long.
        duration: std::time::Duration,
        /// HTTP status of the refusal.
        status: u16,
    },
}
