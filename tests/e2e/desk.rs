//! At a desk without a configuration file: `forewarn scan` reads as the Azure CLI does. That one is played by a script.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use forewarn::sandbox::{Fault, Rule};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{
    ask,
    expected::{Expected, rows},
    process::{Ended, Process},
    wait::SOON,
    world::{World, crowd, now},
};

/// Plays an Azure CLI that is signed in to the sandbox, by a token that the sandbox gave.
fn sign_in(world: &World) {
    let account = json!({
        "environmentName": "AzureCloud",
        "name": "N/A(tenant level account)",
        "tenantDefaultDomain": "contoso.example",
        "tenantId": world.sandbox.tenant_id(),
        "user": { "name": "dana@contoso.example", "type": "user" },
    });
    let token = json!({ "accessToken": token(world), "expires_on": now().timestamp() + 3_600 });
    play(
        world,
        &format!(
            "case \"$2\" in\nshow) echo '{account}' ;;\nget-access-token) echo '{token}' ;;\n*) exit 2 ;;\nesac"
        ),
    );
}

fn token(world: &World) -> String {
    let address = world.sandbox.base_url()["http://".len()..].parse().unwrap();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", world.sandbox.client_id())
        .append_pair("client_secret", &world.sandbox.client_secret())
        .append_pair("scope", "https://graph.microsoft.com/.default")
        .finish();
    let path = format!("/{}/oauth2/v2.0/token", world.sandbox.tenant_id());
    let answer = ask::post_form(address, &path, &form);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// Puts a script in the place of `az`.
fn play(world: &World, script: &str) {
    fs::create_dir_all(world.path("bin")).unwrap();
    world.write("bin/az", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(world.path("bin/az"), Permissions::from_mode(0o755)).unwrap();
}

/// `forewarn` where no file is named, and only these programs are found.
fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = world.command(arguments);
    command
        .env_remove("FOREWARN_CONFIG")
        .env("PATH", world.path("bin"))
        .env(
            "FOREWARN__TENANTS__0__ENDPOINTS__GRAPH",
            world.sandbox.base_url(),
        );
    command
}

fn forewarn(world: &World, arguments: &[&str]) -> Ended {
    Process::start(&mut command(world, arguments)).end(SOON)
}

#[test]
fn a_scan_without_a_file_reads_as_the_azure_cli_does() {
    let crowd = crowd(300);
    let world = World::new(&crowd);
    sign_in(&world);
    let signed_in = world.sandbox.stats().tokens();

    let ended = forewarn(&world, &["scan", "--format", "json"]);

    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(
        ended.stderr,
        "no configuration file found; reading as the Azure CLI does: dana@contoso.example in contoso.example\n"
    );
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected = rows(&crowd, now());
    assert_eq!(document["summary"]["credentials"], expected.len());
    let tenants = json!([{ "name": "contoso.example", "complete": true, "error": null }]);
    assert_eq!(document["tenants"], tenants);
    assert_eq!(
        world.sandbox.stats().tokens(),
        signed_in,
        "az has signed in"
    );

    let table = forewarn(&world, &["scan"]);
    assert_eq!(table.code, Some(2), "{}", table.stderr);
    assert!(!table.stdout.contains('\u{1b}'), "colour in a file");
    let is_urgent = |severity| move |row: &&Expected| row.severity == severity;
    for severity in ["expired", "critical"] {
        let urgent = expected.iter().filter(is_urgent(severity));
        let alive = urgent.filter(|row| row.days_left.is_some_and(|days| days >= -6));
        for row in alive {
            assert!(table.stdout.contains(&row.credential_id), "{row:?}");
        }
    }

    let mut named = command(&world, &["scan", "--format", "json"]);
    named.env("FOREWARN__TENANTS__0__NAME", "mine");
    let named = Process::start(&mut named).end(SOON);
    assert!(
        named.stdout.contains(r#""tenants":[{"name":"mine""#),
        "{}",
        named.stderr
    );
}

#[test]
fn whoever_cannot_be_helped_by_the_azure_cli_is_told_what_to_do() {
    let world = World::new(&crowd(3));
    let tenant = world.sandbox.tenant_id();
    let account = json!({ "tenantId": tenant });
    let expired = "echo 'ERROR: AADSTS70043: The refresh token has expired.' >&2; exit 1";
    let cases: [(&str, &[&str]); 6] = [
        ("", &["`az` is not found", "forewarn demo", "--config"]),
        (
            "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
            &[
                "nobody is signed in",
                "az login --allow-no-subscriptions",
                "forewarn demo",
            ],
        ),
        ("echo nonsense", &["names no directory", "az upgrade"]),
        (
            "echo '{\"tenantId\": \"3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99\", \"environmentName\": \"Moon\"}'",
            &["Moon", "az cloud set"],
        ),
        (
            &format!("if [ $2 = show ]; then echo '{account}'; else {expired}; fi"),
            &[
                "AADSTS70043",
                "az login --allow-no-subscriptions --tenant",
                tenant,
            ],
        ),
        ("exit 7", &["it failed"]),
    ];
    for (script, told) in cases {
        if !script.is_empty() {
            play(&world, script);
        }
        let ended = forewarn(&world, &["scan"]);
        assert_eq!(ended.code, Some(3), "{script}: {}", ended.stderr);
        for part in told {
            assert!(
                ended.stderr.contains(part),
                "no {part:?} in {}",
                ended.stderr
            );
        }
    }

    sign_in(&world);
    world.trouble([Rule::always(Fault::Forbidden)]);
    let denied = forewarn(&world, &["scan"]);
    assert_eq!(denied.code, Some(3));
    assert!(
        denied
            .stderr
            .contains("Whoever is signed in to the Azure CLI"),
        "{}",
        denied.stderr
    );
    assert_eq!(denied.stdout, "contoso.example could not be read\n");
}

#[test]
fn a_file_that_was_named_or_is_broken_is_not_made_up_for() {
    let world = World::new(&crowd(3));
    sign_in(&world);
    let mut missing = command(&world, &["scan", "--config", "nowhere.toml"]);
    missing.env_remove("FOREWARN__TENANTS__0__ENDPOINTS__GRAPH");
    let missing = Process::start(&mut missing).end(SOON);
    assert_eq!(missing.code, Some(3));
    assert!(
        missing
            .stderr
            .contains("nowhere.toml: there is no such file"),
        "{}",
        missing.stderr
    );

    // the daemon does not run on whatever somebody is signed in to
    for command in ["run", "check"] {
        let ended = forewarn(&world, &[command]);
        assert_eq!(ended.code, Some(1));
        assert!(
            ended.stderr.contains("no configuration file"),
            "{}",
            ended.stderr
        );
    }

    world.write("forewarn.toml", "[[tenants");
    let broken = forewarn(&world, &["scan"]);
    assert_eq!(broken.code, Some(3));
    assert!(
        broken.stderr.contains("forewarn.toml:1:"),
        "{}",
        broken.stderr
    );

    let mut unfit = command(&world, &["scan"]);
    fs::remove_file(world.path("forewarn.toml")).unwrap();
    unfit.env("FOREWARN__TENANTS__0__CLOUD", "moon");
    let unfit = Process::start(&mut unfit).end(SOON);
    assert_eq!(unfit.code, Some(3));
    assert!(
        unfit.stderr.contains("FOREWARN__TENANTS__0__CLOUD"),
        "{}",
        unfit.stderr
    );
}
