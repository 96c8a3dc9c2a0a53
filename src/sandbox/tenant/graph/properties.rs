//! The properties of an `application` and of a `servicePrincipal`
//! (<https://learn.microsoft.com/graph/api/resources/application>, `serviceprincipal`).

use super::json;
use crate::sandbox::tenant::population::{App, Certificate, Collection, Principal, Secret};

/// One property of every object of a collection.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) value: Value,
}

/// Where a property's value comes from.
#[derive(Debug)]
pub(super) enum Value {
    Id,
    AppId,
    Created,
    DisplayName,
    Notes,
    Tags,
    ServiceManagementReference,
    Secrets,
    Certificates,
    /// … of a service principal
    PrincipalType,
    Owner,
    SingleSignOn,
    SignsWith,
    AlternativeNames,
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

static APPLICATION: [Property; 39] = [
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

static SERVICE_PRINCIPAL: [Property; 37] = [
    property("id", Value::Id),
    null("deletedDateTime"),
    fixed("accountEnabled", "true"),
    property("alternativeNames", Value::AlternativeNames),
    property("appDisplayName", Value::DisplayName),
    null("appDescription"),
    property("appId", Value::AppId),
    null("applicationTemplateId"),
    property("appOwnerOrganizationId", Value::Owner),
    fixed("appRoleAssignmentRequired", "false"),
    null("createdByAppId"),
    null("description"),
    null("disabledByMicrosoftStatus"),
    property("displayName", Value::DisplayName),
    null("homepage"),
    null("isDisabled"),
    null("loginUrl"),
    null("logoutUrl"),
    property("notes", Value::Notes),
    empty("notificationEmailAddresses"),
    property("preferredSingleSignOnMode", Value::SingleSignOn),
    property("preferredTokenSigningKeyThumbprint", Value::SignsWith),
    empty("replyUrls"),
    empty("servicePrincipalNames"),
    property("servicePrincipalType", Value::PrincipalType),
    fixed("signInAudience", r#""AzureADMyOrg""#),
    property("tags", Value::Tags),
    null("tokenEncryptionKeyId"),
    null("samlSingleSignOnSettings"),
    empty("addIns"),
    empty("appRoles"),
    fixed(
        "info",
        r#"{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null}"#,
    ),
    property("keyCredentials", Value::Certificates),
    empty("oauth2PermissionScopes"),
    property("passwordCredentials", Value::Secrets),
    empty("resourceSpecificApplicationPermissions"),
    fixed(
        "verifiedPublisher",
        r#"{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}"#,
    ),
];

/// The properties of a collection's objects, in Graph's order.
pub(super) fn properties(of: Collection) -> &'static [Property] {
    match of {
        Collection::Applications => &APPLICATION,
        Collection::ServicePrincipals => &SERVICE_PRINCIPAL,
    }
}

impl Value {
    /// Writes an object's own value.
    pub(super) fn write(&self, app: &App, out: &mut String) {
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
            Self::PrincipalType => json::text(out, principal(app).map(|of| of.kind)),
            Self::Owner => match principal(app).and_then(|of| of.owner) {
                Some(owner) => json::guid(out, owner),
                None => json::text(out, None),
            },
            Self::SingleSignOn => json::text(out, principal(app).and_then(|of| of.single_sign_on)),
            Self::SignsWith => {
                json::text(out, principal(app).and_then(|of| of.signs_with.as_deref()));
            }
            Self::AlternativeNames => {
                let names = principal(app).map_or(&[][..], |of| &of.alternative_names);
                json::list(out, names, |out, name| json::text(out, Some(name)));
            }
            Self::Fixed(json) => out.push_str(json),
        }
    }
}

fn principal(app: &App) -> Option<&Principal> {
    app.principal.as_ref()
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
    let kind = if certificate.usage == "Sign" {
        "X509CertAndPassword"
    } else {
        "AsymmetricX509Cert"
    };
    out.push_str(r#","type":"#);
    json::text(out, Some(kind));
    out.push_str(r#","usage":"#);
    json::text(out, Some(certificate.usage));
    out.push('}');
}
