//! The likeness of a Block Kit message.

use serde_json::Value;

use super::{Piece, Span, mrkdwn};

pub(super) fn pieces(message: &Value) -> Vec<Piece> {
    let blocks = message["blocks"].as_array().map_or(&[][..], Vec::as_slice);
    if blocks.is_empty() {
        let text = message["text"].as_str().unwrap_or_default();
        return vec![Piece::text(mrkdwn::spans(text), "")];
    }
    blocks.iter().flat_map(block).collect()
}

fn block(block: &Value) -> Vec<Piece> {
    match block["type"].as_str().unwrap_or_default() {
        "header" => vec![Piece::text(text(&block["text"]), "title")],
        "section" => section(block),
        "context" => {
            let mut spans = Vec::new();
            for element in list(block, "elements") {
                if !spans.is_empty() {
                    spans.push(Span::plain("  "));
                }
                spans.extend(text(element));
            }
            vec![Piece::text(spans, "subtle small")]
        }
        "divider" => vec![Piece::Rule],
        "actions" => {
            vec![Piece::Buttons {
                buttons: list(block, "elements").iter().map(button).collect(),
            }]
        }
        "markdown" => {
            let text = block["text"].as_str().unwrap_or_default();
            vec![Piece::text(super::markdown::spans(text), "")]
        }
        other => vec![Piece::Other {
            name: other.to_owned(),
        }],
    }
}

fn section(block: &Value) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if !block["text"].is_null() {
        pieces.push(Piece::text(text(&block["text"]), ""));
    }
    // Slack sets fields in two columns
    for pair in list(block, "fields").chunks(2) {
        let columns = pair
            .iter()
            .map(|field| vec![Piece::text(text(field), "")])
            .collect();
        pieces.push(Piece::Columns { columns });
    }
    if block["accessory"]["type"] == "button" {
        pieces.push(Piece::Buttons {
            buttons: vec![button(&block["accessory"])],
        });
    }
    pieces
}

fn text(object: &Value) -> Vec<Span> {
    let text = object["text"].as_str().unwrap_or_default();
    if object["type"] == "mrkdwn" {
        mrkdwn::spans(text)
    } else {
        vec![Span::plain(text)]
    }
}

fn button(element: &Value) -> Span {
    let label = element["text"]["text"].as_str().unwrap_or("(button)");
    Span::linked(label, element["url"].as_str().unwrap_or_default())
}

fn list<'a>(block: &'a Value, key: &str) -> &'a [Value] {
    block[key].as_array().map_or(&[][..], Vec::as_slice)
}
