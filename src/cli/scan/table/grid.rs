//! Entries laid out in columns, as many as there is room for, or, on a narrow terminal, each in a paragraph of its own.

use anstyle::Style;

use super::{
    entry::{APP, COLUMNS, Entry, ID, LAST_USED},
    fold::fold,
};
use crate::cli::{
    measure::{cut, width, wrap},
    paint::paint,
};

const INDENT: usize = 2;
const GAP: usize = 2;
/// Where nothing is cut, a text longer than this runs over its column instead of pushing all others away.
const WIDEST: usize = 40;
/// As long as a column of ends commonly gets: `12 days ago`.
const LONGEST_END: usize = 11;
/// A terminal that is narrower breaks lines by itself.
pub(super) const NARROWEST: usize = 24;

/// How entries are laid out.
pub(super) enum Layout {
    Columns(Grid),
    /// Below one another, to this width.
    Stacked(usize),
}

/// Which columns are shown, and how wide.
pub(super) struct Grid {
    columns: Vec<(usize, usize)>,
    notes: Notes,
    /// Where nothing is cut there is none.
    width: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Notes {
    /// In a column of their own.
    Beside,
    /// In lines of their own.
    Below,
}

impl Layout {
    /// The best that `width` has room for; without one, everything in full.
    pub(super) fn of(entries: &[Entry], width: Option<usize>) -> Self {
        let all: Vec<(usize, usize)> = (0..COLUMNS.len())
            .filter_map(|column| Some((column, natural(entries, column)?)))
            .collect();
        let Some(width) = width.map(|width| width.max(NARROWEST)) else {
            let columns = all.into_iter().map(|(at, wide)| (at, wide.min(WIDEST)));
            return Self::Columns(Grid {
                columns: columns.collect(),
                notes: Notes::Beside,
                width: None,
            });
        };
        let without = |left_out: &[usize]| -> Vec<(usize, usize)> {
            let is_shown = |(column, _): &&(usize, usize)| !left_out.contains(column);
            all.iter().filter(is_shown).copied().collect()
        };
        let room = width - INDENT;
        let note = entries.iter().map(|entry| self::width(&entry.note)).max();
        let note = note.filter(|note| *note > 0).map_or(0, |note| note + GAP);
        let as_wide_as_they_are = [without(&[]), without(&[ID])]
            .into_iter()
            .find(|columns| total(columns) + note <= room);
        if let Some(columns) = as_wide_as_they_are {
            return Self::Columns(Grid {
                columns,
                notes: Notes::Beside,
                width: Some(width),
            });
        }
        let squeezed = [without(&[ID]), without(&[ID, LAST_USED])]
            .into_iter()
            .find_map(|columns| squeeze(columns, room));
        match squeezed {
            Some(columns) => Self::Columns(Grid {
                columns,
                notes: Notes::Below,
                width: Some(width),
            }),
            None => Self::Stacked(width),
        }
    }

    /// The titles; nothing where there are no columns.
    pub(super) fn titles(&self) -> Option<String> {
        let Self::Columns(grid) = self else {
            return None;
        };
        let mut line = Line::new();
        for (column, wide) in &grid.columns {
            line.put(COLUMNS[*column].title, COLUMNS[*column].title, *wide);
        }
        let line = line.text;
        Some(paint(line.trim_end(), Style::new().dimmed()))
    }

