//! `forewarn setup`.

use std::process::ExitCode;

use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        setup::{self, Asked, Plan},
    },
    config::{self, Config},
};

/// Print the commands that let forewarn read a tenant: the app registration, its permissions and its credential.
///
/// With a configuration file they follow from it: its tenant, its way of signing in, and the least permissions for what it
/// switches on. Nothing is done until you run them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn setup > setup.sh && less setup.sh && bash setup.sh\n  \
    forewarn setup --tenant contoso --method workload-identity\n  forewarn setup --method certificate --terraform > main.tf\n\n\
    Then: forewarn check --online\n\nExit codes: 0, 1."
)]
pub(super) struct Setup {
    /// A tenant of the configuration; without one, what it will be called [default: main]
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// How forewarn signs in [default: as configured, else client-secret]
    #[arg(long, value_enum)]
    method: Option<Method>,
    /// Print a Terraform configuration instead
    #[arg(long)]
    terraform: bool,
    /// Also for the last use of each credential (`sign_in_activity`)
    #[arg(long)]
    sign_in_activity: bool,
    /// Also for naming the AKS clusters that use a service principal (`azure.aks`)
    #[arg(long)]
    aks: bool,
    /// Also for sending mail through Graph as this mailbox, and as no other (`graph-mail`); may be left out where a receiver is configured
    #[arg(long, value_name = "MAILBOX")]
    mail: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Method {
    /// With a client secret
    ClientSecret,
    /// With a certificate
    Certificate,
    /// As a Kubernetes service account
    WorkloadIdentity,
    /// As the Azure resource that it runs on
    ManagedIdentity,
    /// As whoever is signed in to the Azure CLI
    AzureCli,
}

impl From<Method> for setup::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::ClientSecret => Self::ClientSecret,
            Method::Certificate => Self::Certificate,
            Method::WorkloadIdentity => Self::WorkloadIdentity,
            Method::ManagedIdentity => Self::ManagedIdentity,
            Method::AzureCli => Self::AzureCli,
        }
    }
}

impl Setup {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let config = config(global)?;
        let asked = Asked {
            tenant: self.tenant,
            method: self.method.map(Into::into),
            sign_in_activity: self.sign_in_activity,
            aks: self.aks,
            mail: self.mail,
        };
        let plan = Plan::new(&asked, config.as_ref())?;
        let text = if self.terraform {
            plan.terraform()?
        } else {
            plan.script()?
        };
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The configuration, unless there is none. One that is wrong is no reason to guess.
fn config(global: &Global) -> anyhow::Result<Option<Config>> {
    if config::locate(global.config.clone()).is_err() {
        complain(
            &"no configuration file is here: this is for the defaults. With one, it would follow from that (--config FILE)",
        );
        return Ok(None);
    }
    match global.load_telling_warnings(&SystemClock, &["tenants"]) {
        Ok(config) => Ok(Some(config)),
        Err(problems) => {
            complain(&problems);
            anyhow::bail!(
                "what to set up is read from the configuration. What setup is to give you can be a placeholder in it for now, such as client_id = \"…\""
            )
        }
    }
}
