//! Getting at the value that somebody holds, without showing it.

use std::{
    fs::File,
    io::{IsTerminal, Read},
    path::Path,
};

use anyhow::{Context as _, bail};
use console::Term;

use crate::{
    config::SystemSecrets,
    domain::{
        SecretSource, Secrets,
        secret::{SecretError, SecretString},
    },
};

/// No secret is longer; a pipe without an end shall not fill the memory.
const LONGEST: u64 = 64 << 10;

/// The value, and what is worth saying about how it was kept.
pub(super) struct Held {
    pub(super) secret: SecretString,
    pub(super) note: Option<String>,
}

impl Held {
    pub(super) async fn read(file: Option<&Path>, variable: Option<&str>) -> anyhow::Result<Self> {
        match (file, variable) {
            (Some(path), _) => from_file(path),
            (None, Some(name)) => {
                let secret = match SystemSecrets.read(&SecretSource::Env(name.to_owned())) {
                    // that it is empty is an answer
                    Err(SecretError::Empty(_)) => SecretString::default(),
                    other => other?,
                };
                Ok(Self { secret, note: None })
            }
            (None, None) => {
                // reading blocks until somebody has typed
                let secret = tokio::task::spawn_blocking(from_stdin).await??;
                Ok(Self { secret, note: None })
            }
        }
    }
}

fn from_file(path: &Path) -> anyhow::Result<Held> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (secret, had_newline) = without_newline(text(file, &path.display().to_string())?);
    let note = "The file ends with a newline, which is not counted here. A program that reads the file whole sends it along.";
    Ok(Held {
        secret: secret.into(),
        note: had_newline.then(|| note.to_owned()),
    })
}

/// All of a file's text; nothing where it is no text at all, as a PFX file is none.
pub(super) fn text_of_file(path: &Path) -> anyhow::Result<String> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bytes = bytes(file, &path.display().to_string())?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

pub(super) fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

fn from_stdin() -> anyhow::Result<SecretString> {
    if is_terminal() {
        return ask("Client secret (nothing is shown while you type or paste): ");
    }
    let (secret, _) = without_newline(text(std::io::stdin().lock(), "stdin")?);
    Ok(secret.into())
}

/// Asks on the terminal; what is typed is not shown.
pub(super) fn ask(prompt: &str) -> anyhow::Result<SecretString> {
    let terminal = [Term::stderr(), Term::stdout()]
        .into_iter()
        .find(Term::is_term)
        .context("there is no terminal to ask on; use a file or an environment variable")?;
    terminal.write_str(prompt)?;
    Ok(terminal
        .read_secure_line()
        .context("the terminal cannot be read")?
        .into())
}

/// All of what is short.
fn bytes(from: impl Read, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > LONGEST {
        bail!(
            "{name} holds more than {} KiB, which is no secret",
            LONGEST >> 10
        );
    }
    Ok(bytes)
}

/// All of a short text.
fn text(from: impl Read, name: &str) -> anyhow::Result<String> {
    let bytes = bytes(from, name)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!(
            "{name} is text of two bytes a character (UTF-16), as PowerShell's `>` writes it; programs that expect a plain secret cannot use \
             it. Write it again as UTF-8 without a byte order mark"
        );
    }
    // the error would carry the bytes
    String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("{name} is not text in UTF-8"))
}

/// Without the one newline that editors and `echo` put at the end.
fn without_newline(mut text: String) -> (String, bool) {
    let Some(line) = text.strip_suffix('\n') else {
        return (text, false);
    };
    let length = line.strip_suffix('\r').unwrap_or(line).len();
    text.truncate(length);
    (text, true)
}
