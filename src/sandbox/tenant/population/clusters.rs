//! The AKS clusters in the tenant's Azure subscriptions, and who they sign in as.

use uuid::Uuid;

use super::{Generated, Population, Story};

/// An AKS cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// The resource group that it lies in, in the spelling of its maker.
    pub resource_group: String,
    /// The subscription that it lies in.
    pub subscription: Uuid,
    /// The region.
    pub location: &'static str,
    /// The client id of the app that it signs in as; `None` for one with a managed identity.
    pub client_id: Option<Uuid>,
}

impl Cluster {
    /// Its id in Azure Resource Manager.
    pub fn resource_id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ContainerService/managedClusters/{}",
            self.subscription, self.resource_group, self.name
        )
    }
}

/// How many apps there are for each cluster.
const APPS_EACH: usize = 40;
/// One in so many clusters has a managed identity.
const MANAGED_EACH: usize = 5;

impl Population {
    /// The clusters of all subscriptions.
    pub fn clusters(&self) -> Vec<Cluster> {
        match self {
            Self::Generated(crowd) => crowd.clusters(),
            Self::Story(_) => Story::clusters(),
        }
    }
}

impl Generated {
    fn clusters(&self) -> Vec<Cluster> {
        let apps = (0..self.apps).step_by(APPS_EACH);
        apps.enumerate()
            .map(|(number, index)| Cluster {
                name: format!("aks-{number}"),
                resource_group: format!("RG-AKS-{number}"),
                subscription: subscription(number % 3),
                location: "westeurope",
                client_id: (number % MANAGED_EACH > 0).then(|| self.app(index).app_id),
            })
            .collect()
    }
}

impl Story {
    /// The production cluster and its stand-by sign in as the same app; the one of the developers needs no secret.
    fn clusters() -> Vec<Cluster> {
        let shared = Self::client_id_of("aks-prod-cluster");
        [
            ("aks-prod-weu", "rg-aks-prod", 0, "westeurope", shared),
            (
                "aks-dr-neu",
                "rg-aks-prod(standby)",
                0,
                "northeurope",
                shared,
            ),
            ("aks-dev", "rg-aks-dev", 1, "westeurope", None),
        ]
        .map(
            |(name, resource_group, number, location, client_id)| Cluster {
                name: name.to_owned(),
                resource_group: resource_group.to_owned(),
                subscription: subscription(number),
                location,
                client_id,
            },
        )
        .into()
    }
}

fn subscription(number: usize) -> Uuid {
    Uuid::new_v5(
        &Uuid::NAMESPACE_OID,
        format!("subscription/{number}").as_bytes(),
    )
}
