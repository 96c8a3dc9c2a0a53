//! `curl`: for the download that a scan is measured against, and for looking things up.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    process::{self, Finished},
    sandbox::Sandbox,
};

/// What the tenant was asked, refusals included.
pub(crate) struct Asked {
    /// Requests to Graph.
    pub(crate) graph: u64,
    /// Requests for a token.
    pub(crate) tokens: u64,
}

/// The pages, fetched one after another.
pub(crate) struct Download {
    /// The time that the transfers took; finding the next link in a page is not in it.
    pub(crate) wall: Duration,
    authorization: String,
    links: Vec<String>,
    bytes: u64,
}

/// What is at a URL.
pub(crate) fn get(url: &str) -> anyhow::Result<Vec<u8>> {
    fetch(curl().arg(url))
}

/// What the sandbox was asked so far.
pub(crate) fn stats(sandbox: &Sandbox) -> anyhow::Result<Asked> {
    #[derive(Deserialize)]
    struct Stats {
        token_requests: BTreeMap<String, u64>,
        graph_requests: BTreeMap<String, BTreeMap<String, u64>>,
    }
    let body = get(&format!("{}/_sandbox/stats", sandbox.access.base))?;
    let stats: Stats = serde_json::from_slice(&body)?;
    Ok(Asked {
        graph: stats
            .graph_requests
            .values()
            .flat_map(BTreeMap::values)
            .sum(),
        tokens: stats.token_requests.values().sum(),
    })
}

/// Fetches the pages into files below `folder`, from next link to next link, as a script does it: a `curl` for each.
pub(crate) fn follow(sandbox: &Sandbox, folder: &Path) -> anyhow::Result<Download> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(rename = "@odata.nextLink")]
        next: Option<String>,
        #[serde(rename = "value")]
        _apps: IgnoredAny,
    }
    fs::create_dir(folder)?;
    let mut download = Download {
        wall: Duration::ZERO,
        authorization: format!("Authorization: Bearer {}", token(sandbox)?),
        links: Vec::new(),
        bytes: 0,
    };
    let mut next = Some(format!(
        "{}/v1.0/applications?$select=id,appId,displayName,tags,passwordCredentials,keyCredentials&$top=999",
        sandbox.access.base
    ));
    while let Some(link) = next {
        let file = folder.join(format!("{:05}.json", download.links.len()));
        let started = Instant::now();
        let mut command = curl();
        command
            .args(["--header", &download.authorization, &link, "--output"])
            .arg(&file);
        fetch(&mut command)?;
        download.wall += started.elapsed();
        let body = fs::read(&file)?;
        download.bytes += body.len() as u64;
        download.links.push(link);
        next = serde_json::from_slice::<Page>(&body)?.next;
    }
    Ok(download)
}

/// Fetches the same pages by one `curl` over one connection, which knows all links beforehand and keeps nothing: no client that
/// has to find the links can be quicker.
pub(crate) fn again(
    sandbox: &Sandbox,
    download: &Download,
    folder: &Path,
) -> anyhow::Result<Finished> {
    let mut orders = format!("header = \"{}\"\n", download.authorization);
    for link in &download.links {
        writeln!(orders, "url = \"{link}\"\noutput = \"/dev/null\"")?;
    }
    // beside the pages, not among them
    let file = folder.with_extension("curl");
    fs::write(&file, orders)?;
    let mut command = curl();
    command
        .args(["--write-out", "%{size_download}\n", "--config"])
        .arg(&file);
    let finished = process::run(&mut command)?;
    let sizes = std::str::from_utf8(&finished.output)?;
    let bytes: u64 = sizes
        .lines()
        .filter_map(|size| size.parse::<u64>().ok())
        .sum();
    ensure!(
        finished.succeeded && bytes == download.bytes,
        "curl fetched {bytes} bytes of {} from {}",
        download.bytes,
        sandbox.access.base
    );
    Ok(finished)
}

fn token(sandbox: &Sandbox) -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
    }
    let access = &sandbox.access;
    let mut command = curl();
    for field in [
        "grant_type=client_credentials".to_owned(),
        format!("client_id={}", access.client_id),
        format!("client_secret={}", access.client_secret),
        format!("scope={}/.default", access.base),
    ] {
        command.args(["--data-urlencode", &field]);
    }
    command.arg(format!(
        "{}/{}/oauth2/v2.0/token",
        access.base, access.tenant_id
    ));
    let body = fetch(&mut command)?;
    let token: Token = serde_json::from_slice(&body).context("curl could not sign in")?;
    Ok(token.access_token)
}

fn curl() -> Command {
    let mut command = Command::new("curl");
    // no file of the user's, no proxy of the system's, no patterns in URLs
    command.args(["--disable", "--noproxy", "*", "--globoff"]);
    command.args(["--silent", "--show-error", "--fail"]);
    command
}

fn fetch(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start curl")?;
    ensure!(output.status.success(), "curl ended with {}", output.status);
    Ok(output.stdout)
}
