//! `forewarn setup`, and what `check --online` says of permissions.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use forewarn::sandbox::Faults;
use serde_json::Value;

use crate::{
    config::{ONCE, receivers, service},
    process::{Ended, Process},
    wait::SOON,
    world::{World, crowd},
};

/// Runs a script that `setup` printed, with a stand-in for the Azure CLI.
fn run(world: &World, script: &str, more: &[(&str, &str)]) -> Ended {
    world.write("setup.sh", script);
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/az"),
        world.path("az"),
    )
    .unwrap();
    let mut command = Command::new("bash");
    command
        .args(["-c", "PATH=\"$PWD:$PATH\" exec bash setup.sh"])
        .current_dir(world.path(""))
        .env("TENANT", world.sandbox.tenant_id())
        .env("CLIENT", world.sandbox.client_id())
        .env("SECRET", world.sandbox.client_secret())
        .envs(more.iter().copied());
    Process::start(&mut command).end(SOON)
}

fn asked(world: &World) -> String {
    fs::read_to_string(world.path("az.log")).unwrap()
}

fn online(world: &World) -> (Ended, Value) {
    let ended = world.forewarn(&["check", "--online", "--format", "json"]);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    (ended, answer["online"][0].clone())
}

/// How it stands with each permission: its name, and whether it is there.
fn standings(tenant: &Value) -> Vec<(&str, &str)> {
    let all = tenant["permissions"].as_array().unwrap().iter();
    all.map(|one| {
        (
            one["permission"].as_str().unwrap(),
            one["standing"].as_str().unwrap(),
        )
    })
    .collect()
}

