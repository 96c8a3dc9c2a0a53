//! The HTML alternative of a mail: one hand-written table layout, embedded, escaped by the template engine.

use std::sync::LazyLock;

use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde,
};
use serde::Serialize;
use url::Url;

use crate::{
    domain::clean::clean,
    render::{Item, Message, words},
};

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// How many items the preview line of a mail list names.
const PREVIEWED: usize = 3;

/// The characters of it that a mail list has room for.
const MAX_PREVIEW: usize = 150;

/// A whole HTML document. Empty if it cannot be rendered; the mail then goes out as text alone.
pub(in crate::notify) fn page(message: &Message) -> String {
    render("mail.html", &Page::of(message))
}

/// One item as it stands in [`page`]: tells how much room it takes.
pub(super) fn item(item: &Item) -> String {
    render(
        if item.brief { "line.html" } else { "item.html" },
        &Alone {
            item: Entry::of(item),
        },
    )
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.add_global("command_label", words::COMMAND);
    environment.add_global("portal_label", words::OPEN_PORTAL);
    environment.add_global("acknowledge_label", words::ACKNOWLEDGE);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // only delimiters of one's own can make this fail
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .unwrap_or_default(),
    );
    let templates = [
        ("mail.html", include_str!("templates/mail.html")),
        ("item.html", include_str!("templates/item.html")),
        ("line.html", include_str!("templates/line.html")),
    ];
    for (name, source) in templates {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(%error, template = name, "an embedded mail template is broken");
        }
    }
    environment
}

fn render(template: &str, context: &impl Serialize) -> String {
    let rendered = TEMPLATES
        .get_template(template)
        .and_then(|found| found.render(Value::from(Serde(context))));
    match rendered {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, template, "a mail goes out without its HTML");
            String::new()
        }
    }
}

/// What `mail.html` is given.
#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    preview: String,
    urgency: &'static str,
    intro: &'a [String],
    items: Vec<Entry<'a>>,
    footer: &'a [String],
}

impl<'a> Page<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            title: &message.title,
            preview: preview(message),
            urgency: message.urgency.as_str(),
            intro: &message.intro,
            items: entries(&message.items),
            footer: &message.footer,
        }
    }
}

/// The items, each first one of a section with its heading.
fn entries(items: &[Item]) -> Vec<Entry<'_>> {
    let above = std::iter::once(None).chain(items.iter().map(Some));
    items
        .iter()
        .zip(above)
        .map(|(item, above)| Entry {
            heading: item.heading_after(above),
            ..Entry::of(item)
        })
        .collect()
}

/// What `item.html` is given when nothing is around it.
#[derive(Serialize)]
struct Alone<'a> {
    item: Entry<'a>,
}

/// One item.
#[derive(Serialize)]
struct Entry<'a> {
    heading: Option<&'static str>,
    brief: bool,
    small: String,
    severity: &'static str,
    severity_label: &'static str,
    app: &'a str,
    credential: &'a str,
    when: &'a str,
    facts: &'a [(&'static str, String)],
    notes: &'a [String],
    portal: Option<String>,
    acknowledge: Option<String>,
    command: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn of(item: &'a Item) -> Self {
        Self {
            heading: None,
            brief: item.brief,
            small: if item.brief {
                item.in_small()
            } else {
                String::new()
            },
            severity: item.severity.as_str(),
            severity_label: words::severity(item.severity),
            app: &item.app,
            credential: &item.credential,
            when: &item.when,
            facts: &item.facts,
            notes: &item.notes,
            portal: item.portal.as_deref().and_then(web_address),
            acknowledge: item.acknowledge.as_deref().and_then(web_address),
            command: item.command.as_deref(),
        }
    }
}

/// Only what a browser opens becomes a link: `javascript:` and the like never do.
fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
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
    clean(&line, MAX_PREVIEW)
}
