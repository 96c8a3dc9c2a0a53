//! Does it work at all? Signs in to every tenant and connects to every receiver, and sends nothing.

use std::sync::Arc;

use super::parts::{Net, directories, receivers};
use crate::{
    config::Config,
    domain::{Clock, Secrets},
    telemetry::Metrics,
};

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// `tenant` or `receiver`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Does it work?
    pub works: bool,
    /// What was reached, or what went wrong and what to do.
    pub detail: String,
}

/// Probes everything, one after the other, and tells each finding as it comes.
pub async fn probe(
    config: &Config,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
    mut tell: impl FnMut(Finding) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let net = Net::new(config)?;
    let metrics = Arc::new(Metrics::new());
    let mut all_work = true;
    for directory in directories(config, &net, &clock, &secrets, &metrics).iter() {
        let result = directory.check().await.map_err(|error| error.to_string());
        all_work &= result.is_ok();
        tell(finding("tenant", directory.tenant(), result))?;
    }
    for receiver in receivers(config, &net, &secrets).iter() {
        let result = receiver
            .notifier
            .check()
            .await
            .map_err(|error| error.to_string());
        all_work &= result.is_ok();
        tell(finding("receiver", receiver.notifier.name(), result))?;
    }
    Ok(all_work)
}

fn finding(what: &'static str, name: &str, result: Result<String, String>) -> Finding {
    let works = result.is_ok();
    Finding {
        what,
        name: name.to_owned(),
        works,
        detail: result.unwrap_or_else(|error| error),
    }
}
