//! Links for people.

use std::fmt::Write as _;

use super::config::Cloud;
use crate::domain::{Id, Kind, ObjectType, Row};

/// Where a credential is renewed: the *Certificates & secrets* page of an app registration, the *Single sign-on* page of an
/// enterprise app for its SAML signing certificate, and the enterprise app's overview for its other credentials, which have no
/// page. The addresses are undocumented but have been stable for years (Microsoft's own Zero Trust assessment prints the first).
pub fn portal_link(cloud: Cloud, row: &Row) -> String {
    let portal = cloud.portal();
    let app_id = in_address(&row.app_id);
    if row.object_type == ObjectType::Application {
        return format!(
            "{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{app_id}/isMSAApp~/false"
        );
    }
    let object_id = in_address(&row.object_id);
    let blade = format!("{portal}/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~");
    if row.kind == Kind::SamlCertificate {
        return format!(
            "{blade}/SignOn/objectId/{object_id}/appId/{app_id}/preferredSingleSignOnMode/saml/servicePrincipalType/Application/fromNav/"
        );
    }
    format!("{blade}/Overview/objectId/{object_id}/appId/{app_id}")
}

fn in_address(id: &Id) -> String {
    percent_encoded(&id.to_string())
}

/// Everything but RFC 3986's unreserved characters as `%XX`: an id that is no GUID may be anything.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        App, Credential, Expiry,
        assess::{Circumstances, assess},
        facts::Facts,
        policy::Policies,
    };

    fn row(app_id: &str) -> Row {
        let credential = Credential {
            id: Id::parse("c"),
            kind: Kind::ClientSecret,
            name: None,
            hint: None,
            starts_at: None,
            expires: Expiry::Never,
            thumbprint: None,
            active: None,
        };
        let app = App {
            object_type: ObjectType::Application,
            object_id: Id::parse("o/1"),
            app_id: Id::parse(app_id),
            name: "app".into(),
            tags: Box::default(),
            credentials: Box::default(),
        };
        let circumstances = Circumstances {
            tenant: "t",
            policies: &Policies::default(),
            facts: &Facts::default(),
            now: chrono::DateTime::UNIX_EPOCH,
        };
        assess(circumstances, &app, &credential).row(circumstances, &app, &credential)
    }

    #[test]
    fn an_enterprise_app_has_other_pages() {
        let secret = Row {
            object_type: ObjectType::ServicePrincipal,
            ..row("a")
        };
        assert_eq!(
            portal_link(Cloud::Public, &secret),
            "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/o%2F1/appId/a"
        );
        let saml = Row {
            kind: Kind::SamlCertificate,
            ..secret
        };
        assert_eq!(
            portal_link(Cloud::UsGov, &saml),
            "https://entra.microsoft.us/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/objectId/o%2F1/appId/a/\
             preferredSingleSignOnMode/saml/servicePrincipalType/Application/fromNav/"
        );
    }

    #[test]
    fn each_cloud_has_its_own_portal() {
        let row = row("3F0C6A53-7a7a-4a4f-9a5e-2f5d3c1b0a99");
        assert_eq!(
            portal_link(Cloud::Public, &row),
            "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/\
             3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99/isMSAApp~/false"
        );
        assert!(
            portal_link(Cloud::China, &row).starts_with("https://entra.microsoftonline.cn/#view/")
        );
    }

    #[test]
    fn a_hostile_id_cannot_leave_its_place() {
        let link = portal_link(Cloud::Public, &row("x/../\"><script>ü"));
        assert!(
            link.ends_with("/appId/x%2F..%2F%22%3E%3Cscript%3E%C3%BC/isMSAApp~/false"),
            "{link}"
        );
    }
}
