//! A tenant and an inbox on this machine, so that everything can be tried without Microsoft and without a mail server.
//!
//! The sandbox speaks HTTP and SMTP as Entra ID, Graph and a mail server do, well enough that Microsoft's own client
//! libraries work against it. It shares no code with the parts that it tries (it imports nothing of ours), so that
//! the one can catch the other's mistakes. It is deterministic: what the tenant holds follows from the [`Population`] and the
//! clock alone, and its trouble from the [`Faults`] alone.
//!
//! One HTTP listener serves both sides: below `/{tenant}/oauth2/` the sign-in, below `/v1.0/` and `/beta/` Graph, below
//! `/subscriptions` and `/providers/` Azure Resource Manager, below `/_sandbox/` the controls, and the rest is the inbox.
//!
//! | path | what |
//! |---|---|
//! | `POST /v1.0/users/{mailbox}/sendMail` | takes a mail in MIME, as Graph does, into the inbox |
//! | `GET /metadata/identity/oauth2/token` | a managed identity's token, as the instance metadata service gives it |
//! | `GET /msi/token` | the same, as App Service and Container Apps do |
//! | `GET /_sandbox/federated-token` | a token to sign in with, as a platform projects it into a pod |
//! | `GET /_sandbox/health` | answers once the sandbox serves |
//! | `GET /_sandbox/stats` | [`Stats`]: how often each path was asked, and answered how |
//! | `GET`, `PUT /_sandbox/faults` | [`Faults`]: what is to go wrong from now on |

pub mod inbox;
mod listener;
mod pki;
mod tenant;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{inbox::Inbox, tenant::Tenant};
pub use self::{
    pki::Pki,
    tenant::{
        App, Certificate, Cluster, Collection, Fault, Faults, Generated, Owner, Population,
        Principal, RetryAfter, Rule, Secret, Stats, Story,
    },
};

/// What time it is in the sandbox: the world's time, or one that a test or the demo turns itself.
pub type SandboxClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How the inbox's SMTP server protects its connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all.
    #[default]
    None,
    /// It offers STARTTLS.
    StartTls,
    /// It expects TLS from the first byte.
    Implicit,
}

/// What sandbox to start. [`Options::new`] gives a plain one on loopback.
#[derive(Clone)]
pub struct Options {
    /// Where HTTP is served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Serve HTTPS, with a certificate of the sandbox's own authority ([`Sandbox::ca_pem`]).
    pub tls: bool,
    /// Where mail is taken; `None` for no mail server.
    pub smtp: Option<SocketAddr>,
    /// How the mail server protects its connections.
    pub smtp_tls: SmtpTls,
    /// What the tenant holds.
    pub population: Population,
    /// How long Graph thinks before it answers, in real time. Signing in is not slowed.
    pub latency: Duration,
    /// How long an access token is valid, on the sandbox's clock. A clock that runs fast needs a longer life than Entra's
    /// usual hour; a day is what Entra gives under continuous access evaluation.
    pub token_life: Duration,
    /// The client's certificate, as PEM: assertions that its key signed are good for signing in.
    pub client_certificate: Option<String>,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// The time for `Date` headers, tokens, the story and the inbox.
    pub clock: SandboxClock,
}

impl Options {
    /// A sandbox on a free loopback port: plain HTTP, no mail server, no latency, no faults, tokens for 3599 seconds.
    pub fn new(population: Population, clock: SandboxClock) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: false,
            smtp: None,
            smtp_tls: SmtpTls::None,
            population,
            latency: Duration::ZERO,
            token_life: Duration::from_secs(3599),
            client_certificate: None,
            faults: Faults::default(),
            clock,
        }
    }
}

