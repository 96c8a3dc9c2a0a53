//! Where secrets are kept.

use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{
        SecretSource,
        secret::{ExposeSecret, SecretString},
    },
};

/// Where a secret is kept; a warning where it is the configuration file itself. That it is there is seen when it is used,
/// or by `check`: a mount may come later.
pub(super) fn secret(
    raw: raw::Secret,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SecretSource> {
    let source = source(raw, at, report)?;
    if matches!(source, SecretSource::Literal(_)) && report.is_in_file(at) {
        report.warning(
            at,
            "a secret is written in the configuration file",
            "keep it elsewhere and write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`",
        );
    }
    Some(source)
}

/// The same for what need not be a secret.
pub(super) fn source(
    raw: raw::Secret,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SecretSource> {
    const ONE: &str = "write either `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";
    let reference = match raw {
        raw::Secret::Literal(value) => return literal(value, at, report),
        raw::Secret::Reference(reference) => reference,
    };
    match (reference.env, reference.file) {
        (Some(name), None) => variable(name, &at.key("env"), report),
        (None, Some(path)) if path.trim().is_empty() => {
            report.error(
                &at.key("file"),
                "the path is empty",
                "name the file that holds the secret",
            );
            None
        }
        (None, Some(path)) => Some(SecretSource::File(path.into())),
        (Some(_), Some(_)) => {
            report.error(at, "both `env` and `file` are given", ONE);
            None
        }
        (None, None) => {
            report.error(at, "neither `env` nor `file` is given", ONE);
            None
        }
    }
}

fn variable(name: String, at: &KeyPath, report: &mut Report<'_>) -> Option<SecretSource> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(fine) {
        report.conceal(at); // it may be the secret itself
        report.error(
            at,
            "not the name of an environment variable",
            "write the bare name, as `{ env = \"SMTP_PASSWORD\" }`, without `$` or `=`",
        );
        return None;
    }
    Some(SecretSource::Env(name))
}

fn literal(value: SecretString, at: &KeyPath, report: &mut Report<'_>) -> Option<SecretSource> {
    let text = value.expose_secret();
    if text.trim().is_empty() {
        report.error(
            at,
            "the secret is empty",
            "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`",
        );
        return None;
    }
    if is_placeholder(text) {
        report.error(
            at,
            "variables are not expanded in texts",
            "write `{ env = \"NAME\" }` with the variable's name",
        );
        return None;
    }
    Some(SecretSource::Literal(value))
}

/// `${NAME}`, as other tools expand it.
fn is_placeholder(text: &str) -> bool {
    text.strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}
