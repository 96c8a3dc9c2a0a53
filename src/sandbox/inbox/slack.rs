//! What `hooks.slack.com` takes and what it refuses.
//!
//! The limits are those in the doc comments of Slack's own `@slack/types` 3.2; the answers are those that are seen in practice: one
//! word of plain text with status 400. Slack never says which block is wrong; here the problems do.

use std::collections::HashSet;

use axum::http::StatusCode;
use serde_json::Value;

use super::receivers::Inspection;

const BLOCKS: usize = 50;
/// Characters of all blocks together, after which Slack answers `msg_blocks_too_long`.
const ALL_BLOCKS: usize = 13_000;
const SECTION_TEXT: usize = 3_000;
const FIELDS: usize = 10;
const FIELD_TEXT: usize = 2_000;
const HEADER_TEXT: usize = 150;
const CONTEXT: usize = 10;
const ACTIONS: usize = 25;
const BUTTON_TEXT: usize = 75;
const URL: usize = 3_000;
const ID: usize = 255;
const MARKDOWN: usize = 12_000;
const TABLE: (usize, usize) = (100, 20);
/// Characters of the top-level `text`.
const TEXT: usize = 40_000;

/// Reads a message as Slack would.
pub(super) fn inspect(body: &[u8]) -> Inspection {
    let message = match serde_json::from_slice::<Value>(body) {
        Ok(message) if message.is_object() => message,
        Ok(_) => return refuse("invalid_payload", "It is not a JSON object."),
        Err(error) => return refuse("invalid_payload", &format!("It is not JSON: {error}.")),
    };
    let text = message["text"].as_str().unwrap_or_default();
    let blocks = match &message["blocks"] {
        Value::Null => &[][..],
        Value::Array(blocks) => blocks,
        _ => return refuse("invalid_blocks", "`blocks` is not a list."),
    };
    if text.is_empty() && blocks.is_empty() && message["attachments"].is_null() {
        return refuse("no_text", "It has neither text nor blocks.");
    }

    let mut check = Check::default();
    check.blocks(blocks);
    let mut inspection = Inspection {
        title: title(text, blocks),
        ..Inspection::default()
    };
    if !check.broken.is_empty() {
        inspection.refusal = Some((StatusCode::BAD_REQUEST, "invalid_blocks".to_owned()));
    } else if check.characters > ALL_BLOCKS {
        check.broken.push(format!(
            "The blocks have {} characters together: Slack takes about {ALL_BLOCKS}.",
            check.characters
        ));
        inspection.refusal = Some((StatusCode::BAD_REQUEST, "msg_blocks_too_long".to_owned()));
    } else if text.chars().count() > TEXT {
        check
            .broken
            .push(format!("`text` is longer than {TEXT} characters."));
        inspection.refusal = Some((StatusCode::BAD_REQUEST, "msg_too_long".to_owned()));
    }
    if text.is_empty() {
        check
            .odd
            .push("There is no `text` beside the blocks: notifications show nothing.".to_owned());
    }
    check.mrkdwn("text", text);
    inspection.problems = check.broken;
    inspection.problems.extend(check.odd);
    inspection
}

fn refuse(word: &str, why: &str) -> Inspection {
    Inspection {
        answer: None,
        title: format!("({word})"),
        problems: vec![why.to_owned()],
        refusal: Some((StatusCode::BAD_REQUEST, word.to_owned())),
        key: None,
    }
}

