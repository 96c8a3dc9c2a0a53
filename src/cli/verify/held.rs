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

fn from_stdin() -> anyhow::Result<SecretString> {
    if std::io::stdin().is_terminal() {
        return ask();
    }
    let (secret, _) = without_newline(text(std::io::stdin().lock(), "stdin")?);
    Ok(secret.into())
}

/// Asks on the terminal; what is typed is not shown.
fn ask() -> anyhow::Result<SecretString> {
    let terminal = [Term::stderr(), Term::stdout()]
        .into_iter()
        .find(Term::is_term)
        .context("there is no terminal to ask on; pipe the value in, or use --secret-file or --secret-env")?;
    terminal.write_str("Client secret (nothing is shown while you type or paste): ")?;
    Ok(terminal
        .read_secure_line()
        .context("the terminal cannot be read")?
        .into())
}

/// All of a short text.
fn text(from: impl Read, name: &str) -> anyhow::Result<String> {
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
