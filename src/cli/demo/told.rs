//! The demo's summary for people: what was told to whom, and why.

use std::fmt;

use chrono::TimeDelta;

use crate::{
    app::demo::{Alert, AppStory, Summary},
    domain::clean::clean,
};

/// The summary, ready to be printed.
pub(super) struct Told<'a> {
    /// What was told.
    pub(super) summary: &'a Summary,
    /// Simulated time that it took.
    pub(super) lasted: TimeDelta,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary;
        writeln!(
            f,
            "\nIn {} simulated days this was told, and why:",
            self.lasted.num_days()
        )?;
        for app in &summary.apps {
            write_app(f, app)?;
        }
        writeln!(f, "\nMessages that arrived:")?;
        for ((channel, receiver), count) in &summary.taken {
            writeln!(f, "  {count:>4}  {channel:<9} {}", clean(receiver, 60))?;
        }
        writeln!(
            f,
            "\n{} repeated, {} refused, {} given up, {} with a problem that the inbox noticed.",
            summary.counts.repeats,
            summary.counts.refused,
            summary.given_up,
            summary.problems.len(),
        )?;
        for problem in &summary.problems {
            writeln!(f, "  {}", clean(problem, 200))?;
        }
        if summary.apps.iter().all(AppStory::is_in_order) {
            writeln!(f, "Every rung was told in order, and none twice.")
        } else {
            writeln!(
                f,
                "SOME RUNGS WERE TOLD OUT OF ORDER OR TWICE: this is a bug."
            )
        }
    }
}

fn write_app(f: &mut fmt::Formatter<'_>, app: &AppStory) -> fmt::Result {
    let name = app
        .credential
        .as_deref()
        .map_or_else(|| "unnamed".to_owned(), |name| clean(name, 60));
    writeln!(f, "\n{} - {} {name}", clean(&app.app, 80), app.kind)?;
    app.told.iter().try_for_each(|alert| write_alert(f, alert))
}

fn write_alert(f: &mut fmt::Formatter<'_>, alert: &Alert) -> fmt::Result {
    let rung = match (alert.rung.days(), alert.reminder) {
        (0, 0) => "ended".to_owned(),
        (_, n) if n > 0 => format!("reminder {n}"),
        (1, _) => "1 day".to_owned(),
        (days, _) => format!("{days} days"),
    };
    let to = if alert.receivers.is_empty() {
        "nobody".to_owned()
    } else {
        alert.receivers.join(", ")
    };
    let when = alert.at.format("%a %d %b %Y %H:%M");
    writeln!(
        f,
        "  {when}  {rung:<11} {:<8}  to {to}: {}",
        alert.severity, alert.reason
    )
}
