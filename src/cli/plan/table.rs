//! A plan for people: day by day, message by message, in local time. Eighty columns are enough.

use anstyle::Style;
use console::Term;

use super::words::{count, credential, day, end, label, receiver, time, unknown};
use crate::{
    app::plan::{ASSUMPTION, Message, Plan},
    cli::{
        measure::{cut, harmless, width, wrap},
        paint::{colour, paint},
    },
    domain::{Row, calendar::Calendar, row::RowSeverity},
};

/// Of one message so many credentials are listed; the others are counted.
const LISTED: usize = 8;
/// What is not for a terminal is made for one of this width, but nothing is cut.
const WIDTH: usize = 80;
/// Where the receivers stand: behind `  06:00  `.
const TO: usize = 9;
/// As wide as `critical`.
const SEVERITY: usize = 8;
/// As wide as `ended 29 Nov 2026`.
const END: usize = 17;

/// The whole. `unread` are the names of tenants that could not be read.
pub(super) fn render(plan: &Plan, unread: &[&str], calendar: &Calendar) -> String {
    let page = Page {
        calendar,
        width: terminal_width(),
        several_tenants: has_several_tenants(plan),
        unread,
    };
    page.render(plan)
}

struct Page<'a> {
    calendar: &'a Calendar,
    /// Of the terminal; `None`: it is not for one.
    width: Option<usize>,
    several_tenants: bool,
    unread: &'a [&'a str],
}

fn terminal_width() -> Option<usize> {
    let terminal = Term::stdout();
    let (_, columns) = terminal.is_term().then(|| terminal.size_checked())??;
    (columns > 0).then_some(usize::from(columns))
}

fn has_several_tenants(plan: &Plan) -> bool {
    let mut tenants = plan.messages.iter().map(|message| &message.tenant);
    tenants
        .next()
        .is_some_and(|first| tenants.any(|other| other != first))
}

impl Page<'_> {
    fn render(&self, plan: &Plan) -> String {
        let mut lines: Vec<String> = Vec::new();
        let days = plan
            .messages
            .chunk_by(|a, b| self.calendar.day_of(a.at) == self.calendar.day_of(b.at));
        for messages in days {
            let heading = messages.first().map(|first| day(first.at, self.calendar));
            lines.extend(heading.map(|day| paint(&day, Style::new().bold())));
            for group in together(messages) {
                lines.extend(self.group(&group));
            }
            lines.push(String::new());
        }
        lines.extend(self.summary(plan));
        let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
        lines.collect()
    }

    /// The same message to several receivers.
    fn group(&self, group: &[&Message]) -> Vec<String> {
        let Some(message) = group.first() else {
            return Vec::new();
        };
        let style = match message.receiver {
            Some(_) => Style::new(),
            None => colour(RowSeverity::Critical),
        };
        let tenant = if self.several_tenants {
            format!("{}: ", message.tenant)
        } else {
            String::new()
        };
        let time = paint(&time(message.at, self.calendar), Style::new().dimmed());
        let label = label(message).map_or_else(String::new, |label| format!("{label}: "));
        let to = format!("{label}{tenant}{}", whom(group));
        let room = self.width.unwrap_or(usize::MAX).saturating_sub(TO);
        let mut lines: Vec<String> = wrap(&to, room)
            .iter()
            .map(|line| format!("{:TO$}{}", "", paint(line, style)))
            .collect();
        if let Some(first) = lines.first_mut() {
            first.replace_range(..TO, &format!("  {time}  "));
        }
        let listed = message.rows.iter().take(LISTED);
        lines.extend(listed.map(|row| self.row(row, message)));
        let more = message.rows.len().saturating_sub(LISTED);
        if more > 0 {
            let more = format!("{:SEVERITY$}and {more} more", "");
            lines.push(paint(&more, Style::new().dimmed()));
        }
        lines
    }

    fn row(&self, row: &Row, message: &Message) -> String {
        let room = self.width.unwrap_or(WIDTH).max(WIDTH / 2);
        let room = room.saturating_sub(4 + SEVERITY + 2 + 2 + END);
        let most = if self.width.is_some() {
            room
        } else {
            usize::MAX
        };
        let what = cut(&credential(row), most);
        let pad = room.saturating_sub(width(&what));
        let severity = format!("{:SEVERITY$}", row.severity.as_str());
        let severity = paint(&severity, colour(row.severity));
        let end = end(row, message.at, self.calendar);
        format!("    {severity}  {what}{:pad$}  {end}", "")
    }

    fn summary(&self, plan: &Plan) -> Vec<String> {
        let summary = plan.summary();
        let until = day(plan.until, self.calendar);
        let mut lines = Vec::new();
        match summary.first_at {
            None if self.unread.is_empty() => lines.push("Nobody is told of anything.".to_owned()),
            None => {}
            Some(first) => lines.push(format!(
                "{} to {}, the first on {} at {}:",
                count(summary.messages, "message"),
                count(summary.receivers.len(), "receiver"),
                day(first, self.calendar),
                time(first, self.calendar),
            )),
        }
        let receivers = summary.receivers.iter();
        lines.extend(receivers.map(|(name, messages)| format!("{messages:>6}  {name}")));
        if summary.unheard > 0 {
            let alerts = count(summary.unheard, "alert");
            let verb = if summary.unheard == 1 {
                "reaches"
            } else {
                "reach"
            };
            let line = format!("{alerts} {verb} nobody: add a last [[routes]] without `match`.");
            lines.push(paint(&line, colour(RowSeverity::Critical)));
        }
        if !self.unread.is_empty() {
            lines.push(unknown(self.unread));
        }
        let dim = Style::new().dimmed();
        let zone = self.calendar.timezone;
        lines.push(paint(
            &format!("Until {until}, in the time of {zone}."),
            dim,
        ));
        lines.push(paint(&format!("Assumed: {ASSUMPTION}."), dim));
        lines
    }
}

/// The receivers, each with those of its targets that are told.
fn whom(group: &[&Message]) -> String {
    let mut whom: Vec<(String, Vec<String>)> = Vec::new();
    for message in group {
        let name = receiver(message);
        let target = message.target.as_deref().map(harmless);
        match whom.iter_mut().find(|(other, _)| *other == name) {
            Some((_, targets)) => targets.extend(target),
            None => whom.push((name, target.into_iter().collect())),
        }
    }
    let whom = whom.into_iter().map(|(name, targets)| match targets.len() {
        0 => name,
        _ => format!("{name} ({})", targets.join(", ")),
    });
    whom.collect::<Vec<_>>().join(", ")
}

/// Messages that say the same at the same time, in the order of the first of each.
fn together(messages: &[Message]) -> Vec<Vec<&Message>> {
    let mut groups: Vec<Vec<&Message>> = Vec::new();
    for message in messages {
        let says_the_same = |group: &&mut Vec<&Message>| {
            group.first().is_some_and(|first| {
                first.at == message.at
                    && first.tenant == message.tenant
                    && first.receiver.is_some() == message.receiver.is_some()
                    && (first.event, first.escalation) == (message.event, message.escalation)
                    && first.rows == message.rows
            })
        };
        match groups.iter_mut().rev().find(says_the_same) {
            Some(group) => group.push(message),
            None => groups.push(vec![message]),
        }
    }
    groups
}

#[cfg(test)]
mod tests;
