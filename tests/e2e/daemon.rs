//! A running `forewarn run`, seen from outside.

use std::{net::SocketAddr, process::Command, time::Duration};

use serde_json::Value;

use crate::{
    ask::{self, Answer},
    process::{Ended, Process},
    wait::{SOON, until, until_some},
};

/// A daemon that is up.
pub(crate) struct Daemon {
    pub(crate) process: Process,
    pub(crate) http: SocketAddr,
}

impl Daemon {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Process::start(command);
        let http = until_some("the daemon is up", SOON, || {
            assert!(process.is_running(), "it ended: {}", process.stderr());
            let address = lines(&process.stderr()).find_map(|line| {
                let address = line.get("http.address")?;
                Some(address.as_str()?.to_owned())
            });
            Some(address?.parse().unwrap())
        });
        Self { process, http }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        ask::get(self.http, path)
    }

    /// The value of a metric's series, as it is written in `/metrics`.
    pub(crate) fn metric(&self, series: &str) -> Option<f64> {
        let text = self.get("/metrics").body;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.map(|value| value.parse().unwrap())
    }

    /// How many rounds have come to an end, well or not.
    pub(crate) fn rounds(&self) -> usize {
        self.complete_scans() + self.failed_scans()
    }

    pub(crate) fn complete_scans(&self) -> usize {
        self.log_lines_with("scan.apps")
    }

    pub(crate) fn failed_scans(&self) -> usize {
        self.log_lines_with("scan.error")
    }

    fn log_lines_with(&self, field: &str) -> usize {
        lines(&self.process.stderr())
            .filter(|line| line.get(field).is_some())
            .count()
    }

    /// Waits until so many rounds that began after now have ended: one that is under way may know nothing of now.
    pub(crate) fn wait_for_rounds(&self, count: usize) {
        let wanted = self.rounds() + 1 + count;
        until("more rounds have ended", SOON, || self.rounds() >= wanted);
    }

    /// Nothing waits in the outbox.
    pub(crate) fn has_delivered_everything(&self) -> bool {
        let metrics = self.get("/metrics").body;
        let mut pending = metrics
            .lines()
            .filter(|line| line.starts_with("forewarn_outbox_pending{"));
        pending.all(|line| line.ends_with(" 0"))
    }

    /// SIGTERM; it must end well, and in time.
    pub(crate) fn stop(self) -> Ended {
        let ended = self.process.terminate(Duration::from_secs(20));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.took < Duration::from_secs(10), "{:?}", ended.took);
        ended
    }

    /// `kill -9`.
    pub(crate) fn kill(self) -> Ended {
        self.process.kill()
    }
}

/// The log's lines that are whole and JSON.
fn lines(log: &str) -> impl Iterator<Item = Value> + '_ {
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
}
