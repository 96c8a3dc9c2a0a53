//! `forewarn completions`.

use std::process::ExitCode;

use clap::CommandFactory;

use super::{Cli, output::print};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forewarn completions bash > /etc/bash_completion.d/forewarn\n  \
    forewarn completions zsh > ~/.zfunc/_forewarn\n  forewarn completions fish > ~/.config/fish/completions/forewarn.fish"
)]
pub(super) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "forewarn", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
