//! A message as plain text: the mail's text form, and what chats fall back to.

use std::fmt::Write as _;

use super::{Item, Message, words};

/// The whole message, lines ending in `\n`.
pub fn plain(message: &Message) -> String {
    let mut text = format!("{}\n", message.title);
    paragraph(&mut text, &message.intro);
    for item in &message.items {
        item_lines(&mut text, item);
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

fn item_lines(text: &mut String, item: &Item) {
    let severity = words::severity(item.severity);
    let _ = write!(text, "\n[{severity}] {}\n", item.app);
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
}
