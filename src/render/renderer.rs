//! From a notification to its words: title, introduction, items, footer.

use std::{collections::HashSet, ops::Range, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    Item, Links, Message, changes,
    digest::Summary,
    item::{self, Scene, Telling},
    templates::Templates,
    words,
};
use crate::domain::{
    Id, Notification, Row, Rung, audience::Audience, calendar::Calendar, clean::clean,
    notification::Subject, row::RowSeverity,
};

/// Puts notifications into words, with dates in the configured time zone.
#[derive(Debug, Clone)]
pub struct Renderer {
    pub(super) calendar: Calendar,
    links: Option<Links>,
    templates: Arc<Templates>,
}

/// The longest names in a title, in characters: a phone shows some eighty.
pub(super) const TITLE_APP: usize = 40;
pub(super) const TITLE_NAME: usize = 24;
/// So many credentials of a first scan are told in full, and so many of one that holds more.
const MANY: usize = 30;
const IN_FULL: usize = 10;
/// The longest account of a problem.
const PROBLEM: usize = 2_000;
pub(super) const TENANT: usize = 64;

impl Renderer {
    /// Dates are shown in the calendar's zone, with its last working day before them.
    pub fn new(calendar: Calendar) -> Self {
        Self {
            calendar,
            links: None,
            templates: Arc::default(),
        }
    }

    /// Messages hold links to pages where what they tell of can be acknowledged.
    #[must_use]
    pub fn with_links(self, links: Links) -> Self {
        Self {
            links: Some(links),
            ..self
        }
    }

    /// The page where this row of the notification can be acknowledged, if there is one.
    pub fn acknowledge(&self, notification: &Notification, row: usize) -> Option<String> {
        self.links.as_ref()?.act(notification, row)
    }

    /// With these templates in the place of the embedded ones.
    #[must_use]
    pub fn with_templates(self, templates: Arc<Templates>) -> Self {
        Self { templates, ..self }
    }

    /// What gives a message its form.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The words of `notification` for those of its rows that lie in `rows`; `part` numbers it among several, from 1.
    ///
    /// The title speaks of the first of these rows, since rows are sorted most urgent first. The same arguments always give the
    /// same words.
    pub fn message(
        &self,
        notification: &Notification,
        rows: Range<usize>,
        part: Option<(usize, usize)>,
    ) -> Message {
        let mut message = match &notification.subject {
            Subject::Due { .. } => self.due(notification, &rows),
            Subject::Test { .. } => self.test(notification, &rows),
            Subject::Resolved { .. } => self.resolved(notification, &rows),
            Subject::Changed { .. } => self.changed(notification, &rows),
            Subject::Digest {
                tenant,
                every,
                watched,
                next,
                left_out,
                odd,
                alerts: _,
            } => {
                let summary = Summary {
                    tenant: &clean(tenant, TENANT),
                    every: *every,
                    watched: *watched,
                    next: next.as_deref(),
                    left_out,
                    odd: *odd,
                };
                self.digest(&summary, notification, &rows)
            }
            Subject::Failing {
                tenant,
                blindness,
                problem,
                since,
            } => {
                let since = self.moment(*since);
                let tenant = clean(tenant, TENANT);
                let intro = vec![
                    words::intro_failing(*blindness, &tenant, &since),
                    clean(problem, PROBLEM),
                ];
                let title = words::title_failing(*blindness, &tenant);
                monitor(title, RowSeverity::Critical, intro, words::FOOTER_FAILING)
            }
            Subject::Recovered {
                tenant,
                blindness,
                note,
            } => {
                let title = words::title_recovered(*blindness, &clean(tenant, TENANT));
                let intro = vec![clean(note, PROBLEM)];
                monitor(title, RowSeverity::Ok, intro, words::FOOTER_RECOVERED)
            }
            Subject::ReceiverFailing {
                receiver,
                error,
                given_up,
                since,
            } => {
                let receiver = clean(receiver, TENANT);
                let intro = vec![
                    words::intro_receiver_failing(&receiver, &self.moment(*since)),
                    words::last_try(&clean(error, PROBLEM)),
                    words::receiver_next(*given_up).to_owned(),
                ];
                let title = words::title_receiver_failing(&receiver);
                monitor(title, RowSeverity::Critical, intro, words::FOOTER_FAILING)
            }
            Subject::ReceiverRecovered { receiver, since } => {
                let receiver = clean(receiver, TENANT);
                let note = words::receiver_recovered(&receiver, &self.moment(*since));
                let title = words::title_receiver_recovered(&receiver);
                let footer = words::FOOTER_RECEIVER_RECOVERED;
                monitor(title, RowSeverity::Ok, vec![note], footer)
            }
        };
        if let Audience::Owner { address } = &notification.audience {
            let words = words::intro_owner(address, apps(notification.rows()));
            message.intro.insert(0, words);
        }
        if let Some((number, parts)) = part {
            message.title += &words::title_part(number, parts);
            if !message.items.is_empty() {
                let words = words::intro_part(number, parts, rows.start + 1, rows.end);
                message.intro.push(words);
            }
        }
        for (row, item) in rows.zip(&mut message.items) {
            item.acknowledge = self.acknowledge(notification, row);
        }
        message.part = part;
        self.templates.retitle(&mut message);
        message
    }

