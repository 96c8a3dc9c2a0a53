//! The whole product on this machine: the sandbox's tenant and inbox, and the real daemon between them, on a clock that stands
//! still while there is work to do. So a simulated day may take two seconds or a few milliseconds, and the daemon does
//! in it exactly what it does in a day.

mod files;
mod summary;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{clock::ManualClock, daemon::Daemon};
use crate::{
    config::{self, SystemSecrets},
    domain::Clock,
    engine::Engine,
    sandbox::{self, Options, Population, Sandbox, SmtpTls, Story},
};

pub use summary::{Alert, AppStory, Summary};

/// The clock is turned by at most this much at a time.
const STEP: TimeDelta = TimeDelta::hours(1);

/// A delivery that is due within this time is waited for: longer than a lease and than the first retry.
const NEAR: TimeDelta = TimeDelta::minutes(11);

/// While there is work to do, the clock creeps by this much…
const CREEP: TimeDelta = TimeDelta::seconds(1);

/// …each time this much real time has passed.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A demo that is running.
pub struct Demo {
    clock: Arc<ManualClock>,
    started_at: DateTime<Utc>,
    sandbox: Sandbox,
    engine: Engine,
    http: SocketAddr,
    files: files::Files,
    stop: CancellationToken,
    daemon: JoinHandle<anyhow::Result<()>>,
}

impl Demo {
    /// Starts everything on free loopback ports; simulated time begins at `now`. The daemon ends when `stop` is cancelled.
    pub async fn start(now: DateTime<Utc>, stop: CancellationToken) -> anyhow::Result<Self> {
        let clock = Arc::new(ManualClock::new(now));
        let sandbox = start_sandbox(Arc::clone(&clock), now).await?;
        let files = files::Files::write(&sandbox).context("the demo's files cannot be written")?;
        sandbox
            .inbox()
            .expect_signature(files::SIGNED_RECEIVER, files::SIGNING_SECRET)?;
        // simulated time creeps while a webhook is on its way
        sandbox.inbox().allow_skew(TimeDelta::days(1));
        let loaded = config::load(&files.config(), &[], now)?;
        let daemon_clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let daemon = Daemon::build(loaded.config, daemon_clock, Arc::new(SystemSecrets)).await?;
        let engine = daemon.engine().clone();
        let http = daemon.http_address()?;
        let running = stop.clone();
        let daemon = tokio::spawn(daemon.run(running));
        Ok(Self {
            clock,
            started_at: now,
            sandbox,
            engine,
            http,
            files,
            stop,
            daemon,
        })
    }

    /// The sandbox: its pages, its tenant, what it received.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Where the daemon answers HTTP.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// The configuration file that the daemon runs with.
    pub fn config_file(&self) -> PathBuf {
        self.files.config()
    }

    /// Simulated time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// When simulated time began.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// Lets simulated time pass until `until` or until the stop. A day takes at least `day`; zero is as fast as the work gets
    /// done.
    #[expect(
        clippy::disallowed_methods,
        reason = "the demo paces simulated time by real time"
    )]
    pub async fn run_until(
        &self,
        until: DateTime<Utc>,
        day: Duration,
        tell: impl Fn(DateTime<Utc>),
    ) {
        let pause = day.mul_f64(1.0 / 24.0);
        while self.clock.now() < until && !self.stop.is_cancelled() && !self.daemon.is_finished() {
            self.settle().await;
            let now = self.clock.now();
            tell(now);
            let round = self.engine.status.next_round().unwrap_or(now + STEP);
            // not beyond the next round, so that each one begins at its own time
            self.clock.advance_to(
                round
                    .max(now + TimeDelta::milliseconds(1))
                    .min(now + STEP)
                    .min(until),
            );
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        self.settle().await;
    }

    /// Waits until the daemon has nothing left to do at this time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the demo paces simulated time by real time"
    )]
    async fn settle(&self) {
        while self.is_busy().await && !self.stop.is_cancelled() && !self.daemon.is_finished() {
            tokio::time::sleep(LOOK_EVERY).await;
            self.clock.advance(CREEP);
        }
    }

    async fn is_busy(&self) -> bool {
        let now = self.clock.now();
        if self.engine.status.next_round().is_none_or(|at| at <= now) {
            return true;
        }
        for receiver in self.engine.receivers.iter() {
            let next = self.engine.store.next_due(receiver.notifier.name()).await;
            if next.is_ok_and(|next| next.is_some_and(|at| at <= now + NEAR)) {
                return true;
            }
        }
        false
    }

    /// What was told to whom, app by app.
    pub async fn summary(&self) -> anyhow::Result<Summary> {
        let history = self.engine.store.history().await?;
        Ok(Summary::new(
            history,
            &self.sandbox.inbox().messages(),
            self.sandbox.inbox().counts(),
        ))
    }

    /// Stops the daemon, then the sandbox, and removes the files.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let ended = self.daemon.await.context("the daemon crashed")?;
        self.sandbox.stop().await;
        ended
    }
}

async fn start_sandbox(clock: Arc<ManualClock>, now: DateTime<Utc>) -> anyhow::Result<Sandbox> {
    let story = Population::Story(Story { start: now });
    let mut options = Options::new(story, Arc::new(move || clock.now()));
    options.smtp = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    options.smtp_tls = SmtpTls::StartTls;
    options.token_life = Duration::from_hours(24);
    sandbox::start(options)
        .await
        .context("the sandbox cannot be started")
}
