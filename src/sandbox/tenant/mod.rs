//! The simulated tenant: sign-in, Graph, Azure Resource Manager, and the controls of all.

mod aadsts;
mod arm;
mod assertion;
mod bearer;
mod call;
mod control;
mod faults;
mod graph;
pub(super) mod identity;
mod machine;
mod metadata;
mod population;
mod resource;
mod stats;
mod token;

#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::{assertion::Registered, call::http_date, faults::Trouble, population::Rng};
pub(super) use self::{bearer::may_submit, identity::is_mailbox};
pub use self::{
    faults::{Fault, Faults, RetryAfter, Rule},
    population::{
        App, Certificate, Cluster, Collection, Generated, Owner, Population, Principal, Secret,
        Story,
    },
    stats::Stats,
};
use super::{Options, SandboxClock, inbox::Inbox};

/// A running tenant: its settings, and the little that it has to remember.
pub(super) struct Tenant {
    population: Population,
    clock: SandboxClock,
    latency: Duration,
    token_life: TimeDelta,
    scheme: &'static str,
    /// The client's certificate, if it has one.
    registered: Option<Registered>,
    trouble: Mutex<Trouble>,
    stats: Mutex<Stats>,
    /// Where mail goes.
    inbox: Inbox,
    ids: Mutex<Rng>,
}

/// The tenant's part of the HTTP server.
pub(super) fn router(tenant: Arc<Tenant>) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token::issue))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(metadata::openid),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(metadata::keys))
        .route("/common/discovery/instance", get(metadata::instance))
        .route("/v1.0/$batch", post(graph::attend_batch))
        .route("/v1.0/users/{mailbox}/sendMail", post(graph::attend_mail))
        .route("/v1.0/{*path}", any(graph::attend))
        .route("/beta/{*path}", any(graph::attend))
        .merge(arm::router())
        .route("/metadata/identity/oauth2/token", get(machine::imds))
        .route("/msi/token", get(machine::app_service))
        .route("/_sandbox/federated-token", get(machine::federated_token))
        .route("/_sandbox/health", get(control::health))
        .route("/_sandbox/stats", get(control::stats))
        .route(
            "/_sandbox/faults",
            get(control::faults).put(control::set_faults),
        )
        .layer(from_fn_with_state(Arc::clone(&tenant), date))
        .with_state(tenant)
}

/// Gives every answer the sandbox's own time, which may be simulated or wrong on purpose.
async fn date(State(tenant): State<Arc<Tenant>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::try_from(http_date(tenant.server_time())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

impl Tenant {
    pub(super) fn new(options: Options, inbox: Inbox) -> Self {
        Self {
            registered: options
                .client_certificate
                .as_deref()
                .and_then(Registered::read),
            scheme: if options.tls { "https" } else { "http" },
            population: options.population,
            clock: options.clock,
            latency: options.latency,
            token_life: TimeDelta::from_std(options.token_life).unwrap_or(TimeDelta::MAX),
            trouble: Mutex::new(Trouble::new(options.faults)),
            stats: Mutex::new(Stats::default()),
            inbox,
            ids: Mutex::new(Rng::new(0, 0)),
        }
    }

    pub(super) fn population(&self) -> &Population {
        &self.population
    }

    pub(super) fn stats(&self) -> Stats {
        lock(&self.stats).clone()
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        *lock(&self.trouble) = Trouble::new(faults);
    }

    fn faults(&self) -> Faults {
        lock(&self.trouble).faults().clone()
    }

    /// An app as Graph lists it: the client's own holds the certificate that it may sign in with, for a year.
    fn as_listed(&self, mut app: App) -> App {
        let Some(registered) = &self.registered else {
            return app;
        };
        if app.app_id.to_string() == identity::CLIENT_ID && app.principal.is_none() {
            let starts_at = app.created_at;
            app.certificates.push(Certificate {
                usage: "Verify",
                key_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, registered.identifier.as_bytes()),
                display_name: Some("CN=forewarn".to_owned()),
                custom_key_identifier: Some(registered.identifier.clone()),
                starts_at: Some(starts_at),
                ends_at: starts_at.checked_add_signed(TimeDelta::days(365)),
                last_used_at: None,
            });
        }
        app
    }

    /// What the client has been granted of Graph.
    fn roles(&self) -> Vec<String> {
        self.roles_or(&identity::ROLES)
    }

    /// What the client has been granted of the service that goes by `resource`.
    fn roles_at(&self, resource: &str) -> Vec<String> {
        if resource::is_outlook(resource) {
            self.roles_or(&identity::OUTLOOK_ROLES)
        } else {
            self.roles()
        }
    }

    fn roles_or(&self, granted: &[&str]) -> Vec<String> {
        let changed = lock(&self.trouble).faults().roles.clone();
        changed.unwrap_or_else(|| granted.iter().map(|&role| role.to_owned()).collect())
    }

    /// What time it is.
    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// What time it is by the server's own clock, which may be wrong.
    fn server_time(&self) -> DateTime<Utc> {
        let skew = TimeDelta::try_seconds(lock(&self.trouble).faults().date_skew_seconds);
        let now = self.now();
        skew.and_then(|skew| now.checked_add_signed(skew))
            .unwrap_or(now)
    }

    /// A new id for a request; the sequence is the same in every run.
    fn next_id(&self) -> Uuid {
        lock(&self.ids).uuid()
    }

    /// Lets Graph's thinking time pass.
    #[expect(
        clippy::disallowed_methods,
        reason = "it stands for the network's time, which passes in the real world also where the sandbox's clock is simulated"
    )]
    async fn think(&self) {
        let extra = Duration::from_millis(lock(&self.trouble).faults().latency_ms);
        let latency = self.latency.saturating_add(extra);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }
}

/// The value behind the lock, also when somebody panicked while holding it: everything kept so is valid at any moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
