//! Azure Resource Manager, asked for one thing: which AKS clusters sign in with a client secret, and as which app.
//!
//! `resource_graph` asks for all of them at once; where that does not work, `lists` goes through the subscriptions. Either asks by
//! `request`, patiently and with a token of its own: one for Graph is never sent here, nor this one there.
//!
//! Whatever goes wrong costs the names of clusters and nothing else: it is told in one sentence, and logged when it is new.

mod error;
mod found;
mod lists;
mod request;
mod resource_graph;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::TimeDelta;

use self::{error::Trouble, found::Found, request::Client, resource_graph::Reach};
use super::{
    config::TenantConfig,
    pace::{Pace, Skew},
    said::{News, Said},
    signin::Clients,
};
use crate::domain::{Secrets, facts::Clusters};

/// Alerts do not wait longer than this for the names of clusters.
const TIME: TimeDelta = TimeDelta::minutes(5);

/// Azure Resource Manager as one tenant's client.
pub(super) struct Arm {
    client: Client,
    tenant: String,
    said: Said,
}

impl Arm {
    /// Nothing where the tenant does not want clusters to be named.
    pub(super) fn wanted(
        config: &TenantConfig,
        http: &Clients,
        secrets: Arc<dyn Secrets>,
    ) -> Option<Self> {
        config.aks.then(|| Self {
            client: Client::new(config, http, secrets),
            tenant: config.name.clone(),
            said: Said::default(),
        })
    }

    /// Every cluster that can be found, and why that may not be all of them.
    pub(super) async fn clusters(&self, pace: &Pace<'_>) -> (Clusters, Option<String>) {
        let pace = Pace {
            deadline: pace.deadline.min(pace.clock.now() + TIME),
            progress: &|_| {},
            skew: Skew::default(),
            ..*pace
        };
        let mut found = Found::default();
        let outcome = self.find(&mut found, &pace).await;
        let trouble = outcome.err().map(|trouble| {
            let lost = if found.is_empty() {
                "AKS clusters cannot be named"
            } else {
                "some AKS clusters may not be named"
            };
            format!("{lost}: {trouble}")
        });
        self.say(trouble.as_deref());
        (found.into_clusters(), trouble)
    }

    async fn find(&self, found: &mut Found, pace: &Pace<'_>) -> Result<(), Trouble> {
        let client = &self.client;
        // without a token nobody needs to be asked twice
        client.sign_in(pace).await?;
        match resource_graph::find(client, found, pace).await {
            // it finds nothing just as well where nothing may be seen
            Ok(Reach::Everything) if found.is_empty() => {
                lists::subscriptions(client, pace).await.map(drop)
            }
            Ok(Reach::Everything) => Ok(()),
            Ok(Reach::CutShort) => Err(Trouble::CutShort),
            Ok(Reach::NotEverySubscription) => Err(Trouble::NotEverySubscription),
            Err(error) => {
                tracing::info!(
                    tenant.name = self.tenant,
                    error = %error,
                    "Azure Resource Graph does not answer; the subscriptions are gone through instead"
                );
                lists::find(client, found, pace).await
            }
        }
    }

    fn say(&self, trouble: Option<&str>) {
        let tenant = &self.tenant;
        match self.said.news(trouble.is_some()) {
            Some(News::Trouble) => {
                let trouble = trouble.unwrap_or_default();
                tracing::warn!(tenant.name = tenant, "{trouble}. Everything else goes on");
            }
            Some(News::Over) => {
                tracing::info!(tenant.name = tenant, "AKS clusters are named again");
            }
            None => {}
        }
    }
}