#[test]
fn without_a_configuration_it_leads_to_one_that_works() {
    let world = World::new(&crowd(10));
    let mut command = world.command(&["setup", "--tenant", "contoso"]);
    command.env_remove("FOREWARN_CONFIG");
    let printed = Process::start(&mut command).end(SOON);
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(printed.stderr.contains("no configuration file"));

    let done = run(&world, &printed.stdout, &[]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let secret = world.sandbox.client_secret();
    assert!(!done.stdout.contains(&secret) && !done.stderr.contains(&secret));
    let file = world.path("forewarn-contoso.secret");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let asked_for = asked(&world);
    assert_eq!(asked_for.matches("ad app create").count(), 1);
    assert_eq!(
        asked_for
            .matches("appRoleAssignments --output none")
            .count(),
        2,
        "{asked_for}"
    );
    assert!(asked_for.contains("credential reset") && asked_for.contains("--append"));

    let base = world.sandbox.base_url();
    let endpoints = format!("[tenants.endpoints]\nauthority = \"{base}\"\ngraph = \"{base}\"\n");
    let receivers = receivers(&world.sandbox);
    let config = [service(ONCE), done.stdout, endpoints, receivers].concat();
    world.write("forewarn.toml", &config);
    let (ended, tenant) = online(&world);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(tenant["works"], true);

    // once more: nothing is made a second time
    let again = run(
        &world,
        &printed.stdout,
        &[("APP_ID", world.sandbox.client_id())],
    );
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(asked(&world).matches("credential reset").count(), 1);
}

#[test]
fn every_method_runs_to_its_end() {
    let world = World::new(&crowd(0));
    world.configure(ONCE, "");
    let has_openssl = Command::new("openssl").arg("version").output().is_ok();
    for method in [
        "certificate",
        "workload-identity",
        "managed-identity",
        "azure-cli",
    ] {
        if method == "certificate" && !has_openssl {
            continue;
        }
        let setup = world.forewarn(&["setup", "--method", method, "--aks", "--sign-in-activity"]);
        let more = [
            ("ISSUER", "https://oidc.example/"),
            ("IDENTITY", ""),
            ("RESOURCE_GROUP", "g"),
        ];
        let done = run(&world, &setup.stdout, &more);
        assert_eq!(done.code, Some(0), "{method}: {}", done.stderr);
        let table: toml::Table = done.stdout.parse().unwrap();
        let tenant = &table["tenants"][0];
        assert_eq!(tenant["auth"]["method"].as_str(), Some(method));
        assert_eq!(tenant["sign_in_activity"].as_bool(), Some(true));
        assert_eq!(tenant["azure"]["aks"].as_bool(), Some(true));
    }
    let asked_for = asked(&world);
    assert!(
        asked_for.contains("federated-credential create") && asked_for.contains("identity create")
    );
    assert_eq!(
        asked_for
            .matches("role assignment create --role Reader")
            .count(),
        2 + usize::from(has_openssl)
    );
    if has_openssl {
        let key = fs::metadata(world.path("forewarn-contoso.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn it_stops_before_it_touches_another_tenant_or_cloud() {
    let world = World::new(&crowd(0));
    world.configure(ONCE, "");
    let script = world.forewarn(&["setup"]).stdout;
    for (variable, value, said) in [
        ("TENANT", "77777777-0000-4000-8000-000000000000", "az login"),
        (
            "CLOUD_GRAPH",
            "https://graph.microsoft.us/",
            "az cloud set --name AzureCloud",
        ),
    ] {
        let done = run(&world, &script, &[(variable, value)]);
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        assert!(done.stderr.contains(said), "{}", done.stderr);
        assert_eq!(done.stdout, "");
        assert!(!asked(&world).contains("ad "), "{}", asked(&world));
    }
}

#[test]
fn it_follows_the_configuration_and_says_what_it_cannot_do() {
    let world = World::new(&crowd(0));
    world.configure(ONCE, "[owners]\nsources = [\"notes\"]\n");
    let script = world.forewarn(&["setup"]).stdout;
    assert!(
        script.contains("grant Application.Read.All") && !script.contains("User.ReadBasic.All")
    );
    assert!(script.contains(world.sandbox.client_id()));
    let terraform = world.forewarn(&["setup", "--terraform", "--method", "certificate", "--aks"]);
    assert_eq!(terraform.code, Some(0));
    assert!(terraform.stdout.contains("azurerm_role_assignment"));

    for (arguments, said) in [
        (
            &["setup", "--tenant", "fabrikam"][..],
            "no tenant is named `fabrikam`",
        ),
        (
            &["setup", "--terraform", "--method", "azure-cli"],
            "nothing to create",
        ),
        (&["setup", "--method", "password"], "client-secret"),
        (&["setup", "--config", "missing.toml"], "missing.toml"),
    ] {
        let ended = world.forewarn(arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
        assert!(
            ended.stderr.contains(said),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn check_online_tells_which_permission_is_missing() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));
    let grant = |roles: &[&str]| {
        world.sandbox.set_faults(Faults {
            roles: Some(roles.iter().map(|role| (*role).to_owned()).collect()),
            ..Faults::default()
        });
    };

    grant(&["Application.Read.All"]);
    let (ended, tenant) = online(&world);
    assert_eq!(ended.code, Some(0), "names of owners are an extra");
    assert_eq!(
        standings(&tenant),
        [
            ("Application.Read.All", "granted"),
            ("User.ReadBasic.All", "missing")
        ]
    );
    let fix = tenant["permissions"][1]["fix"].as_str().unwrap();
    assert!(
        fix.contains("az rest") && fix.contains("User.ReadBasic.All"),
        "{fix}"
    );

    grant(&["User.ReadBasic.All", "Mail.Send"]);
    let (ended, tenant) = online(&world);
    assert_eq!(ended.code, Some(1), "nothing can be scanned");
    assert_eq!(
        standings(&tenant),
        [
            ("Application.Read.All", "missing"),
            ("User.ReadBasic.All", "granted"),
            ("Mail.Send", "excess")
        ]
    );
    let told = world.forewarn(&["check", "--online"]).stdout;
    assert!(
        told.contains("FAILED tenant contoso") && told.contains("MISSING"),
        "{told}"
    );

    grant(&["Application.ReadWrite.All", "User.ReadBasic.All"]);
    let (ended, tenant) = online(&world);
    assert_eq!(ended.code, Some(0));
    let excess = &tenant["permissions"][2];
    assert_eq!(excess["standing"], "excess");
    assert!(
        excess["detail"]
            .as_str()
            .unwrap()
            .starts_with("never needed")
    );
}
