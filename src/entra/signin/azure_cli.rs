//! Signing in as whoever is signed in to the Azure CLI: for trying things out at a desk.
//!
//! `az account get-access-token` prints a token as JSON (Azure CLI 2.54 and later give `expires_on`, which knows no time zones).
//! Whose it would be, and where, is told by [`account`].

mod account;

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

#[cfg(test)]
pub(super) use account::account_of;
pub use account::{Account, account};

use super::granted::Granted;
use crate::entra::{
    aadsts,
    config::TenantConfig,
    error::{ScanError, Service},
    excerpt::excerpt,
    pace::Pace,
};

const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };
/// How long the program may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// A folder that the system owns. In ours, somebody may have put programs or Python modules for `az` to run.
const FOLDER: &str = if cfg!(windows) { r"C:\Windows" } else { "/bin" };

/// Why the Azure CLI gave no token.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No such program.
    #[error(
        "`az` is not found; install the Azure CLI and put it on the PATH, or use another `method`"
    )]
    NotFound,
    /// It cannot be started.
    #[error("`az` cannot be run ({0})")]
    CannotRun(io::Error),
    /// It takes too long.
    #[error("`az` took longer than {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// Nobody is signed in, or not to this directory.
    #[error("nobody is signed in to it; run `{}`", login(.0.as_deref()))]
    NotSignedIn(Option<String>),
    /// Entra refused it.
    #[error("Entra refused it (AADSTS{code}){}. Try `{}`", meaning(*.code), login(.tenant.as_deref()))]
    Refused {
        /// Entra's number.
        code: u32,
        /// The directory that was asked for, if one was.
        tenant: Option<String>,
    },
    /// It failed.
    #[error("it failed, and {}", if .0.is_empty() { "did not say why".to_owned() } else { format!("said: {}", .0) })]
    Failed(String),
    /// What it printed is no token.
    #[error("what it printed holds no token; update the Azure CLI (`az upgrade`)")]
    NoToken,
    /// What it printed about the account cannot be used.
    #[error(
        "what `az account show` printed names no directory; update the Azure CLI (`az upgrade`)"
    )]
    NoDirectory,
    /// It is set to a cloud of which we do not know the addresses.
    #[error(
        "it is set to the cloud {0:?}, which forewarn does not know; choose one with `az cloud set --name AzureCloud`"
    )]
    UnknownCloud(String),
}

/// The command that signs in. Who reads a directory needs no subscription in it.
fn login(tenant: Option<&str>) -> String {
    let tenant = tenant.map_or_else(String::new, |tenant| format!(" --tenant {tenant}"));
    format!("az login --allow-no-subscriptions{tenant}")
}

fn meaning(code: u32) -> String {
    aadsts::explain(code).map_or_else(String::new, |known| format!(": {}", known.meaning))
}

/// The Azure CLI of this machine.
pub(in crate::entra) struct AzureCli {
    program: PathBuf,
    timeout: Duration,
    tenant_id: String,
    resource: String,
}

impl AzureCli {
    pub(super) fn new(config: &TenantConfig, resource: &str) -> Self {
        Self {
            program: PROGRAM.into(),
            timeout: TIMEOUT,
            tenant_id: config.tenant_id.clone(),
            resource: resource.to_owned(),
        }
    }

    pub(super) async fn attempt(&self, pace: &Pace<'_>) -> Result<Granted, ScanError> {
        let limit = pace.left(Service::SignIn)?.min(self.timeout);
        let asked_at = pace.clock.now();
        let asked = [
            "account",
            "get-access-token",
            "--output",
            "json",
            "--resource",
            &self.resource,
            "--tenant",
            &self.tenant_id,
        ];
        let output = run(&self.program, &asked, Some(&self.tenant_id), limit).await;
        let output = output.map_err(ScanError::AzureCli)?;
        let granted = Granted::read(&output, asked_at);
        let granted = granted.ok_or(ScanError::AzureCli(CliError::NoToken))?;
        match granted.strays_from(&self.tenant_id) {
            None => Ok(granted),
            Some(theirs) => Err(ScanError::OtherTenant {
                theirs: theirs.to_owned(),
                configured: self.tenant_id.clone(),
            }),
        }
    }

    /// Runs another program in its place.
    #[cfg(test)]
    pub(super) fn with_program(mut self, program: PathBuf, timeout: Duration) -> Self {
        self.program = program;
        self.timeout = timeout;
        self
    }
}

/// Runs the program, and gives what it prints. `tenant` is the directory that it is asked about.
async fn run(
    program: &Path,
    asked: &[&str],
    tenant: Option<&str>,
    limit: Duration,
) -> Result<Vec<u8>, CliError> {
    let mut command = Command::new(program);
    command
        .args(asked)
        .current_dir(FOLDER)
        .env("AZURE_CORE_NO_COLOR", "true")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(limit, command.output())
        .await
        .map_err(|_| CliError::TooSlow(limit))?
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => CliError::NotFound,
            _ => CliError::CannotRun(error),
        })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(failure(&String::from_utf8_lossy(&output.stderr), tenant))
}

/// What its complaint comes down to.
fn failure(said: &str, tenant: Option<&str>) -> CliError {
    let tenant = tenant.map(str::to_owned);
    if let Some(code) = aadsts::find(said) {
        return CliError::Refused { code, tenant };
    }
    if said.contains("az login") || said.contains("az account set") {
        return CliError::NotSignedIn(tenant);
    }
    CliError::Failed(excerpt(&without_tokens(said), 240))
}

/// A debugging CLI prints whole answers: what is as long as a token is left out, and so are JWTs, which begin alike.
fn without_tokens(text: &str) -> String {
    const LONGEST_WORD: usize = 100;
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=~".contains(c);
    let mut shown = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_of_token(first) {
            rest.find(|c| !is_of_token(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        let is_token = word.len() > LONGEST_WORD || word.starts_with("eyJ");
        shown.push_str(if is_token { "[redacted]" } else { word });
        rest = after;
    }
    shown
}
