//! The clusters that were found, each once, however often and in whatever order they were met.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::{
    Id,
    facts::{Cluster, Clusters},
};

/// What stands in the place of a client id where a cluster has a managed identity, in any case.
const MANAGED_IDENTITY: &str = "msi";
/// The most characters that are kept of any text. A resource id has some 250, and all others are parts of it.
const LONGEST: usize = 512;

/// By subscription, resource group and name, in lower case: Azure does not tell cases apart.
#[derive(Default)]
pub(super) struct Found(BTreeMap<String, (Id, Cluster)>);

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes the cluster of a row that has `id`, `name` and `location`, if it signs in with a client secret.
    /// Of `resourceGroup` and `subscriptionId` the id knows more.
    pub(super) fn note(&mut self, row: &Value, client_id: &Value) {
        let client_id = text(client_id);
        let client_id = client_id.trim();
        if client_id.is_empty() || client_id.eq_ignore_ascii_case(MANAGED_IDENTITY) {
            return;
        }
        let id = text(&row["id"]);
        // Resource Graph's own column has the resource group in lower case
        let segment = |name, column: &str| after(&id, name).unwrap_or_else(|| text(&row[column]));
        let cluster = Cluster {
            name: text(&row["name"]),
            resource_group: segment("resourceGroups", "resourceGroup"),
            subscription_id: segment("subscriptions", "subscriptionId"),
            location: text(&row["location"]),
            id,
        };
        let place = [
            &*cluster.subscription_id,
            &cluster.resource_group,
            &cluster.name,
        ];
        let place = place.join("/").to_lowercase();
        self.0.insert(place, (Id::parse(client_id), cluster));
    }

    pub(super) fn into_clusters(self) -> Clusters {
        let mut clusters = Clusters::default();
        for (client_id, cluster) in self.0.into_values() {
            clusters.insert(client_id, cluster);
        }
        clusters
    }
}

fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.chars().take(LONGEST).collect()
}

/// The segment of a resource id that follows `name`: `/subscriptions/S/resourceGroups/G/providers/…`.
fn after(id: &str, name: &str) -> Option<String> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case(name))?;
    segments.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_managed_identity_is_no_client_and_oddities_do_no_harm() {
        let mut found = Found::default();
        let row = json!({"id": "/subscriptions/s/resourceGroups/g/providers/p/c", "name": "c"});
        for client_id in [
            json!("msi"),
            json!("MSI"),
            json!(" Msi "),
            json!(""),
            json!(null),
            json!(7),
            json!({"a": []}),
        ] {
            found.note(&row, &client_id);
        }
        assert!(found.is_empty());
        found.note(&json!([]), &json!("x"));
        assert_eq!(found.0.into_keys().collect::<Vec<_>>(), ["//"]);
    }

    #[test]
    fn the_same_cluster_is_noted_once_with_the_group_as_people_wrote_it() {
        let mut found = Found::default();
        let id = "/subscriptions/S1/resourceGroups/RG-Prod/providers/Microsoft.ContainerService/managedClusters/aks";
        let row =
            json!({"id": id, "name": "aks", "resourceGroup": "rg-prod", "location": "westeurope"});
        let bare = json!({"name": "AKS", "resourceGroup": "rg-prod", "subscriptionId": "s1"});
        for row in [&bare, &row] {
            found.note(row, &json!("x"));
        }
        let [(client_id, cluster)] = &found.0.into_values().collect::<Vec<_>>()[..] else {
            panic!("one cluster");
        };
        assert_eq!(client_id.to_string(), "x");
        assert_eq!(cluster.resource_group, "RG-Prod");
        assert_eq!(cluster.subscription_id, "S1");
        assert_eq!(cluster.location, "westeurope");
    }
}
