use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    App, Credential, Expiry, Id, Kind, ObjectType, Severity,
    assess::{Circumstances, assess},
    facts::Facts,
    glob::Glob,
    group::group,
    matcher::{Matcher, Subject},
    policy::Policies,
    route::{GroupKey, Route, Routes},
};

/// Receivers that tell owners, and one that does not.
const RECEIVERS: [&str; 3] = ["mail", "post", "chat"];
const SEVERITIES: [Severity; 2] = [Severity::Info, Severity::Critical];

/// What directories hold in the place of a mail address.
const MAILS: [&str; 9] = [
    "ada@contoso.com",
    "ADA@Contoso.com",
    " ada@contoso.com",
    "bob@contoso.com",
    "eve@evil.example\r\nBcc: all@contoso.com",
    "Carl <carl@contoso.com>",
    "nobody",
    "",
    "group@contoso.com",
];

fn tells_owners(receiver: &str) -> bool {
    receiver != "chat"
}

fn owner(mail: &str) -> Owner {
    Owner {
        mail: Some(mail.into()),
        ..Owner::default()
    }
}

/// An app with one secret, how urgent that is, and who owns the app.
type Alert = (App, Severity, Vec<Owner>);

fn alert(number: usize, severity: Severity, owners: Vec<Owner>) -> Alert {
    let end = DateTime::UNIX_EPOCH + TimeDelta::days(i64::try_from(number).unwrap());
    let credential = Credential {
        id: Id::parse("c"),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At(end),
        thumbprint: None,
        active: None,
    };
    let app = App {
        object_type: ObjectType::Application,
        object_id: Id::parse(&format!("app {number}")),
        app_id: Id::parse("a"),
        name: format!("app {number}").into(),
        tags: Box::default(),
        credentials: [credential].into(),
    };
    (app, severity, owners)
}

fn due(alerts: &[Alert]) -> Vec<Due<'_>> {
    let circumstances = Circumstances {
        tenant: "contoso",
        policies: &Policies::default(),
        facts: &Facts::default(),
        now: DateTime::UNIX_EPOCH,
    };
    let due = |(app, severity, owners): &'_ Alert| {
        let credential = &app.credentials[0];
        let mut row = assess(circumstances, app, credential).row(circumstances, app, credential);
        row.severity = (*severity).into();
        row.owners = owners.iter().map(|owner| owner.label().into()).collect();
        Arc::new(row)
    };
    alerts
        .iter()
        .map(|alert| Due {
            app: &alert.0,
            credential: &alert.0.credentials[0],
            severity: alert.1,
            owners: &alert.2,
            row: due(alert),
        })
        .collect()
}

#[test]
fn an_address_counts_once_whatever_its_case_and_what_is_none_not_at_all() {
    let owners: Vec<Owner> = MAILS.iter().map(|mail| owner(mail)).collect();
    let known_by_name_alone = Owner {
        user_principal_name: Some("upn@contoso.com".into()),
        ..Owner::default()
    };
    let owners = [owners, vec![known_by_name_alone]].concat();
    assert_eq!(
        addresses(&owners),
        ["ada@contoso.com", "bob@contoso.com", "group@contoso.com"]
    );
}

/// `receiver (fallback): app app`, or with the person's address in the place of the receiver.
fn divided(alerts: &[Alert], routes: Vec<Route>) -> Vec<String> {
    let due = due(alerts);
    let routes = Routes::new(routes, &["mail".to_owned()]);
    let groups = group("contoso", &due, &routes, false);
    let line = |group: Group| {
        let whom = match &group.audience {
            Audience::Receiver => group.receiver.clone(),
            Audience::Owner { address } => address.clone(),
            Audience::InPlaceOfOwners { .. } => format!("{} in place", group.receiver),
        };
        let apps: Vec<String> = group.alerts.iter().map(ToString::to_string).collect();
        format!("{whom} ({}): {}", group.fallback.join(" "), apps.join(" "))
    };
    in_person(groups, &due, tells_owners)
        .into_iter()
        .map(line)
        .collect()
}

#[test]
fn a_person_gets_one_message_of_all_routes_with_all_their_fallbacks() {
    let ada = || vec![owner("ada@contoso.com")];
    let alerts = [
        alert(3, Severity::Info, ada()),
        alert(2, Severity::Critical, ada()),
        alert(1, Severity::Info, Vec::new()),
    ];
    let critical = Route {
        matcher: Matcher {
            severity: vec![Severity::Critical],
            ..Matcher::default()
        },
        receivers: vec!["mail".to_owned(), "chat".to_owned()],
        fallback: vec!["chat".to_owned()],
        group_by: vec![GroupKey::App],
        ..Route::default()
    };
    let rest = Route {
        receivers: vec!["mail".to_owned()],
        ..Route::default()
    };
    assert_eq!(
        divided(&alerts, vec![critical, rest]),
        [
            "chat (chat): 1",
            "mail in place (): 2",
            "ada@contoso.com (chat mail): 1 0"
        ]
    );
}

