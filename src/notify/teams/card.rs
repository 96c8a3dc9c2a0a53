//! A message as an Adaptive Card 1.5 in the envelope of Workflows.
//!
//! A `TextBlock` reads markdown, and each Teams client has its own idea of how that is escaped; a `TextRun` reads none. So every
//! word goes into text runs.

use serde_json::{Value, json};

use crate::{
    domain::row::RowSeverity,
    notify::{chat::Form, split::Limit},
    render::{Item, Message, words},
};

/// A whole message in bytes. Teams stores at most 28 kB, but counts what it makes of it: 24 kB have been refused.
/// <https://github.com/MicrosoftDocs/msteams-docs/issues/11274>
pub(super) const BYTES: usize = 18_000;
/// Room for envelope, title, introduction, headings and footer.
const FRAME: usize = 2_600;

pub(super) const FORM: Form = Form {
    limit: Limit {
        size: BYTES - FRAME,
        rows: usize::MAX,
    },
    size: |item| container(item).to_string().len() + 1,
    body,
    fits: |body| body.len() <= BYTES,
};

fn body(message: &Message) -> String {
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": safe(&message.title),
        "msteams": { "width": "Full" },
        "body": content(message),
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": card,
    });
    json!({ "type": "message", "attachments": [attachment] }).to_string()
}

fn content(message: &Message) -> Vec<Value> {
    let title = json!({
        "type": "Container",
        "style": style(message.urgency),
        "bleed": true,
        "items": [line(&[Run::plain(&message.title).with("size", "Large").with("weight", "Bolder")])],
    });
    let intro = message.intro.iter().map(|text| line(&[Run::plain(text)]));
    let items = items(&message.items);
    let footer = message.footer.iter().enumerate().map(|(index, text)| {
        let mut footer = line(&[Run::plain(text).small()]);
        footer["separator"] = json!(index == 0);
        footer
    });
    std::iter::once(title)
        .chain(intro)
        .chain(items)
        .chain(footer)
        .collect()
}

/// The items below their headings.
fn items(items: &[Item]) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut above: Option<&Item> = None;
    for item in items {
        if let Some(heading) = item.heading_after(above) {
            let heading = Run::plain(heading).with("size", "Medium");
            let mut heading = line(&[heading.with("weight", "Bolder")]);
            heading["separator"] = true.into();
            heading["spacing"] = "Large".into();
            blocks.push(heading);
        }
        blocks.push(container(item));
        above = Some(item);
    }
    blocks
}

/// An item in a line or two.
fn brief(item: &Item) -> Value {
    let name = Run::plain(&format!("{} {} ", words::dot(item.severity), item.app));
    let when = Run::plain(&item.when).with("weight", "Bolder");
    let mut lines = vec![line(&[
        name.with("weight", "Bolder"),
        Run::plain(&format!("{} ", item.credential)),
        when,
    ])];
    if !item.facts.is_empty() {
        lines.push(close(line(&[Run::plain(&item.in_small()).small()])));
    }
    if !item.notes.is_empty() {
        lines.push(close(line(&[Run::plain(&item.notes.join(" ")).small()])));
    }
    json!({ "type": "Container", "spacing": "Small", "items": lines })
}

fn container(item: &Item) -> Value {
    if item.brief {
        return brief(item);
    }
    let name = Run::plain(&format!("{} {}", words::dot(item.severity), item.app));
    let when = match item.severity {
        RowSeverity::Expired | RowSeverity::Critical => {
            Run::plain(&item.when).with("color", "Attention")
        }
        // the other colours cannot be read on white
        RowSeverity::Warning | RowSeverity::Info | RowSeverity::Ok => Run::plain(&item.when),
    };
    let mut lines = vec![
        line(&[name.with("size", "Medium").with("weight", "Bolder")]),
        close(line(&[
            Run::plain(&format!("{} ", item.credential)),
            when.with("weight", "Bolder"),
        ])),
    ];
    if !item.notes.is_empty() {
        lines.push(close(line(&[Run::plain(&item.notes.join(" "))])));
    }
    for (index, (label, value)) in item.facts.iter().enumerate() {
        let fact = line(&[Run::plain(&format!("{label}: {value}")).small()]);
        lines.push(if index == 0 {
            spaced(fact)
        } else {
            close(fact)
        });
    }
    if let Some(command) = &item.command {
        lines.push(spaced(line(&[Run::plain(words::COMMAND).small()])));
        // a text run knows no line breaks
        for (index, text) in command.lines().enumerate() {
            let command = Run::plain(text).with("fontType", "Monospace");
            let command = line(&[command.with("size", "Small")]);
            lines.push(if index == 0 {
                close(command)
            } else {
                spaced(command)
            });
        }
    }
    let open =
        |title, url: &String| json!({ "type": "Action.OpenUrl", "title": title, "url": url });
    let portal = item.portal.iter().map(|url| open(words::OPEN_PORTAL, url));
    let acknowledge = item.acknowledge.iter();
    let acknowledge = acknowledge.map(|url| open(words::ACKNOWLEDGE, url));
    let actions: Vec<Value> = portal.chain(acknowledge).collect();
    if !actions.is_empty() {
        lines.push(json!({ "type": "ActionSet", "actions": actions }));
    }
    json!({ "type": "Container", "separator": true, "spacing": "Medium", "items": lines })
}

/// A piece of text with its looks.
struct Run(Value);

impl Run {
    fn plain(text: &str) -> Self {
        Self(json!({ "type": "TextRun", "text": safe(text) }))
    }

    fn with(mut self, key: &str, value: &str) -> Self {
        self.0[key] = value.into();
        self
    }

    fn small(mut self) -> Self {
        self.0["isSubtle"] = true.into();
        self.with("size", "Small")
    }
}

fn line(runs: &[Run]) -> Value {
    let runs: Vec<&Value> = runs.iter().map(|run| &run.0).collect();
    json!({ "type": "RichTextBlock", "inlines": runs })
}

fn close(mut line: Value) -> Value {
    line["spacing"] = "None".into();
    line
}

fn spaced(mut line: Value) -> Value {
    line["spacing"] = "Small".into();
    line
}

/// Cards fill in `{{DATE(…)}}` and `${…}` even in text runs.
fn safe(text: &str) -> String {
    // twice, since after once there may be two in a row, but no more
    text.replace("{{", "{ {")
        .replace("{{", "{ {")
        .replace("${", "$ {")
}

fn style(severity: RowSeverity) -> &'static str {
    match severity {
        RowSeverity::Expired | RowSeverity::Critical => "attention",
        RowSeverity::Warning => "warning",
        RowSeverity::Info => "accent",
        RowSeverity::Ok => "good",
    }
}
