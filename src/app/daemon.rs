//! The running daemon.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow};
use chrono::TimeDelta;
use tokio::{
    net::TcpListener,
    sync::Notify,
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{heartbeat::HttpWatcher, parts, templates};
use crate::{
    config::Config,
    domain::{Clock, Secrets, link::LinkKey, timetable::Timetable},
    engine::{Engine, Status, deliver, heartbeat::Watcher, retention, schedule},
    http::{self, door::Door},
    notify::{Notifier, missing::MissingReceiver},
    render::Links,
    store::{SqliteStore, Store},
    telemetry::Metrics,
};

/// After a signal, what is in flight has this long; the whole stop takes under ten seconds.
const GRACE: Duration = Duration::from_secs(8);

/// Everything that runs, ready to be started.
pub struct Daemon {
    engine: Engine,
    store: Arc<SqliteStore>,
    timetable: Timetable,
    watcher: Option<Arc<dyn Watcher>>,
    scan_on_start: bool,
    retention: TimeDelta,
    listener: TcpListener,
    door: Arc<Door>,
    link_key: LinkKey,
    /// Names in the outbox that the configuration no longer has.
    orphans: Vec<String>,
}

impl Daemon {
    /// Opens the store, binds the port, builds every part. Nothing runs yet.
    pub async fn build(
        config: Config,
        clock: Arc<dyn Clock>,
        secrets: Arc<dyn Secrets>,
    ) -> anyhow::Result<Self> {
        let metrics = Arc::new(Metrics::new());
        let net = parts::Net::new(&config)?;
        let directories = parts::directories(&config, &net, &clock, &secrets, &metrics);
        for problem in templates::load(&config).problems {
            warn!(file = %problem.origin, "messages.templates: {}; {}", problem.message, problem.remedy);
        }
        let store = Arc::new(SqliteStore::open(&config.store.path).await?);
        let link_key = LinkKey::new(&store.key("links", &rand::random()).await?);
        let public_url = config.http.public_url.as_ref();
        let links = public_url.map(|url| Links::new(link_key.clone(), url));
        let receivers = parts::receivers(&config, &net, &secrets, &clock, links);
        let listener = TcpListener::bind(config.http.listen)
            .await
            .with_context(|| format!("http.listen: cannot listen on {}", config.http.listen))?;

        let mut healths = Vec::new();
        for tenant in &config.tenants {
            healths.push((tenant.name.clone(), store.health(&tenant.name).await?));
        }
        for (tenant, health) in &healths {
            metrics.announce_tenant(tenant);
            if let Some(at) = health.last_success {
                metrics.set_last_success(tenant, at);
            }
        }
        let configured: Vec<&str> = receivers
            .iter()
            .map(|receiver| receiver.notifier.name())
            .collect();
        for name in &configured {
            metrics.announce_receiver(name);
        }
        let outbox = store.outbox().await?;
        let is_orphan = |name: &String| !configured.contains(&name.as_str());
        let waiting = outbox
            .into_iter()
            .filter(|state| state.pending > 0)
            .map(|state| state.receiver);
        let orphans = waiting.filter(is_orphan).collect();

        let timetable = config.timetable();
        let engine = Engine {
            status: Arc::new(Status::new(clock.now(), healths)),
            clock,
            store: Arc::<SqliteStore>::clone(&store),
            metrics,
            directories,
            receivers,
            policies: Arc::new(config.policies),
            routes: Arc::new(config.routes),
            calendar: Arc::new(config.calendar.clone()),
            changes: config.changes,
            max_credentials: config.max_credentials,
            outbox_bell: Arc::new(Notify::new()),
        };
        engine.refresh_series().await?;
        let watcher = config.heartbeat.map(|url| {
            let watcher = HttpWatcher::new(net.http, Arc::clone(&secrets), url);
            Arc::new(watcher) as Arc<dyn Watcher>
        });
        Ok(Self {
            engine,
            store,
            timetable,
            watcher,
            scan_on_start: config.scan_on_start,
            retention: config.store.retention,
            listener,
            door: Arc::new(Door {
                token: config.http.token,
                secrets,
                public_url: config.http.public_url,
            }),
            link_key,
            orphans,
        })
    }

    /// The parts that do the work: for the demo, which turns the clock and looks on.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Where HTTP is answered.
    pub fn http_address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Runs until `stop` is cancelled, then drains and closes. An error means that a part ended that should not have.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let returned = self.engine.store.release_all().await?;
        if returned > 0 {
            info!(
                deliveries = returned,
                "{returned} deliveries that an earlier process left behind are taken up again"
            );
        }
        let store = Arc::clone(&self.store);
        let mut jobs = self.start(&stop)?;
        let crashed = tokio::select! {
            // asked first: when the stop has come, every part may end
            biased;
            () = stop.cancelled() => None,
            ended = jobs.join_next() => Some(ended),
        };
        stop.cancel();
        drain(&mut jobs).await;
        // whatever was cut off in flight is given back, to be sent again under the same key
        if let Err(error) = store.release_all().await {
            warn!(store.error = %error, "leases could not be given back; they run out by themselves");
        }
        if let Err(error) = store.close().await {
            warn!(store.error = %error, "the write-ahead log stays beside the database; nothing is lost");
        }
        match crashed {
            None => Ok(()),
            Some(ended) => Err(unexpected_end(ended)),
        }
    }

    fn start(self, stop: &CancellationToken) -> anyhow::Result<JoinSet<()>> {
        let mut jobs = JoinSet::new();
        let address = self
            .http_address()
            .context("http.listen: the address cannot be told")?;
        let context = http::Context {
            clock: Arc::clone(&self.engine.clock),
            store: Arc::clone(&self.engine.store),
            metrics: Arc::clone(&self.engine.metrics),
            policies: Arc::clone(&self.engine.policies),
            calendar: Arc::clone(&self.engine.calendar),
            door: self.door,
            links: self.link_key,
            status: Arc::clone(&self.engine.status),
            schedule: self.timetable.schedule().clone(),
            receivers: self
                .engine
                .receivers
                .iter()
                .map(|receiver| {
                    (
                        receiver.notifier.name().to_owned(),
                        receiver.notifier.targets(),
                    )
                })
                .collect(),
        };
        let server = axum::serve(self.listener, http::router(context))
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        jobs.spawn(async move {
            if let Err(error) = server.await {
                warn!(%error, "the HTTP server ended");
            }
        });

        let orphans = self.orphans.into_iter().map(|name| {
            warn!(receiver.name = name, "deliveries wait for `{name}`, which the configuration no longer names; they are given up on");
            Arc::new(MissingReceiver::new(name)) as Arc<dyn Notifier>
        });
        let configured = self
            .engine
            .receivers
            .iter()
            .map(|receiver| Arc::clone(&receiver.notifier));
        for notifier in configured.chain(orphans) {
            let (engine, stop) = (self.engine.clone(), stop.clone());
            jobs.spawn(async move { deliver::work(&engine, notifier.as_ref(), &stop).await });
        }

        let now_please = Notify::new();
        if self.scan_on_start {
            now_please.notify_one();
        }
        let (engine, rounds_stop) = (self.engine.clone(), stop.clone());
        let rounds = self.timetable;
        let schedule = rounds.schedule();
        info!(http.address = %address, %schedule, "forewarn is up on http://{address}; rounds run at {schedule}");
        let watcher = self.watcher;
        jobs.spawn(async move {
            let watcher = watcher.as_deref();
            schedule::run(&engine, &rounds, watcher, &now_please, &rounds_stop).await;
        });

        let (engine, retention, forget_stop) = (self.engine, self.retention, stop.clone());
        jobs.spawn(async move { retention::run(&engine, retention, &forget_stop).await });
        Ok(jobs)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stop is bounded in the world's time, whatever clock the work runs on"
)]
async fn drain(jobs: &mut JoinSet<()>) {
    tokio::select! {
        () = async { while jobs.join_next().await.is_some() {} } => info!("everything in flight was finished"),
        () = tokio::time::sleep(GRACE) => {
            warn!("something is still in flight after {GRACE:?}; it is cut off and will be sent again");
            jobs.shutdown().await;
        }
    }
}

fn unexpected_end(ended: Option<Result<(), JoinError>>) -> anyhow::Error {
    match ended {
        Some(Err(error)) => anyhow!("a part of the daemon crashed: {error}"),
        _ => anyhow!("a part of the daemon ended unexpectedly"),
    }
}