/// A running sandbox. Dropping it stops it too, without waiting.
pub struct Sandbox {
    base_url: String,
    smtp: Option<SocketAddr>,
    ca_pem: Option<String>,
    tenant: Arc<Tenant>,
    inbox: Inbox,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Binds the listeners and serves in the background until [`Sandbox::stop`].
///
/// # Errors
///
/// An address cannot be bound, or the certificates cannot be made.
pub async fn start(options: Options) -> io::Result<Sandbox> {
    let pki = (options.tls || options.smtp_tls != SmtpTls::None)
        .then(Pki::generate)
        .transpose()
        .map_err(io::Error::other)?;
    let http = TcpListener::bind(options.listen).await?;
    let base_url = base_url(http.local_addr()?, options.tls);
    let tls = pki.as_ref().map(|pki| Arc::clone(&pki.server));
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();

    let inbox = Inbox::new(Arc::clone(&options.clock));
    let mut smtp = None;
    if let Some(address) = options.smtp {
        let listener = TcpListener::bind(address).await?;
        smtp = Some(listener.local_addr()?);
        let starttls = tls.clone().filter(|_| options.smtp_tls != SmtpTls::None);
        let implicit = options.smtp_tls == SmtpTls::Implicit;
        let (inbox, stop) = (inbox.clone(), stop.clone());
        tasks.spawn(async move {
            inbox::smtp::serve(listener, inbox, starttls, implicit, stop).await;
        });
    }

    let tls = tls.filter(|_| options.tls);
    let tenant = Arc::new(Tenant::new(options, inbox.clone()));
    let router = tenant::router(Arc::clone(&tenant)).merge(inbox::router(inbox.clone()));
    tasks.spawn(listener::serve(http, tls, router, stop.clone()));
    tasks.close();
    Ok(Sandbox {
        base_url,
        smtp,
        ca_pem: pki.map(|pki| pki.ca_pem),
        tenant,
        inbox,
        stop,
        tasks,
    })
}

/// How clients on this machine reach `address`. The certificate names `localhost`, which is also what Microsoft's libraries
/// expect of an authority that is not Microsoft's: a name.
fn base_url(address: SocketAddr, tls: bool) -> String {
    let port = address.port();
    match (tls, address.ip()) {
        (true, _) => format!("https://localhost:{port}"),
        (false, IpAddr::V4(ip)) if ip.is_unspecified() => format!("http://127.0.0.1:{port}"),
        (false, IpAddr::V6(ip)) if ip.is_unspecified() => format!("http://[::1]:{port}"),
        (false, _) => format!("http://{address}"),
    }
}

impl Sandbox {
    /// Scheme, host and port without a final slash. It is the authority to sign in at, the Graph endpoint (without `/v1.0`), the Azure Resource Manager,
    /// the base of the webhook receivers, and the address of the inbox's page.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The tenant's id: a GUID.
    pub fn tenant_id(&self) -> &'static str {
        tenant::identity::TENANT_ID
    }

    /// The client that may sign in: it holds `Application.Read.All`.
    pub fn client_id(&self) -> &'static str {
        tenant::identity::CLIENT_ID
    }

    /// The client's secret that works.
    pub fn client_secret(&self) -> String {
        tenant::identity::client_secret()
    }

    /// A secret of the same client that has run out: refused with AADSTS7000222.
    pub fn expired_secret(&self) -> String {
        tenant::identity::expired_secret()
    }

    /// The *Secret ID* of the client's secret, which people paste instead of its value: refused with AADSTS7000215.
    pub fn secret_id(&self) -> &'static str {
        tenant::identity::SECRET_ID
    }

    /// The mailbox that the client may send as.
    pub fn mailbox(&self) -> &'static str {
        tenant::identity::MAILBOX
    }

    /// What the machine's App Service dialect (`/msi/token`) wants to see in `X-IDENTITY-HEADER`.
    pub fn identity_header(&self) -> &'static str {
        tenant::identity::IDENTITY_HEADER
    }

    /// Where mail is taken.
    pub fn smtp(&self) -> Option<SocketAddr> {
        self.smtp
    }

    /// The authority that vouches for the sandbox, as PEM, when any part of it speaks TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// What was received.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// What the tenant holds.
    pub fn population(&self) -> &Population {
        self.tenant.population()
    }

    /// How often each path was asked, and answered how.
    pub fn stats(&self) -> Stats {
        self.tenant.stats()
    }

    /// Replaces what goes wrong from now on; every rule starts counting anew.
    pub fn set_faults(&self, faults: Faults) {
        self.tenant.set_faults(faults);
    }

    /// Stops serving, breaks off what is under way, and returns when nothing runs any more.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
