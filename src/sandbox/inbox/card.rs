//! What a Teams Workflows webhook takes, and which cards Teams then silently loses.
//!
//! The workflow answers 202 to any JSON object before it posts the card, so that a sender never hears of a bad one. Here the same
//! answer is given, and the problems are written down. The rules are those of the Adaptive Card schema up to version 1.5, which
//! is the last that Teams shows, and of the 28,672 bytes that Teams allows a message *as it stores it* (a request of 24,453 bytes
//! became 28,897).

use axum::http::StatusCode;
use serde_json::Value;

use super::receivers::Inspection;

const STORED: usize = 28_672;
/// Bytes of a request from which the stored form may be too large.
const REQUEST: usize = 20_000;
const KIND: &str = "application/vnd.microsoft.card.adaptive";

/// Reads a message as Teams would.
pub(super) fn inspect(body: &[u8]) -> Inspection {
    let message = match serde_json::from_slice::<Value>(body) {
        Ok(message) if message.is_object() => message,
        _ => {
            return Inspection {
                title: "(no JSON object)".to_owned(),
                refusal: Some((
                    StatusCode::BAD_REQUEST,
                    "The body is no JSON object.".to_owned(),
                )),
                ..Inspection::default()
            };
        }
    };
    let mut check = Check::default();
    check.size(body.len());
    check.envelope(&message);
    let card = &message["attachments"][0]["content"];
    Inspection {
        title: title(card),
        problems: check.problems,
        ..Inspection::default()
    }
}

/// The first text of the card.
fn title(card: &Value) -> String {
    let first = first_text(&card["body"]).or_else(|| card["fallbackText"].as_str());
    first.map_or_else(
        || "(card without text)".to_owned(),
        super::preview::plain_markdown,
    )
}

fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::Array(list) => list.iter().find_map(first_text),
        Value::Object(_) if value["type"] == "TextBlock" => value["text"].as_str(),
        Value::Object(_) if value["type"] == "TextRun" => value["text"].as_str(),
        Value::Object(_) => ["items", "columns", "inlines"]
            .iter()
            .find_map(|key| first_text(&value[*key])),
        _ => None,
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<String>,
    mentions: usize,
}

impl Check {
    fn problem(&mut self, at: &str, what: &str) {
        self.problems.push(format!("{at}: {what}"));
    }

    fn size(&mut self, bytes: usize) {
        if bytes > STORED {
            self.problems.push(format!(
                "{bytes} bytes: Teams takes {STORED} and would drop it."
            ));
        } else if bytes > REQUEST {
            self.problems.push(format!(
                "{bytes} bytes: as Teams stores it this may be over {STORED}; stay below {REQUEST}."
            ));
        }
    }

