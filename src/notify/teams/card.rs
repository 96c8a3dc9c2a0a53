//! A message as an Adaptive Card: what Teams takes, and how foreign text is written for it. The looks are in `teams.json`.

use serde_json::Value;

use crate::{
    notify::{chat::Chat, split::Limit},
    render::templates::{Form, Markup, Template},
};

/// A whole message in bytes. Teams stores at most 28 kB, but counts what it makes of it: 24 kB have been refused.
/// <https://github.com/MicrosoftDocs/msteams-docs/issues/11274>
pub(super) const BYTES: usize = 18_000;
/// Room for title, introduction, headings and footer.
const FRAME: usize = 2_600;

pub(in crate::notify) const CHAT: Chat = Chat {
    form: Form {
        template: Template::Teams,
        markup: Markup {
            text: safe,
            sentence: safe,
            headline: safe,
            strong: safe,
            code: safe,
        },
        width: None,
        accept,
    },
    limit: Limit {
        size: BYTES - FRAME,
        rows: usize::MAX,
    },
    size: str::len,
    least: |_| 0,
    fits: |body| body.len() <= BYTES,
};

/// Cards fill in `{{DATE(…)}}` and `${…}` even in text runs.
fn safe(text: &str) -> String {
    // twice, since after once there may be two in a row, but no more
    text.replace("{{", "{ {")
        .replace("{{", "{ {")
        .replace("${", "$ {")
}

/// The document without the blanks of its template. The workflow answers before Teams has seen the card, so what is wrong with it has
/// to be found here.
fn accept(text: &str) -> Result<String, String> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| format!("what it makes is no JSON: {error}"))?;
    let attachment = &document["attachments"][0];
    let card = &attachment["content"];
    let has_body = card["body"].as_array().is_some_and(|body| !body.is_empty());
    let fault = if document["type"] != "message" {
        "its `type` is not \"message\"".to_owned()
    } else if attachment["contentType"] != "application/vnd.microsoft.card.adaptive" {
        "`attachments[0].contentType` is not \"application/vnd.microsoft.card.adaptive\"".to_owned()
    } else if card["type"] != "AdaptiveCard" || !has_body {
        "`attachments[0].content` is not an AdaptiveCard with a `body`".to_owned()
    } else if !is_known(&card["version"]) {
        format!(
            "Teams does not show cards of version {}; write \"1.5\"",
            card["version"]
        )
    } else if has_submit(card) {
        "a card that comes through a workflow can submit nothing: use Action.OpenUrl".to_owned()
    } else {
        return Ok(document.to_string());
    };
    Err(fault)
}

/// Teams shows cards up to version 1.5.
fn is_known(version: &Value) -> bool {
    let version = version.as_str().unwrap_or_default();
    ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"].contains(&version)
}

fn has_submit(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(has_submit),
        Value::Object(map) => {
            let kind = map.get("type").and_then(Value::as_str);
            matches!(kind, Some("Action.Submit" | "Action.Execute")) || map.values().any(has_submit)
        }
        _ => false,
    }
}
