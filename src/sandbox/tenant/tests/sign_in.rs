//! The token endpoint: what it refuses, and how; what its tokens open.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use reqwest::Response;
use serde_json::{Value, json};

use super::{Caller, client_builder, graph_error, options, sandbox, today, troubled};
use crate::sandbox::{Faults, Options, Sandbox, start, tenant::identity};

async fn ask(sandbox: &Sandbox, tenant: &str, form: &[(&str, &str)]) -> Response {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", sandbox.base_url());
    client_builder()
        .build()
        .unwrap()
        .post(url)
        .form(form)
        .send()
        .await
        .unwrap()
}

/// A good form with some fields replaced, or left out where the value is empty.
async fn ask_with(sandbox: &Sandbox, tenant: &str, changes: &[(&str, &str)]) -> Response {
    let secret = sandbox.client_secret();
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", sandbox.client_id()),
        ("client_secret", &secret),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    for change in changes {
        form.retain(|field| field.0 != change.0);
        form.push(*change);
    }
    form.retain(|field| !field.1.is_empty());
    ask(sandbox, tenant, &form).await
}

/// Asks with each mistake, and checks that the refusal has its status, error and code.
async fn assert_refused(cases: &[(&str, &str, u16, &str, u32)]) {
    let sandbox = sandbox(1).await;
    for (field, value, status, error, code) in cases {
        // A tenant is in the path, all else in the form.
        let response = match *field {
            "tenant" => ask_with(&sandbox, value, &[]).await,
            _ => ask_with(&sandbox, sandbox.tenant_id(), &[(field, value)]).await,
        };
        assert_eq!(response.status(), *status, "{field}={value}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"], *error, "{field}={value}");
        assert_eq!(body["error_codes"], json!([code]), "{field}={value}");
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
        assert!(
            !text.contains('{'),
            "a word of the request is missing: {text}"
        );
        assert!(text.ends_with("Timestamp: 2026-11-01 09:30:00Z"), "{text}");
    }
    assert_eq!(sandbox.stats().tokens(), cases.len() as u64);
}

const NOBODY: &str = "11111111-2222-3333-4444-555555555555";

