//! Which properties of an `application` or `servicePrincipal` a request selects.

use uuid::Uuid;

use super::{
    error::GraphError,
    json,
    properties::{Property, properties},
};
use crate::sandbox::tenant::population::{App, Collection};

/// Some properties of an app, in Graph's order.
#[derive(Debug)]
pub(super) struct Projection {
    properties: Vec<&'static Property>,
    /// `(id,appId)` in the context of the answer; empty without `$select`.
    context: String,
    /// `$expand=federatedIdentityCredentials`
    expands_federated: bool,
}

impl Projection {
    /// Without `$select`.
    pub(super) fn everything(of: Collection) -> Self {
        Self {
            properties: properties(of).iter().collect(),
            context: String::new(),
            expands_federated: false,
        }
    }

    /// With `$select=list`. A name that does not exist is an error, as it is for most of Graph.
    pub(super) fn select(of: Collection, list: &str) -> Result<Self, GraphError> {
        let names: Vec<&str> = list.split(',').map(str::trim).collect();
        if names.contains(&"*") {
            return Ok(Self::everything(of));
        }
        let unknown = names
            .iter()
            .find(|name| !properties(of).iter().any(|known| known.name == **name));
        if let Some(name) = unknown {
            return Err(GraphError::bad_request(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                type_name(of)
            )));
        }
        Ok(Self {
            properties: properties(of)
                .iter()
                .filter(|property| names.contains(&property.name))
                .collect(),
            context: format!("({})", names.join(",")),
            expands_federated: false,
        })
    }

    /// With the federated credentials of each app.
    #[must_use]
    pub(super) fn with_federated(self) -> Self {
        Self {
            expands_federated: true,
            ..self
        }
    }

    /// Are the federated credentials of each app given?
    pub(super) fn expands_federated(&self) -> bool {
        self.expands_federated
    }

    /// Was there a `$select`?
    pub(super) fn is_selection(&self) -> bool {
        !self.context.is_empty()
    }

    /// What `@odata.context` says of it.
    pub(super) fn context(&self) -> &str {
        &self.context
    }

    /// Writes the selected properties, with commas between them.
    pub(super) fn write(&self, app: &App, out: &mut String) {
        for (position, property) in self.properties.iter().enumerate() {
            out.push_str(if position == 0 { "\"" } else { ",\"" });
            out.push_str(property.name);
            out.push_str("\":");
            property.value.write(app, out);
        }
        if self.expands_federated {
            out.push_str(r#","federatedIdentityCredentials":"#);
            json::list(out, &app.federated, |out, name| federated(app, name, out));
        }
    }
}

fn type_name(of: Collection) -> &'static str {
    match of {
        Collection::Applications => "application",
        Collection::ServicePrincipals => "servicePrincipal",
    }
}

/// A `federatedIdentityCredential`.
fn federated(app: &App, name: &str, out: &mut String) {
    let id = Uuid::new_v5(&app.id, name.as_bytes());
    out.push_str(r#"{"id":"#);
    json::guid(out, id);
    out.push_str(r#","name":"#);
    json::text(out, Some(name));
    out.push_str(
        r#","issuer":"https://token.actions.githubusercontent.com","subject":"repo:contoso/app:ref:refs/heads/main","description":null,"audiences":["api://AzureADTokenExchange"],"claimsMatchingExpression":null}"#,
    );
}
