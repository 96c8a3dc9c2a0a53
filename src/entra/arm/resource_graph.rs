//! All clusters of all subscriptions that the client may read, by one query to Azure Resource Graph, a thousand a page
//! (<https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>).

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::ArmError,
    found::Found,
    request::{Answer, Ask, Client},
};
use crate::entra::{answer::below, error::Service, pace::Pace};

/// Pages can be asked for one by one only while the rows have an id, and an order.
const QUERY: &str = "resources
| where type =~ 'microsoft.containerservice/managedclusters'
| extend clientId = tostring(properties.servicePrincipalProfile.clientId)
| where isnotempty(clientId) and clientId !~ 'msi'
| project id, name, resourceGroup, subscriptionId, location, clientId
| order by id asc";
const API_VERSION: &str = "api-version=2021-03-01";
/// The most that a page holds.
const TOP: u32 = 1_000;

/// How far the query went.
pub(super) enum Reach {
    Everything,
    /// `resultTruncated`: there is more, but no page to ask for.
    CutShort,
    /// It went through the first 10,000 subscriptions only.
    NotEverySubscription,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    /// `"true"` or `"false"`, as texts.
    #[serde(default, rename = "resultTruncated")]
    truncated: Value,
}

/// Notes every cluster, page by page.
pub(super) async fn find(
    client: &Client,
    found: &mut Found,
    pace: &Pace<'_>,
) -> Result<Reach, ArmError> {
    let mut url = below(
        &client.base,
        &["providers", "Microsoft.ResourceGraph", "resources"],
    );
    url.set_query(Some(API_VERSION));
    let mut options = json!({ "$top": TOP, "resultFormat": "objectArray" });
    let mut seen = HashSet::new();
    let mut reach = Reach::Everything;
    loop {
        let body = json!({ "query": QUERY, "options": options });
        let ask = Ask {
            url: &url,
            body: Some(&body),
        };
        let answer = client.ask(ask, pace).await?;
        let result: Page = answer.read()?;
        for row in &result.data {
            found.note(row, &row["clientId"]);
        }
        if is_limited(&answer) {
            reach = Reach::NotEverySubscription;
        }
        let Some(token) = result.skip_token.filter(|token| !token.is_empty()) else {
            let is_cut = result.truncated == "true" || result.truncated == true;
            return Ok(if is_cut { Reach::CutShort } else { reach });
        };
        options["$skipToken"] = token.clone().into();
        if !seen.insert(token) {
            return Err(ArmError::Astray);
        }
        if let Some(pause) = answer.pause() {
            pace.wait(Service::Arm, pause).await?;
        }
    }
}

fn is_limited(answer: &Answer) -> bool {
    answer
        .header("x-ms-tenant-subscription-limit-hit")
        .is_some_and(|hit| hit.eq_ignore_ascii_case("true"))
}
