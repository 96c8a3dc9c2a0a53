//! The properties of an `application`, and which of them a request selects
//! (<https://learn.microsoft.com/graph/api/resources/application>).

use super::{error::GraphError, json};
use crate::sandbox::tenant::population::{App, Certificate, Secret};

/// Some properties of an app, in Graph's order.
#[derive(Debug)]
pub(super) struct Projection {
    properties: Vec<&'static Property>,
    /// `(id,appId)` in the context of the answer; empty without `$select`.
    context: String,
}

#[derive(Debug)]
struct Property {
    name: &'static str,
    value: Value,
}

/// Where a property's value comes from.
#[derive(Debug)]
enum Value {
    Id,
    AppId,
    Created,
    DisplayName,
    Notes,
    Tags,
    ServiceManagementReference,
    Secrets,
    Certificates,
    /// The same for every app here.
    Fixed(&'static str),
}

const fn property(name: &'static str, value: Value) -> Property {
    Property { name, value }
}

const fn null(name: &'static str) -> Property {
    property(name, Value::Fixed("null"))
}

const fn empty(name: &'static str) -> Property {
    property(name, Value::Fixed("[]"))
}

const fn fixed(name: &'static str, json: &'static str) -> Property {
    property(name, Value::Fixed(json))
}

static PROPERTIES: [Property; 39] = [
    property("id", Value::Id),
    null("deletedDateTime"),
    property("appId", Value::AppId),
    null("applicationTemplateId"),
    null("disabledByMicrosoftStatus"),
    property("createdDateTime", Value::Created),
    null("createdByAppId"),
    property("displayName", Value::DisplayName),
    null("description"),
    null("groupMembershipClaims"),
    empty("identifierUris"),
    null("isDeviceOnlyAuthSupported"),
    null("isDisabled"),
    null("isFallbackPublicClient"),
    null("nativeAuthenticationApisEnabled"),
    property("notes", Value::Notes),
    fixed("publisherDomain", r#""contoso.onmicrosoft.com""#),
    property(
        "serviceManagementReference",
        Value::ServiceManagementReference,
    ),
    fixed("signInAudience", r#""AzureADMyOrg""#),
    property("tags", Value::Tags),
    null("tokenEncryptionKeyId"),
    null("uniqueName"),
    null("samlMetadataUrl"),
    null("defaultRedirectUri"),
    null("certification"),
    null("optionalClaims"),
    null("servicePrincipalLockConfiguration"),
    null("requestSignatureVerification"),
    empty("addIns"),
    fixed(
        "api",
        r#"{"acceptMappedClaims":null,"knownClientApplications":[],"requestedAccessTokenVersion":null,"oauth2PermissionScopes":[],"preAuthorizedApplications":[]}"#,
    ),
    empty("appRoles"),
    fixed(
        "info",
        r#"{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null}"#,
    ),
    property("keyCredentials", Value::Certificates),
    fixed(
        "parentalControlSettings",
        r#"{"countriesBlockedForMinors":[],"legalAgeGroupRule":"Allow"}"#,
    ),
    property("passwordCredentials", Value::Secrets),
    fixed("publicClient", r#"{"redirectUris":[]}"#),
    empty("requiredResourceAccess"),
    fixed(
        "verifiedPublisher",
        r#"{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}"#,
    ),
    fixed(
        "web",
        r#"{"homePageUrl":null,"logoutUrl":null,"redirectUris":[],"implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":false},"redirectUriSettings":[]}"#,
    ),
];

impl Projection {
    /// Without `$select`.
    pub(super) fn everything() -> Self {
        Self {
            properties: PROPERTIES.iter().collect(),
            context: String::new(),
        }
    }

    /// With `$select=list`. A name that does not exist is an error, as it is for most of Graph.
    pub(super) fn select(list: &str) -> Result<Self, GraphError> {
        let names: Vec<&str> = list.split(',').map(str::trim).collect();
        if names.contains(&"*") {
            return Ok(Self::everything());
        }
        let unknown = names
            .iter()
            .find(|name| !PROPERTIES.iter().any(|known| known.name == **name));
        if let Some(name) = unknown {
            return Err(GraphError::bad_request(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.application'."
            )));
        }
        Ok(Self {
            properties: PROPERTIES
                .iter()
                .filter(|property| names.contains(&property.name))
                .collect(),
            context: format!("({})", names.join(",")),
        })
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
    }
}

impl Value {
    fn write(&self, app: &App, out: &mut String) {
        match self {
            Self::Id => json::guid(out, app.id),
            Self::AppId => json::guid(out, app.app_id),
            Self::Created => json::time(out, Some(app.created_at)),
            Self::DisplayName => json::text(out, app.display_name.as_deref()),
            Self::Notes => json::text(out, app.notes.as_deref()),
            Self::Tags => json::list(out, &app.tags, |out, tag| json::text(out, Some(tag))),
            Self::ServiceManagementReference => {
                json::text(out, app.service_management_reference.as_deref());
            }
            Self::Secrets => json::list(out, &app.secrets, secret),
            Self::Certificates => json::list(out, &app.certificates, certificate),
            Self::Fixed(json) => out.push_str(json),
        }
    }
}

/// A `passwordCredential`.
fn secret(out: &mut String, secret: &Secret) {
    out.push_str(r#"{"customKeyIdentifier":"#);
    json::text(out, secret.custom_key_identifier.as_deref());
    out.push_str(r#","displayName":"#);
    json::text(out, secret.display_name.as_deref());
    out.push_str(r#","endDateTime":"#);
    json::time(out, secret.ends_at);
    out.push_str(r#","hint":"#);
    json::text(out, secret.hint.as_deref());
    out.push_str(r#","keyId":"#);
    json::guid(out, secret.key_id);
    out.push_str(r#","secretText":null,"startDateTime":"#);
    json::time(out, secret.starts_at);
    out.push('}');
}

/// A `keyCredential`. Its `key` is only ever shown for a single app; here, never.
fn certificate(out: &mut String, certificate: &Certificate) {
    out.push_str(r#"{"customKeyIdentifier":"#);
    json::text(out, certificate.custom_key_identifier.as_deref());
    out.push_str(r#","displayName":"#);
    json::text(out, certificate.display_name.as_deref());
    out.push_str(r#","endDateTime":"#);
    json::time(out, certificate.ends_at);
    out.push_str(r#","key":null,"keyId":"#);
    json::guid(out, certificate.key_id);
    out.push_str(r#","startDateTime":"#);
    json::time(out, certificate.starts_at);
    out.push_str(r#","type":"AsymmetricX509Cert","usage":"Verify"}"#);
}
