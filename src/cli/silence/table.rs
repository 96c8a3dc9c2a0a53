//! Silences as a table for people.

use chrono::{DateTime, Utc};
use unicode_width::UnicodeWidthStr;
use uuid::Uuid;

use crate::{
    app::silences::Listed,
    domain::{calendar::Calendar, silence::Silence},
};

/// Blanks between two columns.
const GAP: usize = 2;

const TITLES: [&str; 6] = ["ID", "UNTIL", "WHAT", "TENANT", "BY", "WHY"];

/// Enough of an id to tell it from the others.
pub(super) fn short(id: Uuid) -> String {
    id.to_string().chars().take(8).collect()
}

/// When it ends, or has ended.
pub(super) fn until(silence: &Silence, calendar: &Calendar) -> String {
    let end = silence.ended.as_ref().map(|ended| ended.at);
    time(end.unwrap_or(silence.ends_at), calendar)
}

fn time(at: DateTime<Utc>, calendar: &Calendar) -> String {
    at.with_timezone(&calendar.timezone)
        .format("%a %-d %b %Y %H:%M %Z")
        .to_string()
}

/// A line each; below it what would end it sooner, or how it ended.
pub(super) fn table(listed: &[Listed], all: bool, calendar: &Calendar) -> String {
    if listed.is_empty() {
        let nothing = if all {
            "There have been no silences.\n"
        } else {
            "Nothing is silenced.\n"
        };
        return nothing.to_owned();
    }
    let titles = TITLES.map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(titles)
        .chain(listed.iter().map(|listed| row(listed, calendar)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths: Vec<usize> = (0..TITLES.len()).filter_map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let blanks = width.saturating_sub(cell.width()) + GAP;
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', blanks));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(listed: &Listed, calendar: &Calendar) -> [String; 6] {
    let silence = &listed.silence;
    let end = until(silence, calendar);
    let end = match (&silence.ended, silence.breaks_at) {
        (Some(ended), _) => format!("{end}, {}", ended.how),
        (None, _) if !listed.in_force => format!("{end}, over"),
        (None, Some(severity)) => format!("{end} or {severity}"),
        (None, None) => end,
    };
    [
        short(silence.id),
        end,
        listed.what.clone(),
        silence.scope.tenant().to_owned(),
        silence.author.clone(),
        silence.reason.clone(),
    ]
}