    fn envelope(&mut self, message: &Value) {
        if message["type"] != "message" {
            self.problem("type", "must be `message`.");
        }
        let attachments = message["attachments"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        if attachments.is_empty() {
            self.problem("attachments", "there is no card.");
        }
        for (number, attachment) in attachments.iter().enumerate() {
            let at = format!("attachments[{number}]");
            if attachment["contentType"] != KIND {
                self.problem(&at, &format!("contentType must be `{KIND}`."));
            }
            if !attachment["contentUrl"].is_null() {
                self.problem(&at, "contentUrl must be null.");
            }
            self.card(&format!("{at}.content"), &attachment["content"]);
        }
    }

    fn card(&mut self, at: &str, card: &Value) {
        if card["type"] != "AdaptiveCard" {
            self.problem(at, "type must be `AdaptiveCard`.");
        }
        match card["version"].as_str().and_then(version) {
            Some(version) if version <= (1, 5) => {}
            Some(_) => self.problem(at, "Teams shows cards up to version 1.5."),
            None => self.problem(at, "version is missing."),
        }
        self.elements(&format!("{at}.body"), &card["body"], true);
        self.actions(&format!("{at}.actions"), &card["actions"]);
        let named = card["msteams"]["entities"].as_array().map_or(0, Vec::len);
        if self.mentions > named {
            self.problem(at, "an <at> mention has no entry in msteams.entities.");
        }
    }

    /// A list of elements; when `needed`, of at least one.
    fn elements(&mut self, at: &str, list: &Value, needed: bool) {
        match list.as_array() {
            Some(list) if !list.is_empty() => {
                for (number, element) in list.iter().enumerate() {
                    self.element(&format!("{at}[{number}]"), element);
                }
            }
            Some(_) if !needed => {}
            None if !needed && list.is_null() => {}
            _ => self.problem(at, "has no elements."),
        }
    }

    fn element(&mut self, at: &str, element: &Value) {
        match element["type"].as_str() {
            Some("TextBlock") => self.text(at, &element["text"]),
            Some("RichTextBlock") => self.runs(at, &element["inlines"]),
            Some("FactSet") => self.facts(at, &element["facts"]),
            Some("Container") => {
                self.elements(&format!("{at}.items"), &element["items"], true);
                self.action(at, &element["selectAction"], false);
            }
            Some("ColumnSet") => self.parts(at, element, "columns", "Column", "items"),
            Some("ActionSet") => self.actions(&format!("{at}.actions"), &element["actions"]),
            Some("Table") => self.table(at, element),
            Some("Image") => self.url(at, &element["url"], &["https://", "data:image/"]),
            Some("ImageSet" | "Media") => {}
            Some(kind) if kind.starts_with("Input.") => {
                self.problem(
                    at,
                    &format!("`{kind}`: a webhook's card can ask for nothing."),
                );
            }
            Some(kind) => {
                self.problem(at, &format!("there is no element `{kind}` in version 1.5."));
            }
            None => self.problem(at, "has no type."),
        }
    }

    fn text(&mut self, at: &str, text: &Value) {
        match text.as_str() {
            None | Some("") => self.problem(at, "has no text."),
            Some(text) => self.mentions += text.matches("<at>").count(),
        }
    }

    fn runs(&mut self, at: &str, inlines: &Value) {
        let runs = inlines.as_array().map_or(&[][..], Vec::as_slice);
        if runs.is_empty() {
            self.problem(at, "has no inlines.");
        }
        for (number, run) in runs.iter().enumerate() {
            let at = format!("{at}.inlines[{number}]");
            match run {
                Value::String(_) => {}
                run if run["type"] == "TextRun" => {
                    if run["text"].as_str().is_none_or(str::is_empty) {
                        self.problem(&at, "has no text.");
                    }
                    self.action(&at, &run["selectAction"], false);
                }
                _ => self.problem(&at, "must be a TextRun."),
            }
        }
    }

    fn facts(&mut self, at: &str, facts: &Value) {
        let facts = facts.as_array().map_or(&[][..], Vec::as_slice);
        if facts.is_empty() {
            self.problem(at, "has no facts.");
        }
        if facts
            .iter()
            .any(|fact| !fact["title"].is_string() || !fact["value"].is_string())
        {
            self.problem(at, "a fact needs a title and a value.");
        }
    }

    fn table(&mut self, at: &str, table: &Value) {
        let rows = table["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let columns = table["columns"].as_array().map_or(0, Vec::len);
        if columns == 0 || rows.is_empty() {
            self.problem(at, "a table needs columns and rows.");
        }
        for (number, row) in rows.iter().enumerate() {
            let at = format!("{at}.rows[{number}]");
            if row["type"] != "TableRow" {
                self.problem(&at, "must be a TableRow.");
            }
            if row["cells"]
                .as_array()
                .is_some_and(|cells| cells.len() > columns)
            {
                self.problem(&at, "has more cells than the table has columns.");
            }
            self.parts(&at, row, "cells", "TableCell", "items");
        }
    }

    /// Columns of a set or cells of a row: each of its kind, each with elements.
    fn parts(&mut self, at: &str, whole: &Value, key: &str, kind: &str, items: &str) {
        let parts = whole[key].as_array().map_or(&[][..], Vec::as_slice);
        if parts.is_empty() {
            self.problem(at, &format!("has no {key}."));
        }
        for (number, part) in parts.iter().enumerate() {
            let at = format!("{at}.{key}[{number}]");
            if part["type"].as_str().is_some_and(|named| named != kind) {
                self.problem(&at, &format!("must be a {kind}."));
            }
            self.elements(&format!("{at}.{items}"), &part[items], false);
        }
    }

    fn actions(&mut self, at: &str, actions: &Value) {
        for (number, action) in actions.as_array().into_iter().flatten().enumerate() {
            self.action(&format!("{at}[{number}]"), action, true);
        }
    }

    fn action(&mut self, at: &str, action: &Value, needs_title: bool) {
        if action.is_null() {
            return;
        }
        if needs_title && action["title"].as_str().is_none_or(str::is_empty) {
            self.problem(at, "has no title.");
        }
        match action["type"].as_str() {
            Some("Action.OpenUrl") => {
                self.url(at, &action["url"], &["https://", "http://", "mailto:"]);
            }
            Some("Action.ToggleVisibility") => {}
            Some("Action.ShowCard") => {
                self.elements(&format!("{at}.card.body"), &action["card"]["body"], true);
            }
            Some(kind @ ("Action.Submit" | "Action.Execute")) => {
                self.problem(
                    at,
                    &format!("`{kind}` does nothing in a card from a webhook."),
                );
            }
            _ => self.problem(at, "is no action of version 1.5."),
        }
    }

    fn url(&mut self, at: &str, url: &Value, schemes: &[&str]) {
        let url = url.as_str().unwrap_or_default();
        if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
            self.problem(
                at,
                &format!("the URL must begin with {}.", schemes.join(" or ")),
            );
        }
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(version: &str, body: &Value) -> Value {
        json!({"type": "message", "attachments": [{"contentType": KIND, "contentUrl": null,
            "content": {"type": "AdaptiveCard", "version": version, "body": body}}]})
    }

    fn problems(message: &Value) -> Vec<String> {
        let inspection = inspect(message.to_string().as_bytes());
        assert_eq!(inspection.refusal, None, "any object is taken");
        inspection.problems
    }

    fn text() -> Value {
        json!({"type": "TextBlock", "text": "**Two** credentials\\_x"})
    }

    #[test]
    fn a_good_card_has_no_problems() {
        let open = json!({"type": "Action.OpenUrl", "title": "Open", "url": "https://x.y"});
        let card = message(
            "1.5",
            &json!([
                text(),
                {"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b", "selectAction": open}]},
                {"type": "Container", "items": [{"type": "FactSet", "facts": [{"title": "a", "value": "b"}]}]},
                {"type": "ColumnSet", "columns": [{"type": "Column", "items": [text()]}]},
                {"type": "Table", "columns": [{"width": 1}], "rows": [
                    {"type": "TableRow", "cells": [{"type": "TableCell", "items": [text()]}]}]},
                {"type": "ActionSet", "actions": [open]},
            ]),
        );
        assert_eq!(problems(&card), Vec::<String>::new());
        assert_eq!(
            inspect(card.to_string().as_bytes()).title,
            "Two credentials_x"
        );
    }

