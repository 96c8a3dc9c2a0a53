//! A plan as a calendar (RFC 5545): an event a message, in UTC. The same message has the same UID in every plan, so that a calendar
//! which takes it in again keeps one event.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::words::{count, credential, label, receiver_and_target};
use crate::{
    app::plan::{ASSUMPTION, Message, Plan},
    cli::measure::harmless,
    domain::row::RowSeverity,
};

/// A line is folded after so many octets, its end not counted.
const LINE: usize = 75;
/// Of one message so many credentials are described.
const DESCRIBED: usize = 50;
/// The name space of the UIDs: any, but always the same.
const NAME_SPACE: Uuid = Uuid::from_u128(0x7a1d_3c52_91f0_4f0e_b2a6_5d0c_8e47_f319);

/// Writes the whole.
pub(super) fn write(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let mut lines = Lines { out };
    lines.put("BEGIN", "VCALENDAR")?;
    lines.put("VERSION", "2.0")?;
    lines.put("PRODID", "-//forewarn//plan//EN")?;
    lines.put("CALSCALE", "GREGORIAN")?;
    lines.put("METHOD", "PUBLISH")?;
    lines.put("X-WR-CALNAME", "forewarn: planned alerts")?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for message in &plan.messages {
        let name = name(message);
        let times = seen.entry(name.clone()).or_default();
        let uid = Uuid::new_v5(&NAME_SPACE, format!("{name}\n{times}").as_bytes());
        *times += 1;
        event(plan.from, message, uid, &mut lines)?;
    }
    lines.put("END", "VCALENDAR")
}

/// What makes it the same message.
fn name(message: &Message) -> String {
    let mut ids: Vec<String> = message
        .rows
        .iter()
        .map(|row| format!("{}/{}/{}", row.object_id, row.kind, row.credential_id))
        .collect();
    ids.sort_unstable();
    let parts = [
        message.tenant.clone(),
        message.receiver.clone().unwrap_or_default(),
        message.target.clone().unwrap_or_default(),
        message.event.as_str().to_owned(),
        message.escalation.to_string(),
        instant(message.at),
        ids.join(" "),
    ];
    parts.join("\n")
}

fn event(
    made_at: DateTime<Utc>,
    message: &Message,
    uid: Uuid,
    lines: &mut Lines<'_, impl Write>,
) -> io::Result<()> {
    lines.put("BEGIN", "VEVENT")?;
    lines.put("UID", &format!("{uid}@forewarn"))?;
    lines.put("DTSTAMP", &instant(made_at))?;
    lines.put("DTSTART", &instant(message.at))?;
    lines.put("DURATION", "PT15M")?;
    lines.put("SUMMARY", &escaped(&summary(message)))?;
    lines.put("DESCRIPTION", &escaped(&description(message)))?;
    lines.put("CATEGORIES", &escaped(message.event.as_str()))?;
    lines.put("TRANSP", "TRANSPARENT")?;
    lines.put("END", "VEVENT")
}

/// `ops-slack: critical: billing-api client secret "prod", and 4 more`
fn summary(message: &Message) -> String {
    let to = receiver_and_target(message);
    let label = label(message).map(|label| format!("{label}: "));
    let label = label.unwrap_or_default();
    let what = match message.rows.split_first() {
        None => format!("tenant {}", harmless(&message.tenant)),
        Some((first, others)) => {
            let severity = match first.severity {
                RowSeverity::Ok => String::new(),
                severity => format!("{}: ", severity.as_str()),
            };
            let more = match others.len() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            format!("{severity}{}{more}", credential(first))
        }
    };
    format!("{to}: {label}{what}")
}

fn description(message: &Message) -> String {
    let mut lines: Vec<String> = message
        .rows
        .iter()
        .take(DESCRIBED)
        .map(|row| {
            let end = row.expires_at.map(|end| end.format(", end %F %H:%M UTC"));
            let end = end.map(|end| end.to_string()).unwrap_or_default();
            let severity = row.severity.as_str();
            let reason = harmless(row.reason.as_deref().unwrap_or_default());
            format!("{severity}: {}{end}; {reason}", credential(row))
        })
        .collect();
    let more = message.rows.len().saturating_sub(DESCRIBED);
    if more > 0 {
        lines.push(format!("and {}", count(more, "credential")));
    }
    lines.push(format!("Planned by forewarn, assuming that {ASSUMPTION}."));
    lines.join("\n")
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT of RFC 5545, section 3.3.11. Control characters are gone already.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Content lines.
struct Lines<'a, W> {
    out: &'a mut W,
}

impl<W: Write> Lines<'_, W> {
    /// Folded between characters, never within one.
    fn put(&mut self, name: &str, value: &str) -> io::Result<()> {
        let line = format!("{name}:{value}");
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LINE {
                self.out.write_all(b"\r\n ")?;
                octets = 1;
            }
            write!(self.out, "{c}")?;
            octets += c.len_utf8();
        }
        self.out.write_all(b"\r\n")
    }
}

#[cfg(test)]
mod tests;
