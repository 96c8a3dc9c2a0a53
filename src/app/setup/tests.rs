//! The texts: what is in them, and that nothing of a configuration breaks out of them.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use super::{Asked, Method, Plan, quote};
use crate::{
    domain::{Id, SecretSource},
    entra::config::{Cloud, Features, Include},
};

const METHODS: [Method; 5] = [
    Method::ClientSecret,
    Method::Certificate,
    Method::WorkloadIdentity,
    Method::ManagedIdentity,
    Method::AzureCli,
];

fn plan(method: Method) -> Plan {
    let asked = Asked {
        method: Some(method),
        ..Asked::default()
    };
    Plan::new(&asked, None).unwrap()
}

fn everything(method: Method, cloud: Cloud) -> Plan {
    Plan {
        name: "contoso".to_owned(),
        tenant_id: Some("3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99".to_owned()),
        cloud,
        client_id: Some(Id::parse("b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35")),
        features: Features {
            owners: true,
            sign_in_activity: true,
            aks: true,
        },
        include: vec![Include::Applications, Include::Federated],
        source: Some(SecretSource::File("/run/secrets/contoso".into())),
        mailboxes: match method {
            Method::AzureCli => Vec::new(),
            _ => vec![
                "forewarn@contoso.com".to_owned(),
                "o'brien@contoso.com".to_owned(),
            ],
        },
        ..plan(method)
    }
}

/// What every text can be of.
fn plans() -> impl Iterator<Item = Plan> {
    METHODS.into_iter().flat_map(|method| {
        [
            plan(method),
            everything(method, Cloud::Public),
            everything(method, Cloud::UsGovDod),
        ]
    })
}

/// Feeds `text` to a program that says whether it is well-formed; `None` where the program is not on this machine.
fn judged(program: &str, arguments: &[&str], text: &str) -> Option<(bool, String)> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.ok()?;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8(said).unwrap()))
}

#[test]
fn every_script_is_one_that_bash_understands() {
    for plan in plans() {
        let script = plan.script().unwrap();
        let (fine, said) = judged("bash", &["-n"], &script).unwrap();
        assert!(fine, "{said}\n{script}");
        if let Some((fine, said)) = judged("shellcheck", &["--shell", "bash", "-"], &script) {
            assert!(fine, "{said}\n{script}");
        }
        assert!(script.starts_with("#!/usr/bin/env bash\n") && script.ends_with('\n'));
        assert!(script.contains("\nset -euo pipefail\n"));
        assert!(!script.contains("{{") && !script.contains("{%"));
    }
}

#[test]
fn every_terraform_configuration_is_one_and_laid_out_as_it_should_be() {
    for plan in plans().filter(|plan| plan.method != Method::AzureCli) {
        let text = plan.terraform().unwrap();
        // it parses what it lays out
        if let Some((fine, said)) = judged("terraform", &["fmt", "-check", "-diff", "-"], &text) {
            assert!(fine, "{said}\n{text}");
        }
    }
    let refused = plan(Method::AzureCli).terraform().unwrap_err().to_string();
    assert!(refused.contains("nothing to create"), "{refused}");
}

#[test]
fn only_what_is_switched_on_is_granted() {
    for method in METHODS {
        let (least, most) = (plan(method), everything(method, Cloud::Public));
        let (least, most) = (least.script().unwrap(), most.script().unwrap());
        for (word, always) in [
            ("Application.Read.All", true),
            ("User.ReadBasic.All", true),
            ("AuditLog.Read.All", false),
            ("--role Reader", false),
        ] {
            let is_granted = |script: &str| {
                let line = script.lines().filter(|line| !line.starts_with('#'));
                line.into_iter().any(|line| line.contains(word))
            };
            let grants = method != Method::AzureCli;
            assert_eq!(is_granted(&least), grants && always, "{method:?} {word}");
            assert_eq!(is_granted(&most), grants, "{method:?} {word}");
        }
        assert!(!most.contains("ReadWrite"), "{method:?}");
    }
}

#[test]
fn a_secret_is_written_and_never_shown_and_no_other_is_deleted() {
    let script = plan(Method::ClientSecret).script().unwrap();
    assert!(script.contains("umask 077"));
    for method in METHODS {
        let script = plan(method).script().unwrap();
        let resets = script
            .lines()
            .filter(|line| line.contains("credential reset"));
        for reset in resets {
            assert!(reset.contains("--append"), "{reset}");
        }
    }
}

