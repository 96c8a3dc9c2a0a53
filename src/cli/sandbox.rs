//! `forewarn sandbox`.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{clock::SystemClock, signals::stop_on_signal},
    config::LogFormat,
    domain::Clock,
    sandbox::{self, Faults, Generated, Options, Population, Sandbox, SmtpTls, Story},
};

/// Serve the simulated tenant and inbox alone, to try a configuration or another tool against.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn sandbox\n  forewarn sandbox --apps 100000 --service-principals 200000 --listen 127.0.0.1:8090 --latency 150ms\n  \
    forewarn sandbox --tls --ca-file ca.pem\n  \
    forewarn sandbox --faults '{\"rules\":[{\"fault\":\"throttle\",\"every\":3,\"retry_after\":{\"seconds\":1}}]}'\n  forewarn sandbox --faults '{\"roles\":[\"Application.Read.All\"]}'\n\n\
    Trouble can be changed while it runs: PUT /_sandbox/faults (Graph, sign-in) and /_sandbox/inbox (receivers).\n\
    What was asked of it: GET /_sandbox/stats.\n\nExit codes: 0 after Ctrl-C or SIGTERM, 1 when it cannot start."
)]
pub(super) struct SandboxCommand {
    /// Where HTTP is served
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Where mail is taken
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2525")]
    smtp: SocketAddr,
    /// How the mail server protects its connections
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    smtp_tls: Tls,
    /// Generate this many apps, up to a million, instead of the demo's story
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    apps: Option<u32>,
    /// Generate this many service principals, too: the first are those of the apps; about two an app is common
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=2_000_000), requires = "apps", default_value_t = 0)]
    service_principals: u32,
    /// What the apps are generated from: the same seed and --base give the same tenant
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The instant around which generated credentials end, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    base: Option<DateTime<Utc>>,
    /// How long Graph thinks before it answers, such as 150ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "0s")]
    latency: Duration,
    /// Let the client sign in with this certificate (PEM), too
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<PathBuf>,
    /// What goes wrong, as JSON, see /_sandbox/faults
    #[arg(long, value_name = "JSON", value_parser = parse_faults, default_value = "{}")]
    faults: Faults,
    /// Serve HTTPS, with a certificate of the sandbox's own authority
    #[arg(long)]
    tls: bool,
    /// Write that authority's certificate here
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Tls {
    /// Not at all
    #[default]
    None,
    /// STARTTLS is offered
    Starttls,
    /// TLS from the first byte
    Implicit,
}

fn parse_faults(text: &str) -> Result<Faults, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

impl SandboxCommand {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_as(LogFormat::Pretty, "warn")?;
        let clock = SystemClock;
        let now = clock.now();
        let population = match self.apps {
            Some(apps) => Population::Generated(Generated {
                apps: apps as usize,
                service_principals: self.service_principals as usize,
                seed: self.seed,
                base: self.base.unwrap_or(now),
            }),
            None => Population::Story(Story { start: now }),
        };
        let mut options = Options::new(population, Arc::new(move || clock.now()));
        options.listen = self.listen;
        options.smtp = Some(self.smtp);
        options.smtp_tls = match self.smtp_tls {
            Tls::None => SmtpTls::None,
            Tls::Starttls => SmtpTls::StartTls,
            Tls::Implicit => SmtpTls::Implicit,
        };
        options.latency = self.latency;
        options.faults = self.faults.clone();
        options.tls = self.tls;
        options.client_certificate = self.read_certificate()?;
        let sandbox = sandbox::start(options).await.with_context(|| {
            format!(
                "the sandbox cannot be started on {} and {}",
                self.listen, self.smtp
            )
        })?;
        self.write_ca(&sandbox)?;
        print(&describe(&sandbox))?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        stop.cancelled().await;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    }

    fn read_certificate(&self) -> anyhow::Result<Option<String>> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .with_context(|| format!("--client-certificate: cannot read {}", path.display()))
        };
        self.client_certificate.as_ref().map(read).transpose()
    }

    fn write_ca(&self, sandbox: &Sandbox) -> anyhow::Result<()> {
        match (&self.ca_file, sandbox.ca_pem()) {
            (Some(path), Some(pem)) => std::fs::write(path, pem)
                .with_context(|| format!("--ca-file: cannot write {}", path.display())),
            (Some(_), None) => {
                complain(
                    &"--ca-file: nothing is written, since nothing speaks TLS; add --tls or --smtp-tls",
                );
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }
}

/// A tenant and receivers for a configuration file, and where to look.
fn describe(sandbox: &Sandbox) -> String {
    let base = sandbox.base_url();
    let smtp = sandbox
        .smtp()
        .map(|address| address.to_string())
        .unwrap_or_default();
    format!(
        r#"# The sandbox is up: {base} (inbox), mail at {smtp}. Ctrl-C stops it.
# As a tenant of a configuration:

[[tenants]]
name = "sandbox"
tenant_id = "{tenant}"
sign_in_activity = true
[tenants.auth]
method = "client-secret"
client_id = "{client}"
client_secret = "{secret}"
[tenants.endpoints]
authority = "{base}"
graph = "{base}"
arm = "{base}"
[tenants.azure]
aks = true

# A secret that has run out: {expired}
# A workload identity's token, for the file AZURE_FEDERATED_TOKEN_FILE: {base}/_sandbox/federated-token
# A managed identity: endpoints.imds = "{base}"
#   or, as in App Service: IDENTITY_ENDPOINT={base}/msi/token IDENTITY_HEADER={header}
# Receivers: {base}/slack/NAME, {base}/teams/NAME, {base}/hooks/NAME,
#   pagerduty: {base}/pagerduty/NAME/v2/enqueue, alertmanager: {base}/alertmanager/NAME
#   graph-mail: from = "{mailbox}"; smtp.oauth2 with the same client and that mailbox as `username`
"#,
        tenant = sandbox.tenant_id(),
        client = sandbox.client_id(),
        secret = sandbox.client_secret(),
        expired = sandbox.expired_secret(),
        header = sandbox.identity_header(),
        mailbox = sandbox.mailbox(),
    )
}
