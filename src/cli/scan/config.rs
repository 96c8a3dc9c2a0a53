//! What is scanned: the configuration file's tenants, or, where there is no file, the directory that the Azure CLI is signed in to.

use anstyle::Style;

use crate::{
    app::azure_cli::{Improvised, NoConfiguration, improvise},
    cli::{Global, output::complain},
    config::{self, Config},
    domain::Clock,
};

/// The sections of the file that a scan uses.
const SECTIONS: [&str; 5] = ["tenants", "thresholds", "policies", "owners", "tls"];

pub(super) async fn load(global: &Global, clock: &dyn Clock) -> anyhow::Result<Config> {
    if !config::is_absent(global.config.as_deref()) {
        return Ok(global.load_telling_warnings(clock, &SECTIONS)?);
    }
    let Improvised { loaded, whose } = match improvise(&config::environment(), clock.now()).await {
        Ok(improvised) => improvised,
        Err(NoConfiguration::Problems(problems)) => return Err(problems.into()),
        Err(error) => anyhow::bail!("{error}\n  help: {HELP}"),
    };
    let dim = Style::new().dimmed();
    complain(&format!(
        "{dim}no configuration file found; reading as the Azure CLI does: {whose}{dim:#}"
    ));
    Ok(crate::cli::tell_warnings(loaded, &SECTIONS))
}

const HELP: &str = "sign in with the Azure CLI, or write a configuration (from forewarn.example.toml) to /etc/forewarn/forewarn.toml or \
    ./forewarn.toml, or name it with --config; `forewarn demo` needs neither";
