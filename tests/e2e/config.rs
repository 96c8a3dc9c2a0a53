//! Pieces of a configuration file. A file is a few of them, one after the other.

use forewarn::sandbox::Sandbox;

/// A round every second.
pub(crate) const EVERY_SECOND: &str = "* * * * * *";
/// Only the round at the start: the next one comes on a 29 February.
pub(crate) const ONCE: &str = "0 0 4 29 2 *";

/// What the webhook's signature is made with.
pub(crate) const SIGNING_SECRET: &str = "whsec_Zm9yZXdhcm4tZW5kLXRvLWVuZC10ZXN0cy0wMQ==";

/// An integration key of PagerDuty.
pub(crate) const ROUTING_KEY: &str = "e2e0forewarn0integration0key0042";

/// The receivers of [`receivers`].
pub(crate) const RECEIVERS: [&str; 4] = ["mail", "slack", "teams", "siem"];
/// Who gets the mail.
pub(crate) const RECIPIENT: &str = "platform@contoso.example";

/// When rounds run; a free port and a new store.
pub(crate) fn service(cron: &str) -> String {
    format!(
        "[schedule]\ncron = \"{cron}\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\n\
         [store]\nurl = \"sqlite:forewarn.db\"\n"
    )
}

/// The sandbox as a tenant, signed in to by the secret in `CLIENT_SECRET`.
pub(crate) fn tenant(name: &str, sandbox: &Sandbox) -> String {
    format!(
        "[[tenants]]\nname = \"{name}\"\ntenant_id = \"{tenant}\"\n\
         [tenants.auth]\nclient_id = \"{client}\"\nclient_secret = {{ env = \"CLIENT_SECRET\" }}\n\
         [tenants.endpoints]\nauthority = \"{base}\"\ngraph = \"{base}\"\narm = \"{base}\"\n",
        tenant = sandbox.tenant_id(),
        client = sandbox.client_id(),
        base = sandbox.base_url(),
    )
}

/// One receiver of each kind, all of them the sandbox's inbox, over TLS where the sandbox speaks it.
pub(crate) fn receivers(sandbox: &Sandbox) -> String {
    let base = sandbox.base_url();
    let tls = sandbox.ca_pem().map_or("none", |_| "starttls");
    [
        mail(sandbox.smtp().unwrap().port(), tls),
        chat("slack", &format!("{base}/slack/slack")),
        chat("teams", &format!("{base}/teams/teams")),
        webhook("siem", &format!("{base}/hooks/siem")),
    ]
    .concat()
}

/// Mail by an SMTP server on this machine.
pub(crate) fn mail(port: u16, tls: &str) -> String {
    format!(
        "[[receivers]]\nname = \"mail\"\ntype = \"email\"\nto = [\"{RECIPIENT}\"]\nsend_resolved = true\n\
         [receivers.smtp]\nhost = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nfrom = \"forewarn@contoso.example\"\n"
    )
}

/// Mail through Graph, from a mailbox of the tenant.
pub(crate) fn graph_mail(name: &str, from: &str) -> String {
    format!(
        "[[receivers]]\nname = \"{name}\"\ntype = \"graph-mail\"\nfrom = \"Forewarn <{from}>\"\nto = [\"{RECIPIENT}\"]\nsend_resolved = true\n"
    )
}

/// Mail by an SMTP server on this machine that wants a token.
pub(crate) fn token_mail(name: &str, sandbox: &Sandbox, to: &str) -> String {
    let tls = sandbox.ca_pem().map_or("none", |_| "starttls");
    format!(
        "[[receivers]]\nname = \"{name}\"\ntype = \"email\"\nto = [\"{to}\"]\nsend_resolved = true\n\
         [receivers.smtp]\nhost = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nfrom = \"forewarn@contoso.com\"\n\
         username = \"forewarn@contoso.com\"\n\
         oauth2 = {{ tenant_id = \"{tenant}\", client_id = \"{client}\", client_secret = {{ env = \"CLIENT_SECRET\" }} }}\n",
        port = sandbox.smtp().unwrap().port(),
        tenant = sandbox.tenant_id(),
        client = sandbox.client_id(),
    )
}

/// Slack or Teams, under that name.
pub(crate) fn chat(kind: &str, url: &str) -> String {
    format!(
        "[[receivers]]\nname = \"{kind}\"\ntype = \"{kind}\"\nurl = \"{url}\"\nsend_resolved = true\n"
    )
}

/// A webhook, signed by the secret in `SIGNING_SECRET`.
pub(crate) fn webhook(name: &str, url: &str) -> String {
    format!(
        "[[receivers]]\nname = \"{name}\"\ntype = \"webhook\"\nurl = \"{url}\"\n\
         signing_secret = {{ env = \"SIGNING_SECRET\" }}\nsend_resolved = true\n"
    )
}
