//! Where a secret is kept, and the promise that its value shows nowhere.

use std::{fmt, path::PathBuf};

pub use secrecy::{ExposeSecret, SecretString};

/// Where a secret is kept. It is read anew at each use, so that a rotated mount needs no restart.
#[derive(Clone)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; its content without one trailing newline.
    File(PathBuf),
    /// Written in the configuration itself; accepted with a warning.
    Literal(SecretString),
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Tells where the secret is, never what it is.
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Literal(_) => f.write_str("the configuration file"),
        }
    }
}

/// Why a secret could not be read. Says where it was looked for, never a value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable does not exist.
    #[error("environment variable {0} is not set; set it, or name another one")]
    EnvMissing(String),
    /// The file cannot be read.
    #[error("cannot read the secret file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("the secret in {0} is empty")]
    Empty(String),
}

/// Reads secrets. Implemented by `config`, the only place that touches the environment.
pub trait Secrets: Send + Sync {
    /// The value as it is now.
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError>;
}
