//! A message in Slack's Block Kit.
//!
//! For each credential one section says what is to be done and one line of small print holds the facts. Urgency is a coloured
//! dot, since a colour bar would need an attachment, which Slack folds away.

use serde_json::{Value, json};

use super::mrkdwn::{entities, literal, plain};
use crate::{
    domain::clean::clean,
    notify::{chat::Form, split::Limit},
    render::{Item, Message, words},
};

/// Blocks in one message (`@slack/types`).
pub(super) const BLOCKS: usize = 50;
/// Characters in a header (`@slack/types`).
pub(super) const HEADER: usize = 150;
/// Characters in a section or an element of small print (`@slack/types`).
pub(super) const TEXT: usize = 3_000;
/// All blocks of a message together, in characters; Slack refuses some 13,000 with `msg_blocks_too_long`.
pub(super) const CHARACTERS: usize = 12_000;
/// Room for header, introduction, headings and footer.
const FRAME: usize = 1_800;
/// Header, up to four sentences of introduction, footer and the divider before it.
const FRAME_BLOCKS: usize = 7;
/// A divider, a section, and its small print; a long one has another section, and is rare enough to be counted at the end.
const ITEM_BLOCKS: usize = 3;

pub(super) const FORM: Form = Form {
    limit: Limit {
        size: CHARACTERS - FRAME,
        rows: usize::MAX,
    },
    size,
    body,
    fits: |body| characters(body) < CHARACTERS && blocks(body) <= BLOCKS,
};

/// In characters. A whole item takes its part of the blocks too, however short it is; one in brief shares a block with others.
fn size(item: &Item) -> usize {
    const ITEMS: usize = (BLOCKS - FRAME_BLOCKS) / ITEM_BLOCKS;
    if item.brief {
        return characters(&Value::from(brief(item)).to_string());
    }
    let size = characters(&Value::from(item_blocks(item)).to_string());
    size.max((CHARACTERS - FRAME) / ITEMS)
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

fn blocks(body: &str) -> usize {
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    document["blocks"].as_array().map_or(0, Vec::len)
}

fn body(message: &Message) -> String {
    let title = format!("{} {}", words::dot(message.urgency), message.title);
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": clean(&plain(&title), HEADER), "emoji": false },
    })];
    blocks.extend(message.intro.iter().map(|text| section(&sentence(text))));
    blocks.extend(items(&message.items));
    if !message.footer.is_empty() {
        blocks.push(json!({ "type": "divider" }));
        let lines: Vec<String> = message.footer.iter().map(|text| sentence(text)).collect();
        blocks.push(small_print(&packed(&lines)));
    }
    // what notifications and screen readers say
    json!({ "text": literal(&message.title), "blocks": blocks, "unfurl_links": false }).to_string()
}

/// Headings, whole items, and items in brief, as many of these in a block as it takes.
fn items(items: &[Item]) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut above: Option<&Item> = None;
    for item in items {
        if let Some(heading) = item.heading_after(above) {
            blocks.extend(sections(&std::mem::take(&mut lines)));
            lines.push(format!("*{heading}*"));
        }
        if item.brief {
            lines.push(brief(item));
        } else {
            blocks.extend(sections(&std::mem::take(&mut lines)));
            blocks.extend(item_blocks(item));
        }
        above = Some(item);
    }
    blocks.extend(sections(&lines));
    blocks
}

/// A divider, and the lines below it, not folded away behind *See more*.
/// <https://docs.slack.dev/reference/block-kit/blocks/section-block>
fn sections(lines: &[String]) -> Vec<Value> {
    if lines.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![json!({ "type": "divider" })];
    blocks.extend(packed(lines).iter().map(|text| {
        let mut block = section(text);
        block["expand"] = true.into();
        block
    }));
    blocks
}

/// An item in a line or two, with a gap below it.
fn brief(item: &Item) -> String {
    let mut lines = vec![format!(
        "{} *{}* {} *{}*",
        words::dot(item.severity),
        literal(&item.app),
        literal(&item.credential),
        literal(&item.when)
    )];
    if !item.facts.is_empty() {
        lines.push(literal(&item.in_small()));
    }
    lines.extend(item.notes.iter().map(|note| literal(note)));
    lines.push(String::new());
    lines.join("\n")
}

fn item_blocks(item: &Item) -> Vec<Value> {
    let mut lines = vec![
        format!("{} *{}*", words::dot(item.severity), literal(&item.app)),
        format!("{} *{}*", literal(&item.credential), literal(&item.when)),
    ];
    lines.extend(item.notes.iter().map(|note| literal(note)));
    if let Some(command) = &item.command {
        // the renderer lets nothing into a command that would end the quotation
        lines.push(format!("{}\n```{}```", words::COMMAND, entities(command)));
    }
    let facts = item
        .facts
        .iter()
        .map(|(label, value)| format!("{label}: {}", literal(value)));
    let portal = item
        .portal
        .iter()
        .map(|portal| format!("<{portal}|{}>", entities(words::OPEN_PORTAL)));
    let acknowledge = item
        .acknowledge
        .iter()
        .map(|page| format!("<{page}|{}>", entities(words::ACKNOWLEDGE)));
    let facts: Vec<String> = facts.chain(portal).chain(acknowledge).collect();
    let mut blocks = vec![json!({ "type": "divider" })];
    blocks.extend(packed(&lines).iter().map(|text| section(text)));
    blocks.push(small_print(&packed(&facts)));
    blocks
}

/// The lines as few texts, none longer than one may be; no line is longer by itself.
fn packed(lines: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if characters(text) + 1 + characters(line) <= TEXT => {
                text.push('\n');
                text.push_str(line);
            }
            _ => texts.push(line.clone()),
        }
    }
    texts
}

/// One sentence; what somebody else's error says can be of any length, and five times that when it is escaped.
fn sentence(text: &str) -> String {
    match literal(text) {
        whole if characters(&whole) <= TEXT => whole,
        _ => literal(&clean(text, TEXT / "&amp;".len())),
    }
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": mrkdwn(text) })
}

fn small_print(texts: &[String]) -> Value {
    let elements: Vec<Value> = texts.iter().map(|text| mrkdwn(text)).collect();
    json!({ "type": "context", "elements": elements })
}

/// `verbatim` keeps Slack from making links and mentions of what looks like them.
fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}
