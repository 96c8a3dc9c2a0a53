//! The Azure CLI, played by the scripts in `az/`.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use crate::entra::{
    CliError, ScanError,
    config::{Auth, Cloud, TenantConfig},
    signin::{Account, Method, azure_cli::account_of},
    tests::fake::{Fake, Rig, config, page, refused},
};

fn script(program: &str) -> PathBuf {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/entra/signin/tests/az");
    PathBuf::from(here).join(program)
}

async fn scan(program: &str, timeout: Duration) -> (Result<String, ScanError>, Fake) {
    let fake = Fake::graph(|_, _| page([1], None)).await;
    let rig = Rig::with(TenantConfig {
        auth: Auth::AzureCli,
        ..config(&fake.url)
    });
    let program = script(program);
    let rig = rig.change_method(|method| match method {
        Method::AzureCli(cli) => Method::AzureCli(cli.with_program(program, timeout)),
        other => other,
    });
    let outcome = rig.scan().await.map(|_| {
        let call = &fake.graph_calls()[0];
        call.header("authorization").to_owned()
    });
    (outcome, fake)
}

async fn error(program: &str) -> ScanError {
    scan(program, Duration::from_mins(1)).await.0.unwrap_err()
}

#[tokio::test]
async fn its_token_is_used() {
    // the script fails unless it is called with the right words, in a folder of the system's
    let (outcome, fake) = scan("signed-in", Duration::from_mins(1)).await;
    assert_eq!(outcome.unwrap(), "Bearer token-of-az");
    assert!(fake.token_calls().is_empty());
}

#[tokio::test]
async fn its_account_is_read() {
    let account = account_of(&script("account")).await.unwrap();
    let expected = Account {
        tenant_id: "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99".to_owned(),
        domain: Some("contoso.com".to_owned()),
        user: Some("dana@contoso.com".to_owned()),
        cloud: Cloud::UsGov,
    };
    assert_eq!(account, expected);
}

#[tokio::test]
async fn why_there_is_no_account_is_told() {
    let mut said = String::new();
    for program in ["signed-out", "broken", "talkative", "not-there"] {
        let error = account_of(&script(program)).await.unwrap_err();
        writeln!(said, "{program}: {error}").unwrap();
    }
    assert!(!said.contains("eyJ"), "{said}");
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_program_that_says_nothing_or_is_none_is_told_as_such() {
    let mute = account_of(&script("mute")).await.unwrap_err();
    assert_eq!(mute.to_string(), "it failed, and did not say why");
    let folder = account_of(&script("")).await.unwrap_err().to_string();
    assert!(folder.starts_with("`az` cannot be run ("), "{folder}");
}

#[tokio::test]
async fn whoever_may_not_read_apps_is_told_so_and_not_of_permissions_of_an_app() {
    let denied = |_, _: &_| {
        refused(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges.",
        )
    };
    let fake = Fake::graph(denied).await;
    let rig = Rig::with(TenantConfig {
        auth: Auth::AzureCli,
        ..config(&fake.url)
    });
    let rig = rig.change_method(|method| match method {
        Method::AzureCli(cli) => {
            Method::AzureCli(cli.with_program(script("signed-in"), Duration::from_mins(1)))
        }
        other => other,
    });
    let error = rig.scan().await.unwrap_err().to_string();
    assert!(
        error.contains("az login --allow-no-subscriptions"),
        "{error}"
    );
    assert!(!error.contains("admin consent"), "{error}");
}

#[tokio::test]
async fn its_failures_are_told_without_what_is_secret() {
    let mut said = String::new();
    for program in ["signed-out", "expired", "broken", "talkative", "not-there"] {
        writeln!(said, "{program}: {}", error(program).await).unwrap();
    }
    assert!(!said.contains("eyJ") && !said.contains("0.AXo"), "{said}");
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn it_is_not_waited_for_long() {
    let (outcome, _) = scan("slow", Duration::from_millis(50)).await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(error, ScanError::AzureCli(CliError::TooSlow(_))),
        "{error}"
    );
}
