//! Links for people.

use std::fmt::Write as _;

use super::config::Cloud;
use crate::domain::Id;

/// The *Certificates & secrets* page of an app registration. The address is undocumented but has been stable for years
/// (Microsoft's own Zero Trust assessment prints it).
pub fn portal_link(cloud: Cloud, app_id: &Id) -> String {
    let portal = cloud.portal();
    let app_id = percent_encoded(&app_id.to_string());
    format!(
        "{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{app_id}/isMSAApp~/false"
    )
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

    #[test]
    fn each_cloud_has_its_own_portal() {
        let id = Id::parse("3F0C6A53-7a7a-4a4f-9a5e-2f5d3c1b0a99");
        assert_eq!(
            portal_link(Cloud::Public, &id),
            "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/\
             3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99/isMSAApp~/false"
        );
        assert!(
            portal_link(Cloud::China, &id).starts_with("https://entra.microsoftonline.cn/#view/")
        );
    }

    #[test]
    fn a_hostile_id_cannot_leave_its_place() {
        let link = portal_link(Cloud::Public, &Id::parse("x/../\"><script>ü"));
        assert!(
            link.ends_with("/appId/x%2F..%2F%22%3E%3Cscript%3E%C3%BC/isMSAApp~/false"),
            "{link}"
        );
    }
}
