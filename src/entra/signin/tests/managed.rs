//! The dialects of managed identities.

use std::{fmt::Write as _, fs};

use axum::http::header::WWW_AUTHENTICATE;
use chrono::TimeDelta;
use serde_json::json;
use url::Url;

use crate::{
    domain::SecretSource,
    entra::{
        ScanError,
        config::{Auth, IdentityEndpoint, TenantConfig},
        signin::Method,
        tests::fake::{Answer, CLIENT_ID, Fake, Rig, answer, config, json_answer, page, token},
    },
};

fn rig(fake: &Fake, endpoint: IdentityEndpoint, client_id: Option<&str>) -> Rig {
    Rig::with(TenantConfig {
        auth: Auth::ManagedIdentity {
            client_id: client_id.map(str::to_owned),
            endpoint,
        },
        ..config(&fake.url)
    })
}

fn app_service(base: &Url) -> IdentityEndpoint {
    IdentityEndpoint::AppService {
        url: base.join("msi/token").unwrap(),
        header: SecretSource::Env("IDENTITY_HEADER".to_owned()),
    }
}

async fn fake(sign_in: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Fake {
    Fake::start(sign_in, |_, _, _| page([1], None)).await
}

/// As the metadata service words it: all numbers are texts.
fn by_imds(n: usize) -> Answer {
    json_answer(
        200,
        &json!({
            "access_token": format!("token-{n}"), "client_id": CLIENT_ID, "expires_in": "86399", "expires_on": "1795428000",
            "ext_expires_in": "86399", "not_before": "1795341300", "resource": "https://graph.microsoft.com", "token_type": "Bearer",
        }),
    )
}

#[tokio::test]
async fn the_metadata_service_is_asked_in_its_words() {
    for client_id in [None, Some(CLIENT_ID)] {
        let fake = fake(by_imds).await;
        let rig = rig(&fake, IdentityEndpoint::Imds(fake.url.clone()), client_id);
        rig.scan().await.unwrap();
        rig.clock.turn(TimeDelta::hours(23));
        rig.scan().await.unwrap();
        let calls = fake.token_calls();
        assert_eq!(calls.len(), 1, "a token of a day is used for a day");
        assert_eq!(calls[0].path, "/metadata/identity/oauth2/token");
        let more = client_id.map_or(String::new(), |id| format!("&client_id={id}"));
        let query = "api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com";
        assert_eq!(calls[0].query, format!("{query}{more}"));
        assert_eq!(calls[0].header("metadata"), "true");
        assert_eq!(
            fake.graph_calls()[0].header("authorization"),
            "Bearer token-0"
        );
    }
}

#[tokio::test]
async fn app_service_is_asked_in_its_words() {
    let script = |_| {
        json_answer(
            200,
            &json!({"access_token": "t", "expires_on": "1795345200", "resource": "https://graph.microsoft.com", "token_type": "Bearer"}),
        )
    };
    let fake = fake(script).await;
    let rig = rig(&fake, app_service(&fake.url), Some(CLIENT_ID));
    rig.vault.put(Some("853b9a84"));
    rig.scan().await.unwrap();
    // an hour, of which five minutes are spare
    rig.clock.turn(TimeDelta::minutes(54));
    rig.scan().await.unwrap();
    assert_eq!(fake.token_calls().len(), 1);
    rig.clock.turn(TimeDelta::minutes(1));
    rig.vault.put(Some("rotated"));
    rig.scan().await.unwrap();
    let calls = fake.token_calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].path, "/msi/token");
    assert_eq!(
        calls[0].query,
        format!(
            "api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com&client_id={CLIENT_ID}"
        )
    );
    assert_eq!(calls[0].header("x-identity-header"), "853b9a84");
    assert_eq!(calls[1].header("x-identity-header"), "rotated");
}

#[tokio::test]
async fn arc_s_challenge_is_met_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.key");
    fs::write(&path, "s3cret").unwrap();
    let realm = format!("Basic realm={}", path.display());
    let script = move |n| match n {
        0 => answer(401, &[(WWW_AUTHENTICATE.as_str(), &realm)], ""),
        _ => by_imds(n),
    };
    let fake = fake(script).await;
    let url = fake.url.join("metadata/identity/oauth2/token").unwrap();
    let rig = rig(&fake, IdentityEndpoint::Arc(url), Some(CLIENT_ID));
    let folder = folder.path().to_owned();
    rig.change_method(|method| match method {
        Method::ManagedIdentity(identity) => {
            Method::ManagedIdentity(identity.with_challenge_folder(folder))
        }
        other => other,
    })
    .scan()
    .await
    .unwrap();
    let calls = fake.token_calls();
    assert_eq!(calls.len(), 2);
    for call in &calls {
        assert!(
            call.query
                .starts_with("api-version=2020-06-01&resource=https"),
            "{}",
            call.query
        );
        assert_eq!(call.header("metadata"), "true");
    }
    assert!(!calls[0].headers.contains_key("authorization"));
    assert_eq!(calls[1].header("authorization"), "Basic s3cret");
}

