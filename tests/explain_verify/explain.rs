//! `forewarn explain`.

use serde_json::{Value, json};

use super::{
    forewarn,
    refusals::{APP, bodies, body_of},
    stderr, stdout, told,
};

#[test]
fn real_bodies_are_explained() {
    let mut all = String::new();
    for (code, body) in bodies() {
        let output = forewarn(&["explain", "-"], &body);
        assert_eq!(output.status.code(), Some(0), "{code}");
        assert!(stdout(&output).contains("2026-09-04T07:47:49Z"), "{code}");
        all.push_str(&told(&code.to_string(), &output));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_code_is_taken_in_every_form() {
    for argument in [
        "7000215",
        "AADSTS7000215",
        "https://login.microsoftonline.com/error?code=7000215",
    ] {
        let output = forewarn(&["explain", argument], "");
        let first = stdout(&output).lines().next().unwrap().to_owned();
        assert!(first.contains("wrong, it has not expired"), "{first}");
        assert_eq!(output.status.code(), Some(0));
    }
    let words = forewarn(
        &[
            "explain",
            "AADSTS53003:",
            "Access",
            "has",
            "been",
            "blocked",
        ],
        "",
    );
    assert!(stdout(&words).starts_with("AADSTS53003: Conditional Access"));
    let piped = forewarn(&["explain"], "boom AADSTS90002: Tenant");
    assert_eq!(piped.status.code(), Some(0));
}

#[test]
fn a_log_is_explained_as_a_whole() {
    let log = format!(
        "2026-09-04T07:00:00Z INFO starting\n\
         2026-09-04T07:00:01Z ERROR azure.identity: ClientSecretCredential.get_token failed: {}\n\
         2026-09-04T08:00:01Z ERROR {}\n",
        body_of(7_000_222),
        body_of(7_000_215)
    );
    let output = forewarn(&["explain", "-"], &log);
    insta::assert_snapshot!(told("both", &output));
    let json: Value = serde_json::from_str(&stdout(&forewarn(
        &["explain", "-", "--format", "json"],
        &log,
    )))
    .unwrap();
    assert_eq!(json["secret"], "both");
    assert_eq!(json["apps"], json!([APP]));
    assert_eq!(json["codes"][0]["credential_ok"], "no");
    assert_eq!(json["codes"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_unknown_exits_with_1() {
    let mut all = String::new();
    for (heading, arguments, stdin) in [
        (
            "unknown code",
            vec!["explain", "AADSTS1234567"],
            String::new(),
        ),
        ("no code", vec!["explain", "hello"], String::new()),
        (
            "no code but OAuth's error",
            vec!["explain", "-"],
            r#"{"error":"invalid_client"}"#.to_owned(),
        ),
        (
            "binary",
            vec!["explain", "-"],
            "\u{0}\u{1b}\u{7f}".repeat(100),
        ),
        (
            "far too long",
            vec!["explain", "-"],
            "AADSTS ".repeat(2_000_000),
        ),
    ] {
        let output = forewarn(&arguments, &stdin);
        assert_eq!(output.status.code(), Some(1), "{heading}");
        all.push_str(&told(heading, &output));
    }
    insta::assert_snapshot!(all);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused_as_any_other() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, process::Command};

    for (command, code) in [("explain", 1), ("verify", 3), ("scan", 3)] {
        let output = Command::new(env!("CARGO_BIN_EXE_forewarn"))
            .args([OsStr::new(command), OsStr::from_bytes(b"\xff7000215")])
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{command}: {said}");
        assert!(said.starts_with("error: "), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