    fn due(&self, notification: &Notification, rows: &Range<usize>) -> Message {
        let scene = self.scene(notification, Telling::Due);
        let told = told(notification, rows);
        let item = |(at, row): (usize, &Arc<Row>)| {
            if is_one_of_many(notification, at) {
                scene.line(row)
            } else {
                scene.item(row)
            }
        };
        let items: Vec<Item> = (rows.start..).zip(told).map(item).collect();
        let first = (notification.first_scan && rows.start == 0).then(|| first_scan(notification));
        let why = if notification.escalation {
            words::FOOTER_ESCALATED.to_owned()
        } else {
            words::footer_due(told.len(), &rungs(told))
        };
        let escalated = self.escalated(told, self.links.is_some());
        // where there are pages, a link stands beside each credential
        let silence = self.links.is_none().then(|| {
            let is_critical = urgency(told) >= RowSeverity::Critical;
            words::footer_silence(only_id(told).as_deref(), is_critical)
        });
        let append = items
            .iter()
            .any(|item| item.command.is_some())
            .then(|| words::FOOTER_APPEND.to_owned());
        let due = title(told, |row| {
            let ended = item::has_ended(row);
            words::title_due(row.days_left, ended, scene.near(row))
        });
        Message {
            title: if notification.escalation {
                words::title_escalated(&due)
            } else {
                due
            },
            urgency: urgency(told),
            intro: escalated
                .into_iter()
                .chain(count(notification.rows()))
                .chain(first.into_iter().flatten())
                .collect(),
            items,
            footer: append.into_iter().chain(silence).chain([why]).collect(),
            part: None,
        }
    }

    /// Since when nobody has taken care of what is escalated, who was told then, and how it is acknowledged: by a link in the message,
    /// where it `has_links`.
    fn escalated(&self, told: &[Arc<Row>], has_links: bool) -> Vec<String> {
        let escalated = || told.iter().filter_map(|row| row.escalated.as_ref());
        let Some(since) = escalated().map(|of| of.since).min() else {
            return Vec::new();
        };
        let since = since.with_timezone(&self.calendar.timezone);
        let mut names: Vec<String> = Vec::new();
        for name in escalated().flat_map(|of| &of.told) {
            let name = clean(name, TENANT);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let (date, time) = (words::date(since.date_naive()), words::time(&since));
        vec![
            words::intro_escalated(told.len(), &date, &time, &names),
            words::how_to_acknowledge(has_links).to_owned(),
        ]
    }

    fn test(&self, notification: &Notification, rows: &Range<usize>) -> Message {
        let mut message = self.due(notification, rows);
        message.title.insert_str(0, words::TITLE_TEST);
        message.intro.insert(0, words::INTRO_TEST.to_owned());
        // the reason why it came is the last of the sentences
        message.footer.pop();
        message.footer.push(words::FOOTER_TEST.to_owned());
        message
    }

    fn resolved(&self, notification: &Notification, rows: &Range<usize>) -> Message {
        let scene = self.scene(notification, Telling::Resolved);
        let told = told(notification, rows);
        Message {
            title: title(told, |_| words::TITLE_RESOLVED.to_owned()),
            urgency: RowSeverity::Ok,
            intro: vec![words::INTRO_RESOLVED.to_owned()],
            items: told.iter().map(|row| scene.item(row)).collect(),
            footer: vec![words::FOOTER_RESOLVED.to_owned()],
            part: None,
        }
    }

    fn changed(&self, notification: &Notification, rows: &Range<usize>) -> Message {
        let scene = self.scene(notification, Telling::Listed);
        let told = told(notification, rows);
        let what = |row: &Row| words::title_changed(row.section).to_owned();
        Message {
            title: changes::title_without_credential(told, TITLE_APP)
                .unwrap_or_else(|| title(told, what)),
            urgency: RowSeverity::Info,
            intro: changes::intro(notification.rows(), told),
            items: told.iter().map(|row| scene.item(row)).collect(),
            footer: vec![words::FOOTER_CHANGED.to_owned()],
            part: None,
        }
    }

    /// `Sun 22 Nov 2026, 14:00 CET`
    fn moment(&self, at: DateTime<Utc>) -> String {
        let at = at.with_timezone(&self.calendar.timezone);
        words::moment(&at)
    }

    pub(super) fn scene<'a>(
        &'a self,
        notification: &'a Notification,
        telling: Telling,
    ) -> Scene<'a> {
        Scene {
            calendar: &self.calendar,
            decided_at: notification.decided_at,
            telling,
            in_place: match &notification.audience {
                Audience::InPlaceOfOwners { receiver } => Some(receiver),
                Audience::Receiver | Audience::Owner { .. } => None,
            },
        }
    }
}

