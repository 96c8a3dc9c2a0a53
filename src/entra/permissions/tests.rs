//! What is said of every combination of features, tokens and tries.

use std::fmt::Write as _;

use super::{
    Finding, Held, Permission,
    Permission::{ApplicationRead, AuditLogRead, UserReadBasic},
    Standing, Tried, judge, needed,
};
use crate::{
    domain::Id,
    entra::{
        config::{Auth, Cloud, Features, Include, TenantConfig},
        tests::fake::{config, with_features},
    },
};

const PRINCIPAL: &str = "11111111-2222-4333-8444-555555555555";
const ALL: Features = Features {
    owners: true,
    sign_in_activity: true,
    aks: true,
};

fn tenant(features: Features) -> TenantConfig {
    with_features(
        config(&"https://graph.microsoft.com".parse().unwrap()),
        features,
    )
}

fn no_reader() -> Tried {
    Tried::Fails("AKS clusters cannot be named: HTTP 403".to_owned())
}

fn app(roles: &[&str]) -> Held {
    Held::Application {
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        principal: Some(Id::parse(PRINCIPAL)),
    }
}

fn person(scopes: &str) -> Held {
    Held::Delegated {
        scopes: scopes.split(' ').map(str::to_owned).collect(),
    }
}

fn by_token(features: Features, held: &Held) -> Vec<Finding> {
    let azure = if features.aks {
        Tried::Works
    } else {
        Tried::Not
    };
    judge(&tenant(features), held, |_| Tried::Not, azure)
}

fn standings(findings: &[Finding]) -> Vec<(&str, Standing, bool)> {
    let standing = |found: &'_ Finding| (found.standing, found.blocks);
    let one = findings.iter().map(|found| {
        let (standing, blocks) = standing(found);
        (found.permission.as_str(), standing, blocks)
    });
    one.collect()
}

#[test]
fn each_feature_asks_for_its_own_and_no_more() {
    let lists = [Include::Applications];
    let of = |features| needed(features, &lists);
    assert_eq!(of(Features::default()), [ApplicationRead]);
    assert_eq!(of(ALL), [ApplicationRead, UserReadBasic, AuditLogRead]);
    for permission in of(ALL) {
        assert!(
            permission.name().contains(".Read") && !permission.name().contains("Write"),
            "forewarn only reads"
        );
        assert!(!permission.wider().contains(&permission.name()));
    }
}

#[test]
fn a_token_with_just_what_is_needed_is_well() {
    let held = app(&[
        "Application.Read.All",
        "User.ReadBasic.All",
        "AuditLog.Read.All",
    ]);
    let findings = by_token(Features { aks: false, ..ALL }, &held);
    assert!(
        findings
            .iter()
            .all(|found| found.standing == Standing::Granted && found.fix.is_none())
    );
}

#[test]
fn what_is_missing_stops_a_feature_or_only_makes_it_poorer() {
    let findings = by_token(ALL, &app(&[]));
    assert_eq!(
        standings(&findings),
        [
            ("Application.Read.All", Standing::Missing, true),
            ("User.ReadBasic.All", Standing::Missing, false),
            ("AuditLog.Read.All", Standing::Missing, true),
            ("Reader (Azure role)", Standing::Granted, false),
        ]
    );
    let fix = findings[1].fix.as_deref().unwrap();
    assert!(
        fix.contains(PRINCIPAL) && fix.contains("[?value=='User.ReadBasic.All']"),
        "{fix}"
    );
}

#[test]
fn who_sends_mail_may_send_mail() {
    let mut tenant = tenant(ALL);
    tenant.sends_mail = true;
    let held = app(&["Mail.Send", "Mail.Read"]);
    let findings = judge(&tenant, &held, |_| Tried::Works, Tried::Works);
    let extra = findings
        .iter()
        .filter(|found| found.standing == Standing::Excess);
    let extra: Vec<&str> = extra.map(|found| found.permission.as_str()).collect();
    assert_eq!(extra, ["Mail.Read"]);
}

#[test]
fn what_is_wider_will_do_and_is_too_much() {
    let findings = by_token(
        ALL,
        &app(&[
            "Directory.Read.All",
            "Mail.Send",
            "Application.ReadWrite.All",
        ]),
    );
    assert_eq!(
        standings(&findings),
        [
            ("Application.Read.All", Standing::Granted, false),
            ("User.ReadBasic.All", Standing::Granted, false),
            ("AuditLog.Read.All", Standing::Granted, false),
            ("Reader (Azure role)", Standing::Granted, false),
            ("Application.ReadWrite.All", Standing::Excess, false),
            ("Directory.Read.All", Standing::Excess, false),
            ("Mail.Send", Standing::Excess, false),
        ]
    );
    assert!(findings[4].detail.starts_with("never needed"));
    assert!(
        findings[5].detail.contains(
            "Application.Read.All and User.ReadBasic.All and AuditLog.Read.All are enough"
        )
    );
}

