//! The likeness of an Adaptive Card.

use serde_json::Value;

use super::{DEPTH, Fact, Piece, Span, markdown};

pub(super) fn pieces(message: &Value) -> Vec<Piece> {
    let card = |attachment: &Value| {
        let card = &attachment["content"];
        let mut pieces = elements(&card["body"], DEPTH);
        pieces.extend(buttons(&card["actions"]));
        pieces
    };
    list(&message["attachments"])
        .iter()
        .flat_map(card)
        .collect()
}

fn elements(list_of: &Value, depth: usize) -> Vec<Piece> {
    if depth == 0 {
        return vec![Piece::Other {
            name: "…".to_owned(),
        }];
    }
    let mut pieces = Vec::new();
    for element in list(list_of) {
        if element["separator"] == true {
            pieces.push(Piece::Rule);
        }
        pieces.extend(self::element(element, depth - 1));
    }
    pieces
}

fn element(element: &Value, depth: usize) -> Option<Piece> {
    Some(match element["type"].as_str().unwrap_or_default() {
        "TextBlock" => Piece::text(
            markdown::spans(element["text"].as_str().unwrap_or_default()),
            &text_look(element),
        ),
        "RichTextBlock" => Piece::text(list(&element["inlines"]).iter().map(run).collect(), ""),
        "FactSet" => Piece::Facts {
            rows: list(&element["facts"]).iter().map(fact).collect(),
        },
        "Container" => Piece::Group {
            look: tone(&element["style"]).to_owned(),
            pieces: elements(&element["items"], depth),
        },
        "ColumnSet" => {
            let columns = list(&element["columns"]);
            Piece::Columns {
                columns: columns
                    .iter()
                    .map(|one| elements(&one["items"], depth))
                    .collect(),
            }
        }
        "ActionSet" => return buttons(&element["actions"]),
        "Table" => {
            let cells = |row: &Value| {
                list(&row["cells"])
                    .iter()
                    .map(|cell| elements(&cell["items"], depth))
                    .collect()
            };
            Piece::Table {
                headed: element["firstRowAsHeader"] != false,
                rows: list(&element["rows"]).iter().map(cells).collect(),
            }
        }
        other => Piece::Other {
            name: other.to_owned(),
        },
    })
}

fn run(run: &Value) -> Span {
    let text = run
        .as_str()
        .or_else(|| run["text"].as_str())
        .unwrap_or_default();
    let link = run["selectAction"]["url"].as_str().unwrap_or_default();
    Span {
        italic: run["italic"] == true,
        strike: run["strikethrough"] == true,
        look: text_look(run),
        ..Span::linked(text, link)
    }
}

fn fact(fact: &Value) -> Fact {
    let spans = |key: &str| markdown::spans(fact[key].as_str().unwrap_or_default());
    Fact {
        name: spans("title"),
        value: spans("value"),
    }
}

fn buttons(actions: &Value) -> Option<Piece> {
    let button = |action: &Value| {
        let label = action["title"].as_str().unwrap_or("(button)");
        Span::linked(label, action["url"].as_str().unwrap_or_default())
    };
    let buttons: Vec<Span> = list(actions).iter().map(button).collect();
    (!buttons.is_empty()).then_some(Piece::Buttons { buttons })
}

/// Our classes for what the card asks for; its own words never reach the page.
fn text_look(text: &Value) -> String {
    if text["style"] == "heading" {
        return "title".to_owned();
    }
    let size = match text["size"].as_str() {
        Some("Large" | "ExtraLarge" | "large" | "extraLarge") => "title",
        Some("Medium" | "medium") => "medium",
        Some("Small" | "small") => "small",
        _ => "",
    };
    let weight = match text["weight"].as_str() {
        Some("Bolder" | "bolder") => "bold",
        _ => "",
    };
    let subtle = if text["isSubtle"] == true {
        "subtle"
    } else {
        ""
    };
    let font = if text["fontType"]
        .as_str()
        .is_some_and(|font| font.eq_ignore_ascii_case("monospace"))
    {
        "mono"
    } else {
        ""
    };
    let looks = [size, weight, subtle, font, tone(&text["color"])];
    looks
        .into_iter()
        .filter(|look| !look.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn tone(name: &Value) -> &'static str {
    match name
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "attention" => "attention",
        "warning" => "warning",
        "good" => "good",
        "accent" => "accent",
        "emphasis" => "emphasis",
        _ => "",
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[][..], Vec::as_slice)
}
