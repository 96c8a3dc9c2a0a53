//! What came or went, in words.

use std::sync::Arc;

use super::{item, words};
use crate::domain::{Row, clean::clean, row::Section};

/// The headings of changes, in their order.
const SECTIONS: [Section; 3] = [Section::Added, Section::Removed, Section::OwnerLost];
const TENANT: usize = 64;

/// Is the row about what came or went?
pub(super) fn is_change(row: &Row) -> bool {
    row.section
        .is_some_and(|section| SECTIONS.contains(&section))
}

/// What is lost belongs to the app, not to the credential that stands for it. `None` where the first row is about a credential.
pub(super) fn title_without_credential(rows: &[Arc<Row>], most: usize) -> Option<String> {
    let (first, others) = rows.split_first()?;
    (first.section == Some(Section::OwnerLost))
        .then(|| words::title_owner_lost(&item::app(first, most), others.len()))
}

/// How many changes of each kind there are in all, and what those that are told here call for.
pub(super) fn intro(all: &[Arc<Row>], told: &[Arc<Row>]) -> Vec<String> {
    let count = |rows: &[Arc<Row>], section| {
        let of = rows.iter().filter(|row| row.section == Some(section));
        of.count()
    };
    let counts: Vec<(Section, usize)> = SECTIONS
        .into_iter()
        .map(|section| (section, count(all, section)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let tenant = all.first().map_or("", |row| &row.tenant);
    let calls: Vec<&str> = SECTIONS
        .into_iter()
        .filter(|section| count(told, *section) > 0)
        .map(call)
        .collect();
    vec![
        words::intro_changed(&counts, &clean(tenant, TENANT)),
        calls.join(" "),
    ]
}

fn call(section: Section) -> &'static str {
    match section {
        Section::Removed => words::WENT,
        Section::OwnerLost => words::LOST,
        _ => words::CAME,
    }
}
