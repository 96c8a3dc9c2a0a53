//! Summaries in words.

use std::{ops::Range, sync::Arc};

use super::{
    Item, Message, Renderer,
    item::{self, Telling},
    renderer::{TITLE_APP, TITLE_NAME, by_severity, title, told, urgency},
    words,
};
use crate::domain::{
    Notification, Row,
    digest::Every,
    row::{RowSeverity, Section},
};

/// What a summary says beside its rows.
pub(super) struct Summary<'a> {
    pub(super) tenant: &'a str,
    pub(super) every: Every,
    pub(super) watched: u64,
    /// The one that runs out next.
    pub(super) next: Option<&'a Row>,
    pub(super) left_out: &'a [(Section, u64)],
    pub(super) odd: u64,
}

impl Summary<'_> {
    /// How many rows of a section are not shown, if any.
    fn left_out(&self, of: Option<Section>) -> Option<u64> {
        let found = self
            .left_out
            .iter()
            .find(|(section, _)| Some(*section) == of);
        found.map(|(_, count)| *count)
    }
}

impl Renderer {
    /// A summary. Where nothing is coming up it says so first, and when something will.
    pub(super) fn digest(
        &self,
        summary: &Summary<'_>,
        notification: &Notification,
        rows: &Range<usize>,
    ) -> Message {
        let Summary {
            tenant, watched, ..
        } = *summary;
        let coming: &[Arc<Row>] = coming_up(notification.rows());
        let (title, first) = if coming.is_empty() {
            let well = words::all_is_well(watched, tenant, self.next(summary.next).as_deref());
            (well.clone(), format!("{well}."))
        } else {
            let scene = self.scene(notification, Telling::Listed);
            let worst = title(coming, |row| {
                words::title_due(row.days_left, item::has_ended(row), scene.near(row))
            });
            let count = words::coming_up(coming.len(), watched, tenant, &by_severity(coming));
            (words::title_digest(summary.every, tenant, &worst), count)
        };
        let odd = (summary.odd > 0).then(|| words::intro_odd(summary.odd));
        Message {
            title,
            urgency: if coming.is_empty() {
                RowSeverity::Ok
            } else {
                urgency(coming)
            },
            intro: std::iter::once(first).chain(odd).collect(),
            items: self.digest_items(summary, notification, rows),
            footer: vec![words::FOOTER_DIGEST.to_owned()],
            part: None,
        }
    }

    fn digest_items(
        &self,
        summary: &Summary<'_>,
        notification: &Notification,
        rows: &Range<usize>,
    ) -> Vec<Item> {
        let all = notification.rows();
        let line = |(at, row): (usize, &Arc<Row>)| {
            let telling = match row.section {
                Some(Section::Renewed) => Telling::Resolved,
                _ => Telling::Listed,
            };
            let mut item = self.scene(notification, telling).line(row);
            let is_last = all
                .get(at + 1)
                .is_none_or(|next| next.section != row.section);
            let more = summary.left_out(row.section).filter(|_| is_last);
            item.notes.extend(more.map(words::more_rows));
            item
        };
        (rows.start..)
            .zip(told(notification, rows))
            .map(line)
            .collect()
    }

    /// `Fri 4 Dec 2026 (billing-api, client secret "prod")`
    fn next(&self, row: Option<&Row>) -> Option<String> {
        let row = row?;
        let date = words::date(self.calendar.day_of(row.expires_at?));
        let app = item::app(row, TITLE_APP);
        let credential = item::credential(row, TITLE_NAME);
        Some(words::next(&date, &app, &credential))
    }
}

/// The rows that somebody has to act on; they come first.
fn coming_up(rows: &[Arc<Row>]) -> &[Arc<Row>] {
    let is_coming = |row: &&Arc<Row>| row.section == Some(Section::ComingUp);
    let count = rows.iter().take_while(is_coming).count();
    rows.get(..count).unwrap_or_default()
}
