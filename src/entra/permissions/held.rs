//! What a token says that its bearer may do.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use serde::Deserialize;

use crate::domain::Id;

/// What a token says of its bearer. It is our own token, and is believed for a diagnosis only: Graph decides. Nobody promises
/// that a token can be read at all (<https://learn.microsoft.com/entra/identity-platform/access-tokens>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::entra) enum Held {
    /// An application's own permissions.
    Application {
        /// The claim `roles`.
        roles: Vec<String>,
        /// The object id of its service principal, the claim `oid`.
        principal: Option<Id>,
    },
    /// What a program may do for the person who signed in to it: the claim `scp`. The person's own rights are a limit, too.
    Delegated {
        /// The scopes.
        scopes: Vec<String>,
    },
    /// It cannot be read, or does not tell.
    Untold,
}

/// The claims of Entra's access tokens that matter here
/// (<https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>).
#[derive(Deserialize)]
struct Claims {
    /// One permission each; absent when there are none.
    roles: Option<Vec<String>>,
    /// Separated by blanks.
    scp: Option<String>,
    oid: Option<String>,
    /// `app` in a token of an application's own.
    idtyp: Option<String>,
}

impl Held {
    /// Reads the value of an `Authorization` header.
    pub(in crate::entra) fn read(bearer: &HeaderValue) -> Self {
        let Some(claims) = bearer.to_str().ok().and_then(claims) else {
            return Self::Untold;
        };
        if let Some(scopes) = claims.scp {
            let scopes = scopes.split_whitespace().map(str::to_owned).collect();
            return Self::Delegated { scopes };
        }
        if claims.roles.is_none() && claims.idtyp.as_deref() != Some("app") {
            return Self::Untold;
        }
        let principal = claims.oid.as_deref().map(Id::parse);
        Self::Application {
            roles: claims.roles.unwrap_or_default(),
            principal: principal.filter(Id::is_guid),
        }
    }
}

fn claims(header: &str) -> Option<Claims> {
    let payload = header.strip_prefix("Bearer ")?.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(payload: &str) -> Held {
        let token = format!("Bearer e30.{}.s", URL_SAFE_NO_PAD.encode(payload));
        Held::read(&HeaderValue::from_str(&token).unwrap())
    }

    #[test]
    fn applications_have_roles_and_people_scopes() {
        let oid = "11111111-2222-4333-8444-555555555555";
        let payload = format!(r#"{{"roles":["A","B"],"oid":"{oid}"}}"#);
        assert_eq!(
            held(&payload),
            Held::Application {
                roles: vec!["A".to_owned(), "B".to_owned()],
                principal: Some(Id::parse(oid)),
            }
        );
        // Entra leaves `roles` out when nothing is granted
        assert_eq!(
            held(r#"{"idtyp":"app","oid":"$(reboot)"}"#),
            Held::Application {
                roles: Vec::new(),
                principal: None
            }
        );
        let scopes = vec!["A".to_owned(), "B".to_owned()];
        assert_eq!(
            held(r#"{"scp":"A  B","roles":["C"]}"#),
            Held::Delegated { scopes }
        );
    }

    #[test]
    fn what_cannot_be_read_tells_nothing() {
        for payload in ["{}", "no json", r#"{"roles":7}"#, r#"{"idtyp":"user"}"#] {
            assert_eq!(held(payload), Held::Untold, "{payload}");
        }
        for header in ["Bearer opaque", "Bearer a.%%.c", "Basic e30.e30.e30", ""] {
            let header = HeaderValue::from_str(header).unwrap();
            assert_eq!(Held::read(&header), Held::Untold, "{header:?}");
        }
    }
}
