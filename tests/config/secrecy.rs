//! Whatever is wrong with a file, no secret in it shows.

use forewarn::config::{Loaded, Problem, Problems};
use proptest::prelude::*;

use crate::{MINIMAL, load_text};

/// Wherever a secret may be written, it is this one.
const MARK: &str = "Zq7xK9vR4tYm";

fn full_of_secrets() -> String {
    r#"[store]
url = "postgres://forewarn:MARK@db/forewarn"
password = "MARK"
[heartbeat]
url = "https://hc.example/MARK"
[[tenants]]
name = "contoso"
tenant_id = "contoso.onmicrosoft.com"
auth = { client_id = "x", client_secret = "MARK", certificate = "MARK", certificate_password = "MARK" }
[[receivers]]
name = "ops"
type = "slack"
url = "https://hooks.slack.com/MARK"
[[receivers]]
name = "siem"
type = "webhook"
url = "http://siem.example/MARK"
signing_secret = [
  "MARK",
  'whsec_MARK',
]
[[receivers]]
name = "mail"
type = "email"
to = ["a@b.c"]
[receivers.smtp]
host = "smtp.example"
from = "a@b.c"
username = "x"
password = """
MARK
MARK"""
oauth2 = { client_secret = "MARK" }
[http]
token = "MARK"
"#
    .replace("MARK", MARK)
}

/// Everything that can be read of an outcome.
fn everything_of(result: Result<Loaded, Problems>) -> String {
    let all = |problems: &Problems| {
        let json = serde_json::to_string(problems).unwrap();
        let each: Vec<String> = problems.all().iter().map(Problem::to_string).collect();
        format!("{problems}\n{problems:?}\n{json}\n{}", each.join("\n"))
    };
    match result {
        Ok(loaded) => format!(
            "{loaded:?}\n{}",
            all(&Problems::from(loaded.warnings.clone()))
        ),
        Err(problems) => all(&problems),
    }
}

fn assert_no_secret(text: &str) {
    for part in MARK.as_bytes().windows(5) {
        let part = std::str::from_utf8(part).unwrap();
        assert!(!text.contains(part), "{part:?} of the secret in {text}");
    }
}

#[test]
fn a_valid_file_full_of_secrets_shows_none() {
    let text = MINIMAL
        .replace("{ env = \"CONTOSO_SECRET\" }", &format!("\"{MARK}\""))
        .replace(
            "{ file = \"/run/secrets/slack\" }",
            &format!("\"https://slack.example/{MARK}\""),
        );
    let loaded = load_text(&text, &[]);
    assert_eq!(loaded.as_ref().unwrap().warnings.len(), 2);
    assert_no_secret(&everything_of(loaded));
}

#[test]
fn a_secret_in_the_wrong_place_does_not_show() {
    for (right, wrong) in [
        (
            "{ env = \"CONTOSO_SECRET\" }",
            format!("{{ env = \"{MARK}~\" }}"),
        ),
        (
            "{ env = \"CONTOSO_SECRET\" }",
            format!("{{ value = \"{MARK}\" }}"),
        ),
        ("{ env = \"CONTOSO_SECRET\" }", format!("[\"{MARK}\"]")),
        ("{ env = \"CONTOSO_SECRET\" }", MARK.to_owned()),
        (
            "[[receivers]]",
            format!("[heartbeat]\nurl = [\"{MARK}\"]\n[[receivers]]"),
        ),
        (
            "client_secret = { env = \"CONTOSO_SECRET\" }",
            format!("secret = [[\"{MARK}\"]]"),
        ),
        (
            "client_secret = { env = \"CONTOSO_SECRET\" }",
            format!("[secret]\nvalue = \"{MARK}\""),
        ),
    ] {
        let result = load_text(MINIMAL.replace(right, &wrong), &[]);
        assert!(result.is_err(), "{wrong}");
        assert_no_secret(&everything_of(result));
    }
    let variables = [
        ("FOREWARN__STORE__URL", MARK),
        ("FOREWARN__HTTP__TOKN", MARK),
    ];
    assert_no_secret(&everything_of(load_text(MINIMAL, &variables)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// One slip of the keyboard anywhere in a file full of secrets.
    #[test]
    fn a_slip_anywhere_shows_no_secret(
        at in any::<prop::sample::Index>(),
        replaced in 0..2_usize,
        typed in prop::sample::select(vec!["", "=", "\"", "'", "[", "]", "{", "}", "#", ".", ",", "\n", "\\", "x", "\t", "ä"]),
    ) {
        let mut text: Vec<char> = full_of_secrets().chars().collect();
        let at = at.index(text.len());
        text.splice(at..at + replaced, typed.chars());
        let text: String = text.into_iter().collect();
        assert_no_secret(&everything_of(load_text(text, &[])));
    }
}
