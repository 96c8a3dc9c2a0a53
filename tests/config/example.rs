//! The example file is valid and complete.

use forewarn::config::{self, Problems};

use crate::load_text;

const EXAMPLE: &str = include_str!("../../config/forewarn.example.toml");

#[test]
fn the_example_is_valid_and_warns_of_nothing() {
    let loaded = load_text(EXAMPLE, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(
        loaded.warnings.is_empty(),
        "{}",
        Problems::from(loaded.warnings)
    );
    assert_eq!(loaded.config.receivers.len(), 7);
}

#[test]
fn the_example_shows_every_key() {
    let mentioned = mentioned(EXAMPLE);
    let schema = config::schema();
    let mut keys = Vec::new();
    collect_keys(&schema, "", &mut keys);
    assert!(keys.len() > 60, "{} keys", keys.len());
    let missing: Vec<&String> = keys
        .iter()
        .filter(|path| {
            let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
            let is_shown = |(header, word): &(String, String)| {
                word == key && (table == header || table.starts_with(&format!("{header}.")))
            };
            !mentioned.iter().any(is_shown)
        })
        .collect();
    // the keys of a matcher and of thresholds are shown once, and named in a comment
    let shown_elsewhere = |path: &&&String| {
        [".match.", ".ignore.", "policies.thresholds."]
            .iter()
            .any(|part| path.contains(part))
    };
    let missing: Vec<_> = missing
        .iter()
        .filter(|path| !shown_elsewhere(path))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Each `key =` with the header that it is below, in comments too.
fn mentioned(text: &str) -> Vec<(String, String)> {
    let mut header = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(['#', ' ']);
        if line.starts_with('[') {
            line.trim_matches(['[', ']']).clone_into(&mut header);
        }
        for (before, _) in line.match_indices('=').map(|(at, _)| line.split_at(at)) {
            let word = before
                .trim_end()
                .rsplit([' ', '{', ','])
                .next()
                .unwrap_or_default();
            found.push((header.clone(), word.to_owned()));
        }
    }
    found
}

/// The paths of all keys that hold no further keys, without the two of a secret.
fn collect_keys(schema: &serde_json::Value, at: &str, into: &mut Vec<String>) {
    let ways = [schema, &schema["items"]];
    let tables: Vec<_> = ways
        .into_iter()
        .filter_map(|way| way["properties"].as_object())
        .filter(|table| !table.contains_key("env"))
        .collect();
    if tables.is_empty() && !at.is_empty() {
        into.push(at.to_owned());
    }
    for (key, child) in tables.into_iter().flatten() {
        let at = if at.is_empty() {
            key.clone()
        } else {
            format!("{at}.{key}")
        };
        collect_keys(child, &at, into);
    }
}