#[tokio::test]
async fn a_wrong_client_or_secret_is_refused_with_its_own_code() {
    assert_refused(&[
        ("client_secret", "wrong", 401, "invalid_client", 7_000_215),
        (
            "client_secret",
            identity::SECRET_ID,
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            "client_secret",
            &identity::expired_secret(),
            401,
            "invalid_client",
            7_000_222,
        ),
        ("client_secret", "", 401, "invalid_client", 7_000_218),
        ("client_assertion", "x.y.z", 401, "invalid_client", 50_027),
        ("client_id", NOBODY, 400, "unauthorized_client", 700_016),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_tenant_is_refused_with_its_own_code() {
    assert_refused(&[
        ("tenant", NOBODY, 400, "invalid_request", 90_002),
        ("tenant", "fabrikam.com", 400, "invalid_request", 90_002),
        ("tenant", "not-a-tenant", 400, "invalid_request", 900_023),
        ("tenant", "common", 400, "invalid_request", 9_001_023),
        ("tenant", "organizations", 400, "invalid_request", 50_059),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_request_is_refused_with_its_own_code() {
    assert_refused(&[
        ("client_id", "", 400, "invalid_request", 900_144),
        ("grant_type", "", 400, "invalid_request", 900_144),
        ("scope", "", 400, "invalid_request", 900_144),
        (
            "grant_type",
            "password",
            400,
            "unsupported_grant_type",
            70_003,
        ),
        ("scope", "User.Read Mail.Read", 400, "invalid_scope", 70_011),
        (
            "scope",
            "https://graph.microsoft.com/User.Read",
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            "scope",
            "https%3A%2F%2Fgraph.microsoft.com%2F.default",
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            "scope",
            "https://vault.azure.net/.default",
            400,
            "invalid_resource",
            500_011,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_refusal_looks_like_entra_s() {
    let sandbox = sandbox(1).await;
    let response = ask_with(&sandbox, sandbox.tenant_id(), &[("client_secret", "wrong")]).await;
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(response.headers()["date"], "Sun, 01 Nov 2026 09:30:00 GMT");
    let body = response
        .text()
        .await
        .unwrap()
        .replace(sandbox.base_url(), "");
    insta::assert_snapshot!(body);
}

#[tokio::test]
async fn a_good_client_gets_a_token_by_either_way() {
    let sandbox = sandbox(1).await;
    for tenant in [sandbox.tenant_id(), "contoso.onmicrosoft.com"] {
        let own = format!("{}/.default", sandbox.base_url());
        for scope in ["https://graph.microsoft.com/.default", &own] {
            let response = ask_with(&sandbox, tenant, &[("scope", scope)]).await;
            assert_eq!(response.status(), 200);
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["token_type"], "Bearer");
            assert_eq!(body["expires_in"], 3599);
            assert_eq!(body["ext_expires_in"], 3599);
            assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
        }
    }
    let basic = client_builder()
        .build()
        .unwrap()
        .post(format!(
            "{}/{}/oauth2/v2.0/token",
            sandbox.base_url(),
            sandbox.tenant_id()
        ))
        .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()))
        .form(&[
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ]);
    assert_eq!(basic.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn graph_opens_to_its_own_live_tokens_alone() {
    let minutes = Arc::new(AtomicI64::new(0));
    let clock = {
        let minutes = Arc::clone(&minutes);
        Arc::new(move || today() + TimeDelta::minutes(minutes.load(Ordering::Relaxed)))
    };
    let sandbox = start(Options {
        clock,
        token_life: Duration::from_mins(10),
        ..options(1)
    })
    .await
    .unwrap();
    let mut caller = Caller::of(&sandbox).await;
    let path = "/v1.0/applications";
    assert_eq!(caller.get(path).await.status(), 200);
    minutes.store(10, Ordering::Relaxed);
    let expired = caller.get(path).await;
    let challenge = expired.headers()["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(challenge.starts_with("Bearer realm=\"\""), "{challenge}");
    let refused = (401, "InvalidAuthenticationToken".to_owned());
    assert_eq!(graph_error(expired).await, refused);
    minutes.store(0, Ordering::Relaxed);
    let (claims, _) = caller.token.rsplit_once('.').unwrap();
    let forged = format!("{claims}.{}", STANDARD.encode("forged"));
    for garbage in ["", "garbage", "a.b.c", &forged] {
        caller.token = garbage.to_owned();
        assert_eq!(
            graph_error(caller.get(path).await).await,
            refused,
            "{garbage}"
        );
    }
    let bare = caller
        .client
        .get(format!("{}{path}", caller.base))
        .send()
        .await
        .unwrap();
    assert_eq!(graph_error(bare).await, refused);
}

#[tokio::test]
async fn a_token_is_refused_with_any_code_that_is_asked_for() {
    for (code, status) in [(7_000_222, 401), (53_003, 400), (90_055, 429), (4_711, 400)] {
        let faults = Faults {
            token_error: Some(code),
            ..Faults::default()
        };
        let sandbox = troubled(1, faults).await;
        let response = ask_with(&sandbox, sandbox.tenant_id(), &[]).await;
        assert_eq!(response.status(), status);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error_codes"][0], code);
    }
}

#[tokio::test]
async fn the_metadata_leads_libraries_to_the_token_endpoint() {
    let sandbox = sandbox(1).await;
    let caller = Caller::of(&sandbox).await;
    let (base, id) = (sandbox.base_url(), sandbox.tenant_id());
    let metadata = caller
        .json(&format!("/{id}/v2.0/.well-known/openid-configuration"))
        .await;
    assert_eq!(
        metadata["token_endpoint"],
        format!("{base}/{id}/oauth2/v2.0/token")
    );
    assert_eq!(metadata["issuer"], format!("{base}/{id}/v2.0"));
    let instance = caller
        .json("/common/discovery/instance?api-version=1.1")
        .await;
    let host = base.trim_start_matches("http://");
    assert_eq!(instance["metadata"][0]["aliases"][0], host);
    let unknown = caller
        .get("/fabrikam.com/v2.0/.well-known/openid-configuration")
        .await;
    assert_eq!(unknown.status(), 400);
}
