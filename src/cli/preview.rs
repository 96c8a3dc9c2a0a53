//! `forewarn preview RECEIVER`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;

use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        preview::{Previewed, preview},
        samples::Sample,
        templates,
    },
    config::SystemSecrets,
    domain::{Clock, Secrets},
};

/// Show the messages that a receiver gets, on samples. Nothing is sent, nothing is read from Graph, and no secret is needed.
///
/// A mail is shown as subject and plain text, everything else as JSON; with --to-file all of it goes into files.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn preview platform\n  forewarn preview platform --to-file        # HTML, text and .eml, into ./forewarn-preview\n  \
    forewarn preview ops-slack --message alerts | jq .blocks\n\nTemplates of your own, with forewarn's as a start:\n  \
    forewarn preview --templates-to templates  # then: [messages] templates = \"templates\"\n  forewarn check\n  \
    forewarn preview platform --message alerts --to-file\n\nExit codes: 0 shown, 1 not."
)]
pub(super) struct Preview {
    /// The receiver's name in the configuration
    #[arg(required_unless_present = "templates_to")]
    receiver: Option<String>,
    /// Only this message, or these: alert, alerts, first-scan, resolved, changed, digest, failing, recovered, test, hostile
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = clap::builder::PossibleValuesParser::new(Sample::ALL.map(Sample::as_str)),
        hide_possible_values = true
    )]
    message: Vec<String>,
    /// Write files into this folder
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "forewarn-preview")]
    to_file: Option<PathBuf>,
    /// Write forewarn's own templates into a folder, for `messages.templates`; files that are there are left as they are
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["message", "to_file", "receiver"])]
    templates_to: Option<PathBuf>,
}

impl Preview {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        if let Some(folder) = &self.templates_to {
            return write_templates(folder);
        }
        global.log_for_people()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config =
            global.load_telling_warnings(&*clock, &["receivers", "messages", "calendar"])?;
        for problem in templates::load(&config).problems {
            complain(&problem);
        }
        let receiver = self.receiver.unwrap_or_default();
        let asked: Vec<Sample> = self
            .message
            .iter()
            .filter_map(|name| Sample::of_name(name))
            .collect();
        let samples: &[Sample] = if asked.is_empty() {
            &Sample::SHOWN
        } else {
            &asked
        };
        let secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        for shown in preview(&config, &secrets, &receiver, samples, &clock)? {
            match &self.to_file {
                Some(folder) => write(&shown, &receiver, folder)?,
                None => show(&shown)?,
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// JSON stands alone on stdout, so that a program can read it.
fn show(shown: &Previewed) -> anyhow::Result<()> {
    let heading = format!("== {}{}", shown.sample, of_parts(shown));
    if let Some(json) = json(shown) {
        complain(&heading);
        return print(&format!("{json}\n"));
    }
    let payload = &shown.payload;
    print(&format!(
        "{heading}\nSubject: {}\n\n{}\n",
        payload.title, payload.text
    ))
}

fn write(shown: &Previewed, receiver: &str, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let payload = &shown.payload;
    let files: Vec<(&str, Vec<u8>)> = match (json(shown), &shown.wire) {
        (Some(json), _) => vec![("json", format!("{json}\n").into_bytes())],
        (None, wire) => [
            ("txt", Some(payload.text.clone().into_bytes())),
            ("html", Some(payload.body.clone().into_bytes())),
            ("eml", wire.clone()),
        ]
        .into_iter()
        .filter_map(|(kind, bytes)| Some((kind, bytes?)))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect(),
    };
    let (part, parts) = shown.part;
    let number = if parts > 1 {
        format!("-{part}")
    } else {
        String::new()
    };
    for (kind, bytes) in files {
        let path = folder.join(format!("{receiver}-{}{number}.{kind}", shown.sample));
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

fn json(shown: &Previewed) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(&shown.payload.body).ok()?;
    Some(format!("{document:#}"))
}

fn of_parts(shown: &Previewed) -> String {
    match shown.part {
        (_, 1) => String::new(),
        (part, parts) => format!(" ({part}/{parts})"),
    }
}

fn write_templates(folder: &Path) -> anyhow::Result<ExitCode> {
    let files = templates::write_own(folder)
        .with_context(|| format!("templates cannot be written to {}", folder.display()))?;
    for (path, is_new) in files {
        let note = if is_new {
            ""
        } else {
            ": is there already, left as it is"
        };
        print(&format!("{}{note}\n", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
