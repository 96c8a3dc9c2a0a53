//! `forewarn check`.

use std::{process::ExitCode, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        probe::{Finding, probe},
    },
    config::{Config, Loaded, Problem, SystemSecrets},
    domain::Clock,
};

/// Check the configuration: every problem at once, each with file, line and remedy.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn check\n  forewarn check --config forewarn.toml --online\n  \
    forewarn check --format json | jq .problems\n\nExit codes: 0 it can run, 1 it cannot."
)]
pub(super) struct Check {
    /// Sign in to each tenant and connect to each receiver, without sending anything
    #[arg(long)]
    online: bool,
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

#[derive(Serialize, Default)]
struct Answer {
    ok: bool,
    problems: Vec<Problem>,
    next_rounds: Vec<DateTime<Utc>>,
    online: Vec<Finding>,
}

impl Check {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_for_people()?;
        let clock = Arc::new(SystemClock);
        let mut answer = Answer::default();
        match global.load(clock.as_ref()) {
            Err(problems) => {
                self.say(|| complain(&problems));
                answer.problems = problems.all().to_vec();
            }
            Ok(Loaded { config, warnings }) => {
                for problem in &warnings {
                    self.say(|| complain(problem));
                }
                answer.ok = true;
                answer.problems = warnings;
                answer.next_rounds = next_rounds(&config, clock.now());
                self.say(|| self.summary(&config, &answer));
                if self.online {
                    let tell = |finding| self.found(finding, &mut answer.online);
                    answer.ok = probe(&config, clock, Arc::new(SystemSecrets), tell).await?;
                }
            }
        }
        if matches!(self.format, Format::Json) {
            print(&format!("{:#}\n", serde_json::to_value(&answer)?))?;
        }
        Ok(if answer.ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn say(&self, say: impl FnOnce()) {
        if matches!(self.format, Format::Text) {
            say();
        }
    }

    fn summary(&self, config: &Config, answer: &Answer) {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        complain(&format!(
            "The configuration is valid: {}, {}.",
            count(config.tenants.len(), "tenant"),
            count(config.receivers.len(), "receiver"),
        ));
        complain(&format!(
            "Rounds run at {}; the next ones:",
            config.schedule
        ));
        for at in &answer.next_rounds {
            complain(&format!(
                "  {}",
                at.with_timezone(&config.schedule.timezone())
                    .format("%a %d %b %Y %H:%M %Z")
            ));
        }
        if !self.online {
            complain(&"Add --online to sign in to each tenant and connect to each receiver.");
        }
    }

    fn found(&self, finding: Finding, findings: &mut Vec<Finding>) {
        self.say(|| {
            let mark = if finding.works { "ok    " } else { "FAILED" };
            complain(&format!(
                "{mark} {} {}: {}",
                finding.what, finding.name, finding.detail
            ));
        });
        findings.push(finding);
    }
}

fn next_rounds(config: &Config, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let next = |at: &DateTime<Utc>| config.schedule.next_after(*at);
    std::iter::successors(config.schedule.next_after(now), next)
        .take(3)
        .collect()
}
