//! Why a tenant could not be read.

use std::{fmt, time::Duration};

use super::{
    answer::with_causes,
    excerpt::excerpt,
    refusal::{GraphRefusal, SignInRefusal},
    signin::{CertificateError, ChallengeError, CliError, IdentityRefusal},
};
use crate::domain::{Id, secret::SecretError};

/// Which of Microsoft's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The token endpoint.
    SignIn,
    /// Who hands out a managed identity's tokens.
    Identity,
    /// Graph.
    Graph,
    /// Azure Resource Manager.
    Arm,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignIn => "the sign-in service",
            Self::Identity => "the managed identity endpoint",
            Self::Graph => "Microsoft Graph",
            Self::Arm => "Azure Resource Manager",
        })
    }
}

impl Service {
    /// Where to look when it does not answer.
    fn way_there(self) -> &'static str {
        match self {
            Self::SignIn | Self::Graph | Self::Arm => {
                "Check the network, DNS and any proxy between"
            }
            Self::Identity => {
                "Only machines in Azure (and those that Azure Arc manages) have one; in a pod, check that network policies let it through"
            }
        }
    }
}

/// Why there is no snapshot. `Display` is for people: what happened, and what to do. It holds no secret, no token and no
/// control character, however the other side worded its answer.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Our own secret could not be read.
    #[error("cannot sign in: {}", with_causes(.0))]
    OwnSecret(SecretError),

    /// Our own certificate cannot be used.
    #[error("cannot sign in with the certificate in {origin}: {why}")]
    OwnCertificate {
        /// Where it is kept.
        origin: String,
        /// What is the matter.
        why: CertificateError,
    },

    /// The managed identity endpoint gave no token.
    #[error(transparent)]
    Identity(Box<IdentityRefusal>),

    /// Azure Arc's agent asks for a proof that we cannot give.
    #[error("the Azure Arc agent wants to see that we may use its identity, but {0}")]
    Challenge(ChallengeError),

    /// The Azure CLI gave no token.
    #[error("cannot sign in with the Azure CLI: {0}")]
    AzureCli(CliError),

    /// A token for another directory than the configured one.
    #[error(
        "the token is for the directory {theirs}, not for {configured}; correct `tenant_id`, or sign in as somebody of that directory"
    )]
    OtherTenant {
        /// The one that it is for.
        theirs: String,
        /// The one that is configured.
        configured: String,
    },

    /// A token for another identity than the configured one.
    #[error(
        "the Azure Arc agent gave a token of another identity than {client_id}; update the agent, or leave `client_id` out to sign in as the machine"
    )]
    OtherIdentity {
        /// The one that is configured.
        client_id: String,
    },

    /// The token endpoint knows us not, or no longer.
    #[error(transparent)]
    SignIn(Box<SignInRefusal>),

    /// The token endpoint said yes, but gave no token.
    #[error(
        "{host} accepted the sign-in but its answer holds no token; look for a proxy or captive portal between this machine and it"
    )]
    NoToken {
        /// Who answered.
        host: String,
    },

    /// Graph refused for a reason that waiting does not cure.
    #[error(transparent)]
    Graph(Box<GraphRefusal>),

    /// A server cannot be reached, breaks off, or reports errors of its own, again and again.
    #[error(
        "{service} at {host} failed {tries} times in a row, the last time with: {last}. {}; the next scan tries again",
        service.way_there()
    )]
    Failing {
        /// Which.
        service: Service,
        /// Where.
        host: String,
        /// How often it was tried.
        tries: u32,
        /// What came of the last try.
        last: String,
    },

    /// A server keeps asking us to wait.
    #[error(
        "{service} at {host} turned the same request away {refusals} times in a row, the last time with HTTP {status}; it is overloaded, or something \
         else signs in with the same client and uses up its share. The next scan tries again"
    )]
    Throttled {
        /// Which.
        service: Service,
        /// Where.
        host: String,
        /// How often.
        refusals: u32,
        /// With what at last.
        status: u16,
    },

    /// The time that the scan was given is over, or would be after the wait that lies ahead.
    #[error("{}", out_of_time(*.service, *.wait))]
    OutOfTime {
        /// Whom we would wait for.
        service: Service,
        /// How long; `None` when the time was over already.
        wait: Option<Duration>,
    },

    /// A page is not what Graph's pages are.
    #[error(
        "page {page} of a list is not a whole Graph page ({}); nothing of this scan is used. If it happens again, look for a proxy that \
         alters answers", excerpt(.detail, 160)
    )]
    Malformed {
        /// Counted from 1.
        page: usize,
        /// What the JSON reader said.
        detail: String,
    },

    /// An answer is longer than any page can be.
    #[error(
        "{service} sent an answer of over {} MiB; no page is that long, so nothing of this scan is used. Look for a proxy that alters answers", limit >> 20
    )]
    TooLong {
        /// Which.
        service: Service,
        /// Bytes allowed.
        limit: usize,
    },

    /// A next link leads away from the configured Graph.
    #[error(
        "page {page} of a list says that the next one is at {link}, which is not below {base}; the token is not sent there. Check \
         the tenant's `cloud` and `endpoints.graph`"
    )]
    ForeignLink {
        /// The page that says so, counted from 1.
        page: usize,
        /// Where it leads, without its query.
        link: String,
        /// What it should be below.
        base: String,
    },

    /// A next link leads back to a page that was read already.
    #[error(
        "page {page} of a list leads back to one that was read already, so the list never ends; nothing of this scan is used"
    )]
    Loop {
        /// The page that leads back, counted from 1.
        page: usize,
    },

    /// The list goes on and on.
    #[error("the list did not end after {pages} pages; nothing of this scan is used")]
    Endless {
        /// How many were read.
        pages: usize,
    },

    /// A server wants us to go elsewhere. Microsoft's do not.
    #[error(
        "{service} at {host} answered with a redirect (HTTP {status}) to {target}; it is not followed, since the credentials would go there too. \
         Check the tenant's `cloud` and `endpoints`, and any proxy between"
    )]
    Redirect {
        /// Which.
        service: Service,
        /// Where.
        host: String,
        /// The status.
        status: u16,
        /// The host that it names.
        target: String,
    },

    /// The work was cut off on our side.
    #[error("the scan was cut off inside forewarn: {0}")]
    Interrupted(tokio::task::JoinError),
}

impl ScanError {
    /// The client id that Entra did not let sign in, if that is why.
    pub fn refused_client(&self) -> Option<Id> {
        match self {
            Self::SignIn(refusal) => Some(Id::parse(&refusal.client_id)),
            _ => None,
        }
    }

    /// The error in words without what only a scan has to say.
    pub(super) fn beside_a_scan(&self) -> String {
        match self {
            Self::Failing { host, last, .. } => {
                format!(
                    "{host} does not answer ({last}); check the network, DNS and any proxy between"
                )
            }
            Self::Throttled { host, .. } => {
                format!("{host} is overloaded, or throttles this client; try again later")
            }
            Self::OutOfTime { service, .. } => {
                format!(
                    "{service} did not answer in time, or asked to wait for long; try again later"
                )
            }
            other => other.to_string(),
        }
    }
}

fn out_of_time(service: Service, wait: Option<Duration>) -> String {
    match wait {
        Some(wait) => format!(
            "{service} asks us to wait {}, which is longer than this scan may still take; the next scan tries again",
            humantime::format_duration(Duration::from_secs(wait.as_secs().max(1)))
        ),
        None => format!(
            "the scan took longer than it may, while it was reading from {service}; the next scan tries again"
        ),
    }
}
