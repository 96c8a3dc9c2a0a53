//! `forewarn schema`.

use std::process::ExitCode;

use super::output::print;
use crate::config;

/// Print the JSON Schema of the configuration file: editors complete and check it with this.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example, with an editor that reads `#:schema` lines (taplo, Even Better TOML):\n  \
    forewarn schema > forewarn.schema.json\n  echo '#:schema ./forewarn.schema.json' | cat - forewarn.toml"
)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Self {} = self;
        print(&format!("{:#}\n", config::schema()))?;
        Ok(ExitCode::SUCCESS)
    }
}