#[test]
fn nothing_hostile_breaks_out() {
    let nasty =
        "x'; touch broken; $(touch broken) `touch broken` \" ${file(\"x\")} \n touch broken #";
    for source in [
        SecretSource::File(nasty.into()),
        SecretSource::Env(nasty.to_owned()),
    ] {
        for method in [Method::ClientSecret, Method::Certificate] {
            let plan = Plan {
                source: Some(source.clone()),
                // the validation lets through neither; the texts do not rely on it
                name: nasty.to_owned(),
                tenant_id: Some(nasty.to_owned()),
                ..plan(method)
            };
            let script = plan.script().unwrap();
            let (fine, said) = judged("bash", &["-n"], &script).unwrap();
            assert!(fine, "{said}\n{script}");
            // the part that prints what is configured, run for real
            let printed = script.split("say \"for forewarn.toml").nth(1).unwrap();
            let printed = printed.split_once('\n').unwrap().1;
            let run = format!("TENANT_ID=t APP_ID=a\n{printed}");
            let folder = tempfile::tempdir().unwrap();
            let output = Command::new("bash")
                .args(["-euc", &run])
                .current_dir(&folder)
                .output();
            let output = output.unwrap();
            assert!(output.status.success(), "{run}");
            assert!(!folder.path().join("broken").exists(), "{run}");
            let table: toml::Table = String::from_utf8(output.stdout).unwrap().parse().unwrap();
            assert_eq!(table["tenants"][0]["name"].as_str(), Some(nasty));
            assert!(plan.terraform().unwrap().contains(&quote::hcl(nasty)));
        }
    }
}

#[test]
fn mail_is_allowed_by_exchange_for_the_mailbox_alone() {
    let asked = |mail: &str, method| Asked {
        mail: Some(mail.to_owned()),
        method: Some(method),
        ..Asked::default()
    };
    let plan = |mail: &str, method| Plan::new(&asked(mail, method), None);
    let script = plan("o'brien@contoso.com", Method::ManagedIdentity);
    let script = script.unwrap().script().unwrap();
    assert!(
        !script.contains("grant Mail.Send"),
        "it would be for every mailbox"
    );

    let commands = script.split("# 3. Mail.").nth(1).unwrap();
    let commands = commands.split("\nsay \"for forewarn.toml").next().unwrap();
    let run = format!("say() {{ printf '%s\\n' \"$*\"; }}; APP_ID=a PRINCIPAL=p\n#{commands}");
    let output = Command::new("bash").args(["-euc", &run]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = [
        "-RecipientRestrictionFilter 'PrimarySmtpAddress -eq ''o''''brien@contoso.com'''\n",
        "New-ServicePrincipal -AppId a -ObjectId p -DisplayName forewarn\n",
        "New-ManagementRoleAssignment -App p -Role 'Application Mail.Send' -CustomResourceScope forewarn\n",
        "Test-ServicePrincipalAuthorization -Identity p -Resource 'o''brien@contoso.com'\n",
    ];
    for part in expected {
        assert!(said.contains(part), "{part}: {said}");
    }
    for (mail, method) in [
        ("nobody", Method::ClientSecret),
        ("a@b.c\n$(x)", Method::ClientSecret),
        ("forewarn@contoso.com", Method::AzureCli),
    ] {
        assert!(plan(mail, method).is_err(), "{mail}");
    }
}

#[test]
fn a_name_that_a_tenant_cannot_have_is_refused() {
    for name in ["", "Contoso", "a b", "$(x)", "a\"b"] {
        let asked = Asked {
            tenant: Some(name.to_owned()),
            ..Asked::default()
        };
        assert!(Plan::new(&asked, None).is_err(), "{name}");
    }
}

#[test]
fn the_whole_script() {
    let script = everything(Method::ClientSecret, Cloud::Public).script();
    insta::assert_snapshot!("client-secret.sh", script.unwrap());
    insta::assert_snapshot!(
        "certificate.sh",
        plan(Method::Certificate).script().unwrap()
    );
    let script = everything(Method::WorkloadIdentity, Cloud::UsGovDod).script();
    insta::assert_snapshot!("workload-identity.sh", script.unwrap());
    insta::assert_snapshot!(
        "managed-identity.sh",
        plan(Method::ManagedIdentity).script().unwrap()
    );
    let script = everything(Method::AzureCli, Cloud::Public).script();
    insta::assert_snapshot!("azure-cli.sh", script.unwrap());
}

#[test]
fn the_whole_terraform_configuration() {
    let text = everything(Method::ClientSecret, Cloud::Public).terraform();
    insta::assert_snapshot!("client-secret.tf", text.unwrap());
    insta::assert_snapshot!(
        "certificate.tf",
        plan(Method::Certificate).terraform().unwrap()
    );
    insta::assert_snapshot!(
        "workload-identity.tf",
        plan(Method::WorkloadIdentity).terraform().unwrap()
    );
    let text = everything(Method::ManagedIdentity, Cloud::China).terraform();
    insta::assert_snapshot!("managed-identity.tf", text.unwrap());
}
