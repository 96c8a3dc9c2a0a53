//! The report of when each credential was last used: `/beta/reports/appCredentialSignInActivities`
//! (<https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities>).
//!
//! Every other row is spelled as in the reference, the rest as in its samples: `expirationDate` for `expirationDateTime`, and
//! `secret` for `clientSecret`. Some credentials that were never used are not listed, and some are listed without a use.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::query::{Position, Query};
use crate::sandbox::tenant::{
    Tenant,
    call::Call,
    population::{App, Collection},
};

/// Graph itself, which is what most sign in for.
const RESOURCE: &str = "00000003-0000-0000-c000-000000000000";

/// One page: the credentials of so many apps that it is not longer than it may be.
pub(super) fn page(tenant: &Tenant, call: &Call, query: &Query) -> String {
    let (now, origin) = (tenant.now(), &call.origin);
    let population = tenant.population();
    let Position { page, row: first } = query.position;
    let registrations = population.count(Collection::Applications, now);
    let apps = population
        .rows_from(Collection::Applications, first, now)
        .chain(population.rows_from(
            Collection::ServicePrincipals,
            first.saturating_sub(registrations),
            now,
        ));
    let mut rows: Vec<Value> = Vec::new();
    let mut next = None;
    for (position, app) in (first..).zip(apps) {
        let more = rows_of(&app);
        if !rows.is_empty() && rows.len() + more.len() > query.top {
            next = Some(Position {
                page: page.saturating_add(1),
                row: position,
            });
            break;
        }
        rows.extend(more);
    }
    let mut body = json!({
        "@odata.context": format!("{origin}/beta/$metadata#reports/appCredentialSignInActivities"),
        "value": rows,
    });
    if let Some(next) = next {
        let link = format!(
            "{origin}/beta/reports/appCredentialSignInActivities?{}",
            query.at(next)
        );
        body["@odata.nextLink"] = link.into();
    }
    body.to_string()
}

fn rows_of(app: &App) -> Vec<Value> {
    let secrets = app.secrets.iter().map(|secret| Use {
        key_id: secret.key_id,
        is_secret: true,
        usage: "verify",
        starts_at: secret.starts_at,
        ends_at: secret.ends_at,
        at: secret.last_used_at,
    });
    let certificates = app.certificates.iter().map(|certificate| Use {
        key_id: certificate.key_id,
        is_secret: false,
        usage: if certificate.usage == "Sign" {
            "sign"
        } else {
            "verify"
        },
        starts_at: certificate.starts_at,
        ends_at: certificate.ends_at,
        at: certificate.last_used_at,
    });
    secrets
        .chain(certificates)
        .filter(Use::is_listed)
        .map(|of| of.row(app))
        .collect()
}

/// What the report knows of a credential.
struct Use {
    key_id: Uuid,
    is_secret: bool,
    usage: &'static str,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    at: Option<DateTime<Utc>>,
}

impl Use {
    fn is_listed(&self) -> bool {
        self.at.is_some() || self.key_id.as_u128().is_multiple_of(3)
    }

    fn row(&self, app: &App) -> Value {
        let as_in_samples = self.key_id.as_u128().is_multiple_of(2);
        let time = |at: Option<DateTime<Utc>>| {
            at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        };
        let key_type = match (self.is_secret, as_in_samples) {
            (true, false) => "clientSecret",
            (true, true) => "secret",
            (false, _) => "certificate",
        };
        let is_principal = app.principal.is_some();
        let mut row = json!({
            "id": self.key_id.as_simple().to_string(),
            "appId": app.app_id,
            "appObjectId": (!is_principal).then_some(app.id),
            "servicePrincipalObjectId": is_principal.then_some(app.id),
            "credentialOrigin": if is_principal { "servicePrincipal" } else { "application" },
            "keyId": self.key_id,
            "keyType": key_type,
            "keyUsage": self.usage,
            "resourceId": RESOURCE,
            "createdDateTime": time(self.starts_at),
            "signInActivity": self.at.map(|at| json!({
                "lastSignInDateTime": time(Some(at)),
                "lastSignInRequestId": Uuid::from_u128(!self.key_id.as_u128()),
            })),
        });
        let end = if as_in_samples {
            "expirationDate"
        } else {
            "expirationDateTime"
        };
        row[end] = time(self.ends_at).into();
        row
    }
}
