//! `forewarn check`.

use std::{fmt::Display, process::ExitCode, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Global,
    output::{complain, print},
};
use crate::{
    app::{
        clock::SystemClock,
        probe::{Finding, Permission, Standing, missing, probe},
        templates,
    },
    config::{Config, Loaded, Problem, Severity, SystemSecrets},
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
    /// What the configuration names but is not there on this machine.
    missing: Vec<Finding>,
    next_rounds: Vec<DateTime<Utc>>,
    /// Until when info and warning wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<DateTime<Utc>>,
    online: Vec<Finding>,
}

impl Check {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        global.log_for_people()?;
        let clock = Arc::new(SystemClock);
        let mut answer = Answer::default();
        match global.load(clock.as_ref()) {
            Err(problems) => {
                self.warn(&problems);
                self.warn(&format!("\n{}", counted(problems.all())));
                answer.problems = problems.all().to_vec();
            }
            Ok(Loaded { config, warnings }) => {
                answer.problems = [warnings, templates::load(&config).problems].concat();
                for problem in &answer.problems {
                    self.warn(problem);
                }
                answer.ok = !has_errors(&answer.problems);
                answer.missing = missing(&config, &SystemSecrets);
                for finding in &answer.missing {
                    self.warn(&format!(
                        "warning: not there on this machine: {}: {}",
                        finding.name, finding.detail
                    ));
                }
                answer.next_rounds = next_rounds(&config, clock.now());
                answer.held_until = config.calendar.held_until(clock.now());
                self.say(&summary(&config, &answer, self.online))?;
                if self.online {
                    let tell = |finding| self.found(finding, &mut answer.online);
                    answer.ok &= probe(&config, clock, Arc::new(SystemSecrets), tell).await?;
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

    /// Problems go to stderr.
    fn warn(&self, problem: &dyn Display) {
        if matches!(self.format, Format::Text) {
            complain(problem);
        }
    }

    /// The answer goes to stdout, in one form or the other.
    fn say(&self, line: &dyn Display) -> anyhow::Result<()> {
        match self.format {
            Format::Text => print(&format!("{line}\n")),
            Format::Json => Ok(()),
        }
    }

    fn found(&self, finding: Finding, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
        let mark = if finding.works { "ok    " } else { "FAILED" };
        self.say(&format!(
            "{mark} {} {}: {}",
            finding.what, finding.name, finding.detail
        ))?;
        for permission in &finding.permissions {
            self.say(&standing(permission))?;
        }
        findings.push(finding);
        Ok(())
    }
}

/// A permission of a tenant, below the tenant's own line.
fn standing(found: &Permission) -> String {
    let mark = match (found.standing, found.blocks) {
        (Standing::Granted, _) => "ok",
        (Standing::Missing, true) => "MISSING",
        (Standing::Missing, false) => "missing",
        (Standing::Refused, true) => "REFUSED",
        (Standing::Refused, false) => "refused",
        (Standing::Unknown, _) => "?",
        (Standing::Excess, _) => "excess",
    };
    let fix = found.fix.as_ref();
    let fix = fix.map_or_else(String::new, |fix| format!("\n{:19}{fix}", ""));
    format!(
        "       {mark:8}    {}: {}{fix}",
        found.permission, found.detail
    )
}

/// An error that the configuration was read in spite of: a template that is not used.
fn has_errors(problems: &[Problem]) -> bool {
    problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
}

fn summary(config: &Config, answer: &Answer, online: bool) -> String {
    let tenants = count(config.tenants.len(), "tenant");
    let receivers = count(config.receivers.len(), "receiver");
    let has_summaries = config.receivers.iter().any(|of| of.digest.is_some());
    let opening = match config.calendar.send_between {
        Some(_) => " and when the hours of calendar.send_between begin",
        None if has_summaries => ", and at 08:00 of working days without a later one, for `digest`",
        None => "",
    };
    let valid = if has_errors(&answer.problems) {
        "The configuration is valid, but for templates: until they are mended, forewarn's own are used in their place"
    } else {
        "The configuration is valid"
    };
    let mut lines = vec![
        format!("{valid}: {tenants}, {receivers}."),
        format!("Rounds run at {}{opening}; the next ones:", config.schedule),
    ];
    let local = |at: &DateTime<Utc>| {
        at.with_timezone(&config.schedule.timezone())
            .format("  %a %d %b %Y %H:%M:%S %Z")
            .to_string()
    };
    lines.extend(answer.next_rounds.iter().map(local));
    lines.extend(hours(config, answer));
    if !online {
        lines.push(
            "Add --online to sign in to each tenant and connect to each receiver.".to_owned(),
        );
    }
    lines.join("\n")
}

/// When messages that can wait go out next.
fn hours(config: &Config, answer: &Answer) -> Option<String> {
    let calendar = &config.calendar;
    calendar.send_between?;
    Some(match answer.held_until {
        Some(until) => format!(
            "info and warning wait until {}; critical and expired never wait.",
            until
                .with_timezone(&calendar.timezone)
                .format("%a %d %b %Y %H:%M %Z")
        ),
        None => "info and warning go out now, as critical and expired always do.".to_owned(),
    })
}

/// `2 errors and 1 warning; …`
fn counted(problems: &[Problem]) -> String {
    let of = |severity, what| {
        count(
            problems
                .iter()
                .filter(|problem| problem.severity == severity)
                .count(),
            what,
        )
    };
    format!(
        "{} and {}; nothing can run with this file.",
        of(Severity::Error, "error"),
        of(Severity::Warning, "warning")
    )
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn next_rounds(config: &Config, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let timetable = config.timetable();
    let next = |at: &DateTime<Utc>| timetable.next_after(*at);
    std::iter::successors(timetable.next_after(now), next)
        .take(3)
        .collect()
}