/// A first scan may tell of hundreds. The most urgent are then told in full, the others in a line or two each.
fn is_one_of_many(notification: &Notification, position: usize) -> bool {
    notification.first_scan && notification.rows().len() > MANY && position >= IN_FULL
}

/// What is said before the first of a first scan's credentials.
fn first_scan(notification: &Notification) -> Vec<String> {
    let is_long = notification.rows().len() > MANY;
    let brief = is_long.then(|| words::intro_brief(IN_FULL));
    let stale = (notification.stale > 0).then(|| words::intro_stale(notification.stale));
    std::iter::once(words::INTRO_FIRST_SCAN.to_owned())
        .chain(brief)
        .chain(stale)
        .collect()
}

fn monitor(title: String, urgency: RowSeverity, intro: Vec<String>, footer: &str) -> Message {
    Message {
        title,
        urgency,
        intro,
        items: Vec::new(),
        footer: vec![footer.to_owned()],
        part: None,
    }
}

/// The rows in the range, as far as there are any.
pub(super) fn told<'a>(notification: &'a Notification, rows: &Range<usize>) -> &'a [Arc<Row>] {
    let all = notification.rows();
    let end = rows.end.min(all.len());
    all.get(rows.start.min(end)..end).unwrap_or_default()
}

pub(super) fn title(rows: &[Arc<Row>], what: impl FnOnce(&Row) -> String) -> String {
    let Some((worst, others)) = rows.split_first() else {
        return words::TITLE_EMPTY.to_owned();
    };
    let app = item::app(worst, TITLE_APP);
    let credential = item::credential(worst, TITLE_NAME);
    words::title(&what(worst), &app, &credential, others.len())
}

/// The id of the only credential, if it is one that may stand in a command.
fn only_id(rows: &[Arc<Row>]) -> Option<String> {
    match rows {
        [row] if row.credential_id.is_guid() => Some(row.credential_id.to_string()),
        _ => None,
    }
}

pub(super) fn urgency(rows: &[Arc<Row>]) -> RowSeverity {
    rows.iter()
        .map(|row| row.severity)
        .max()
        .unwrap_or(RowSeverity::Ok)
}

/// How many there are of each severity, when there is more than one row.
fn count(rows: &[Arc<Row>]) -> Option<String> {
    let first = rows.first().filter(|_| rows.len() > 1)?;
    let tenant = rows
        .iter()
        .all(|row| row.tenant == first.tenant)
        .then(|| clean(&first.tenant, TENANT));
    Some(words::intro_count(
        rows.len(),
        tenant.as_deref(),
        &by_severity(rows),
    ))
}

/// How many there are of each severity, worst first.
pub(super) fn by_severity(rows: &[Arc<Row>]) -> Vec<(RowSeverity, usize)> {
    let count = |of| rows.iter().filter(|row| row.severity == of).count();
    let worst_first = RowSeverity::ALL.into_iter().rev();
    worst_first
        .map(|of| (of, count(of)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// How many apps they are of.
fn apps(rows: &[Arc<Row>]) -> usize {
    let apps: HashSet<&Id> = rows.iter().map(|row| &row.object_id).collect();
    apps.len()
}

/// The rungs that were reached, widest first.
fn rungs(rows: &[Arc<Row>]) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = rows.iter().filter_map(|row| row.rung).collect();
    rungs.sort_unstable_by(|a, b| b.cmp(a));
    rungs.dedup();
    rungs
}
