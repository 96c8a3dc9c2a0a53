//! Why a managed identity has no token, put into words.

use std::fmt;

use serde::Deserialize;

use crate::entra::excerpt::excerpt;

/// Who hands out a managed identity's tokens gave none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRefusal {
    /// Who it is, as the beginning of a sentence.
    pub endpoint: &'static str,
    /// Where.
    pub host: String,
    /// HTTP status.
    pub status: u16,
    /// What it said, without control characters and shortened.
    pub description: String,
    /// The user-assigned identity that was asked for.
    pub client_id: Option<String>,
}

/// The metadata service and Azure Arc speak OAuth; App Service has `message`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: String,
    error_description: String,
    message: String,
}

impl IdentityRefusal {
    /// Reads an error answer, whatever it is.
    pub(super) fn read(
        endpoint: &'static str,
        host: &str,
        status: u16,
        body: &[u8],
        client_id: Option<String>,
    ) -> Self {
        let parsed: Option<Body> = serde_json::from_slice(body).ok();
        let said = parsed.map_or_else(
            || String::from_utf8_lossy(body).into_owned(),
            |body| [body.error, body.error_description, body.message].join(" "),
        );
        Self {
            endpoint,
            host: host.to_owned(),
            status,
            description: excerpt(&said, 240),
            client_id,
        }
    }

    fn remedy(&self) -> String {
        match (self.status, &self.client_id) {
            (400 | 404, None) => {
                "No managed identity is assigned to this resource, or several are: assign one, and name a user-assigned one by `client_id`".to_owned()
            }
            (400 | 404, Some(client_id)) => format!(
                "The managed identity {client_id} is not assigned to this resource: assign it, or correct `client_id` (it is the identity's client id, not its object id)"
            ),
            (401, _) => "Restart forewarn, so that it sees the variables that the platform sets now".to_owned(),
            (403, _) => "Something else answers in its place, such as Docker Desktop or a proxy: managed identities work only in Azure".to_owned(),
            _ => "If it happens again, look at the health of the resource in the Azure portal".to_owned(),
        }
    }
}

impl std::error::Error for IdentityRefusal {}

impl fmt::Display for IdentityRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoint,
            host,
            status,
            description,
            ..
        } = self;
        write!(
            f,
            "{endpoint} at {host} gave no token (HTTP {status}). {}",
            self.remedy()
        )?;
        if description.is_empty() {
            return Ok(());
        }
        write!(f, ". It said: {}", description.trim_end_matches('.'))
    }
}
