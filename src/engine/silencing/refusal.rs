//! Why a silence is not set or ended, in words for whoever asked.

use crate::{
    domain::{
        Severity,
        silence::{NoEnd, NothingToHold, Unfit},
    },
    store::StoreError,
};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nothing was named.
    #[error("name what to silence: a credential, an app or a tenant")]
    Nothing,
    /// Nothing is known by that name.
    #[error("no {what} is known as {name:?}{}", hint(similar))]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// What was named.
        name: String,
        /// What may be meant.
        similar: Vec<String>,
    },
    /// More than one is known by that name.
    #[error("{name:?} is more than one {what}; name one of them by an id")]
    Several {
        /// What was looked for.
        what: &'static str,
        /// What was named.
        name: String,
        /// Those that it may be.
        candidates: Vec<String>,
    },
    /// The credential is as urgent already as the silence allows.
    #[error(
        "it is {0} already, so the silence would break at once; --even-critical (`even_critical` in JSON) lets it hold nevertheless"
    )]
    BreaksAtOnce(Severity),
    /// The request itself is at fault.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// It has no end, or none that can be read.
    #[error(transparent)]
    NoEnd(#[from] NoEnd),
    /// There is nothing that an acknowledgement could hold back.
    #[error(transparent)]
    NothingToHold(#[from] NothingToHold),
    /// No silence has such an id.
    #[error("no silence has an id that begins with {0:?}; see the list of silences")]
    NoSuchSilence(String),
    /// More than one silence has such an id.
    #[error("more than one silence has an id that begins with {0:?}; give more of it")]
    SeveralSilences(String, Vec<String>),
    /// The id that was to be given is that of another silence.
    #[error("this request was made before, for something else; open the page again")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn hint(similar: &[String]) -> &'static str {
    if similar.is_empty() {
        "; `forewarn scan` shows what there is, and a complete scan of the daemon makes it known"
    } else {
        ""
    }
}

impl Refusal {
    /// What may have been meant.
    pub fn candidates(&self) -> &[String] {
        match self {
            Self::Unknown { similar, .. } => similar,
            Self::Several { candidates, .. } | Self::SeveralSilences(_, candidates) => candidates,
            _ => &[],
        }
    }
}
