//! `cargo bench --bench scan`: what a scan of a large tenant costs, beside what it cannot cost less than.
//!
//! In one run, against `forewarn sandbox` over loopback, each part a process of its own:
//!
//! - a full `forewarn scan --format json`, beside the plain download of the same pages by `curl` (time), and beside a bare
//!   `serde_json` decode of the same bytes (processor time);
//! - its peak memory, and what the tenant was asked;
//! - the memory of a `forewarn run` that idles after its first round, and the processor time of a scan of a small tenant.
//!
//! The limits are part of the product. A missed one makes the exit code 1. Linux only: the figures are those of `/proc`.

mod curl;
mod daemon;
mod decode;
mod process;
mod sandbox;
mod verdict;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use clap::Parser;
use serde::Deserialize;

use decode::Shape;
use process::Finished;
use sandbox::Sandbox;
use verdict::{Line, Verdict};

/// The program under test, built with the profile of the benchmark.
const FOREWARN: &str = env!("CARGO_BIN_EXE_forewarn");

/// Graph gives at most so many apps at a time.
const PAGE: u32 = 999;

/// The tenant whose scan and daemon must cost next to nothing.
const SMALL_TENANT: u32 = 2_000;

/// A short run is measured so often: the system counts processor time in hundredths of a second.
const SHORT_RUNS: u32 = 10;

const MIB: f64 = 1024.0 * 1024.0;

/// Measures what a scan of a large tenant costs; exits with 1 when a limit is missed.
#[derive(Debug, Parser)]
struct Options {
    /// How many apps the tenant has
    #[arg(long, default_value_t = 100_000)]
    apps: u32,
    /// How long its Graph takes to answer
    #[arg(long, default_value = "150ms", value_parser = humantime::parse_duration)]
    latency: Duration,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
    /// Do nothing but decode the pages in --pages: how this program starts itself
    #[arg(long, hide = true, requires = "pages")]
    decode: Option<Shape>,
    #[arg(long, hide = true)]
    pages: Option<PathBuf>,
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let (Some(shape), Some(pages)) = (options.decode, &options.pages) {
        decode::all(shape, pages)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir().context("there is no room for the pages")?;
    let mut verdict = Verdict::default();
    large_tenant(&options, folder.path(), &mut verdict)?;
    small_tenant(&options, folder.path(), &mut verdict)?;
    verdict.print(&format!(
        "forewarn {}: a scan of {} apps, Graph answers after {}",
        env!("CARGO_PKG_VERSION"),
        options.apps,
        humantime::format_duration(options.latency),
    ))?;
    Ok(if verdict.all_met() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The scan, the download and the decode of the same pages.
fn large_tenant(options: &Options, folder: &Path, verdict: &mut Verdict) -> anyhow::Result<()> {
    let sandbox = Sandbox::start(options.apps, options.latency, folder)?;
    let scan = scan(&sandbox, options.apps)?;
    let asked = curl::stats(&sandbox)?;

    let pages = folder.join("pages");
    let download = curl::follow(&sandbox, &pages)?;
    let in_one_go = curl::again(&sandbox, &download, &pages)?;
    let typed = decode(Shape::Typed, &pages)?;
    let untyped = decode(Shape::Value, &pages)?;

    let seconds = |time: Duration| time.as_secs_f64();
    verdict.add(
        Line::new("wall time", seconds(scan.wall), "s")
            .beside("one curl, one connection", seconds(in_one_go.wall))
            .at_most_times(1.15),
    );
    verdict.add(
        Line::new("", seconds(scan.wall), "s").beside("a curl a page", seconds(download.wall)),
    );
    verdict.add(
        Line::new("CPU time", seconds(scan.cpu), "s")
            .beside("serde_json to structs", seconds(typed))
            .at_most_times(3.0),
    );
    verdict
        .add(Line::new("", seconds(scan.cpu), "s").beside("serde_json to Value", seconds(untyped)));
    verdict.add(Line::new("peak memory", mib(scan.peak), "MiB").below(64.0));
    let calls = u64::from(options.apps.div_ceil(PAGE));
    verdict.add(Line::count("calls to Graph", asked.graph).exactly(calls));
    verdict.add(Line::count("tokens", asked.tokens).exactly(1));
    Ok(())
}

/// A tenant as most are.
fn small_tenant(options: &Options, folder: &Path, verdict: &mut Verdict) -> anyhow::Result<()> {
    let sandbox = Sandbox::start(SMALL_TENANT, options.latency, folder)?;
    let mut cpu = Duration::ZERO;
    for _ in 0..SHORT_RUNS {
        cpu += scan(&sandbox, SMALL_TENANT)?.cpu;
    }
    let cpu = (cpu / SHORT_RUNS).as_secs_f64();
    verdict.add(Line::new("CPU time, 2,000 apps", cpu, "s").below(0.1));
    let resident = daemon::idle_after_a_round(&sandbox, folder)?;
    verdict.add(Line::new("idle daemon, 2,000 apps", mib(resident), "MiB").below(25.0));
    Ok(())
}

/// A scan that found everything; anything else is not worth a figure.
fn scan(sandbox: &Sandbox, apps: u32) -> anyhow::Result<Finished> {
    #[derive(Deserialize)]
    struct Document {
        summary: Summary,
        tenants: Vec<Tenant>,
    }
    #[derive(Deserialize)]
    struct Summary {
        apps: u32,
    }
    #[derive(Deserialize)]
    struct Tenant {
        complete: bool,
    }
    let mut command = Command::new(FOREWARN);
    command
        .args(["scan", "--format", "json", "--config"])
        .arg(sandbox.config());
    let finished = process::run(&mut command)?;
    let found: Document =
        serde_json::from_slice(&finished.output).context("the scan printed no document")?;
    ensure!(
        found.summary.apps == apps && found.tenants.iter().all(|tenant| tenant.complete),
        "the scan found {} apps of {apps}",
        found.summary.apps
    );
    Ok(finished)
}

/// The processor time of a process that does nothing but decode the pages.
fn decode(shape: Shape, pages: &Path) -> anyhow::Result<Duration> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("--decode")
        .arg(shape.to_string())
        .arg("--pages")
        .arg(pages);
    let mut cpu = Duration::ZERO;
    for _ in 0..SHORT_RUNS {
        let finished = process::run(&mut command)?;
        ensure!(finished.succeeded, "the bare decode failed");
        cpu += finished.cpu;
    }
    Ok(cpu / SHORT_RUNS)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no process has so much memory that it shows"
)]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}
