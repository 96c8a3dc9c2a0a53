//! `forewarn explain CODE`.

use std::{
    io::{IsTerminal, Read},
    process::ExitCode,
};

use anyhow::{Context as _, bail};

use super::{
    output::{complain, print},
    paragraph::{numbered, paragraph},
};
use crate::app::explain::{Answer, Code, CredentialOk, Retry, explain};

/// So much of stdin is read.
const INPUT_MAX: u64 = 8 << 20;

/// Explain an AADSTS code, or all of them in a pasted error or log. Asks nobody, works offline.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn explain AADSTS7000215\n  forewarn explain 'https://login.microsoftonline.com/error?code=7000222'\n  \
    kubectl logs deploy/billing | forewarn explain -\n  forewarn explain --format json 700016 | jq '.codes[].fixes'\n\n\
    Exit codes: 0 at least one code is known, 1 none is."
)]
pub(super) struct Explain {
    /// A code, a URL or an error text; `-` reads stdin: a JSON body, or all of a log
    #[arg(value_name = "CODE")]
    text: Vec<String>,
    /// How the answer looks
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document on stdout
    Json,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let text = self.text()?;
        let answer = explain(&text);
        match self.format {
            Format::Json => print(&format!("{:#}\n", serde_json::to_value(&answer)?))?,
            Format::Text => print(&lines(&answer))?,
        }
        Ok(if answer.known {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn text(&self) -> anyhow::Result<String> {
        let is_piped = !std::io::stdin().is_terminal();
        match self.text.as_slice() {
            [dash] if dash == "-" => from_stdin(),
            [] if is_piped => from_stdin(),
            [] => bail!(
                "what shall be explained? Try `forewarn explain AADSTS7000215`, or pipe a log in"
            ),
            words => Ok(words.join(" ")),
        }
    }
}

fn from_stdin() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut input = std::io::stdin().lock().take(INPUT_MAX);
    input
        .read_to_end(&mut bytes)
        .context("stdin cannot be read")?;
    if bytes.len() as u64 == INPUT_MAX {
        complain(&format!(
            "only the first {} MiB were read; pipe in the part that matters, with `tail` for instance",
            INPUT_MAX >> 20
        ));
    }
    // what PowerShell pipes may be UTF-16: ASCII with a zero after each character
    bytes.retain(|&byte| byte != 0);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The answer for people: the answer itself first, and then why.
fn lines(answer: &Answer) -> String {
    let mut lines = paragraph("", 0, &answer.answer);
    for code in &answer.codes {
        let headline = code
            .headline()
            .unwrap_or_else(|| format!("AADSTS{}: not known here. See {}", code.code, code.link));
        // where there is but one, the answer has said that much
        if headline != answer.answer && (answer.known || answer.codes.len() > 1) {
            lines.push('\n');
            lines.push_str(&paragraph("", 2, &headline));
        }
        lines.push_str(&about(code));
    }
    let found = found(answer);
    if !found.is_empty() {
        lines.push_str("\nIn the text\n");
        lines.push_str(&found);
    }
    if let Some(command) = &answer.try_next {
        lines.push_str("\nTo find out what is wrong with the value that you hold:\n  ");
        lines.push_str(command);
        lines.push('\n');
    }
    lines
}

fn about(code: &Code) -> String {
    if code.meaning.is_none() {
        return String::new();
    }
    let mut lines = String::from("Why, the likeliest first\n");
    lines.push_str(&numbered(code.causes));
    lines.push_str("What to do\n");
    lines.push_str(&numbered(&code.fixes));
    let ok = match code.credential_ok {
        CredentialOk::Yes => "yes, it seems to be good",
        CredentialOk::No => "no",
        CredentialOk::Unknown => "not known: Entra did not say",
    };
    let retry = match code.retry {
        Retry::No => "no",
        Retry::Wait => "yes, after a while",
        Retry::IfNew => "only if it was made in the last two minutes",
    };
    lines.push_str(&paragraph("Is the credential good? ", 2, ok));
    lines.push_str(&paragraph("Does it help to try again? ", 2, retry));
    lines.push_str(&paragraph("Known from ", 2, &code.sources.join(", ")));
    lines.push_str(&paragraph("More: ", 2, &code.link));
    lines
}

fn found(answer: &Answer) -> String {
    let mut lines: String = [
        ("application", &answer.apps),
        ("tenant", &answer.tenants),
        ("trace id", &answer.trace_ids),
        ("correlation id", &answer.correlation_ids),
        ("time", &answer.times),
    ]
    .into_iter()
    .flat_map(|(name, values)| {
        values
            .iter()
            .map(move |value| format!("  {name:<16}{value}\n"))
    })
    .collect();
    if answer.more {
        lines.push_str("  … and more than are told here\n");
    }
    lines
}
