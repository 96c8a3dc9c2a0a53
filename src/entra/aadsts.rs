//! What Entra's error numbers mean for somebody who signs in as an application, and what to do about each.
//!
//! The knowledge itself is in `aadsts.toml` beside this file, in our own words. Microsoft warns against relying on numbers and texts,
//! so an unknown number is no error here: the caller falls back to OAuth's own `error`.

use std::{collections::HashMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// The secret is none of the app's.
pub(super) const WRONG_SECRET: u32 = 7_000_215;
/// The secret has run out.
pub(super) const EXPIRED_SECRET: u32 = 7_000_222;
/// The certificate is not registered with the app, has run out, or is not valid yet.
pub(super) const CERTIFICATE_REFUSED: u32 = 700_027;

/// What is known of one AADSTS number. Its texts are clauses: no capital at the beginning, no full stop at the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What it means; it goes after a colon.
    pub meaning: String,
    /// Why it happens, the likeliest first.
    pub causes: Vec<String>,
    /// What to do, in the order in which to try it. `CLIENT_ID` in it stands for the application's own.
    pub fixes: Vec<String>,
    /// True when it is about the secret, certificate or token that was presented.
    #[serde(default)]
    pub credential: bool,
    /// Is what was presented good?
    pub credential_ok: CredentialOk,
    /// Does it help to try again?
    #[serde(default)]
    pub retry: Retry,
    /// Where this was learned; the head of `aadsts.toml` says which is which.
    pub source: String,
}

/// Whether the credential is good, as far as a refusal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialOk {
    /// It was accepted, and something else stood in the way.
    Yes,
    /// It is what was refused.
    No,
    /// Entra did not come to look at it, or does not say.
    Unknown,
}

/// Whether it helps to send the same request again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// It does not.
    #[default]
    No,
    /// A little later it may.
    Wait,
    /// Only when what was presented was made in the last minutes, and is not known everywhere yet.
    IfNew,
}

impl Explanation {
    /// What to do about it for one application, in one clause, so that commands can be pasted as they are.
    pub fn fix_for(&self, client_id: &str) -> String {
        self.fixes.join("; ").replace("CLIENT_ID", client_id)
    }

    /// Where this was learned, in words.
    pub fn sources(&self) -> Vec<&'static str> {
        self.source.split(", ").filter_map(source).collect()
    }

    /// True when the same request may work a little later.
    pub fn is_transient(&self) -> bool {
        self.retry == Retry::Wait
    }
}

/// The abbreviations at the head of `aadsts.toml`.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "ED" => "Microsoft's list of error codes",
        "AzRS" => "the troubleshooting page of azure_identity",
        "AWI" => "the troubleshooting page of Azure Workload Identity",
        "MSAL" => "the MSAL libraries",
        "MIW" => "the library Microsoft.Identity.Web",
        "observed" => "answers seen in public",
        _ => return None,
    })
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
            let code = row.code;
            assert!(!row.causes.is_empty(), "{code} has no cause");
            assert!(!row.fixes.is_empty(), "{code} has no fix");
            for clause in [&row.meaning]
                .into_iter()
                .chain(&row.causes)
                .chain(&row.fixes)
            {
                assert!(clause.len() > 10, "{code} says too little: {clause}");
                assert!(
                    !clause.ends_with('.') && !clause.contains('\n'),
                    "{code}: clauses, not sentences: {clause}"
                );
            }
            let named = row.source.split(", ").count();
            assert_eq!(row.sources().len(), named, "{code}: an unknown source");
        }
    }

    #[test]
    fn the_codes_that_matter_most_are_explained() {
        assert!(explain(7_000_222).unwrap().meaning.contains("expired"));
        let wrong = explain(7_000_215).unwrap();
        assert!(wrong.fixes[0].contains("Value") && wrong.credential && !wrong.is_transient());
        assert_eq!(wrong.credential_ok, CredentialOk::No);
        assert_eq!(explain(53_003).unwrap().credential_ok, CredentialOk::Yes);
        assert!(explain(90_033).unwrap().is_transient());
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