#[test]
fn trying_has_the_last_word() {
    let one = |held: &Held, tried: Tried| {
        let findings = judge(
            &tenant(Features::default()),
            held,
            |_| tried.clone(),
            Tried::Not,
        );
        (findings[0].standing, findings[0].blocks)
    };
    let fails = || Tried::Fails("Graph answers Authorization_RequestDenied".to_owned());
    let granted = app(&["Application.Read.All"]);
    assert_eq!(one(&granted, fails()), (Standing::Refused, true));
    assert_eq!(one(&app(&[]), Tried::Works), (Standing::Granted, false));
    assert_eq!(one(&Held::Untold, Tried::Works), (Standing::Granted, false));
    assert_eq!(one(&Held::Untold, fails()), (Standing::Missing, true));
    assert_eq!(one(&Held::Untold, Tried::Not), (Standing::Unknown, false));
}

#[test]
fn a_person_is_told_of_roles_and_not_of_the_cli_s_own_scopes() {
    let cli = person("Application.ReadWrite.All Directory.AccessAsUser.All AuditLog.Read.All");
    let findings = judge(
        &tenant(ALL),
        &cli,
        |permission| match permission {
            UserReadBasic => Tried::Not,
            ApplicationRead | AuditLogRead => Tried::Fails("Graph answers HTTP 403".to_owned()),
        },
        no_reader(),
    );
    assert!(
        findings
            .iter()
            .all(|found| found.standing != Standing::Excess)
    );
    assert_eq!(
        findings[1].standing,
        Standing::Unknown,
        "the person may or may not"
    );
    let reader = findings.last().unwrap();
    assert_eq!((reader.standing, reader.blocks), (Standing::Missing, true));
    let fix = by_token(Features::default(), &person("openid"))[0]
        .fix
        .clone()
        .unwrap();
    assert!(fix.contains("Directory Readers"), "{fix}");
}

#[test]
fn whoever_has_no_readable_token_is_granted_by_client_id_and_nothing_hostile_is_pasted() {
    let fails = |_: Permission| Tried::Fails("x".to_owned());
    let fix = |client_id: &str| {
        let mut tenant = tenant(Features::default());
        tenant.cloud = Cloud::UsGov;
        tenant.auth = Auth::ManagedIdentity {
            client_id: Some(client_id.to_owned()),
            endpoint: crate::entra::config::IdentityEndpoint::Imds(tenant.graph.clone()),
        };
        let findings = judge(&tenant, &Held::Untold, fails, Tried::Not);
        findings[0].fix.clone().unwrap()
    };
    assert!(fix(PRINCIPAL).contains(&format!("--id {PRINCIPAL}")));
    assert!(fix(PRINCIPAL).contains("https://graph.microsoft.us/v1.0/"));
    assert!(!fix("x; reboot").contains("reboot"));
    let hostile = app(&["A\u{1b}[31m\n", &"x".repeat(500)]);
    let shown = by_token(Features::default(), &hostile);
    assert!(
        shown
            .iter()
            .all(|found| !found.permission.contains(char::is_control))
    );
    assert!(
        shown
            .iter()
            .all(|found| found.permission.chars().count() <= 60)
    );
}

#[test]
fn every_finding_in_words() {
    let mut text = String::new();
    let fails = |permission| match permission {
        AuditLogRead => Tried::Fails(
            "Graph answers Authentication_RequestFromNonPremiumTenantOrB2CTenant".to_owned(),
        ),
        _ => Tried::Not,
    };
    for (who, held) in [
        ("nothing granted", app(&[])),
        (
            "wide",
            app(&["Directory.ReadWrite.All", "AuditLog.Read.All"]),
        ),
        ("a person", person("User.Read")),
        ("unreadable", Held::Untold),
    ] {
        let _ = writeln!(text, "== {who}");
        for Finding {
            permission,
            standing,
            blocks,
            detail,
            fix,
        } in judge(&tenant(ALL), &held, fails, no_reader())
        {
            let blocks = if blocks { ", blocks" } else { "" };
            let _ = writeln!(
                text,
                "{permission} ({standing:?}{blocks}): {detail}\n    {}",
                fix.unwrap_or_default()
            );
        }
    }
    insta::assert_snapshot!(text);
}
