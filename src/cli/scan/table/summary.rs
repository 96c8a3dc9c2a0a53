//! The lines below the table: how it stands, what comes next, and how to see what is not listed.

use anstyle::{AnsiColor, Style};

use super::{
    Page,
    fold::{Piece, fold},
    grid::NARROWEST,
    listing::{Listing, Section},
    when,
};
use crate::{
    cli::{measure::harmless, paint::colour},
    domain::{number::grouped, row::RowSeverity},
};

const CSV: &str = "`forewarn scan --format csv`";

pub(super) fn summary(listing: &Listing, page: &Page<'_>) -> Vec<String> {
    let unread: Vec<&str> = page.unread().collect();
    let mut lines = Vec::new();
    // where nothing could be read there is nothing to sum up
    if unread.len() < page.tenants.len() {
        lines.extend(folded(headline(listing, page), page.width));
        let asides = [
            long_ago(listing),
            cut_short(listing, page),
            later(listing, page),
        ];
        let dim = Style::new().dimmed();
        let asides = asides.into_iter().flatten();
        lines.extend(asides.flat_map(|aside| folded(vec![(aside, dim)], page.width)));
    }
    if !unread.is_empty() {
        lines.extend(folded(vec![missing(&unread, page)], page.width));
    }
    lines
}

/// In one line, or on a terminal that is narrower in several.
fn folded(pieces: Vec<Piece>, terminal: Option<usize>) -> Vec<String> {
    let room = terminal.map_or(usize::MAX, |width| width.max(NARROWEST));
    fold(pieces, " ", room)
}

fn headline(listing: &Listing, page: &Page<'_>) -> Vec<Piece> {
    let counts = page.summary;
    let count = |count: u64, what: &str, severity| {
        let style = match count {
            0 => Style::new(),
            _ => colour(severity).bold(),
        };
        (format!("{} {what}", grouped(count)), style)
    };
    let expired = listing.section(Section::Expired).count;
    let counted = |count: u64, what: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} {what}{plural}", grouped(count))
    };
    // where only service principals are scanned, no registration was counted
    let is_known = counts.apps > 0 || counts.credentials == 0;
    let apps = is_known.then(|| format!(" in {}", counted(counts.apps, "app")));
    let of = format!(
        "of {}{};",
        counted(counts.credentials, "credential"),
        apps.unwrap_or_default()
    );
    let next = match &listing.next {
        Some(next) => {
            let end = when::end(next.end, page.now, page.calendar);
            format!("next: {} {end}", next.app)
        }
        None => format!("nothing else ends within {} days", page.days()),
    };
    vec![
        count(expired, "expired,", RowSeverity::Expired),
        count(counts.critical, "critical,", RowSeverity::Critical),
        count(counts.warning, "warning", RowSeverity::Warning),
        (of, Style::new()),
        (next, Style::new()),
    ]
}

/// Whose credentials are not in the table. Why, is said on stderr.
fn missing(unread: &[&str], page: &Page<'_>) -> Piece {
    let names: Vec<String> = unread.iter().map(|name| harmless(name)).collect();
    let names = names.join(", ");
    let text = match (unread.len(), page.tenants.len()) {
        (1, 1) => format!("{names} could not be read"),
        (count, all) => format!("{count} of {all} tenants could not be read: {names}"),
    };
    let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
    (text, red.bold())
}

/// What nobody is told of any more.
fn long_ago(listing: &Listing) -> Option<String> {
    let long_ago = listing.section(Section::LongAgo);
    let is_listed = listing
        .shown()
        .any(|listed| listed.section == Section::LongAgo);
    let hidden = if is_listed {
        long_ago.hidden()
    } else {
        long_ago.count
    };
    (hidden > 0).then(|| {
        let count = grouped(hidden);
        format!("{count} more ended long ago: {CSV} lists them for cleaning up")
    })
}

/// What would have made the table too long.
fn cut_short(listing: &Listing, page: &Page<'_>) -> Option<String> {
    let hidden: Vec<String> = [Section::Warning, Section::NoHurry]
        .into_iter()
        .map(|section| listing.section(section))
        .filter(|listed| listed.hidden() > 0)
        .map(|listed| {
            let title = listed.section.title();
            format!("{} more under {title}", grouped(listed.hidden()))
        })
        .collect();
    (!hidden.is_empty()).then(|| {
        let hidden = hidden.join(" and ");
        format!("{hidden}: `--within {}d` lists them all", page.days())
    })
}

/// What ends after all this.
fn later(listing: &Listing, page: &Page<'_>) -> Option<String> {
    let later = page.summary.credentials.saturating_sub(listing.seen());
    (later > 0).then(|| {
        format!(
            "{} end later than in {} days or never: `--within 365d` shows those of a year, {CSV} all",
            grouped(later),
            page.days()
        )
    })
}
