//! Getting at the certificate that somebody holds.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::held::{self, Held};
use crate::{app::verify::HeldCertificate, domain::secret::SecretString};

/// The file, and what opens it.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Certificate {
    /// Try this certificate instead of a secret: PEM with its private key, which is not sent anywhere
    #[arg(id = "certificate", long, value_name = "FILE", conflicts_with_all = ["secret_file", "secret_env"])]
    path: Option<PathBuf>,
    /// Read what the private key is encrypted with from this file
    #[arg(
        long,
        value_name = "FILE",
        requires = "certificate",
        conflicts_with = "password_env"
    )]
    password_file: Option<PathBuf>,
    /// Read it from this environment variable [default for an encrypted key: ask for it]
    #[arg(long, value_name = "NAME", requires = "certificate")]
    password_env: Option<String>,
}

impl Certificate {
    /// What is held, if it is a certificate.
    pub(super) async fn read(&self) -> anyhow::Result<Option<HeldCertificate>> {
        let Some(path) = &self.path else {
            return Ok(None);
        };
        let mut held = HeldCertificate {
            pem: held::text_of_file(path)?.into(),
            password: self.password().await?,
        };
        if held.lacks_password() {
            held.password = Some(ask(path).await?);
        }
        Ok(Some(held))
    }

    async fn password(&self) -> anyhow::Result<Option<SecretString>> {
        let (file, variable) = (self.password_file.as_deref(), self.password_env.as_deref());
        if file.is_none() && variable.is_none() {
            return Ok(None);
        }
        Ok(Some(Held::read(file, variable).await?.secret))
    }
}

/// Asks on the terminal. A password is not read from a pipe that nobody said it comes through.
async fn ask(path: &Path) -> anyhow::Result<SecretString> {
    let prompt = format!(
        "Password of the private key in {} (nothing is shown): ",
        path.display()
    );
    if !held::is_terminal() {
        bail!(
            "the private key in {} is encrypted; give its password with --password-file or --password-env",
            path.display()
        );
    }
    // reading blocks until somebody has typed
    tokio::task::spawn_blocking(move || held::ask(&prompt)).await?
}