#[tokio::test]
async fn arc_is_shown_no_other_file() {
    let script = |_| {
        answer(
            401,
            &[(WWW_AUTHENTICATE.as_str(), "Basic realm=/etc/shadow")],
            "",
        )
    };
    let fake = fake(script).await;
    let rig = rig(
        &fake,
        IdentityEndpoint::Arc(fake.url.join("token").unwrap()),
        None,
    );
    let error = rig.scan().await.unwrap_err();
    assert!(matches!(error, ScanError::Challenge(_)), "{error}");
    assert_eq!(fake.token_calls().len(), 1);
}

#[tokio::test]
async fn an_arc_agent_that_gives_another_identity_is_not_believed() {
    let fake = fake(|n| token(n, 3599)).await;
    let url = fake.url.join("token").unwrap();
    let rig = rig(&fake, IdentityEndpoint::Arc(url), Some(CLIENT_ID));
    let error = rig.scan().await.unwrap_err();
    assert!(matches!(error, ScanError::OtherIdentity { .. }), "{error}");
}

#[tokio::test]
async fn the_metadata_service_is_waited_for_while_it_is_updated() {
    for status in [404, 410, 429, 500, 503] {
        let script = move |n| {
            if n < 6 {
                answer(status, &[], "")
            } else {
                by_imds(n)
            }
        };
        let fake = fake(script).await;
        let rig = rig(&fake, IdentityEndpoint::Imds(fake.url.clone()), None);
        rig.scan().await.unwrap();
        let slept: u64 = rig
            .clock
            .slept()
            .iter()
            .map(std::time::Duration::as_secs)
            .sum();
        assert!((63..=76).contains(&slept), "{status}: {slept} s");
    }
    // two more tries are left: over 70 seconds in total
    let fake = fake(|_| answer(410, &[], "")).await;
    let rig = rig(&fake, IdentityEndpoint::Imds(fake.url.clone()), None);
    let error = rig.scan().await.unwrap_err();
    assert!(
        matches!(error, ScanError::Throttled { status: 410, .. }),
        "{error}"
    );
    let slept: u64 = rig
        .clock
        .slept()
        .iter()
        .map(std::time::Duration::as_secs)
        .sum();
    assert!(slept >= 70, "{slept}");
}

/// What it is, the answer, who is asked, and for whom.
type Case = (
    &'static str,
    fn() -> Answer,
    fn(&Url) -> IdentityEndpoint,
    Option<&'static str>,
);

#[tokio::test]
async fn a_refusal_fails_at_once_and_says_what_to_do() {
    let oauth = || {
        json_answer(
            400,
            &json!({"error": "invalid_request", "error_description": "Identity not found"}),
        )
    };
    let message = || {
        json_answer(
            400,
            &json!({"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for specified ClientId"}),
        )
    };
    let docker = || {
        answer(
            403,
            &[],
            "connecting to 169.254.169.254:80: network is unreachable",
        )
    };
    let imds = |url: &Url| IdentityEndpoint::Imds(url.clone());
    let arc = |url: &Url| IdentityEndpoint::Arc(url.join("token").unwrap());
    let cases: [Case; 6] = [
        ("none assigned", oauth, imds, None),
        ("another assigned", oauth, imds, Some(CLIENT_ID)),
        ("App Service", message, app_service, Some(CLIENT_ID)),
        (
            "App Service's header",
            || answer(401, &[], ""),
            app_service,
            None,
        ),
        ("Docker Desktop", docker, imds, None),
        ("Arc", oauth, arc, None),
    ];
    let mut said = String::new();
    for (case, script, endpoint, client_id) in cases {
        let fake = fake(move |_| script()).await;
        let error = rig(&fake, endpoint(&fake.url), client_id)
            .scan()
            .await
            .unwrap_err();
        assert!(matches!(error, ScanError::Identity(_)), "{error}");
        assert_eq!(fake.token_calls().len(), 1, "{case}");
        let host = fake.url.authority();
        let error = error.to_string().replace(host, "HOST");
        writeln!(said, "{case}: {error}").unwrap();
    }
    insta::assert_snapshot!(said);
}
