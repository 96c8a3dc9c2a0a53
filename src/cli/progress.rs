//! Progress on stderr, when that is a terminal.

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::Progress;

/// A line a tenant: how many apps were read, or that Graph asks to wait. How many there will be, Graph does not say.
pub(super) struct ScanProgress {
    lines: MultiProgress,
    bars: Mutex<BTreeMap<String, ProgressBar>>,
}

impl ScanProgress {
    /// Shows nothing when stderr is not a terminal.
    pub(super) fn new() -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            lines: MultiProgress::with_draw_target(target),
            bars: Mutex::new(BTreeMap::new()),
        }
    }

    /// One step of one tenant's scan.
    pub(super) fn tell(&self, tenant: &str, step: &Progress) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars
            .entry(tenant.to_owned())
            .or_insert_with(|| self.line(tenant));
        match step {
            Progress::Apps(count) => {
                bar.set_position(*count as u64);
                bar.set_message("");
            }
            Progress::Waiting { duration, status } => {
                bar.set_message(format!(
                    "Graph answered {status} and asks to wait {} s",
                    duration.as_secs().max(1)
                ));
            }
        }
    }

    /// Takes the lines away, so that the result stands alone.
    pub(super) fn finish(&self) {
        for bar in self
            .bars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            bar.finish_and_clear();
        }
    }

    fn line(&self, tenant: &str) -> ProgressBar {
        let style = ProgressStyle::with_template(
            "{spinner} {prefix}: {human_pos} apps read in {elapsed} {msg}",
        );
        // a bar that ticks before it is one of the lines draws one of its own, which stays
        let bar = ProgressBar::new_spinner().with_prefix(tenant.to_owned());
        let bar = self.lines.add(bar);
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}
