//! What Entra's error numbers mean for somebody who signs in as an application, and what to do about each.
//!
//! The knowledge itself is in `aadsts.toml` beside this file, in our own words. Microsoft warns against relying on numbers and texts,
//! so an unknown number is no error here: the caller falls back to OAuth's own `error`.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

/// What is known of one AADSTS number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What it means: a clause that goes after a colon.
    pub meaning: String,
    /// What to do: an order, likewise. `CLIENT_ID` in it stands for the application's own.
    pub fix: String,
    /// True when the same request may work a little later.
    #[serde(default)]
    pub transient: bool,
    /// True when it is about the secret or certificate that was presented.
    #[serde(default)]
    pub credential: bool,
    /// Where this was learned; the head of `aadsts.toml` says which is which.
    pub source: String,
}

impl Explanation {
    /// What to do about it for one application, so that commands can be pasted as they are.
    pub fn fix_for(&self, client_id: &str) -> String {
        self.fix.replace("CLIENT_ID", client_id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    code: Vec<Explanation>,
}

static BOOK: LazyLock<HashMap<u32, Explanation>> = LazyLock::new(|| {
    // a test reads every row, so the empty book never ships; an error is still told by its `error` and text without it
    let book = toml::from_str(include_str!("aadsts.toml")).unwrap_or(Book { code: Vec::new() });
    book.code.into_iter().map(|row| (row.code, row)).collect()
});

/// What is known of a number.
pub fn explain(code: u32) -> Option<&'static Explanation> {
    BOOK.get(&code)
}

/// The first number in a text, written as in `AADSTS7000222: …`.
pub fn find(text: &str) -> Option<u32> {
    text.split("AADSTS").skip(1).find_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        rest.get(..digits.unwrap_or(rest.len()))?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_is_there_once() {
        let book: Book = toml::from_str(include_str!("aadsts.toml")).unwrap();
        let mut codes: Vec<u32> = book.code.iter().map(|row| row.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), book.code.len(), "a code is there twice");
        assert_eq!(codes.len(), BOOK.len());
        for row in &book.code {
            let (code, meaning, fix) = (row.code, &row.meaning, &row.fix);
            assert!(
                meaning.len() > 15 && fix.len() > 10,
                "{code} says too little"
            );
            assert!(
                !meaning.ends_with('.') && !fix.ends_with('.'),
                "{code}: clauses, not sentences"
            );
            assert!(!row.source.is_empty(), "{code} has no source");
        }
    }

    #[test]
    fn the_codes_that_matter_most_are_explained() {
        assert!(explain(7_000_222).unwrap().meaning.contains("expired"));
        let wrong = explain(7_000_215).unwrap();
        assert!(wrong.fix.contains("Value") && wrong.credential && !wrong.transient);
        assert!(explain(90_033).unwrap().transient);
        assert_eq!(explain(1), None);
    }

    #[test]
    fn a_number_is_found_in_a_text() {
        for (text, expected) in [
            ("AADSTS7000222: The provided client secret", Some(7_000_222)),
            ("error: AADSTS: then AADSTS50012.", Some(50_012)),
            ("AADSTS99999999999999999999", None),
            ("nothing here", None),
            ("AADSTS90002", Some(90_002)),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
