//! A tenant, an inbox, and a folder to run `forewarn` in.

use std::{fs, net::SocketAddr, path::PathBuf, process::Command, sync::Arc};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use forewarn::{
    app::clock::SystemClock,
    domain::Clock,
    sandbox::{
        self, Fault, Faults, Generated, Options, Population, Rule, Sandbox, SmtpTls, Story,
        inbox::Inbox,
    },
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    config::{self, ROUTING_KEY, SIGNING_SECRET, service},
    daemon::Daemon,
    process::{Ended, Process},
    wait::SOON,
};

/// What a story happens in.
pub(crate) struct World {
    // the sandbox goes before what it runs on
    pub(crate) sandbox: Sandbox,
    pub(crate) runtime: Runtime,
    folder: TempDir,
}

/// The world's time.
pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A tenant of so many apps. Seen from now it is the same in every run.
pub(crate) fn crowd(apps: usize) -> Generated {
    Generated {
        apps,
        service_principals: 0,
        seed: 7,
        base: now().trunc_subsecs(0),
    }
}

impl World {
    /// A tenant, and an inbox that also takes mail.
    pub(crate) fn new(tenant: &Generated) -> Self {
        Self::with(tenant, |_| {})
    }

    /// The same, but all of it speaks TLS.
    pub(crate) fn encrypted(tenant: &Generated) -> Self {
        Self::with(tenant, |options| {
            options.tls = true;
            options.smtp_tls = SmtpTls::StartTls;
        })
    }

    /// The tenant of the story that the demo tells, so many days after its start.
    pub(crate) fn of_story(days: i64) -> Self {
        let start = now() - TimeDelta::days(days);
        Self::populated(Population::Story(Story { start }), |_| {})
    }

    fn with(tenant: &Generated, change: impl FnOnce(&mut Options)) -> Self {
        Self::populated(Population::Generated(tenant.clone()), change)
    }

    fn populated(population: Population, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(population, Arc::new(now));
        options.smtp = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        change(&mut options);
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(sandbox::start(options)).unwrap();
        sandbox
            .inbox()
            .expect_signature("siem", SIGNING_SECRET)
            .unwrap();
        Self {
            sandbox,
            runtime,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn inbox(&self) -> &Inbox {
        self.sandbox.inbox()
    }

    /// What goes wrong with Graph from now on.
    pub(crate) fn trouble(&self, rules: impl IntoIterator<Item = Rule>) {
        self.sandbox.set_faults(Faults {
            rules: rules.into_iter().collect(),
            ..Faults::default()
        });
    }

    /// Every sign-in is refused from now on, and no token that was given before is good any more.
    pub(crate) fn refuse_sign_in(&self, aadsts: u32) {
        self.sandbox.set_faults(Faults {
            token_error: Some(aadsts),
            rules: vec![Rule::always(Fault::Unauthorised)],
            ..Faults::default()
        });
    }

    /// Microsoft's clock is so many seconds ahead from now on.
    pub(crate) fn set_clock_ahead(&self, seconds: i64) {
        self.sandbox.set_faults(Faults {
            date_skew_seconds: seconds,
            ..Faults::default()
        });
    }

    /// Graph takes so many milliseconds to answer from now on.
    pub(crate) fn slow_down(&self, latency_ms: u64) {
        self.sandbox.set_faults(Faults {
            latency_ms,
            ..Faults::default()
        });
    }

    pub(crate) fn all_is_well(&self) {
        self.sandbox.set_faults(Faults::default());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes the configuration: rounds by `cron`, the sandbox as the tenant `contoso`, and what else it should say.
    pub(crate) fn configure(&self, cron: &str, rest: &str) {
        let config = [
            &service(cron),
            &config::tenant("contoso", &self.sandbox),
            rest,
        ]
        .concat();
        self.write("forewarn.toml", &config);
    }

    /// `forewarn` with these arguments, in the folder, with nothing of the environment but the secrets.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forewarn"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("FOREWARN_CONFIG", "forewarn.toml")
            .env("CLIENT_SECRET", self.sandbox.client_secret())
            .env("SIGNING_SECRET", SIGNING_SECRET)
            .env("ROUTING_KEY", ROUTING_KEY);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn forewarn(&self, arguments: &[&str]) -> Ended {
        Process::start(&mut self.command(arguments)).end(SOON)
    }

    /// Starts the daemon.
    pub(crate) fn run(&self) -> Daemon {
        Daemon::start(&mut self.command(&["run"]))
    }
}
