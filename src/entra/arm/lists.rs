//! The clusters subscription by subscription, for where Resource Graph cannot be asked
//! (<https://learn.microsoft.com/rest/api/resources/subscriptions/list>,
//! <https://learn.microsoft.com/rest/api/aks/managed-clusters/list>).

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    error::{ArmError, Trouble},
    found::Found,
    request::{Ask, Client},
};
use crate::entra::{answer::below, pace::Pace, walk::Walk};

const SUBSCRIPTIONS_VERSION: &str = "api-version=2022-12-01";
/// Any version has the one field that is read; this one is neither new nor old.
const CLUSTERS_VERSION: &str = "api-version=2024-02-01";
/// No list is so long.
const PAGES_MAX: usize = 1_000;

/// Azure Resource Manager's page of any list.
#[derive(Deserialize)]
struct Page {
    value: Vec<Value>,
    #[serde(rename = "nextLink")]
    next_link: Option<String>,
}

/// Notes every cluster of every subscription that can be read.
pub(super) async fn find(
    client: &Client,
    found: &mut Found,
    pace: &Pace<'_>,
) -> Result<(), Trouble> {
    let subscriptions = subscriptions(client, pace).await?;
    let all = subscriptions.len();
    let (mut unread, mut first) = (0, None);
    for id in &subscriptions {
        let path = [
            "subscriptions",
            id,
            "providers",
            "Microsoft.ContainerService",
            "managedClusters",
        ];
        let mut url = below(&client.base, &path);
        url.set_query(Some(CLUSTERS_VERSION));
        let note = |row: &Value| {
            let profile = &row["properties"]["servicePrincipalProfile"];
            found.note(row, &profile["clientId"]);
        };
        match walk(client, url, pace, note).await {
            Err(error) if !error.is_unused() => {
                unread += 1;
                first.get_or_insert(error);
            }
            _ => {}
        }
    }
    match first {
        Some(why) => Err(Trouble::Unread { unread, all, why }),
        None => Ok(()),
    }
}

/// The ids of the subscriptions that the client may see; an error if there is none.
pub(super) async fn subscriptions(
    client: &Client,
    pace: &Pace<'_>,
) -> Result<Vec<String>, Trouble> {
    let mut url = below(&client.base, &["subscriptions"]);
    url.set_query(Some(SUBSCRIPTIONS_VERSION));
    let mut ids = Vec::new();
    let note = |row: &Value| {
        let id = row["subscriptionId"].as_str().unwrap_or_default();
        if !id.is_empty() {
            ids.push(id.to_owned());
        }
    };
    walk(client, url, pace, note).await?;
    if ids.is_empty() {
        return Err(Trouble::NoSubscription);
    }
    Ok(ids)
}

/// Every row of a list. Its next links are followed below the configured address alone.
async fn walk(
    client: &Client,
    first: Url,
    pace: &Pace<'_>,
    mut note: impl FnMut(&Value),
) -> Result<(), ArmError> {
    let mut walk = Walk::new(client.base.clone(), first.clone(), PAGES_MAX);
    let mut url = first;
    loop {
        let ask = Ask {
            url: &url,
            body: None,
        };
        let list: Page = client.ask(ask, pace).await?.read()?;
        list.value.iter().for_each(&mut note);
        let Some(link) = list.next_link.filter(|link| !link.is_empty()) else {
            return Ok(());
        };
        url = walk.follow(&link).map_err(|_| ArmError::Astray)?;
    }
}