fn title(text: &str, blocks: &[Value]) -> String {
    let header = || {
        blocks
            .iter()
            .find_map(|block| block["text"]["text"].as_str())
    };
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .or_else(header);
    // the list shows plain text
    let line = line.unwrap_or("(no text)");
    line.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What was found on the way through the blocks.
#[derive(Default)]
struct Check {
    /// For these Slack refuses the message.
    broken: Vec<String>,
    /// These it takes, but they are not meant.
    odd: Vec<String>,
    characters: usize,
    ids: HashSet<String>,
}

impl Check {
    fn blocks(&mut self, blocks: &[Value]) {
        if blocks.len() > BLOCKS {
            self.broken
                .push(format!("{} blocks: Slack takes {BLOCKS}.", blocks.len()));
        }
        for (number, block) in blocks.iter().enumerate() {
            self.block(&format!("blocks[{number}]"), block);
        }
    }

    fn block(&mut self, at: &str, block: &Value) {
        match block["type"].as_str() {
            Some("header") => self.text(at, &block["text"], HEADER_TEXT, true),
            Some("section") => self.section(at, block),
            Some("context") => self.context(at, block),
            Some("actions") => {
                for (number, element) in
                    self.list(at, block, "elements", ACTIONS).iter().enumerate()
                {
                    self.element(&format!("{at}.elements[{number}]"), element);
                }
            }
            Some("markdown") => self.length(at, "text", block["text"].as_str(), MARKDOWN),
            Some("table") => self.table(at, block),
            Some("divider" | "image" | "rich_text" | "video" | "file" | "input") => {}
            Some(other) => self
                .broken
                .push(format!("{at}: there is no block type `{other}`.")),
            None => self.broken.push(format!("{at} has no type.")),
        }
        if let Some(id) = block["block_id"].as_str() {
            if id.chars().count() > ID {
                self.broken
                    .push(format!("{at}: block_id is longer than {ID}."));
            }
            if !self.ids.insert(id.to_owned()) {
                self.broken
                    .push(format!("{at}: block_id `{id}` is there twice."));
            }
        }
    }

    fn section(&mut self, at: &str, block: &Value) {
        if block["text"].is_null() && block["fields"].is_null() {
            self.broken
                .push(format!("{at}: a section needs text or fields."));
        }
        if !block["text"].is_null() {
            self.text(&format!("{at}.text"), &block["text"], SECTION_TEXT, false);
        }
        if !block["fields"].is_null() {
            for (number, field) in self.list(at, block, "fields", FIELDS).iter().enumerate() {
                self.text(&format!("{at}.fields[{number}]"), field, FIELD_TEXT, false);
            }
        }
        if !block["accessory"].is_null() {
            self.element(&format!("{at}.accessory"), &block["accessory"]);
        }
    }

    fn context(&mut self, at: &str, block: &Value) {
        for (number, element) in self.list(at, block, "elements", CONTEXT).iter().enumerate() {
            if element["type"] != "image" {
                self.text(
                    &format!("{at}.elements[{number}]"),
                    element,
                    SECTION_TEXT,
                    false,
                );
            }
        }
    }

    fn element(&mut self, at: &str, element: &Value) {
        match element["type"].as_str() {
            Some("button") => {}
            Some(_) => return,
            None => return self.broken.push(format!("{at} has no type.")),
        }
        self.text(&format!("{at}.text"), &element["text"], BUTTON_TEXT, true);
        for (key, most) in [("url", URL), ("action_id", ID), ("value", 2_000)] {
            if !element[key].is_null() {
                self.length(at, key, element[key].as_str(), most);
            }
        }
        if let Some(style) = element["style"].as_str()
            && !["primary", "danger"].contains(&style)
        {
            self.broken
                .push(format!("{at}: there is no button style `{style}`."));
        }
    }

    fn table(&mut self, at: &str, block: &Value) {
        let (rows, columns) = TABLE;
        for row in self.list(at, block, "rows", rows) {
            if row.as_array().is_none_or(|cells| cells.len() > columns) {
                self.broken
                    .push(format!("{at}: a row has at most {columns} cells."));
            }
        }
    }

    /// A text object. `plain`: mrkdwn is not allowed here.
    fn text(&mut self, at: &str, text: &Value, most: usize, plain: bool) {
        match text["type"].as_str() {
            Some("plain_text") => {}
            Some("mrkdwn") if !plain => {
                self.mrkdwn(at, text["text"].as_str().unwrap_or_default());
            }
            Some("mrkdwn") => self
                .broken
                .push(format!("{at}: only plain_text is allowed here.")),
            _ => self.broken.push(format!("{at} is no text object.")),
        }
        self.length(at, "text", text["text"].as_str(), most);
    }

    fn length(&mut self, at: &str, key: &str, text: Option<&str>, most: usize) {
        let length = text.map_or(0, |text| text.chars().count());
        self.characters += length;
        match text {
            None => self.broken.push(format!("{at}: `{key}` is no text.")),
            Some("") => self.broken.push(format!("{at}: `{key}` is empty.")),
            Some(_) if length > most => self.broken.push(format!(
                "{at}: `{key}` has {length} characters: Slack takes {most}."
            )),
            Some(_) => {}
        }
    }

    /// A list of 1 to `most`.
    fn list<'a>(&mut self, at: &str, block: &'a Value, key: &str, most: usize) -> &'a [Value] {
        let list = block[key].as_array().map_or(&[][..], Vec::as_slice);
        if list.is_empty() || list.len() > most {
            self.broken.push(format!(
                "{at}: {} {key}: Slack takes 1 to {most}.",
                list.len()
            ));
        }
        list
    }

    /// What only appears in mrkdwn when somebody's text was not escaped.
    fn mrkdwn(&mut self, at: &str, text: &str) {
        for (start, _) in text.match_indices('<') {
            let inside = text
                .get(start + 1..)
                .unwrap_or_default()
                .split('>')
                .next()
                .unwrap_or_default();
            let link = ["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| inside.starts_with(scheme));
            match inside.chars().next() {
                Some('!' | '@' | '#') => {
                    self.odd.push(format!(
                        "{at}: `<{inside}>` calls people by a name in the text."
                    ));
                }
                _ if !link => self.odd.push(format!("{at}: a `<` is not escaped.")),
                _ => {}
            }
        }
        let entity = |rest: &str| {
            ["amp;", "lt;", "gt;"]
                .iter()
                .any(|name| rest.starts_with(name))
        };
        if text
            .match_indices('&')
            .any(|(at, _)| !text.get(at + 1..).is_some_and(entity))
        {
            self.odd.push(format!("{at}: an `&` is not escaped."));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inspected(message: &Value) -> Inspection {
        inspect(message.to_string().as_bytes())
    }

    fn refusal(message: &Value) -> Option<String> {
        inspected(message)
            .refusal
            .map(|(status, text)| format!("{} {text}", status.as_u16()))
    }

    fn section(length: usize) -> Value {
        json!({"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(length)}})
    }

    #[test]
    fn a_good_message_is_taken() {
        let message = json!({"text": "A &amp; B runs out", "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "One & two"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*a* <https://x.y/?a=1&amp;b=2|link>"},
             "fields": [{"type": "plain_text", "text": "b"}], "block_id": "1"},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
            {"type": "actions", "elements": [{"type": "button", "url": "https://x.y",
             "text": {"type": "plain_text", "text": "Open"}, "style": "primary"}]},
        ]});
        let inspection = inspected(&message);
        assert_eq!(inspection.refusal, None);
        assert_eq!(inspection.problems, Vec::<String>::new());
        assert_eq!(inspection.title, "A & B runs out");
    }

    #[test]
    fn each_limit_is_kept() {
        let one = |block: Value| json!({"text": "t", "blocks": [block]});
        let header = |kind: &str, length: usize| {
            one(json!({"type": "header", "text": {"type": kind, "text": "x".repeat(length)}}))
        };
        assert_eq!(refusal(&one(section(3_000))), None);
        assert_eq!(refusal(&header("plain_text", 150)), None);
        let broken = [
            one(section(3_001)),
            one(section(0)),
            header("plain_text", 151),
            header("mrkdwn", 5),
            one(json!({"type": "section"})),
            one(
                json!({"type": "section", "fields": vec![json!({"type": "mrkdwn", "text": "x"}); 11]}),
            ),
            one(json!({"type": "context", "elements": []})),
            one(json!({"type": "actions", "elements": vec![json!({"type": "button"}); 26]})),
            one(json!({"type": "marquee"})),
            one(json!("text")),
            json!({"text": "t", "blocks": vec![section(5); 51]}),
            json!({"text": "t", "blocks": {}}),
            json!({"text": "t", "blocks": vec![json!({"type": "divider", "block_id": "same"}); 2]}),
        ];
        for message in &broken {
            assert_eq!(
                refusal(message).as_deref(),
                Some("400 invalid_blocks"),
                "{message}"
            );
            assert!(!inspected(message).problems.is_empty());
        }
        assert_eq!(
            refusal(&json!({"text": "t", "blocks": vec![section(2_700); 5]})).as_deref(),
            Some("400 msg_blocks_too_long")
        );
    }

    #[test]
    fn what_is_no_message_is_refused_as_slack_does() {
        assert_eq!(refusal(&json!({})).as_deref(), Some("400 no_text"));
        assert_eq!(refusal(&json!([])).as_deref(), Some("400 invalid_payload"));
        let broken = inspect(b"{\"text\":").refusal;
        assert_eq!(
            broken,
            Some((StatusCode::BAD_REQUEST, "invalid_payload".to_owned()))
        );
    }

    #[test]
    fn unescaped_names_are_noticed() {
        for text in ["<!channel> hi", "a <b", "Tom & Jerry", "<@U12345>"] {
            let inspection = inspected(&json!({"text": text}));
            assert_eq!(inspection.refusal, None);
            assert_eq!(
                inspection.problems.len(),
                1,
                "{text}: {:?}",
                inspection.problems
            );
        }
    }
}
