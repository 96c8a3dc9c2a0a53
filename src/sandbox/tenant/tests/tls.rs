//! HTTPS with the sandbox's own authority.

use reqwest::Certificate;

use super::{Caller, client_builder, options};
use crate::sandbox::{Options, start};

#[tokio::test]
async fn https_works_for_those_who_trust_the_authority_and_for_no_others() {
    let sandbox = start(Options {
        tls: true,
        ..options(3)
    })
    .await
    .unwrap();
    assert!(sandbox.base_url().starts_with("https://localhost:"));
    let ca = Certificate::from_pem(sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    let trusting = client_builder().tls_certs_only([ca]).build().unwrap();
    let caller = Caller::with(trusting, &sandbox).await;
    let page = caller.json("/v1.0/applications?$top=2").await;
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(sandbox.base_url()));
    assert_eq!(
        caller.json(link).await["value"].as_array().unwrap().len(),
        1
    );
    let by_address = sandbox.base_url().replace("localhost", "127.0.0.1");
    let health = caller
        .client
        .get(format!("{by_address}/_sandbox/health"))
        .send()
        .await;
    assert_eq!(health.unwrap().status(), 200);

    let stranger = client_builder().build().unwrap();
    assert!(stranger.get(sandbox.base_url()).send().await.is_err());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_stopped_sandbox_is_gone() {
    let sandbox = start(options(1)).await.unwrap();
    let base = sandbox.base_url().to_owned();
    let client = client_builder().build().unwrap();
    assert!(
        client
            .get(format!("{base}/_sandbox/health"))
            .send()
            .await
            .is_ok()
    );
    sandbox.stop().await;
    assert!(
        client
            .get(format!("{base}/_sandbox/health"))
            .send()
            .await
            .is_err()
    );
}
