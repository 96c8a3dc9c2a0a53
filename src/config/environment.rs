//! Overrides from the environment: `FOREWARN__SCHEDULE__CRON` is `schedule.cron`, `FOREWARN__TENANTS__0__NAME` is
//! `tenants[0].name`.
//!
//! A text is taken as it is. Anything else is read as the file would be (`true`, `7`, `["a", "b"]`), and a list may also be
//! written with commas: `60,30,7`. A variable changes an entry of a list that the file has; it adds none.

use std::borrow::Cow;

use serde_json::Value;
use toml::{
    Spanned,
    de::{DeArray, DeValue},
};

use super::{
    path::KeyPath,
    platform,
    problem::Severity,
    report::{Place, Report},
    schema::Node,
    shape::Shape,
    suggest::{all_of, nearest},
};

const PREFIX: &str = "FOREWARN__";
const SEPARATOR: &str = "__";

/// The variables that override keys, and those by which a platform tells how to sign in. What is not UTF-8 in a value is
/// replaced, and then found unfit.
pub fn environment() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX) || platform::VARIABLES.contains(&&**name))
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect();
    variables.sort();
    variables
}

/// The overrides that fit, by path; the others are reported.
pub(crate) fn overrides(
    variables: &[(String, String)],
    root: &Node<'_>,
    report: &mut Report<'_>,
) -> Vec<(String, Value)> {
    variables
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .filter_map(|(name, text)| {
            let (path, node) = resolve(name, root, report)?;
            let value = read(text, &node);
            let value =
                Shape::of_variable(report, root.clone(), name).value(&value, &node, &path)?;
            Some((path.to_string(), value))
        })
        .collect()
}

/// The key that a variable names.
fn resolve<'a>(
    name: &str,
    root: &Node<'a>,
    report: &mut Report<'_>,
) -> Option<(KeyPath, Node<'a>)> {
    let segments: Vec<&str> = name
        .strip_prefix(PREFIX)
        .unwrap_or(name)
        .split(SEPARATOR)
        .collect();
    let (mut path, mut node) = (KeyPath::root(), root.clone());
    for (at, segment) in segments.iter().enumerate() {
        let key = segment.to_lowercase();
        (path, node) = match (node.property(&key), key.parse(), node.items()) {
            (Some(child), ..) => (path.key(&key), child),
            (None, Ok(index), Some(entry)) if report.has(&path.index(index)) => {
                (path.index(index), entry)
            }
            (None, Ok(index), Some(_)) => {
                let path = path.index(index);
                let message = format!("the file has no `{path}`");
                let remedy = "a variable changes an entry that is there: add it to the file";
                refuse(name, &path, &message, remedy, report);
                return None;
            }
            _ => {
                let path = path.key(&key);
                let remedy = unknown(&segments, at, &node);
                refuse(
                    name,
                    &path,
                    &format!("there is no key `{path}`"),
                    &remedy,
                    report,
                );
                return None;
            }
        };
    }
    Some((path, node))
}

/// What to write instead of the segment `at`.
fn unknown(segments: &[&str], at: usize, node: &Node<'_>) -> String {
    let (before, rest) = segments.split_at(at);
    let (wrong, after) = rest.split_first().unwrap_or((&"", &[]));
    let variable = |middle: &[&str], after: &[&str]| {
        format!(
            "`{PREFIX}{}`",
            [before, middle, after].concat().join(SEPARATOR)
        )
    };
    let keys = node.keys();
    if let Some(meant) = nearest(wrong, keys.iter().copied()) {
        let meant = variable(&[&meant.to_uppercase()], after);
        return format!("did you mean {meant}?");
    }
    if node.items().is_some() {
        return format!(
            "name the entry by its number, as {}",
            variable(&["0"], rest)
        );
    }
    if keys.is_empty() {
        return format!("{} has no keys below it", variable(&[], &[]));
    }
    let keys: Vec<String> = keys.iter().map(|key| key.to_uppercase()).collect();
    format!(
        "the keys there are {}",
        all_of(keys.iter().map(String::as_str))
    )
}

fn refuse(name: &str, path: &KeyPath, message: &str, remedy: &str, report: &mut Report<'_>) {
    let place = Place::Variable(name.to_owned());
    report.tell(
        Severity::Error,
        &place,
        path,
        message.to_owned(),
        remedy.to_owned(),
    );
}

/// A variable's text as the value that the key wants.
fn read<'t>(text: &'t str, node: &Node<'_>) -> Spanned<DeValue<'t>> {
    let string = |text: &'t str| Spanned::new(0..text.len(), DeValue::String(Cow::Borrowed(text)));
    if node.accepts("string") {
        return string(text);
    }
    let trimmed = text.trim();
    match node.items() {
        Some(entry) if !trimmed.starts_with('[') => {
            let parts = trimmed.split(',').map(str::trim);
            let mut list = DeArray::new();
            for part in parts.filter(|part| !part.is_empty()) {
                list.push(read(part, &entry));
            }
            Spanned::new(0..text.len(), DeValue::Array(list))
        }
        // what TOML cannot read (`on`, `seven`) is a text, which the schema then refuses in its own words
        _ => DeValue::parse(trimmed).unwrap_or_else(|_| string(text)),
    }
}
