//! The one place where HTTP clients are made: timeouts, no redirects, what is trusted.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// To open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The same where a host is near or not there at all.
const LOCAL_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The file of extra certificates cannot be read.
    #[error("tls.extra_ca_file: cannot read {}", path.display())]
    ReadCa {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no certificates in PEM.
    #[error("tls.extra_ca_file: {} holds no PEM certificate that can be read", path.display())]
    ParseCa {
        /// The file.
        path: PathBuf,
    },
    /// TLS could not be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// The extra certificates as PEM, if any are configured.
pub fn read_extra_ca(path: Option<&Path>) -> Result<Option<Vec<u8>>, NetError> {
    let Some(path) = path else { return Ok(None) };
    std::fs::read(path)
        .map(Some)
        .map_err(|source| NetError::ReadCa {
            path: path.to_owned(),
            source,
        })
}

/// What all clients share: none ever follows a redirect, for a token or a webhook's URL must not travel elsewhere.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("forewarn/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
}

/// A client for what is on this machine or its host, such as the instance metadata service. It goes through no proxy, which would
/// ask for the identity of its own machine, and soon sees that nobody is there.
pub fn local_client() -> Result<reqwest::Client, NetError> {
    builder()
        .no_proxy()
        .connect_timeout(LOCAL_CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build()
        .map_err(NetError::Client)
}

/// A client for the rest of the world.
pub fn client(extra_ca: Option<(&Path, &[u8])>) -> Result<reqwest::Client, NetError> {
    let mut builder = builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(30));
    if let Some((path, pem)) = extra_ca {
        let unreadable = || NetError::ParseCa {
            path: path.to_owned(),
        };
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| unreadable())?;
        if certificates.is_empty() {
            return Err(unreadable());
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(NetError::Client)
}
