//! What another configuration would change, for people.

use anstyle::{AnsiColor, Style};

use super::words::{count, credential, day, label, receiver_and_target, time, unknown};
use crate::{
    app::plan::{ASSUMPTION, Change, Difference, Differences, Moment},
    cli::paint::paint,
    domain::calendar::Calendar,
};

/// The whole. `unread` are the names of tenants that could not be read.
pub(super) fn render(differences: &Differences, unread: &[&str], calendar: &Calendar) -> String {
    let mut lines: Vec<String> = Vec::new();
    for difference in &differences.all {
        let (mark, style) = match difference.change {
            Change::Added => ("+", AnsiColor::Green.on_default()),
            Change::Removed => ("-", AnsiColor::Red.on_default()),
            Change::Moved => ("~", AnsiColor::Yellow.on_default()),
        };
        let to = receiver_and_target(&difference.message);
        let when = when(difference, calendar);
        lines.push(format!("{} {when}  {to}", paint(mark, style.bold())));
        let what = match &difference.row {
            Some(row) => credential(row),
            None => format!("tenant {}", difference.message.tenant),
        };
        let label = label(&difference.message);
        let label = label.map_or_else(String::new, |label| format!(" ({label})"));
        lines.push(format!("    {what}{label}"));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    if !unread.is_empty() {
        lines.push(unknown(unread));
    }
    if unread.is_empty() || !differences.all.is_empty() {
        lines.extend(summary(differences, calendar));
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// `Mon 23 Nov 2026 06:00 warning → 08:00 critical`
fn when(difference: &Difference, calendar: &Calendar) -> String {
    let full = |moment: &Moment| {
        let (day, time) = (day(moment.at, calendar), time(moment.at, calendar));
        format!("{day} {time}{}", severity(moment))
    };
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) if before.at == after.at => {
            format!("{} →{}", full(before), severity(after))
        }
        (Some(before), Some(after)) if calendar.day_of(before.at) == calendar.day_of(after.at) => {
            let time = time(after.at, calendar);
            format!("{} → {time}{}", full(before), severity(after))
        }
        (Some(before), Some(after)) => format!("{} → {}", full(before), full(after)),
        (before, after) => before
            .as_ref()
            .or(after.as_ref())
            .map(full)
            .unwrap_or_default(),
    }
}

fn severity(moment: &Moment) -> String {
    let severity = moment.severity.map(|of| format!(" {}", of.as_str()));
    severity.unwrap_or_default()
}

fn summary(differences: &Differences, calendar: &Calendar) -> Vec<String> {
    let until = day(differences.until, calendar);
    let line = if differences.all.is_empty() {
        format!("Nothing would be told otherwise until {until}.")
    } else {
        let counts = [
            (Change::Added, "added"),
            (Change::Removed, "removed"),
            (Change::Moved, "moved"),
        ];
        let counts = counts.map(|(change, word)| (differences.count(change), word));
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{} {word}", count(number, "alert")))
            .collect();
        format!(
            "Until {until} ({}): {}.",
            calendar.timezone,
            counts.join(", ")
        )
    };
    let assumed = format!("Assumed: {ASSUMPTION}.");
    vec![line, paint(&assumed, Style::new().dimmed())]
}
