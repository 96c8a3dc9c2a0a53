//! A message in Slack's Block Kit: what Slack takes, and how foreign text is written for it. The looks are in `slack.json`.

use serde_json::Value;

use super::mrkdwn::{entities, literal, plain};
use crate::{
    domain::clean::clean,
    notify::{chat::Chat, split::Limit},
    render::templates::{Form, Markup, SLACK_TEXT, Template},
};

/// Blocks in one message (`@slack/types`).
pub(super) const BLOCKS: usize = 50;
/// Characters in a header (`@slack/types`).
pub(super) const HEADER: usize = 150;
/// Characters in a section or an element of small print (`@slack/types`).
pub(super) const TEXT: usize = SLACK_TEXT;
/// Elements of small print (`@slack/types`).
const ELEMENTS: usize = 10;
/// All blocks of a message together, in characters; Slack refuses some 13,000 with `msg_blocks_too_long`.
pub(super) const CHARACTERS: usize = 12_000;
/// Room for header, introduction, headings and footer.
const FRAME: usize = 1_800;
/// Header, up to four sentences of introduction, footer and the divider before it.
const FRAME_BLOCKS: usize = 7;
/// A divider, a section, and its small print; a long one has another section, and is rare enough to be counted at the end.
const ITEM_BLOCKS: usize = 3;

pub(in crate::notify) const CHAT: Chat = Chat {
    form: Form {
        template: Template::Slack,
        markup: Markup {
            text: literal,
            sentence,
            headline: |text| clean(&plain(text), HEADER),
            strong: |text| format!("*{text}*"),
            code: entities,
        },
        width: None,
        accept,
    },
    limit: Limit {
        size: CHARACTERS - FRAME,
        rows: usize::MAX,
    },
    size: characters,
    // a whole item takes its part of the blocks too, however short it is; those in brief share blocks
    least: |item| {
        if item.brief {
            0
        } else {
            (CHARACTERS - FRAME) / ((BLOCKS - FRAME_BLOCKS) / ITEM_BLOCKS)
        }
    },
    fits: |body| characters(body) < CHARACTERS && blocks(body) <= BLOCKS,
};

fn characters(text: &str) -> usize {
    text.chars().count()
}

fn blocks(body: &str) -> usize {
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    document["blocks"].as_array().map_or(0, Vec::len)
}

/// One sentence; what somebody else's error says can be of any length, and five times that when it is escaped.
fn sentence(text: &str) -> String {
    match literal(text) {
        whole if characters(&whole) <= TEXT => whole,
        _ => literal(&clean(text, TEXT / "&amp;".len())),
    }
}

/// The document without the blanks of its template. Slack gives no reason when it does not like a block, so it is looked for here.
fn accept(text: &str) -> Result<String, String> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| format!("what it makes is no JSON: {error}"))?;
    let mut blocks = document["blocks"].as_array().into_iter().flatten();
    let fault = blocks.find_map(refusal);
    match fault {
        Some(fault) => Err(fault),
        None if document["text"].as_str().is_none_or(str::is_empty) => {
            Err("there is no `text`, which notifications show".to_owned())
        }
        None => Ok(document.to_string()),
    }
}

/// What Slack does not like about a block, of what it documents.
fn refusal(block: &Value) -> Option<String> {
    let Some(kind) = block["type"].as_str() else {
        return Some("a block has no `type`".to_owned());
    };
    let (texts, most) = match kind {
        "header" => (vec![&block["text"]], HEADER),
        "section" => (block.get("text").into_iter().collect(), TEXT),
        "context" => (
            block["elements"].as_array().into_iter().flatten().collect(),
            TEXT,
        ),
        _ => return None,
    };
    if kind == "context" && !(1..=ELEMENTS).contains(&texts.len()) {
        return Some(format!(
            "a context block has {} elements; Slack takes 1 to {ELEMENTS}",
            texts.len()
        ));
    }
    texts
        .iter()
        .filter(|text| text["type"] != "image")
        .map(|text| text["text"].as_str().map_or(0, characters))
        .find(|length| !(1..=most).contains(length))
        .map(|length| format!("a {kind} block has {length} characters; Slack takes 1 to {most}"))
}
