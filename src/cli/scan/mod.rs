//! `forewarn scan`.

mod config;
mod csv;
mod table;

use std::{
    io::{BufWriter, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::bail;
use chrono::TimeDelta;

use super::{
    Global, describe,
    output::{COULD_NOT_TELL, complain, ignore_closed},
    progress::ScanProgress,
};
use crate::{
    app::{
        clock::SystemClock,
        parts::{Net, directories},
        report::{Oddity, Report, Summary},
    },
    config::{Config, SystemSecrets},
    domain::{Clock, Secrets, clean::clean},
};

/// Scan once and show what runs out. Sends nothing and writes nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn scan\n  forewarn scan --within 365d --tenant contoso\n  \
    forewarn scan --format json | jq '.credentials[] | select(.severity == \"expired\")'\n  \
    forewarn scan --format csv > credentials.csv\n\n\
    Exit codes: 0 nothing in warning, 1 a warning, 2 something critical or expired, 3 could not tell: a scan failed.\n\
    They speak of all credentials of the scanned tenants, whatever --within shows.\n\n\
    Without a configuration file it reads the directory that the Azure CLI is signed in to (`az login --allow-no-subscriptions`)."
)]
pub(super) struct Scan {
    /// How the answer looks
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only credentials that end within this time, such as 90d or 12h, and those that have ended [default: everything; for the
    /// table the most urgent of 90d]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    within: Option<TimeDelta>,
    /// Only this tenant; may be given several times
    #[arg(long, value_name = "NAME")]
    tenant: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One row per credential
    Csv,
}

/// A document can be sixty megabytes long; this is what a pipe takes at once, in bytes.
const BUFFER: usize = 64 << 10;

fn parse_time(text: &str) -> Result<TimeDelta, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it like 90d or 12h"))?;
    TimeDelta::from_std(duration).map_err(|error| error.to_string())
}

impl Scan {
    /// Whatever goes wrong is "could not tell": no other exit code may look like an answer.
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let code = self.scan(global).await.unwrap_or_else(|error| {
            complain(&describe(&error));
            COULD_NOT_TELL
        });
        Ok(ExitCode::from(code))
    }

    async fn scan(self, global: &Global) -> anyhow::Result<u8> {
        global.log_for_people()?;
        let clock = Arc::new(SystemClock);
        let mut config = config::load(global, clock.as_ref()).await?;
        self.keep_wanted_tenants(&mut config)?;

        let net = Net::new(&config)?;
        let dyn_clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&clock);
        let secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        let directories = directories(&config, &net, &dyn_clock, &secrets, &Arc::default());
        let progress = ScanProgress::new();
        let policies = Arc::new(config.policies);
        let told = |tenant: &str, step| progress.tell(tenant, &step);
        let within = self.shown_within();
        let report = Report::gather(&directories, policies, within, clock.as_ref(), &told).await;
        progress.finish();

        self.write(&report, &config.calendar)?;
        for tenant in report.tenants() {
            if let Some(error) = tenant.error {
                complain(&format!(
                    "tenant {} could not be read: {error}",
                    tenant.name
                ));
            }
        }
        tell_notes(&report);
        tell_oddities(&report);
        Ok(exit_code(&report))
    }

    fn keep_wanted_tenants(&self, config: &mut Config) -> anyhow::Result<()> {
        let names: Vec<String> = config
            .tenants
            .iter()
            .map(|tenant| tenant.name.clone())
            .collect();
        if let Some(unknown) = self.tenant.iter().find(|name| !names.contains(name)) {
            bail!(
                "no tenant is named `{unknown}`; the configuration has: {}",
                names.join(", ")
            );
        }
        if !self.tenant.is_empty() {
            config
                .tenants
                .retain(|tenant| self.tenant.contains(&tenant.name));
        }
        Ok(())
    }

    /// What ends later is not shown; `None`: everything is.
    fn shown_within(&self) -> Option<TimeDelta> {
        let is_table = self.format == Format::Table;
        self.within.or(is_table.then_some(table::WITHIN))
    }

    fn write(
        &self,
        report: &Report,
        calendar: &crate::domain::calendar::Calendar,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Table => table::print(report, self.within, calendar),
            Format::Csv => csv::write(report, self.within, std::io::stdout().lock()),
            Format::Json => {
                let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
                let written = serde_json::to_writer(&mut out, &report.as_json(self.within))
                    .map_err(std::io::Error::from);
                ignore_closed(
                    written
                        .and_then(|()| writeln!(out))
                        .and_then(|()| out.flush()),
                )
            }
        }
    }
}

/// What could not be learnt beside the credentials, and what puts them in doubt: said whatever the format, for an owner that is
/// missing is not "nobody".
fn tell_notes(report: &Report) {
    for tenant in report.tenants() {
        for note in tenant.notes.iter().chain(&tenant.clock) {
            let (name, note) = (clean(tenant.name, 60), clean(note, 800));
            complain(&format!("note on tenant {name}: {note}"));
        }
    }
}

/// An odd credential may be one that is not watched: said whatever the format, on stderr.
fn tell_oddities(report: &Report) {
    for oddity in report.oddities().take(ODDITIES_SHOWN) {
        complain(&format!(
            "odd value in tenant {}: {}",
            clean(oddity.tenant, 60),
            oddity_text(&oddity)
        ));
    }
    let more = report.oddities().count().saturating_sub(ODDITIES_SHOWN);
    if more > 0 {
        complain(&format!("{more} more odd values; --log warn names them"));
    }
}

const ODDITIES_SHOWN: usize = 20;

fn oddity_text(oddity: &Oddity<'_>) -> String {
    let message = clean(oddity.message, 300);
    match oddity.app_name {
        Some(name) => format!(
            "app {:?} ({}): {message}",
            clean(name, 60),
            clean(oddity.object_id, 60)
        ),
        None => message,
    }
}

fn exit_code(report: &Report) -> u8 {
    let Summary {
        warning,
        critical,
        expired,
        ..
    } = report.summary();
    if report.tenants().any(|tenant| !tenant.complete) {
        COULD_NOT_TELL
    } else if critical + expired > 0 {
        2
    } else {
        u8::from(warning > 0)
    }
}