    /// The lines of one entry.
    pub(super) fn lines(&self, entry: &Entry) -> Vec<String> {
        match self {
            Self::Columns(grid) => grid.lines(entry),
            Self::Stacked(width) => stacked(entry, *width),
        }
    }
}

/// As wide as its widest text; `None` when it has none.
fn natural(entries: &[Entry], column: usize) -> Option<usize> {
    let widest = entries
        .iter()
        .map(|entry| entry.cells[column].width())
        .max();
    let widest = widest.filter(|widest| *widest > 0)?;
    Some(widest.max(width(COLUMNS[column].title)))
}

fn total(columns: &[(usize, usize)]) -> usize {
    let texts: usize = columns.iter().map(|(_, wide)| wide).sum();
    texts + GAP * columns.len().saturating_sub(1)
}

/// Takes from the widest column that may be cut until all fit.
fn squeeze(mut columns: Vec<(usize, usize)>, room: usize) -> Option<Vec<(usize, usize)>> {
    while total(&columns) > room {
        let can_give = |(column, wide): &&mut (usize, usize)| {
            COLUMNS[*column].least.is_some_and(|least| *wide > least)
        };
        let widest = columns.iter_mut().filter(can_give);
        widest.max_by_key(|(_, wide)| *wide)?.1 -= 1;
    }
    Some(columns)
}

impl Grid {
    fn lines(&self, entry: &Entry) -> Vec<String> {
        let mut line = Line::new();
        for (column, wide) in &self.columns {
            let cell = &entry.cells[*column];
            let most = if self.width.is_some() {
                *wide
            } else {
                usize::MAX
            };
            line.put(&cut(&cell.text, most), &cell.paint(most), *wide);
        }
        let note = self.note(entry);
        if self.notes == Notes::Beside || note.is_empty() {
            line.put(&note, &note, 0);
            return vec![line.end()];
        }
        let indent = self.start_of(APP);
        let room = self.width.unwrap_or(usize::MAX).saturating_sub(indent);
        let below = wrap(&note, room).into_iter();
        let below = below.map(|note| indented(indent, &paint(&note, Style::new().dimmed())));
        std::iter::once(line.end()).chain(below).collect()
    }

    /// What is said beside the columns, or for want of one.
    fn note(&self, entry: &Entry) -> String {
        let used = &entry.cells[LAST_USED].text;
        let has_column = self.columns.iter().any(|(column, _)| *column == LAST_USED);
        if has_column || used.is_empty() {
            return entry.note.clone();
        }
        let used = format!("last used {used}");
        let parts = [entry.note.as_str(), &used];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    fn start_of(&self, wanted: usize) -> usize {
        let before = self
            .columns
            .iter()
            .take_while(|(column, _)| *column < wanted);
        INDENT + before.map(|(_, wide)| wide + GAP).sum::<usize>()
    }
}

/// When and what in one line, everything else below it.
fn stacked(entry: &Entry, width: usize) -> Vec<String> {
    let [ends, date, tenant, app, credential, owner, used, _] = &entry.cells;
    let indent = INDENT + LONGEST_END + GAP;
    let room = width.saturating_sub(indent);
    // `57 minutes ago` is longer, and seldom
    let longer = ends.width().saturating_sub(LONGEST_END);
    let mut line = Line::new();
    line.put(&ends.text, &ends.paint(usize::MAX), LONGEST_END);
    line.put(&app.text, &app.paint(room.saturating_sub(longer)), 0);
    let facts = [
        credential.piece(""),
        date.piece(""),
        tenant.piece("in "),
        owner.piece("owner: "),
        used.piece("last used "),
    ];
    let facts = fold(facts.into_iter().flatten().collect(), " · ", room);
    let note = wrap(&entry.note, room).into_iter();
    let note = note.map(|line| paint(&line, Style::new().dimmed()));
    let below = facts.into_iter().chain(note);
    let below = below.map(|line| indented(indent, &line));
    std::iter::once(line.end()).chain(below).collect()
}

fn indented(indent: usize, text: &str) -> String {
    format!("{:indent$}{text}", "")
}

/// A line that is put together from left to right.
struct Line {
    text: String,
    /// What is missing to the place where the next text begins.
    pending: usize,
}

impl Line {
    fn new() -> Self {
        Self {
            text: String::new(),
            pending: INDENT,
        }
    }

    /// Adds `text`, as it looks when `painted`, in a column of this width.
    fn put(&mut self, text: &str, painted: &str, wide: usize) {
        if !text.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', self.pending));
            self.text.push_str(painted);
            self.pending = 0;
        }
        self.pending += wide.saturating_sub(width(text)) + GAP;
    }

    fn end(self) -> String {
        self.text
    }
}
