//! How Entra words its refusals: texts as they were seen in public threads and as Microsoft's reference gives them, with ids of ours.

use serde_json::json;

pub(crate) const APP: &str = "11111111-2222-4333-8444-555555555555";
const TENANT: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";

/// Code, OAuth's error, text.
#[rustfmt::skip]
const REFUSALS: &[(u32, &str, &str)] = &[
    (7_000_215, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{APP}'."),
    (7_000_222, "invalid_client", "The provided client secret keys for app '{APP}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."),
    (700_027, "invalid_client", "The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., Thumbprint of key used by client: 'DA20FCA696C4F83E8A9AED59BE33368ED421F3C1', Found key 'Start=11/01/2024 09:00:00, End=11/01/2026 09:00:00', Please visit the Azure Portal. Application '{APP}']"),
    (700_024, "invalid_client", "Client assertion is not within its valid time range. Current time: 2026-09-04T07:47:49.0Z, assertion valid from 2026-09-04T06:40:00.0Z, expiry time of assertion 2026-09-04T06:50:00.0Z. Application '{APP}'"),
    (50_012, "invalid_client", "Client assertion contains an invalid signature."),
    (7_000_218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    (700_016, "unauthorized_client", "Application with identifier '{APP}' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."),
    (7_000_229, "invalid_client", "The client application {APP} is missing service principal in the tenant {TENANT}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119"),
    (7_000_112, "unauthorized_client", "Application '{APP}'(billing) is disabled."),
    (70_021, "invalid_request", "No matching federated identity record found for presented assertion. Assertion Issuer: 'https://oidc.example/'. Assertion Subject: 'system:serviceaccount:a:b'. Assertion Audience: 'api://AzureADTokenExchange'."),
    (700_211, "invalid_request", "No matching federated identity record found for presented assertion issuer 'https://oidc.example/'."),
    (700_213, "invalid_request", "No matching federated identity record found for presented assertion subject 'repo:contoso/app:ref:refs/heads/main'."),
    (90_002, "invalid_request", "Tenant 'contoso.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."),
    (900_023, "invalid_request", "Specified tenant identifier 'contso' is neither a valid DNS name, nor a valid external domain."),
    (50_059, "invalid_request", "No tenant-identifying information found in either the request or implied by any provided credentials."),
    (9_001_023, "invalid_request", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."),
    (500_011, "invalid_resource", "The resource principal named https://graph.microsoft.us was not found in the tenant named Contoso."),
    (70_011, "invalid_scope", "The provided request must include a 'scope' input parameter. The scope User.Read Mail.Read is not valid."),
    (1_002_012, "invalid_scope", "The provided value for scope https%3A%2F%2Fgraph.microsoft.com%2F.default is not valid."),
    (900_144, "invalid_request", "The request body must contain the following parameter: 'client_id'."),
    (53_003, "invalid_grant", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."),
    (90_033, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    (50_196, "invalid_grant", "The server terminated an operation because it encountered a client request loop. Please contact your app vendor."),
];

/// Each code with the body that came with it.
pub(crate) fn bodies() -> Vec<(u32, String)> {
    let body = |&(code, error, text): &(u32, &str, &str)| {
        let text = text.replace("{APP}", APP).replace("{TENANT}", TENANT);
        (code, body(code, error, &text))
    };
    REFUSALS.iter().map(body).collect()
}

/// The body of one code.
pub(crate) fn body_of(wanted: u32) -> String {
    let found = bodies().into_iter().find(|(code, _)| *code == wanted);
    found.unwrap().1
}

fn body(code: u32, error: &str, text: &str) -> String {
    // as Entra writes it: apostrophes escaped, lines broken
    json!({
        "error": error,
        "error_description": format!(
            "AADSTS{code}: {text}\r\nTrace ID: 0f1e2d3c-0000-4000-8000-00000000aa01\r\nCorrelation ID: 8c1d2e3f-0000-4000-8000-00000000bb02\
             \r\nTimestamp: 2026-09-04 07:47:49Z"
        ),
        "error_codes": [code],
        "timestamp": "2026-09-04 07:47:49Z",
        "trace_id": "0f1e2d3c-0000-4000-8000-00000000aa01",
        "correlation_id": "8c1d2e3f-0000-4000-8000-00000000bb02",
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    })
    .to_string()
    .replace('\'', "\\u0027")
}
