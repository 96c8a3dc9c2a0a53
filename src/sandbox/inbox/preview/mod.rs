//! A readable likeness of a chat message: its parts as a small tree, which the template `piece.html` draws.
//!
//! It is not Slack's nor Teams' renderer, but it reads their markup by the same rules, so that an escape that is missing shows
//! here as it would there. Links keep only schemes that are safe to click.

mod card;
mod event;
mod markdown;
mod mrkdwn;
mod on_call;
mod slack;

use serde::Serialize;
use serde_json::Value;

use super::Channel;

/// How deep parts may lie in parts; what is deeper is left out.
const DEPTH: usize = 12;

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "piece", rename_all = "lowercase")]
pub(super) enum Piece {
    /// A paragraph. `look` is a list of CSS classes of ours.
    Text { spans: Vec<Span>, look: String },
    /// A line across.
    Rule,
    /// Names and values.
    Facts { rows: Vec<Fact> },
    /// Parts that belong together, under a tone of ours.
    Group { look: String, pieces: Vec<Piece> },
    /// Side by side.
    Columns { columns: Vec<Vec<Piece>> },
    /// Links that look like buttons.
    Buttons { buttons: Vec<Span> },
    /// Rows of cells.
    Table {
        headed: bool,
        rows: Vec<Vec<Vec<Piece>>>,
    },
    /// Something that has no likeness here.
    Other { name: String },
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Fact {
    name: Vec<Span>,
    value: Vec<Span>,
}

/// A run of text in one look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "looks combine freely")]
pub(super) struct Span {
    text: String,
    bold: bool,
    italic: bool,
    strike: bool,
    code: bool,
    /// A list of CSS classes of ours.
    look: String,
    /// Where it leads; only `http`, `https` and `mailto`.
    link: Option<String>,
}

impl Span {
    fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    fn linked(text: &str, link: &str) -> Self {
        let safe = ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| link.starts_with(scheme));
        Self {
            text: text.to_owned(),
            link: safe.then(|| link.to_owned()),
            ..Self::default()
        }
    }
}

impl Piece {
    fn text(spans: Vec<Span>, look: &str) -> Self {
        Self::Text {
            spans,
            look: look.to_owned(),
        }
    }
}

/// The likeness of a message that came through `channel`.
pub(super) fn pieces(channel: Channel, message: &Value) -> Vec<Piece> {
    match channel {
        Channel::Slack => slack::pieces(message),
        Channel::Teams => card::pieces(message),
        Channel::Webhook => event::pieces(message),
        Channel::PagerDuty => on_call::event(message),
        Channel::Alertmanager => on_call::alerts(message),
        Channel::Mail => Vec::new(),
    }
}

/// The first line of card text without its marks.
pub(super) fn plain_markdown(text: &str) -> String {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    markdown::spans(line)
        .into_iter()
        .map(|span| span.text)
        .collect()
}

/// JSON with line breaks and indents, in the order and the spelling of the sender. What is no JSON stays as it is.
pub(super) fn pretty(json: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut chars = json
        .chars()
        .filter(|c| !matches!(c, '\n' | '\r' | '\t'))
        .peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            ' ' => {}
            '{' | '[' => {
                out.push(c);
                while chars.next_if_eq(&' ').is_some() {}
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_json_means_the_same_in_the_same_order() {
        let json = "{ \"z\" :[1,{\"a\\\"}\":\"x: {,\\\\\"} , [ ],{}],\r\n\"b\":1.50}";
        let shown = pretty(json);
        assert_eq!(
            shown,
            "{\n  \"z\": [\n    1,\n    {\n      \"a\\\"}\": \"x: {,\\\\\"\n    },\n    [],\n    {}\n  ],\n  \"b\": 1.50\n}"
        );
        let value = |text| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(&shown), value(json));
        assert_eq!(pretty("no json"), "no json");
    }

    #[test]
    fn only_safe_links_are_kept() {
        assert_eq!(Span::linked("x", "javascript:alert(1)").link, None);
        assert_eq!(Span::linked("x", "data:text/html,x").link, None);
        assert!(Span::linked("x", "https://x.y").link.is_some());
    }
}
