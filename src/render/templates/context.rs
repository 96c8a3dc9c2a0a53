//! What templates are given: the message, escaped for its channel, and the words around it.

use serde::Serialize;

use super::{Item, Message, words};
use crate::domain::clean::clean;

/// How a channel wants foreign text, beyond what the kind of file (HTML, JSON) asks for. An address has been looked at before.
#[derive(Debug, Clone, Copy)]
pub struct Markup {
    /// Among other text.
    pub text: fn(&str) -> String,
    /// As a paragraph of its own.
    pub sentence: fn(&str) -> String,
    /// As a headline, where nothing is markup.
    pub headline: fn(&str) -> String,
    /// Text that stands out, escaped already.
    pub strong: fn(&str) -> String,
    /// As a command or an address.
    pub code: fn(&str) -> String,
}

impl Markup {
    /// Nothing is markup.
    pub const NONE: Self = Self {
        text: str::to_owned,
        sentence: str::to_owned,
        headline: str::to_owned,
        strong: str::to_owned,
        code: str::to_owned,
    };
}

/// The names of everything that a template is given.
pub const NAMES: &[&str] = &[
    "title",
    "headline",
    "preview",
    "urgency",
    "dot",
    "intro",
    "items",
    "groups",
    "brief",
    "in_brief",
    "footer",
    "part",
    "parts",
    "width",
    "words",
    "command",
    "portal",
    "acknowledge",
    "heading",
    "severity",
    "severity_label",
    "app",
    "credential",
    "when",
    "facts",
    "notes",
    "label",
    "value",
    "line",
];

/// How many items the preview line of a mail list names.
const PREVIEWED: usize = 3;
/// The characters of it that a mail list has room for.
const LONGEST_PREVIEW: usize = 150;

/// What a template of a whole message is given.
#[derive(Serialize)]
pub(super) struct Context {
    title: String,
    headline: String,
    preview: String,
    urgency: &'static str,
    dot: &'static str,
    intro: Vec<String>,
    items: Vec<Entry>,
    /// The same, in runs of those that are alike in length and heading.
    groups: Vec<Group>,
    footer: Vec<String>,
    part: Option<usize>,
    parts: Option<usize>,
    width: Option<usize>,
    words: Words,
}

/// What the template of one item is given.
#[derive(Serialize)]
pub(super) struct Alone {
    pub(super) item: Entry,
    pub(super) words: Words,
}

/// The words that stand at buttons and commands.
#[derive(Serialize)]
pub(super) struct Words {
    command: String,
    portal: String,
    acknowledge: String,
}

impl Words {
    pub(super) fn of(markup: &Markup) -> Self {
        Self {
            command: (markup.text)(words::COMMAND),
            portal: (markup.text)(words::OPEN_PORTAL),
            acknowledge: (markup.text)(words::ACKNOWLEDGE),
        }
    }
}

/// Items that follow each other, all in brief or all whole, under one heading.
#[derive(Serialize)]
struct Group {
    heading: Option<&'static str>,
    brief: bool,
    items: Vec<Entry>,
}

/// One item.
#[derive(Serialize, Clone)]
pub(super) struct Entry {
    /// The heading above it, where it is another than the one before.
    heading: Option<&'static str>,
    /// In a line or two, one of many.
    brief: bool,
    /// All of it in so few lines.
    in_brief: String,
    severity: &'static str,
    severity_label: &'static str,
    dot: &'static str,
    app: String,
    credential: String,
    when: String,
    facts: Vec<Fact>,
    notes: Vec<String>,
    command: Option<String>,
    portal: Option<String>,
    acknowledge: Option<String>,
}

/// A labelled fact, in two pieces and in one.
#[derive(Serialize, Clone)]
struct Fact {
    label: &'static str,
    value: String,
    line: String,
}

impl Context {
    pub(super) fn of(message: &Message, markup: &Markup, width: Option<usize>) -> Self {
        let sentences = |of: &[String]| of.iter().map(|text| (markup.sentence)(text)).collect();
        let dot = words::dot(message.urgency);
        let above = std::iter::once(None).chain(message.items.iter().map(Some));
        let items: Vec<Entry> = message
            .items
            .iter()
            .zip(above)
            .map(|(item, above)| Entry::of(item, item.heading_after(above), markup))
            .collect();
        Self {
            title: (markup.text)(&message.title),
            headline: (markup.headline)(&format!("{dot} {}", message.title)),
            preview: (markup.text)(&preview(message)),
            urgency: message.urgency.as_str(),
            dot,
            intro: sentences(&message.intro),
            groups: groups(&items),
            items,
            footer: sentences(&message.footer),
            part: message.part.map(|(part, _)| part),
            parts: message.part.map(|(_, parts)| parts),
            width,
            words: Words::of(markup),
        }
    }
}

impl Entry {
    pub(super) fn of(item: &Item, heading: Option<&'static str>, markup: &Markup) -> Self {
        let link = |of: &Option<String>| {
            let address = of.as_deref().filter(|text| is_address(text));
            address.map(markup.code)
        };
        let fact = |(label, value): &(&'static str, String)| {
            let value = (markup.text)(value);
            Fact {
                label,
                line: words::fact(label, &value),
                value,
            }
        };
        Self {
            heading,
            brief: item.brief,
            in_brief: in_brief(item, markup),
            severity: item.severity.as_str(),
            severity_label: words::severity(item.severity),
            dot: words::dot(item.severity),
            app: (markup.text)(&item.app),
            credential: (markup.text)(&item.credential),
            when: (markup.text)(&item.when),
            facts: item.facts.iter().map(fact).collect(),
            notes: item.notes.iter().map(|note| (markup.text)(note)).collect(),
            command: item.command.as_deref().map(markup.code),
            portal: link(&item.portal),
            acknowledge: link(&item.acknowledge),
        }
    }
}

fn groups(items: &[Entry]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some(group) if item.heading.is_none() && group.brief == item.brief => {
                group.items.push(item.clone());
            }
            _ => groups.push(Group {
                heading: item.heading,
                brief: item.brief,
                items: vec![item.clone()],
            }),
        }
    }
    groups
}

/// What the item is and when, and below that its facts and notes.
fn in_brief(item: &Item, markup: &Markup) -> String {
    if !item.brief {
        return String::new();
    }
    let strong = |text: &str| (markup.strong)(&(markup.text)(text));
    let first = format!(
        "{} {} {} {}",
        words::dot(item.severity),
        strong(&item.app),
        (markup.text)(&item.credential),
        strong(&item.when)
    );
    let facts = (!item.facts.is_empty()).then(|| (markup.text)(&item.in_small()));
    let notes = item.notes.iter().map(|note| (markup.text)(note));
    let lines: Vec<String> = std::iter::once(first).chain(facts).chain(notes).collect();
    lines.join("\n")
}

/// Only what a browser opens becomes a link, and nothing that could end one in any form.
fn is_address(text: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'\'' | b'<' | b'>' | b'|' | b'\\' | b'`' | b'{' | b'}'
            )
    };
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && text.bytes().all(is_plain)
}

/// What a mail list shows after the subject: the first items, or the first sentence where there are none.
fn preview(message: &Message) -> String {
    let named: Vec<String> = message
        .items
        .iter()
        .take(PREVIEWED)
        .map(|item| format!("{}: {}", item.app, item.when))
        .collect();
    let line = match message.intro.first() {
        Some(sentence) if named.is_empty() => sentence.clone(),
        _ => named.join(" · "),
    };
    clean(&line, LONGEST_PREVIEW)
}
