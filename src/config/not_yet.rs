//! What the configuration can say and this version does not do yet. Each line here is told to whoever uses the key, and
//! goes when its work is done.

use serde_json::Value;

use super::{path::KeyPath, report::Report};

/// A key, the values of it that are meant, and what to do instead.
struct NotYet {
    key: &'static str,
    applies: fn(&Value) -> bool,
    instead: &'static str,
}

const NOT_YET: &[NotYet] = &[NotYet {
    key: "store.url",
    applies: |value| starts_with(value, "postgres"),
    instead: "use `sqlite:PATH` with one replica",
}];

fn starts_with(value: &Value, start: &str) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(start))
}

/// Looks for such keys in the merged tree.
pub(crate) fn check(tree: &Value, report: &mut Report<'_>) {
    walk(tree, &KeyPath::root(), "", report);
}

fn walk(value: &Value, path: &KeyPath, pattern: &str, report: &mut Report<'_>) {
    let found = NOT_YET
        .iter()
        .find(|entry| entry.key == pattern && (entry.applies)(value));
    if let Some(entry) = found {
        report.error(
            path,
            "understood, but this version of forewarn cannot do it yet",
            entry.instead,
        );
    }
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let pattern = if pattern.is_empty() {
                    key.clone()
                } else {
                    format!("{pattern}.{key}")
                };
                walk(value, &path.key(key), &pattern, report);
            }
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                walk(value, &path.index(index), &format!("{pattern}[]"), report);
            }
        }
        _ => {}
    }
}
