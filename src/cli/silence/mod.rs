//! `forewarn silence add|list|end`.

mod table;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use self::table::{table, until};
use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        silences::{Listed, Refusal, Silences, Target, Terms},
    },
    config::Config,
    domain::Clock,
};

/// Hold back alerts for a while: of a credential, an app or a tenant. Works beside the running daemon, whose next round heeds it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forewarn silence add --credential 5f1d3c1b-… --for 7d --reason \"the vendor renews it on Friday\"\n  \
    forewarn silence add --app billing-api --until 2026-12-31 --reason \"is being shut down\"\n  forewarn silence list\n  \
    forewarn silence end 3f0c6a53\n\n\
    Nothing that is held back counts as told: when a silence ends, the threshold then reached is announced. A silence on one\n\
    credential breaks by itself when the credential changes and, without --even-critical, when it turns critical.\n\n\
    Exit codes: 0 done, 1 not done."
)]
pub(super) struct Silence {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set a silence
    Add(Add),
    /// Show the silences in force
    List(List),
    /// End a silence before its time
    End(End),
}

#[derive(Debug, Args)]
struct Add {
    /// One credential: its secret ID or certificate ID
    #[arg(long, value_name = "ID")]
    credential: Option<String>,
    /// Everything of an app; with --credential: where that lies
    #[arg(long, value_name = "NAME|APP_ID|OBJECT_ID")]
    app: Option<String>,
    /// Everything in a tenant; with --app or --credential: where that lies
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// For how long: `36h`, `7d`, `2weeks`
    #[arg(long = "for", value_name = "DURATION", conflicts_with = "until")]
    lasts: Option<String>,
    /// Until the end of that day in the configured time zone, or until an instant (RFC 3339)
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Why; everybody can read it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Let a silence on one credential hold even when that turns critical or runs out
    #[arg(long)]
    even_critical: bool,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, Args)]
struct List {
    /// Also those that have ended, and how
    #[arg(long)]
    all: bool,
    /// How the list looks
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Args)]
struct End {
    /// The silence's id, or a beginning of it that no other has
    id: String,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, Args)]
struct Who {
    /// Who you are
    #[arg(long = "by", value_name = "NAME", env = "USER")]
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON document on stdout
    Json,
}

impl Silence {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_for_people()?;
        let clock = SystemClock;
        let config = global.load_telling_warnings(&clock, &["store"])?;
        let done = match Silences::open(&config, clock.now()).await {
            Ok(silences) => self.command.run(&silences, &config).await,
            Err(refusal) => Err(refusal),
        };
        match done {
            Ok(text) => {
                print(&text)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(refusal) => {
                complain(&told(&refusal));
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

impl Command {
    /// What is to be printed.
    async fn run(self, silences: &Silences<'_>, config: &Config) -> Result<String, Refusal> {
        match self {
            Self::Add(add) => {
                let (target, terms) = add.parts();
                let listed = silences.add(&target, terms).await?;
                Ok(added(&listed, config))
            }
            Self::List(list) => {
                let listed = silences.list(list.all).await?;
                Ok(match list.format {
                    Format::Table => table(&listed, list.all, &config.calendar),
                    Format::Json => format!("{:#}\n", serde_json::json!({ "silences": listed })),
                })
            }
            Self::End(end) => {
                let by = end.who.name.unwrap_or_default();
                let listed = silences.end(&end.id, &by).await?;
                Ok(ended(&listed, config))
            }
        }
    }
}

impl Add {
    fn parts(self) -> (Target, Terms) {
        let target = Target {
            tenant: self.tenant,
            app: self.app,
            credential: self.credential,
        };
        let terms = Terms {
            lasts: self.lasts,
            until: self.until,
            reason: self.reason,
            author: self.who.name.unwrap_or_default(),
            even_critical: self.even_critical,
        };
        (target, terms)
    }
}

fn added(listed: &Listed, config: &Config) -> String {
    let silence = &listed.silence;
    format!(
        "silenced until {}: {} (tenant {})\nto end it sooner: forewarn silence end {}\n",
        until(silence, &config.calendar),
        listed.what,
        silence.scope.tenant(),
        table::short(silence.id),
    )
}

fn ended(listed: &Listed, config: &Config) -> String {
    let silence = &listed.silence;
    let how = match &silence.ended {
        Some(ended) => ended.how.to_string(),
        None => "its time was up".to_owned(),
    };
    format!(
        "ended {}: {} (tenant {}), {how}\n",
        until(silence, &config.calendar),
        listed.what,
        silence.scope.tenant(),
    )
}

/// Why it was not done, and what may have been meant.
fn told(refusal: &Refusal) -> String {
    let causes = std::iter::successors(std::error::Error::source(refusal), |cause| cause.source());
    let causes = causes.map(|cause| format!("\n  because: {cause}"));
    let lines = refusal.candidates().iter().map(|one| format!("\n  {one}"));
    let lead = if refusal.candidates().is_empty() {
        ""
    } else {
        "\nthere is:"
    };
    format!(
        "error: {refusal}{}{lead}{}",
        causes.collect::<String>(),
        lines.collect::<String>()
    )
}
