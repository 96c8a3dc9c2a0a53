//! The tokens of those receivers that send mail by Microsoft's services.

use std::sync::Arc;

use super::parts::Net;
use crate::{
    domain::{Clock, Secrets, token::TokenSource},
    entra::{
        Clients, OUTLOOK, Tokens,
        config::{Auth, Cloud, TenantConfig},
    },
    notify::email::OAuth2Client,
};

/// What signing in takes.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    /// The connections.
    pub(super) net: &'a Net,
    /// What is signed in with.
    pub(super) secrets: &'a Arc<dyn Secrets>,
    /// What time it is.
    pub(super) clock: &'a Arc<dyn Clock>,
}

impl Means<'_> {
    /// Tokens for Graph, by the sign-in of a tenant.
    pub(super) fn for_graph(self, tenant: &TenantConfig) -> Arc<dyn TokenSource> {
        self.tokens(tenant, &tenant.graph_resource())
    }

    /// Tokens for SMTP at Exchange Online.
    pub(super) fn for_smtp(self, client: &OAuth2Client) -> Arc<dyn TokenSource> {
        let auth = Auth::ClientSecret {
            client_id: client.client_id.clone(),
            secret: client.secret.clone(),
        };
        let (tenant_id, authority) = (client.tenant_id.clone(), client.authority.clone());
        let tenant = TenantConfig::sign_in_alone(tenant_id, Cloud::Public, authority, auth);
        self.tokens(&tenant, OUTLOOK)
    }

    fn tokens(self, tenant: &TenantConfig, resource: &str) -> Arc<dyn TokenSource> {
        let http = Clients {
            web: self.net.http.clone(),
            local: self.net.local.clone(),
        };
        let (secrets, clock) = (Arc::clone(self.secrets), Arc::clone(self.clock));
        let seed = rand::random();
        Arc::new(Tokens::new(tenant, resource, &http, secrets, clock, seed))
    }
}
