//! What the configuration can say and this version does not do yet. Each line here is told to whoever uses the key, and
//! goes when its work is done.

use serde_json::Value;

use super::{path::KeyPath, problem::Severity, report::Report};

/// A key, the values of it that are meant, and what happens instead.
struct NotYet {
    severity: Severity,
    key: &'static str,
    applies: fn(&Value) -> bool,
    instead: &'static str,
}

const fn refused(key: &'static str, applies: fn(&Value) -> bool, instead: &'static str) -> NotYet {
    NotYet {
        severity: Severity::Error,
        key,
        applies,
        instead,
    }
}

const fn unheeded(key: &'static str, applies: fn(&Value) -> bool, instead: &'static str) -> NotYet {
    NotYet {
        severity: Severity::Warning,
        key,
        applies,
        instead,
    }
}

#[rustfmt::skip]
const NOT_YET: &[NotYet] = &[
    refused("store.url", |v| starts_with(v, "postgres"), "use `sqlite:PATH` with one replica"),

    unheeded("routes[].escalate_after", given, "nothing is escalated"),
];

fn given(_: &Value) -> bool {
    true
}

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
        say(entry, path, report);
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

fn say(entry: &NotYet, path: &KeyPath, report: &mut Report<'_>) {
    match entry.severity {
        Severity::Error => report.error(
            path,
            "understood, but this version of forewarn cannot do it yet",
            entry.instead,
        ),
        Severity::Warning => report.warning(
            path,
            format!(
                "understood, but this version of forewarn does not act on it yet: {}",
                entry.instead
            ),
            "leave it out until it does, if that is not what you want",
        ),
    }
}
