//! `forewarn plan`.

mod difference;
mod ics;
mod table;
mod words;

use std::{
    io::{BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::bail;
use serde::Serialize;

use super::{
    Global, describe,
    output::{COULD_NOT_TELL, complain, ignore_closed, print},
    progress::ScanProgress,
};
use crate::{
    app::{
        clock::SystemClock,
        parts::{Net, directories, receivers},
        plan::{Differences, Inventory, Plan, Recalled},
    },
    config::{self, Config, SystemSecrets},
    domain::{Clock, Secrets, clean::clean},
};

/// Show which alerts would go to whom, and when, if nothing were renewed or acknowledged. Sends nothing and writes nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn plan\n  forewarn plan --days 365 --receiver pager\n  \
    forewarn plan --diff new.toml\n  \
    forewarn plan --format json | jq '.messages[] | select(.receiver == null)'\n  \
    forewarn plan --format ics > alerts.ics\n\n\
    It scans the tenants, takes what was told so far from the store (a daemon may be running on it), and plays the rounds to come\n\
    by the daemon's own rules: thresholds, routes, calendar, silences, escalation.\n\n\
    Exit codes: 0 planned, 3 could not tell: a scan failed, or the store cannot be read."
)]
pub(super) struct PlanCommand {
    /// How many days to look ahead
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=730))]
    days: u16,
    /// How the answer looks
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only this tenant; may be given several times
    #[arg(long, value_name = "NAME")]
    tenant: Vec<String>,
    /// Only what this receiver gets; may be given several times
    #[arg(long, value_name = "NAME")]
    receiver: Vec<String>,
    /// Show only what this configuration would change, on the same tenants
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// A calendar with an event a message
    Ics,
}

/// The sections of the file that a plan rests on.
const SECTIONS: [&str; 9] = [
    "schedule",
    "tenants",
    "thresholds",
    "policies",
    "owners",
    "receivers",
    "routes",
    "calendar",
    "tls",
];

/// What a pipe takes at once, in bytes.
const BUFFER: usize = 64 << 10;

impl PlanCommand {
    /// Whatever goes wrong is "could not tell".
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let code = self.plan(global).await.unwrap_or_else(|error| {
            complain(&describe(&error));
            COULD_NOT_TELL
        });
        Ok(ExitCode::from(code))
    }

    async fn plan(self, global: &Global) -> anyhow::Result<u8> {
        if self.diff.is_some() && self.format == Format::Ics {
            bail!("a difference is no calendar; leave out --diff, or take --format table or json");
        }
        global.log_for_people()?;
        let clock = Arc::new(SystemClock);
        let config = global.load_telling_warnings(clock.as_ref(), &SECTIONS)?;
        let other = match &self.diff {
            Some(path) => {
                let loaded = config::load(path, &config::environment(), clock.now())?;
                Some(super::tell_warnings(loaded, &SECTIONS))
            }
            None => None,
        };
        self.check_names(&config, other.as_ref())?;

        let mut inventory = self.take(&config, other.as_ref(), clock).await?;
        if let Recalled::Nothing(why) = inventory.recall(&config.store.path).await? {
            complain(&format!("note: nothing was told before: {why}"));
        }
        let plan = self.of(&inventory, &config)?;
        match &other {
            None => self.write(&plan, &inventory, &config)?,
            Some(other) => {
                tell_unscanned(&config, other);
                let then = self.of(&inventory, other)?;
                let differences = Differences::between(&plan, &then);
                self.write_differences(&differences, &inventory, &config)?;
            }
        }
        Ok(tell_tenants(&inventory))
    }

    fn check_names(&self, config: &Config, other: Option<&Config>) -> anyhow::Result<()> {
        let tenants: Vec<&str> = config.tenants.iter().map(|of| of.name.as_str()).collect();
        known("tenant", &self.tenant, &tenants)?;
        let configs = std::iter::once(config).chain(other);
        let receivers: Vec<&str> = configs
            .flat_map(|config| &config.receivers)
            .map(|of| of.name.as_str())
            .collect();
        known("receiver", &self.receiver, &receivers)
    }

    async fn take(
        &self,
        config: &Config,
        other: Option<&Config>,
        clock: Arc<SystemClock>,
    ) -> anyhow::Result<Inventory> {
        let mut scanned = config.clone();
        if !self.tenant.is_empty() {
            scanned.tenants.retain(|of| self.tenant.contains(&of.name));
        }
        let net = Net::new(&scanned)?;
        let dyn_clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&clock);
        let secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        let directories = directories(&scanned, &net, &dyn_clock, &secrets, &Arc::default());
        let progress = ScanProgress::new();
        let told = |tenant: &str, step| progress.tell(tenant, &step);
        let configs: Vec<&Config> = std::iter::once(config).chain(other).collect();
        let inventory =
            Inventory::take(&directories, &configs, self.days, clock.as_ref(), &told).await;
        progress.finish();
        Ok(inventory)
    }

    fn of(&self, inventory: &Inventory, config: &Config) -> anyhow::Result<Plan> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        let receivers = receivers(config, &Net::new(config)?, &secrets, &clock, None);
        let mut plan = Plan::of(inventory, config, &receivers, self.days);
        plan.keep_receivers(&self.receiver);
        Ok(plan)
    }

    fn write(&self, plan: &Plan, inventory: &Inventory, config: &Config) -> anyhow::Result<()> {
        match self.format {
            Format::Table => print(&table::render(plan, &unread(inventory), &config.calendar)),
            Format::Json => write_json(&plan.as_json(inventory)),
            Format::Ics => write_with(|out| ics::write(plan, out)),
        }
    }

    fn write_differences(
        &self,
        differences: &Differences,
        inventory: &Inventory,
        config: &Config,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Json => write_json(&differences.as_json(inventory)),
            Format::Table | Format::Ics => {
                let unread = unread(inventory);
                print(&difference::render(differences, &unread, &config.calendar))
            }
        }
    }
}

