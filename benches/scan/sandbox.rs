//! The simulated tenant, a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::FOREWARN;

/// A running sandbox; gone when dropped.
pub(crate) struct Sandbox {
    process: Child,
    config: PathBuf,
    /// How to reach it.
    pub(crate) access: Access,
}

/// What its clients must know.
pub(crate) struct Access {
    /// Where Graph and sign-in are.
    pub(crate) base: String,
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// Where mail is taken.
    pub(crate) smtp_port: u16,
}

impl Sandbox {
    /// Starts it on free ports, and writes the configuration that it prints below `folder`.
    pub(crate) fn start(apps: u32, latency: Duration, folder: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(FOREWARN)
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--smtp",
                "127.0.0.1:0",
            ])
            .args(["--apps", &apps.to_string()])
            .args([
                "--latency",
                &humantime::format_duration(latency).to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let stdout = process.stdout.take().context("the sandbox has no stdout")?;
        let mut text = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            text.push_str(&line);
            text.push('\n');
            // its last line
            if line.starts_with("# Receivers:") {
                break;
            }
        }
        let config = folder.join(format!("tenant-{apps}.toml"));
        fs::write(&config, plain(&text))?;
        let access = Access::read(&text);
        Ok(Self {
            process,
            config,
            access: access.context("the sandbox printed no tenant")?,
        })
    }

    /// A configuration of the tenant alone.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }
}

/// Only the list of applications is asked for: the baselines know nothing of the rest.
fn plain(tenant: &str) -> String {
    let lists = tenant
        .replace("sign_in_activity = true", "include = [\"applications\"]")
        .replace("aks = true", "aks = false");
    format!("{lists}\n[owners]\nsources = []\n")
}

impl Access {
    fn read(text: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Config {
            tenants: [Tenant; 1],
        }
        #[derive(Deserialize)]
        #[expect(clippy::struct_field_names, reason = "the configuration's names")]
        struct Tenant {
            tenant_id: String,
            auth: Auth,
            endpoints: Endpoints,
        }
        #[derive(Deserialize)]
        struct Auth {
            client_id: String,
            client_secret: String,
        }
        #[derive(Deserialize)]
        struct Endpoints {
            graph: String,
        }
        let Config { tenants: [tenant] } = toml::from_str(text)?;
        let mail = text
            .split_once("mail at 127.0.0.1:")
            .and_then(|(_, rest)| rest.split_once('.')?.0.parse().ok());
        Ok(Self {
            base: tenant.endpoints.graph,
            tenant_id: tenant.tenant_id,
            client_id: tenant.auth.client_id,
            client_secret: tenant.auth.client_secret,
            smtp_port: mail.context("it takes no mail")?,
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // it may be gone already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
