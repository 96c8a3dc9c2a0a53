//! Words for what does not have the right shape: what was expected, and how to write it.

use toml::de::DeValue;

use super::{
    path::KeyPath,
    schema::Node,
    suggest::{all_of, did_you_mean, nearest},
};

/// What to do about a key that does not exist at this place.
pub(crate) fn unknown_key(
    key: &str,
    value: &DeValue<'_>,
    node: &Node<'_>,
    root: &Node<'_>,
) -> String {
    if let Some(meant) = nearest(key, node.keys()) {
        return format!("did you mean `{meant}`?");
    }
    match root.tables_with(key).as_slice() {
        [] => format!("the keys here are {}", all_of(node.keys())),
        [table] if value.is_table() => {
            format!("write it as `[{}.{key}]`", table.trim_matches(['[', ']']))
        }
        tables => format!(
            "`{key}` is a key of {}; a key belongs to the nearest header above it",
            tables.join(", ")
        ),
    }
}

/// What was expected instead, and how to write it.
pub(crate) fn misfit(found: &DeValue<'_>, node: &Node<'_>, path: &KeyPath) -> (String, String) {
    let words = node.words();
    if let DeValue::String(text) = found
        && node.accepts("string")
    {
        let message = format!("unknown value {text:?}");
        return (message, did_you_mean(text, words));
    }
    let message = format!(
        "expected {}, found {}",
        expected(node),
        described(found, node)
    );
    (message, how_to_write(found, node, path))
}

fn expected(node: &Node<'_>) -> String {
    let (least, most) = node.bounds();
    let mut ways = Vec::new();
    for (name, words) in [("string", "a string"), ("boolean", "true or false")] {
        if node.accepts(name) {
            ways.push(words.to_owned());
        }
    }
    if node.accepts("integer") {
        ways.push(format!("a whole number from {least} to {most}"));
    }
    if let Some(entry) = node.items() {
        ways.push(if entry.accepts("object") && !entry.accepts("string") {
            "a list of tables".to_owned()
        } else {
            "a list".to_owned()
        });
    }
    if node.accepts("object") {
        ways.push("a table".to_owned());
    }
    ways.join(" or ")
}

fn described(found: &DeValue<'_>, node: &Node<'_>) -> String {
    let kind = match found {
        DeValue::String(_) => "the string",
        DeValue::Integer(_) => "the number",
        DeValue::Float(_) => "the fraction",
        DeValue::Boolean(_) => "the boolean",
        DeValue::Datetime(_) => "the date",
        DeValue::Array(_) => return "a list".to_owned(),
        DeValue::Table(_) => return "a table".to_owned(),
    };
    match scalar(found) {
        Some(text) if !node.is_secret() => format!("{kind} {text}"),
        _ => kind.replacen("the", "a", 1),
    }
}

/// A scalar as TOML writes it.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(format!("{text:?}")),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn how_to_write(found: &DeValue<'_>, node: &Node<'_>, path: &KeyPath) -> String {
    let header = path.header();
    let key = header.rsplit('.').next().unwrap_or_default();
    let shown = scalar(found).filter(|_| !node.is_secret());
    match found {
        _ if node.is_secret() && node.accepts("object") => {
            "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`".to_owned()
        }
        DeValue::String(text) if node.accepts("integer") && text.parse::<i64>().is_ok() => {
            format!("leave out the quotes: `{text}`")
        }
        _ if node.accepts("boolean") => "write `true` or `false`, without quotes".to_owned(),
        _ if node.accepts("integer") => "write a whole number in that range".to_owned(),
        DeValue::Table(_) if node.items().is_some_and(|entry| entry.accepts("object")) => {
            format!("begin each entry with two brackets: `[[{header}]]`")
        }
        DeValue::Array(_) if node.accepts("object") => format!("write it once, as `[{header}]`"),
        _ if node.accepts("object") => format!("write a table: `[{header}]` or `{key} = {{ … }}`"),
        _ if node.accepts("array") => match shown {
            Some(text) => format!("write it in brackets: `[{text}]`"),
            None => "write a list: `[…]`".to_owned(),
        },
        _ => match shown {
            Some(text) => format!("write it in quotes: `\"{text}\"`"),
            None => "write one string in quotes".to_owned(),
        },
    }
}
