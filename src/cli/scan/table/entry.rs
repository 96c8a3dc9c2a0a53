//! A row as the cells of its columns.

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};

use super::{fold::Piece, note::note, when};
use crate::{
    cli::{
        measure::{cut, harmless, width},
        paint::{colour, paint},
    },
    domain::{Kind, Row, calendar::Calendar},
};

/// One column.
pub(super) struct Column {
    /// What stands above it.
    pub(super) title: &'static str,
    /// How far it may be cut, if at all.
    pub(super) least: Option<usize>,
}

const fn whole(title: &'static str) -> Column {
    Column { title, least: None }
}

const fn cuttable(title: &'static str, least: usize) -> Column {
    let least = Some(least);
    Column { title, least }
}

/// All columns, from left to right. One without any text is not shown.
pub(super) const COLUMNS: [Column; 8] = [
    whole("Ends"),
    whole(""),
    cuttable("Tenant", 10),
    cuttable("App", 14),
    cuttable("Credential", 12),
    cuttable("Owner", 12),
    whole("Last used"),
    whole("Secret or key ID"),
];
/// Their places in [`COLUMNS`].
pub(super) const APP: usize = 3;
pub(super) const LAST_USED: usize = 6;
pub(super) const ID: usize = 7;

/// Text in one style.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: String,
    style: Style,
}

/// A row, ready to be laid out.
pub(super) struct Entry {
    pub(super) cells: [Cell; COLUMNS.len()],
    pub(super) note: String,
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Everything is written out, however long.
    Endless,
    /// What can be told by a glance elsewhere is left out.
    Some,
    /// The same, and the year of a date that is not far off.
    Little,
}

/// What a row is seen from.
pub(super) struct View<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) calendar: &'a Calendar,
    pub(super) several_tenants: bool,
    /// How much room there is.
    pub(super) room: Room,
}

impl Cell {
    fn new(text: String, style: Style) -> Self {
        Self { text, style }
    }

    /// Its text, cut to `most` columns, in its style.
    pub(super) fn paint(&self, most: usize) -> String {
        paint(&cut(&self.text, most), self.style)
    }

    /// The same with `before` in front of it; nothing where there is no text.
    pub(super) fn piece(&self, before: &str) -> Option<Piece> {
        (!self.text.is_empty()).then(|| (format!("{before}{}", self.text), self.style))
    }

    pub(super) fn width(&self) -> usize {
        width(&self.text)
    }
}

impl Entry {
    pub(super) fn new(row: &Row, view: &View<'_>) -> Self {
        let plain = Style::new();
        let relative = row
            .expires_at
            .map(|end| when::end(end, view.now, view.calendar));
        let tenant = if view.several_tenants {
            harmless(&row.tenant)
        } else {
            String::new()
        };
        let used = row.last_used_at.map(|at| when::past(at, view.now));
        let cells = [
            Cell::new(
                relative.unwrap_or_else(|| "never".to_owned()),
                colour(row.severity),
            ),
            Cell::new(date(row, view), plain),
            Cell::new(tenant, plain),
            Cell::new(app(row), plain.bold()),
            Cell::new(credential(row), plain),
            owner(row, view.room),
            Cell::new(used.unwrap_or_default(), plain),
            Cell::new(harmless(&row.credential_id.to_string()), plain.dimmed()),
        ];
        Self {
            cells,
            note: note(row),
        }
    }
}

/// The name, or the id of one that has none.
pub(super) fn app(row: &Row) -> String {
    let name = harmless(&row.app_name);
    if name.is_empty() {
        harmless(&row.app_id.to_string())
    } else {
        name
    }
}

fn date(row: &Row, view: &View<'_>) -> String {
    let Some(end) = row.expires_at else {
        return String::new();
    };
    let is_near = (end - view.now).num_days().abs() < NEAR;
    let form = match view.room {
        Room::Little if is_near => "%a %d %b",
        _ => "%a %d %b %Y",
    };
    view.calendar.day_of(end).format(form).to_string()
}

/// In days: a date that is no further off needs no year.
const NEAR: i64 = 180;

fn credential(row: &Row) -> String {
    let kind = match row.kind {
        Kind::ClientSecret => "secret",
        Kind::Certificate => "certificate",
        Kind::SamlCertificate => "SAML certificate",
        Kind::Federated => "federated",
    };
    let name = row.credential_name.as_deref().map(harmless);
    match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("{kind} {name}"),
        None => format!("{kind}, unnamed"),
    }
}

/// All of them, or the first and how many more; `nobody` stands out.
fn owner(row: &Row, room: Room) -> Cell {
    let plain = Style::new();
    let names: Vec<String> = row.owners.iter().map(|owner| harmless(owner)).collect();
    match names.as_slice() {
        [] if row.ownerless => {
            let style = plain.fg_color(Some(AnsiColor::Magenta.into()));
            Cell::new("nobody".to_owned(), style)
        }
        [first, more @ ..] if room != Room::Endless && !more.is_empty() => {
            Cell::new(format!("{first} +{}", more.len()), plain)
        }
        names => Cell::new(names.join(", "), plain),
    }
}
