//! Rows as a table for people: what has run out, then what runs out next, the most urgent first; the rest as counts. On a terminal it
//! keeps to its width and is coloured (unless `NO_COLOR` is set); anywhere else nothing is cut.

mod entry;
mod fold;
mod grid;
mod listing;
mod note;
mod summary;
#[cfg(test)]
mod tests;
mod when;

use anstyle::Style;
use chrono::{DateTime, TimeDelta, Utc};
use console::Term;

use self::{
    entry::{Entry, Room, View},
    grid::Layout,
    listing::{Listed, Listing},
    summary::summary,
};
use crate::{
    app::report::{Report, Summary, TenantLine},
    cli::{
        output,
        paint::{colour, paint},
    },
    domain::{Row, calendar::Calendar, number::grouped},
};

/// How far ahead is looked unless somebody says so.
pub(super) const WITHIN: TimeDelta = TimeDelta::days(90);

/// What the table is made for.
struct Page<'a> {
    now: DateTime<Utc>,
    calendar: &'a Calendar,
    /// Of the terminal; `None`: it is not for one.
    width: Option<usize>,
    within: Option<TimeDelta>,
    tenants: Vec<TenantLine<'a>>,
    summary: Summary,
}

pub(super) fn print(
    report: &Report,
    within: Option<TimeDelta>,
    calendar: &Calendar,
) -> anyhow::Result<()> {
    let page = Page {
        now: report.judged_at(),
        calendar,
        width: terminal_width(),
        within,
        tenants: report.tenants().collect(),
        summary: report.summary(),
    };
    // its own are shown however late they end
    let is_apart = |row: &Row| row.own && !row.stale;
    let own = report.own_rows().filter(is_apart);
    let others = report
        .rows(Some(page.within()))
        .filter(|row| !is_apart(row));
    output::print(&page.render(own.chain(others)))
}

fn terminal_width() -> Option<usize> {
    let terminal = Term::stdout();
    let (_, columns) = terminal.is_term().then(|| terminal.size_checked())??;
    // some terminals tell no size
    (columns > 0).then_some(usize::from(columns))
}

impl Page<'_> {
    fn within(&self) -> TimeDelta {
        self.within.unwrap_or(WITHIN)
    }

    fn days(&self) -> i64 {
        self.within().num_days()
    }

    /// The tenants that could not be read.
    fn unread(&self) -> impl Iterator<Item = &str> {
        let unread = self.tenants.iter().filter(|tenant| !tenant.complete);
        unread.map(|tenant| tenant.name)
    }

    fn render(&self, rows: impl Iterator<Item = Row>) -> String {
        let listing = Listing::of(rows, self.within.is_some(), self.now);
        let mut lines = self.table(&listing);
        let summary = summary(&listing, self);
        if !lines.is_empty() && !summary.is_empty() {
            lines.push(String::new());
        }
        lines.extend(summary);
        let mut text = String::new();
        for line in lines {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn table(&self, listing: &Listing) -> Vec<String> {
        let view = View {
            now: self.now,
            calendar: self.calendar,
            several_tenants: self.tenants.len() > 1,
            room: match self.width {
                None => Room::Endless,
                Some(100..) => Room::Some,
                Some(_) => Room::Little,
            },
        };
        let shown: Vec<&Listed> = listing.shown().collect();
        // the columns are those of all sections, so that the eye can follow them
        let rows = shown.iter().flat_map(|listed| &listed.rows);
        let entries: Vec<Entry> = rows.map(|row| Entry::new(row, &view)).collect();
        let layout = Layout::of(&entries, self.width);
        let mut lines = Vec::new();
        if !entries.is_empty() {
            lines.extend(layout.titles());
        }
        let mut entries = entries.iter();
        for (at, listed) in shown.into_iter().enumerate() {
            if at > 0 {
                lines.push(String::new());
            }
            lines.push(heading(listed));
            let entries = entries.by_ref().take(listed.rows.len());
            lines.extend(entries.flat_map(|entry| layout.lines(entry)));
        }
        lines
    }
}

/// The section's name, and how many it has.
fn heading(listed: &Listed) -> String {
    let style = colour(listed.section.severity()).bold();
    let count = grouped(listed.count);
    let count = match listed.hidden() {
        0 => count,
        _ => format!("{count}, of which the first {}", listed.rows.len()),
    };
    let title = paint(listed.section.title(), style);
    format!("{title}  {}", paint(&count, Style::new().dimmed()))
}
