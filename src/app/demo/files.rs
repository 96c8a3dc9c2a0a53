//! The demo's folder: a real configuration file, the secrets it names, the store. It is removed at the end.

use std::{io, path::PathBuf};

use tempfile::TempDir;

use crate::sandbox::Sandbox;

/// The webhook receiver whose signatures the inbox verifies.
pub(super) const SIGNED_RECEIVER: &str = "siem";

/// The integration key of the sandbox's PagerDuty; it has no other.
const ROUTING_KEY: &str = "forewarn0demo0integration0key042";

/// The key that signs; anybody may know it, it protects nothing.
pub(super) const SIGNING_SECRET: &str = "whsec_Zm9yZXdhcm4tZGVtby1zaWduaW5nLWtleS0wMQ==";

pub(super) struct Files {
    folder: TempDir,
}

impl Files {
    pub(super) fn write(sandbox: &Sandbox) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("forewarn-demo-")
            .tempdir()?;
        let files = Self { folder };
        let write = |name: &str, text: &str| std::fs::write(files.path(name), text);
        let base = sandbox.base_url();
        write("client-secret", &sandbox.client_secret())?;
        write("signing-secret", SIGNING_SECRET)?;
        write("routing-key", ROUTING_KEY)?;
        write("slack-url", &format!("{base}/slack/ops-slack"))?;
        write("teams-url", &format!("{base}/teams/identity-teams"))?;
        write("ca.pem", sandbox.ca_pem().unwrap_or_default())?;
        write("forewarn.toml", &files.config_text(sandbox))?;
        Ok(files)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.path("forewarn.toml")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config_text(&self, sandbox: &Sandbox) -> String {
        // TOML takes JSON's strings as they are
        let quoted = |text: String| serde_json::Value::String(text).to_string();
        let path = |name: &str| quoted(self.path(name).to_string_lossy().into_owned());
        let base = sandbox.base_url();
        let smtp_port = sandbox.smtp().map_or(25, |address| address.port());
        format!(
            r#"# The configuration of the demo: everything is on this machine.
[schedule]
cron = "0 0 6,12,18 * * *"
timezone = "UTC"

[[tenants]]
name = "contoso"
tenant_id = "{tenant_id}"
sign_in_activity = true
[tenants.auth]
method = "client-secret"
client_id = "{client_id}"
client_secret = {{ file = {client_secret} }}
[tenants.endpoints]
authority = "{base}"
graph = "{base}"
arm = "{base}"
[tenants.azure]
aks = true

[[receivers]]
name = "platform"
type = "email"
to = ["platform@contoso.com"]
send_resolved = true
[receivers.smtp]
host = "localhost"
port = {smtp_port}
tls = "starttls"
from = "Forewarn <forewarn@contoso.com>"

[[receivers]]
name = "ops-slack"
type = "slack"
url = {{ file = {slack_url} }}
send_resolved = true

[[receivers]]
name = "identity-teams"
type = "teams"
url = {{ file = {teams_url} }}

[[receivers]]
name = "{SIGNED_RECEIVER}"
type = "webhook"
url = "{base}/hooks/{SIGNED_RECEIVER}"
signing_secret = {{ file = {signing_secret} }}
send_resolved = true

# Every credential that it is told of is an incident, which resolves itself.
[[receivers]]
name = "on-call"
type = "pagerduty"
routing_key = {{ file = {routing_key} }}
url = "{base}/pagerduty/on-call/v2/enqueue"

# Chat and whoever is on call hear of what is urgent; mail and the SIEM of everything.
[[routes]]
match = {{ severity = ["critical", "expired"] }}
receivers = ["ops-slack", "identity-teams", "on-call"]
fallback = ["platform"]
group_by = ["tenant"]
continue = true

[[routes]]
receivers = ["platform", "{SIGNED_RECEIVER}"]
group_by = ["tenant"]

[store]
url = {store}

[http]
listen = "127.0.0.1:0"

[tls]
extra_ca_file = {ca}

[log]
format = "pretty"
"#,
            tenant_id = sandbox.tenant_id(),
            client_id = sandbox.client_id(),
            client_secret = path("client-secret"),
            slack_url = path("slack-url"),
            teams_url = path("teams-url"),
            signing_secret = path("signing-secret"),
            routing_key = path("routing-key"),
            store = quoted(format!("sqlite:{}", self.path("forewarn.db").display())),
            ca = path("ca.pem"),
        )
    }
}
