//! A message as plain text: the mail's text form, and what chats fall back to.

use std::fmt::Write as _;

use super::{Item, Message, words};

/// The whole message, lines ending in `\n`.
pub fn plain(message: &Message) -> String {
    let mut text = format!("{}\n", message.title);
    paragraph(&mut text, &message.intro);
    let mut above: Option<&Item> = None;
    for item in &message.items {
        if let Some(heading) = item.heading_after(above) {
            let _ = write!(text, "\n{heading}\n{}\n", "-".repeat(heading.len()));
        } else if !item.brief || above.is_none_or(|above| !above.brief) {
            text.push('\n');
        }
        if item.brief {
            brief_lines(&mut text, item);
        } else {
            item_lines(&mut text, item);
        }
        above = Some(item);
    }
    paragraph(&mut text, &message.footer);
    text
}

fn paragraph(text: &mut String, sentences: &[String]) {
    for sentence in sentences {
        // writing to a String cannot fail
        let _ = write!(text, "\n{sentence}\n");
    }
}

fn brief_lines(text: &mut String, item: &Item) {
    let severity = words::severity(item.severity);
    let (app, credential, when) = (&item.app, &item.credential, &item.when);
    let _ = writeln!(text, "[{severity}] {app}: {credential} {when}");
    if !item.facts.is_empty() {
        let _ = writeln!(text, "  {}", item.in_small());
    }
    for note in &item.notes {
        let _ = writeln!(text, "  {note}");
    }
}

fn item_lines(text: &mut String, item: &Item) {
    let severity = words::severity(item.severity);
    let _ = writeln!(text, "[{severity}] {}", item.app);
    let _ = writeln!(text, "  {} {}", item.credential, item.when);
    for (label, value) in &item.facts {
        let _ = writeln!(text, "  {label}: {value}");
    }
    for note in &item.notes {
        let _ = writeln!(text, "  {note}");
    }
    if let Some(command) = &item.command {
        let _ = writeln!(text, "  {}", words::COMMAND);
        for line in command.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    if let Some(portal) = &item.portal {
        let _ = writeln!(text, "  {}: {portal}", words::OPEN_PORTAL);
    }
    if let Some(page) = &item.acknowledge {
        let _ = writeln!(text, "  {}: {page}", words::ACKNOWLEDGE);
    }
}
