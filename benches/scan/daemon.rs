//! The daemon, once it has done its first round and has nothing to do.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::{FOREWARN, curl, process, sandbox::Sandbox};

/// How long a first round with all its messages may take.
const PATIENCE: Duration = Duration::from_mins(2);

const PAUSE: Duration = Duration::from_millis(200);

/// After the last message, connections may still be open.
const SETTLING: Duration = Duration::from_secs(5);

/// Runs the daemon with a receiver of each type until everything that is due has been told; its memory (`VmRSS`) then, in
/// bytes.
pub(crate) fn idle_after_a_round(sandbox: &Sandbox, folder: &Path) -> anyhow::Result<u64> {
    let log = folder.join("daemon.log");
    let mut daemon = start(sandbox, folder, &log)?;
    let resident = until_idle(&mut daemon, &log);
    daemon.kill()?;
    daemon.wait()?;
    resident.with_context(|| {
        let log = fs::read_to_string(&log).unwrap_or_default();
        format!("the daemon said:\n{log}")
    })
}

fn start(sandbox: &Sandbox, folder: &Path, log: &Path) -> anyhow::Result<Child> {
    let access = &sandbox.access;
    let config = format!(
        r#"{tenant}
[[receivers]]
name = "mail"
type = "email"
to   = ["platform@contoso.com"]
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none", from = "forewarn@contoso.com" }}

[[receivers]]
name = "slack"
type = "slack"
url  = "{base}/slack/ops"

[[receivers]]
name = "teams"
type = "teams"
url  = "{base}/teams/ops"

[[receivers]]
name = "webhook"
type = "webhook"
url  = "{base}/hooks/ops"

[store]
url = "sqlite:{database}"

[http]
listen = "127.0.0.1:0"
"#,
        tenant = fs::read_to_string(sandbox.config())?,
        base = access.base,
        smtp = access.smtp_port,
        database = folder.join("forewarn.db").display(),
    );
    let file = folder.join("daemon.toml");
    fs::write(&file, config)?;
    Command::new(FOREWARN)
        .arg("run")
        .arg("--config")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(log)?)
        .spawn()
        .context("cannot start the daemon")
}

fn until_idle(daemon: &mut Child, log: &Path) -> anyhow::Result<u64> {
    let deadline = Instant::now() + PATIENCE;
    let mut address = None;
    while Instant::now() < deadline {
        if let Some(status) = daemon.try_wait()? {
            bail!("the daemon ended with {status}");
        }
        address = address.or_else(|| address_in(&fs::read_to_string(log).ok()?));
        if address.as_deref().is_some_and(has_told_everything) {
            thread::sleep(SETTLING);
            return process::memory(daemon.id(), "VmRSS").context("the daemon is gone");
        }
        thread::sleep(PAUSE);
    }
    bail!("its first round was not over after {PATIENCE:?}")
}

/// Where it says that it listens.
fn address_in(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("is up on ")?;
    Some(rest.split_once(';')?.0.to_owned())
}

/// Has a scan succeeded, and does no delivery wait?
fn has_told_everything(address: &str) -> bool {
    let Ok(body) = curl::get(&format!("{address}/metrics")) else {
        return false;
    };
    let text = String::from_utf8_lossy(&body);
    let values = |name: &'static str| {
        text.lines()
            .filter(move |line| line.starts_with(name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
    };
    values("forewarn_scan_last_success_timestamp_seconds").any(|at| at > 0.0)
        && values("forewarn_deliveries_total").sum::<f64>() > 0.0
        && values("forewarn_outbox_pending").sum::<f64>() <= 0.0
}