    #[test]
    fn what_teams_would_lose_is_flagged() {
        let flawed = |body: Value, part: &str| {
            let found = problems(&message("1.5", &body));
            assert!(
                found.iter().any(|problem| problem.contains(part)),
                "{part}: {found:?}"
            );
        };
        flawed(json!([]), "no elements");
        flawed(json!([{"type": "Carousel"}]), "no element `Carousel`");
        flawed(json!([{"type": "TextBlock"}]), "no text");
        flawed(
            json!([{"type": "Input.Text", "id": "x"}]),
            "ask for nothing",
        );
        flawed(
            json!([{"type": "FactSet", "facts": [{"title": "a"}]}]),
            "title and a value",
        );
        flawed(
            json!([{"type": "TextBlock", "text": "<at>Al</at>"}]),
            "msteams.entities",
        );
        let act = |action: Value| json!([{"type": "ActionSet", "actions": [action]}]);
        flawed(
            act(json!({"type": "Action.Submit", "title": "x"})),
            "does nothing",
        );
        flawed(
            act(json!({"type": "Action.OpenUrl", "title": "x", "url": "javascript:alert(1)"})),
            "must begin with",
        );
        flawed(
            json!([{"type": "TextBlock", "text": "x".repeat(20_000)}]),
            "stay below",
        );
        flawed(
            json!([{"type": "TextBlock", "text": "x".repeat(28_700)}]),
            "would drop",
        );
        assert!(!problems(&message("1.6", &json!([text()]))).is_empty());
        assert!(!problems(&json!({"text": "an old connector's message"})).is_empty());
    }

    #[test]
    fn only_what_is_no_object_is_refused() {
        for body in ["[]", "\"x\"", "{", ""] {
            assert!(inspect(body.as_bytes()).refusal.is_some(), "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = "{\"items\":[".repeat(50_000);
        assert!(inspect(deep.as_bytes()).refusal.is_some());
        let mut body = text();
        for _ in 0..50 {
            body = json!({"type": "Container", "items": [body]});
            drop(problems(&message("1.5", &json!([body.clone()]))));
        }
    }
}