fn any_alerts() -> impl Strategy<Value = Vec<Alert>> {
    let owners = prop::collection::vec(prop::sample::select(MAILS.to_vec()), 0..4);
    let alert_of = (prop::sample::select(SEVERITIES.to_vec()), owners);
    prop::collection::vec(alert_of, 1..8).prop_map(|alerts| {
        let alerts = alerts.into_iter().enumerate();
        alerts
            .map(|(n, (severity, mails))| {
                alert(n, severity, mails.into_iter().map(owner).collect())
            })
            .collect()
    })
}

fn any_route() -> impl Strategy<Value = Route> {
    let names = || prop::sample::subsequence(RECEIVERS.to_vec(), 0..=3);
    let keys = [
        GroupKey::Tenant,
        GroupKey::App,
        GroupKey::Owner,
        GroupKey::Severity,
    ];
    let what = (
        prop::sample::subsequence(SEVERITIES.to_vec(), 0..=2),
        prop::option::of(prop::sample::select(vec!["app 1", "app ?", "other"])),
    );
    let how = (
        prop::sample::subsequence(keys.to_vec(), 0..=4),
        any::<bool>(),
    );
    (what, names(), names(), how).prop_map(
        |((severity, app), receivers, fallback, (group_by, go_on))| Route {
            matcher: Matcher {
                severity,
                app: app.into_iter().map(Glob::new).collect(),
                ..Matcher::default()
            },
            receivers: receivers.into_iter().map(str::to_owned).collect(),
            fallback: fallback.into_iter().map(str::to_owned).collect(),
            group_by,
            go_on,
            escalation: None,
        },
    )
}

/// The receivers that an alert's routes name.
fn named<'r>(due: &Due<'_>, routes: &'r Routes) -> BTreeSet<&'r str> {
    let subject = Subject {
        tenant: "contoso",
        app: due.app,
        credential: due.credential,
        severity: Some(due.severity),
        owners: due.owners,
    };
    let matching = routes.matching(&subject).into_iter();
    matching
        .flat_map(|at| routes.all()[at].receivers.iter().map(String::as_str))
        .collect()
}

proptest! {
    #[test]
    fn every_alert_reaches_its_owners_or_else_the_receiver_and_nobody_twice(
        alerts in any_alerts(),
        routes in prop::collection::vec(any_route(), 0..4),
        first_scan in any::<bool>(),
    ) {
        let due = due(&alerts);
        let routes = Routes::new(routes, &RECEIVERS.map(str::to_owned));
        let groups = in_person(group("contoso", &due, &routes, first_scan), &due, tells_owners);

        // at which receiver who was told of which alert; "" stands for its own targets
        let mut told: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
        let mut mails = BTreeSet::new();
        for group in &groups {
            prop_assert!(!group.alerts.is_empty());
            let whom = match &group.audience {
                Audience::Receiver => {
                    prop_assert!(!tells_owners(&group.receiver));
                    String::new()
                }
                Audience::InPlaceOfOwners { receiver } => {
                    prop_assert_eq!(receiver, &group.receiver);
                    prop_assert!(tells_owners(receiver));
                    String::new()
                }
                Audience::Owner { address } => {
                    prop_assert!(!group.fallback.is_empty(), "nothing is lost");
                    let address = address.to_lowercase();
                    let mail = (group.receiver.as_str(), address.clone());
                    prop_assert!(mails.insert(mail), "one mail a person");
                    address
                }
            };
            let mut rows = group.alerts.windows(2);
            let in_order = |pair: &[usize]| {
                most_urgent_first(&due[pair[0]].row, &due[pair[1]].row).is_lt()
            };
            prop_assert!(rows.all(in_order));
            for at in &group.alerts {
                told.entry((*at, &group.receiver)).or_default().push(whom.clone());
            }
        }
        for (at, alert) in due.iter().enumerate() {
            for receiver in RECEIVERS {
                let mut expected: Vec<String> = Vec::new();
                if named(alert, &routes).contains(receiver) {
                    let owners = addresses(alert.owners).into_iter();
                    expected = owners.filter(|_| tells_owners(receiver)).map(str::to_lowercase).collect();
                    if expected.is_empty() {
                        expected.push(String::new());
                    }
                }
                expected.sort_unstable();
                let mut told = told.remove(&(at, receiver)).unwrap_or_default();
                told.sort_unstable();
                prop_assert_eq!(told, expected, "{} at {}", at, receiver);
            }
        }
    }
}
