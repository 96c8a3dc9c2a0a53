//! `forewarn explain` and `forewarn verify` as people run them: the binary, its exit codes, and what it prints, which are goldens.
//! Entra is the sandbox.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod certificate;
mod explain;
mod refusals;
mod verify;

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

/// Runs `forewarn` with `stdin`, in an empty folder and without a configuration but what `arguments` name.
fn forewarn(arguments: &[&str], stdin: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_forewarn"))
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("FOREWARN_CONFIG")
        .env(
            "HELD_SECRET",
            stdin
                .split('\0')
                .next()
                .filter(|value| value.len() < 1_000)
                .unwrap_or_default(),
        )
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // a child that needs no stdin may be gone already
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What is told under a heading of its own, with the exit code.
fn told(heading: &str, output: &Output) -> String {
    let code = output.status.code().unwrap();
    format!(
        "##### {heading} → exit {code}\n{}{}\n",
        stdout(output),
        stderr(output)
    )
}
