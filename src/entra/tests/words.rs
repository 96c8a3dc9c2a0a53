//! What people read when a tenant cannot be read, all in one golden file.

use std::{fmt::Write as _, time::Duration};

use crate::{
    domain::secret::{SecretError, SecretString},
    entra::{GraphRefusal, Presented, ScanError, Service, SignInRefusal, refusal::Tried},
};

const EXPIRED: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '11111111-2222-4333-8444-555555555555' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds. Trace ID: 0f Correlation ID: 8c1d Timestamp: 2026-09-04 07:47:49Z","error_codes":[7000222],"timestamp":"2026-09-04 07:47:49Z","trace_id":"0f","correlation_id":"8c1d","error_uri":"https://login.microsoftonline.com/error?code=7000222"}"#;
const WRONG: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '11111111-2222-4333-8444-555555555555'. Trace ID: 0f Correlation ID: 8c1d Timestamp: 2023-11-06 07:47:49Z","error_codes":[7000215],"correlation_id":"8c1d"}"#;
const NO_KEY: &str = r#"{"error":"invalid_client","error_description":"AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '0A', Please visit the Azure Portal.]","error_codes":[700027],"correlation_id":"8c1d"}"#;
const NO_SUBJECT: &str = r#"{"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:forewarn:forewarn'.","error_codes":[700213],"correlation_id":"8c1d"}"#;
const UNKNOWN: &str = r#"{"error":"invalid_grant","error_description":"AADSTS1234567: Something\r\nnew.\u001b[31m Trace ID: 0f"}"#;
const HTML: &str = "<!DOCTYPE html><html><head><title>Blocked</title></head><body><h1>Contoso web gateway</h1></body></html>";

fn sign_in(status: u16, body: &str, secret: &str) -> ScanError {
    sign_in_with(Presented::Secret, status, body, secret)
}

fn sign_in_with(presented: Presented, status: u16, body: &str, value: &str) -> ScanError {
    let tried = Tried {
        client_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        presented,
        source: "file /run/secrets/contoso".to_owned(),
        value: SecretString::from(value),
    };
    ScanError::SignIn(Box::new(SignInRefusal::read(
        status,
        body.as_bytes(),
        tried,
    )))
}

fn graph(status: u16, body: &str) -> ScanError {
    let refusal = GraphRefusal::read(status, body.as_bytes(), Some("9a7b"));
    ScanError::Graph(Box::new(refusal))
}

fn from_service() -> Vec<(&'static str, ScanError)> {
    let plain = "abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";
    let denied = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"request-id":"9a7b"}}}"#;
    let bad_token = r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token validation failure. Invalid audience."}}"#;
    vec![
        ("expired", sign_in(401, EXPIRED, plain)),
        ("wrong", sign_in(401, WRONG, plain)),
        (
            "a Secret ID",
            sign_in(401, WRONG, "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99"),
        ),
        ("white space", sign_in(401, WRONG, &format!("{plain}\n"))),
        ("quoted", sign_in(401, WRONG, &format!("\"{plain}\""))),
        ("encoded", sign_in(401, WRONG, "abc8Q%7Edef")),
        ("unknown number", sign_in(400, UNKNOWN, plain)),
        ("a proxy's page", sign_in(403, HTML, plain)),
        ("no words", sign_in(400, "", plain)),
        (
            "an unknown certificate",
            sign_in_with(Presented::Certificate, 401, NO_KEY, "e30.e30.c2ln"),
        ),
        (
            "a foreign service account",
            sign_in_with(Presented::Token, 400, NO_SUBJECT, "e30.e30.c2ln"),
        ),
        ("no permission", graph(403, denied)),
        ("token refused", graph(401, bad_token)),
        ("a proxy before Graph", graph(418, HTML)),
        ("no words from Graph", graph(404, "")),
    ]
}

fn from_us() -> Vec<(&'static str, ScanError)> {
    let host = || "graph.microsoft.com".to_owned();
    vec![
        (
            "no secret",
            ScanError::OwnSecret(SecretError::EnvMissing("CONTOSO".into())),
        ),
        (
            "no secret file",
            ScanError::OwnSecret(SecretError::File {
                path: "/run/secrets/contoso".into(),
                source: std::io::Error::other("permission denied"),
            }),
        ),
        (
            "no token",
            ScanError::NoToken {
                host: "login.microsoftonline.com".into(),
            },
        ),
        (
            "failing",
            ScanError::Failing {
                service: Service::Graph,
                host: host(),
                tries: 4,
                last: "error sending request: client error (Connect): Connection refused".into(),
            },
        ),
        (
            "throttled",
            ScanError::Throttled {
                service: Service::Graph,
                host: host(),
                refusals: 9,
                status: 429,
            },
        ),
        (
            "a wait too long",
            ScanError::OutOfTime {
                service: Service::Graph,
                wait: Some(Duration::from_mins(61)),
            },
        ),
        (
            "time over",
            ScanError::OutOfTime {
                service: Service::SignIn,
                wait: None,
            },
        ),
        (
            "malformed",
            ScanError::Malformed {
                page: 7,
                detail: "EOF while parsing a string at line 1 column 873".into(),
            },
        ),
        (
            "too long",
            ScanError::TooLong {
                service: Service::Graph,
                limit: 64 << 20,
            },
        ),
        (
            "foreign link",
            ScanError::ForeignLink {
                page: 3,
                link: "https://evil.example/v1.0/applications".into(),
                base: "https://graph.microsoft.com/".into(),
            },
        ),
        ("loop", ScanError::Loop { page: 3 }),
        ("endless", ScanError::Endless { pages: 20_000 }),
        (
            "redirect",
            ScanError::Redirect {
                service: Service::Graph,
                host: host(),
                status: 302,
                target: "login.hotel.example".into(),
            },
        ),
    ]
}

#[test]
fn every_error_says_what_happened_and_what_to_do() {
    let mut words = String::new();
    for (case, error) in from_service().into_iter().chain(from_us()) {
        writeln!(words, "[{case}]\n{error}\n").unwrap();
        assert!(!error.to_string().contains(char::is_control), "{case}");
    }
    insta::assert_snapshot!(words);
}
