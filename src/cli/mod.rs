//! The command line: one file a command. Here things are printed, progress is shown and exit codes are chosen; the work is done
//! elsewhere.

mod check;
mod completions;
mod demo;
mod explain;
mod healthcheck;
mod measure;
mod output;
mod paint;
mod paragraph;
mod plan;
mod preview;
mod progress;
mod run;
mod sandbox;
mod scan;
mod schema;
mod setup;
mod silence;
mod test;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use tokio::runtime;

use crate::{
    app::memory,
    config::{self, Config, Loaded, Problem, Problems},
    domain::Clock,
};
use output::complain;

/// Knows when every credential of your Entra ID tenants runs out, and tells the people who can renew it in time.
#[derive(Debug, Parser)]
#[command(
    name = "forewarn",
    version,
    about,
    max_term_width = 110,
    arg_required_else_help = true
)]
#[command(
    after_help = "Try it without Microsoft, mail or chat:\n  forewarn demo\n\nSee what runs out where the Azure CLI is signed in, or in the \
    tenants of a configuration file:\n  forewarn scan\n  forewarn scan --config forewarn.toml --within 90d\n\nSee who would hear of what, and when:\n  forewarn plan\n\nLet it read your \
    tenant:\n  forewarn setup > setup.sh\n\nRun it for good:\n  forewarn check --online && forewarn run\n\n\
    Understand a refused sign-in:\n  forewarn explain AADSTS7000215\n  forewarn verify --tenant contoso"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const GLOBAL: &str = "Global options";

/// What every command understands.
#[derive(Debug, Clone, Args)]
struct Global {
    /// The configuration file [default: /etc/forewarn/forewarn.toml, else ./forewarn.toml]
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        env = "FOREWARN_CONFIG"
    )]
    config: Option<PathBuf>,
    /// What is logged to stderr: error, warn, info, debug, or directives such as `info,forewarn::entra=debug`
    #[arg(long, global = true, value_name = "FILTER", env = "FOREWARN_LOG", help_heading = GLOBAL)]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon, until SIGTERM or Ctrl-C
    Run(run::Run),
    /// Scan once and show what runs out; sends nothing, writes nothing
    Scan(scan::Scan),
    /// Show which alerts would go to whom, and when; sends nothing, writes nothing
    Plan(plan::PlanCommand),
    /// Check the configuration; with --online also sign-in and receivers
    Check(check::Check),
    /// Send a sample alert to one receiver, marked as a test
    Test(test::Test),
    /// Show the messages that a receiver gets, on samples; sends nothing
    Preview(preview::Preview),
    /// Print the commands that let forewarn read a tenant: app registration, permissions, credential
    Setup(setup::Setup),
    /// Try a client secret: does it work, and if not, what is wrong with it?
    Verify(verify::Verify),
    /// Explain an AADSTS code, or all of them in a pasted error or log
    Explain(explain::Explain),
    /// Hold back alerts for a while, see what is held back, end it
    Silence(silence::Silence),
    /// Show the whole product at work: simulated tenant, daemon and inbox, on simulated time
    Demo(demo::DemoCommand),
    /// Serve the simulated tenant and inbox alone
    Sandbox(sandbox::SandboxCommand),
    /// Print the JSON Schema of the configuration file
    Schema(schema::Schema),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Ask the daemon on this machine whether it is alive
    #[command(hide = true)]
    Healthcheck(healthcheck::Healthcheck),
}

impl Command {
    /// One thread does all that waits: each more would keep memory of its own. What takes long, reading pages and the database, has
    /// threads anyway. The demo and the sandbox play both sides, and have two.
    fn runtime(&self) -> runtime::Builder {
        match self {
            Self::Demo(_) | Self::Sandbox(_) => {
                let mut runtime = runtime::Builder::new_multi_thread();
                runtime.worker_threads(2);
                runtime
            }
            _ => runtime::Builder::new_current_thread(),
        }
    }
}

/// Parses the command line, runs the command, and says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    if matches!(cli.command, Command::Run(_)) {
        memory::be_thrifty();
    }
    let runtime = match cli.command.runtime().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!(
                "error: the process cannot start its threads: {error}"
            ));
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Run(command) => command.run(&cli.global).await,
            Command::Scan(command) => command.run(&cli.global).await,
            Command::Plan(command) => command.run(&cli.global).await,
            Command::Check(command) => command.run(&cli.global).await,
            Command::Test(command) => command.run(&cli.global).await,
            Command::Preview(command) => command.run(&cli.global),
            Command::Setup(command) => command.run(&cli.global),
            Command::Verify(command) => command.run(&cli.global).await,
            Command::Explain(command) => command.run(),
            Command::Silence(command) => command.run(&cli.global).await,
            Command::Demo(command) => command.run(&cli.global).await,
            Command::Sandbox(command) => command.run(&cli.global).await,
            Command::Schema(command) => command.run(),
            Command::Completions(command) => command.run(),
            Command::Healthcheck(command) => command.run().await,
        }
    });
    // a task that hangs must not keep the process from ending
    runtime.shutdown_background();
    outcome.unwrap_or_else(|error| {
        complain(&describe(&error));
        ExitCode::FAILURE
    })
}

/// Help and version are no failure. A command line that is not understood must not look like an answer of `scan`, `plan` or
/// `verify`, whose exit codes have meanings of their own.
fn not_understood(error: &clap::Error) -> ExitCode {
    // there is nobody to tell when the terminal is gone
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    // an argument need not be text
    let answering = ["scan", "plan", "verify"];
    let answers =
        std::env::args_os().any(|argument| answering.iter().any(|name| argument == *name));
    ExitCode::from(if answers { output::COULD_NOT_TELL } else { 1 })
}

/// An error with its causes, in one line each; a configuration's problems are laid out already.
fn describe(error: &anyhow::Error) -> String {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        return problems.to_string();
    }
    let causes = error
        .chain()
        .skip(1)
        .map(|cause| format!("\n  because: {cause}"));
    format!("error: {error}{}", causes.collect::<String>())
}

/// Says on stderr what is hardly meant about the keys below `sections`.
fn tell_warnings(loaded: Loaded, sections: &[&str]) -> Config {
    let concerns = |warning: &&Problem| {
        sections
            .iter()
            .any(|section| warning.path.starts_with(section))
    };
    for warning in loaded.warnings.iter().filter(concerns) {
        complain(warning);
    }
    loaded.config
}

impl Global {
    /// Finds, reads and checks the configuration.
    fn load(&self, clock: &dyn Clock) -> Result<Loaded, Problems> {
        let path = config::locate(self.config.clone())?;
        config::load(&path, &config::environment(), clock.now())
    }

    /// As [`Global::load`], for a command of which the configuration is not the subject: warnings about the keys below `sections`,
    /// which are all that it uses, go to stderr.
    fn load_telling_warnings(
        &self,
        clock: &dyn Clock,
        sections: &[&str],
    ) -> Result<Config, Problems> {
        Ok(tell_warnings(self.load(clock)?, sections))
    }

    /// Starts logging for a command whose output is for people.
    fn log_for_people(&self) -> anyhow::Result<()> {
        self.log_as(crate::config::LogFormat::Pretty, "error")
    }

    fn log_as(&self, format: crate::config::LogFormat, default: &str) -> anyhow::Result<()> {
        let filter = self.log.as_deref().unwrap_or(default);
        crate::app::start_logging(format, filter).map_err(anyhow::Error::msg)
    }
}
