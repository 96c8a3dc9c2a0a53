//! Which rows are listed, in which section, and which are only counted.
//!
//! What has run out or is critical is listed whatever there is of it. Of the rest, unless somebody asked for it, a screenful is;
//! what ended long ago is only counted, but for where there is nothing else to show.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::entry;
use crate::domain::{Row, row::RowSeverity};

/// A part of the table, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// What forewarn itself signs in with: when that ends, there is no table.
    Own,
    Expired,
    Critical,
    Warning,
    NoHurry,
    LongAgo,
}

impl Section {
    const ALL: [Self; 6] = [
        Self::Own,
        Self::Expired,
        Self::Critical,
        Self::Warning,
        Self::NoHurry,
        Self::LongAgo,
    ];

    fn of(row: &Row) -> Self {
        match row.severity {
            _ if row.stale => Self::LongAgo,
            _ if row.own => Self::Own,
            RowSeverity::Expired => Self::Expired,
            RowSeverity::Critical => Self::Critical,
            RowSeverity::Warning => Self::Warning,
            RowSeverity::Info | RowSeverity::Ok => Self::NoHurry,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Own => "Forewarn's own sign-in",
            Self::Expired => "Expired",
            Self::Critical => "Critical",
            Self::Warning => "Warning",
            Self::NoHurry => "No hurry",
            Self::LongAgo => "Ended long ago",
        }
    }

    /// The severity that its colour stands for.
    pub(super) fn severity(self) -> RowSeverity {
        match self {
            Self::Expired => RowSeverity::Expired,
            Self::Critical => RowSeverity::Critical,
            Self::Warning => RowSeverity::Warning,
            Self::Own | Self::NoHurry => RowSeverity::Info,
            Self::LongAgo => RowSeverity::Ok,
        }
    }

    /// How many of it are listed at most.
    fn most(self, asked_for: bool) -> usize {
        match self {
            Self::Own | Self::Expired | Self::Critical => usize::MAX,
            Self::Warning | Self::NoHurry if asked_for => usize::MAX,
            Self::Warning => 50,
            Self::NoHurry | Self::LongAgo => 20,
        }
    }
}

/// The rows of a section, and how many it has.
pub(super) struct Listed {
    pub(super) section: Section,
    pub(super) rows: Vec<Row>,
    pub(super) count: u64,
}

impl Listed {
    pub(super) fn hidden(&self) -> u64 {
        self.count - self.rows.len() as u64
    }
}

/// What runs out next.
pub(super) struct Next {
    pub(super) app: String,
    pub(super) end: DateTime<Utc>,
    is_urgent: bool,
}

/// All that the table is made of.
pub(super) struct Listing {
    sections: [Listed; Section::ALL.len()],
    pub(super) next: Option<Next>,
}

impl Listing {
    /// Goes through the rows, soonest end first. `asked_for`: somebody said how far to look.
    pub(super) fn of(rows: impl Iterator<Item = Row>, asked_for: bool, now: DateTime<Utc>) -> Self {
        let mut listing = Self {
            sections: Section::ALL.map(|section| Listed {
                section,
                rows: Vec::new(),
                count: 0,
            }),
            next: None,
        };
        for row in rows {
            listing.consider_next(&row, now);
            let section = Section::of(&row);
            let listed = &mut listing.sections[section as usize];
            listed.count += 1;
            if listed.rows.len() < section.most(asked_for) {
                listed.rows.push(row);
            }
        }
        listing
    }

    /// The soonest that somebody has to act on, else the soonest at all.
    fn consider_next(&mut self, row: &Row, now: DateTime<Utc>) {
        let Some(end) = row.expires_at.filter(|end| *end > now) else {
            return;
        };
        let is_urgent = row.severity >= RowSeverity::Info && row.superseded_by.is_none();
        let is_better = self
            .next
            .as_ref()
            .is_none_or(|next| (is_urgent, Reverse(end)) > (next.is_urgent, Reverse(next.end)));
        if is_better {
            let app = entry::app(row);
            self.next = Some(Next {
                app,
                end,
                is_urgent,
            });
        }
    }

    pub(super) fn section(&self, section: Section) -> &Listed {
        &self.sections[section as usize]
    }

    /// The sections that have something to show, the most urgent first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Listed> {
        let (long_ago, others) = self
            .sections
            .split_last()
            .map_or((None, [].as_slice()), |(it, rest)| (Some(it), rest));
        let is_empty = others.iter().all(|listed| listed.rows.is_empty());
        let others = others.iter().filter(|listed| !listed.rows.is_empty());
        others.chain(long_ago.filter(|it| is_empty && !it.rows.is_empty()))
    }

    /// How many rows are listed in [`Listing::shown`], hidden ones of their sections included.
    pub(super) fn seen(&self) -> u64 {
        self.sections.iter().map(|listed| listed.count).sum()
    }
}
