//! `forewarn verify`.

mod certificate;
mod held;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::bail;

use self::{certificate::Certificate, held::Held};
use super::{
    Global,
    output::{COULD_NOT_TELL, complain, print},
    paragraph::{numbered, paragraph},
};
use crate::{
    app::{
        clock::SystemClock,
        verify::{Asked, Finding, Outcome, verify, verify_certificate},
    },
    config::{Config, SystemSecrets},
};

/// Try a client secret or a certificate: is what I hold the right one, and if not, what is wrong with it?
///
/// The value is never an argument: it is typed in where nothing is shown, piped in, or read from a file or a variable. It is
/// not printed, logged or kept; nor is a certificate's private key, which is not sent anywhere either.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn verify --tenant contoso --client-id 11111111-2222-4333-8444-555555555555\n  \
    kubectl get secret billing -o jsonpath='{.data.secret}' | base64 -d | forewarn verify --tenant-id T --client-id C\n  \
    forewarn verify --tenant-id T --client-id C --secret-file /run/secrets/billing --format json | jq .outcome\n  \
    forewarn verify --tenant contoso --certificate /run/secrets/contoso.pem\n\n\
    Exit codes: 0 it works, 2 it does not, 3 could not tell."
)]
pub(super) struct Verify {
    /// A tenant of the configuration: its cloud and endpoints apply, and it is asked which secret the value is
    #[arg(long, value_name = "NAME", conflicts_with = "tenant_id")]
    tenant: Option<String>,
    /// The tenant's id or one of its domains; needs no configuration
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,
    /// The application (client) id [default: the one by which --tenant signs in]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where a tenant lives that is not in the configuration: public, usgov, usgov-dod or china
    #[arg(long, value_name = "CLOUD")]
    cloud: Option<String>,
    /// Read the value from this file instead of stdin
    #[arg(long, value_name = "FILE", conflicts_with = "secret_env")]
    secret_file: Option<PathBuf>,
    /// Read the value from this environment variable instead of stdin
    #[arg(long, value_name = "NAME")]
    secret_env: Option<String>,
    #[command(flatten)]
    certificate: Certificate,
    /// How the answer looks
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// A value where none should be. It is taken so that it can be refused without being repeated
    #[arg(hide = true)]
    stray: Vec<String>,
    /// The same, for those who try an option
    #[arg(long, hide = true, aliases = ["client-secret", "password", "value"], num_args = 0..=1, default_missing_value = "")]
    secret: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document on stdout
    Json,
}

impl Verify {
    /// Never fails but for want of a stdout: what goes wrong means that nothing can be told, which is an answer.
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let finding = match self.find_out(global).await {
            Ok(finding) => finding,
            Err(error) => {
                complain(&super::describe(&error));
                if self.format == Format::Json {
                    let document = serde_json::json!({
                        "outcome": Outcome::CouldNotTell,
                        "answer": super::describe(&error),
                    });
                    print(&format!("{document:#}\n"))?;
                }
                return Ok(ExitCode::from(COULD_NOT_TELL));
            }
        };
        match self.format {
            Format::Json => print(&format!("{:#}\n", serde_json::to_value(&finding)?))?,
            Format::Text => print(&lines(&finding))?,
        }
        Ok(ExitCode::from(match finding.outcome {
            Outcome::Works => 0,
            Outcome::DoesNotWork => 2,
            Outcome::CouldNotTell => COULD_NOT_TELL,
        }))
    }

    async fn find_out(&self, global: &Global) -> anyhow::Result<Finding> {
        global.log_for_people()?;
        if !self.stray.is_empty() || self.secret.is_some() {
            bail!(
                "a secret is never an argument: it is in the shell's history now, and was in the list of processes. Treat it as known to others, \
                 and make a new one. Run the command without it; it asks for the value, or takes it from stdin, --secret-file or --secret-env"
            );
        }
        let config = self.config(global)?;
        let asked = Asked {
            tenant: self.tenant.clone(),
            tenant_id: self.tenant_id.clone(),
            client_id: self.client_id.clone(),
            cloud: self.cloud.clone(),
        };
        asked.check(config.as_ref())?;
        let clock = Arc::new(SystemClock);
        let secrets = Arc::new(SystemSecrets);
        if let Some(held) = self.certificate.read().await? {
            return verify_certificate(&asked, &held, config.as_ref(), clock, secrets).await;
        }
        let held = Held::read(self.secret_file.as_deref(), self.secret_env.as_deref()).await?;
        let mut finding = verify(&asked, &held.secret, config.as_ref(), clock, secrets).await?;
        finding.details.extend(held.note);
        Ok(finding)
    }

    /// The configuration, which has to be there only when a tenant of it is named.
    fn config(&self, global: &Global) -> anyhow::Result<Option<Config>> {
        match global.load(&SystemClock) {
            Ok(loaded) => Ok(Some(loaded.config)),
            Err(problems) if self.tenant.is_some() => Err(problems.into()),
            Err(problems) if global.config.is_some() => {
                complain(&problems);
                complain(&"the configuration is of no use here; going on without it");
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }
}

/// The answer for people: the answer itself first.
fn lines(finding: &Finding) -> String {
    let mut lines = paragraph("", 0, &finding.answer);
    for detail in &finding.details {
        lines.push_str(&paragraph("", 0, detail));
    }
    if !finding.next.is_empty() {
        lines.push_str("\nWhat to do\n");
        lines.push_str(&numbered(&finding.next));
    }
    let Finding {
        client_id,
        tenant_id,
        ..
    } = finding;
    let correlation = finding
        .correlation_id
        .as_ref()
        .map_or_else(String::new, |id| format!("; correlation id {id}"));
    let asked = format!("Asked about client {client_id} in tenant {tenant_id}{correlation}");
    lines.push('\n');
    lines.push_str(&paragraph("", 0, &asked));
    lines
}