fn known(what: &str, asked: &[String], names: &[&str]) -> anyhow::Result<()> {
    let mut asked = asked.iter();
    match asked.find(|name| !names.contains(&name.as_str())) {
        Some(unknown) if names.is_empty() => {
            bail!("no {what} is named `{unknown}`; the configuration has none")
        }
        Some(unknown) => bail!(
            "no {what} is named `{unknown}`; the configuration has: {}",
            names.join(", ")
        ),
        None => Ok(()),
    }
}

fn write_json(document: &impl Serialize) -> anyhow::Result<()> {
    write_with(|out| {
        serde_json::to_writer(&mut *out, document)?;
        writeln!(out)
    })
}

fn write_with(
    write: impl FnOnce(&mut BufWriter<std::io::StdoutLock<'static>>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    ignore_closed(write(&mut out).and_then(|()| out.flush()))
}

/// The names of tenants that could not be read.
fn unread(inventory: &Inventory) -> Vec<&str> {
    let lines = inventory.lines().filter(|tenant| !tenant.complete);
    lines.map(|tenant| tenant.name).collect()
}

/// Tenants that only the other configuration has are not part of the inventory.
fn tell_unscanned(config: &Config, other: &Config) {
    let has = |name: &str| config.tenants.iter().any(|tenant| tenant.name == name);
    for tenant in other.tenants.iter().filter(|tenant| !has(&tenant.name)) {
        complain(&format!(
            "note: tenant {} is not in the configuration in force, so it was not scanned and is not compared",
            tenant.name
        ));
    }
}

/// What could not be read or learnt is said whatever the format. Answers the exit code.
fn tell_tenants(inventory: &Inventory) -> u8 {
    let mut code = 0;
    for tenant in inventory.lines() {
        if let Some(error) = tenant.error {
            complain(&format!(
                "tenant {} could not be read: {error}",
                tenant.name
            ));
            code = COULD_NOT_TELL;
        }
        for note in &tenant.notes {
            let (name, note) = (clean(tenant.name, 60), clean(note, 800));
            complain(&format!("note on tenant {name}: {note}"));
        }
    }
    code
}
