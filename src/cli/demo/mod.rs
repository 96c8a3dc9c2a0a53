//! `forewarn demo`.

mod told;

use std::{process::ExitCode, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use self::told::Told;
use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        demo::{AppStory, Demo},
        signals::stop_on_signal,
    },
    config::LogFormat,
    domain::{Clock, clean::clean},
    sandbox::inbox::{Inbox, Received},
};

/// Show the whole product at work on simulated time: a simulated tenant, the real daemon, and an inbox that shows what it sends.
/// Nothing has to be installed or configured; everything stays on this machine.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn demo                  until Ctrl-C, a day in two seconds\n  \
    forewarn demo --for 90d        ninety days as fast as they can be worked through, then a summary\n  \
    forewarn demo --for 30d --keep the same for thirty days, and the pages stay until Ctrl-C"
)]
pub(super) struct DemoCommand {
    /// Real time that a simulated day takes, such as 2s or 500ms [default: 2s; with --for: as fast as the work gets done]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    speed: Option<Duration>,
    /// Stop after this much simulated time, such as 90d, and print what was sent to whom and why
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    lasts: Option<Duration>,
    /// Keep the pages open until Ctrl-C when the time is over
    #[arg(long)]
    keep: bool,
}

/// A day of an open-ended demo.
const DAY: Duration = Duration::from_secs(2);

impl DemoCommand {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_as(LogFormat::Pretty, "warn")?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        let demo = Demo::start(at_midnight(SystemClock.now()), stop.clone()).await?;
        welcome(&demo);
        let feed = tokio::spawn(tell_messages(
            demo.sandbox().inbox().clone(),
            demo.started_at(),
        ));

        let day = self.speed.unwrap_or(if self.lasts.is_some() {
            Duration::ZERO
        } else {
            DAY
        });
        let until = match self.lasts.map(TimeDelta::from_std).transpose()? {
            Some(lasts) => demo.started_at() + lasts,
            None => DateTime::<Utc>::MAX_UTC,
        };
        demo.run_until(until, day, |_| {}).await;
        let summary = demo.summary().await?;
        feed.abort();
        print(&Told {
            summary: &summary,
            lasted: demo.now() - demo.started_at(),
        })?;
        if self.keep && !stop.is_cancelled() {
            complain(&format!(
                "Time stands still now; {} stays until Ctrl-C.",
                demo.sandbox().base_url()
            ));
            stop.cancelled().await;
        }
        demo.stop().await?;
        let in_order = summary.apps.iter().all(AppStory::is_in_order);
        Ok(if in_order {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// So that a day of the demo is a day of the calendar.
fn at_midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}

fn welcome(demo: &Demo) {
    complain(&format!(
        "forewarn demo: the simulated tenant \"contoso\" begins on {start}; times are UTC.\n\n  \
         inbox      {inbox}   the mails, cards and webhooks as they arrive\n  \
         daemon     http://{http}/readyz and /metrics\n  \
         its config {config}\n",
        start = demo.started_at().format("%a %d %b %Y"),
        inbox = demo.sandbox().base_url(),
        http = demo.http(),
        config = demo.config_file().display(),
    ));
}

/// A line for each message that lands, as long as somebody looks.
async fn tell_messages(inbox: Inbox, started_at: DateTime<Utc>) {
    let mut feed = inbox.subscribe();
    while let Ok(message) = feed.recv().await {
        complain(&line(&message, started_at));
    }
}

fn line(message: &Received, started_at: DateTime<Utc>) -> String {
    let day = (message.received_at - started_at).num_days();
    let when = message.received_at.format("%a %d %b %H:%M");
    let trouble = if message.problems.is_empty() {
        ""
    } else {
        "  (the inbox found problems)"
    };
    let channel = message.channel.as_str();
    format!(
        "day {day:>3}  {when}  {channel:<9} {:<22} {}{trouble}",
        clean(&message.receiver, 40),
        clean(&message.title, 120)
    )
}
