//! Subscriptions and clusters as Azure writes them.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::tenant::{identity, population::Cluster};

pub(super) fn subscription(id: Uuid) -> Value {
    json!({
        "id": format!("/subscriptions/{id}"),
        "authorizationSource": "RoleBased",
        "subscriptionId": id,
        "tenantId": identity::TENANT_ID,
        "displayName": "Contoso",
        "state": "Enabled",
    })
}

/// A `managedClusters` resource, with what has to do with signing in.
pub(super) fn cluster(cluster: &Cluster) -> Value {
    let mut body = json!({
        "id": cluster.resource_id(),
        "name": cluster.name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "location": cluster.location,
        "properties": {
            "provisioningState": "Succeeded",
            "kubernetesVersion": "1.33.4",
            "servicePrincipalProfile": { "clientId": client_id(cluster) },
        },
    });
    if cluster.client_id.is_none() {
        body["identity"] = json!({ "type": "SystemAssigned", "tenantId": identity::TENANT_ID });
    }
    body
}

/// A column of Resource Graph's table, which has resource groups in lower case.
pub(super) fn column(cluster: &Cluster, name: &str) -> Value {
    match name {
        "id" => cluster.resource_id().into(),
        "name" => cluster.name.clone().into(),
        "type" => "microsoft.containerservice/managedclusters".into(),
        "location" => cluster.location.into(),
        "resourceGroup" => cluster.resource_group.to_lowercase().into(),
        "subscriptionId" => cluster.subscription.to_string().into(),
        "tenantId" => identity::TENANT_ID.into(),
        "clientId" => client_id(cluster).into(),
        _ => Value::Null,
    }
}

pub(super) fn client_id(cluster: &Cluster) -> String {
    let id = cluster.client_id.map(|id| id.to_string());
    id.unwrap_or_else(|| "msi".to_owned())
}
