//! An odd value costs a warning, never the page.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fake::{app, config};
use crate::{
    domain::{Credential, Expiry, Id, Kind, Snapshot, glob::Glob, matcher::Matcher},
    entra::{collect::Collector, config::TenantConfig, list::List},
};

fn tenant() -> TenantConfig {
    config(&"https://graph.microsoft.com".parse().unwrap())
}

fn read_as(config: TenantConfig, apps: &[Value]) -> Snapshot {
    let mut collector = Collector::new(Arc::new(config), List::Applications);
    let body = json!({"value": apps}).to_string();
    collector.take(body.as_bytes()).unwrap();
    snapshot(collector)
}

fn snapshot(collector: Collector) -> Snapshot {
    let mut snapshot = Snapshot::default();
    collector.add_to(&mut snapshot, true);
    snapshot
}

fn read(apps: &[Value]) -> Snapshot {
    read_as(tenant(), apps)
}

/// The only credential of an app whose secret was changed so, and the warnings.
fn secret_with(key: &str, value: Value) -> (Option<Credential>, Vec<String>) {
    let mut app = app(1);
    app["passwordCredentials"][0][key] = value;
    let snapshot = read(&[app]);
    let credentials = &snapshot.apps[0].credentials;
    assert!(credentials.len() < 2);
    let warnings = snapshot.warnings.into_iter().map(|w| w.message).collect();
    (credentials.first().cloned(), warnings)
}

#[test]
fn a_plain_app_is_read_in_full() {
    let mut plain = app(1);
    plain["tags"] = json!(["prod", "owner:a@b.c"]);
    plain["keyCredentials"] = json!([{
        "keyId": "aaaaaaaa-0000-4000-8000-000000000001", "displayName": "CN=app", "type": "AsymmetricX509Cert", "usage": "Verify",
        "customKeyIdentifier": "2iD8ppbE+D6Kmu1ZvjM2jtQh88E=", "key": null,
        "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2028-01-01T00:00:00Z",
    }]);
    plain["somethingNew"] = json!({"deep": [1, {"x": null}]});
    let snapshot = read(&[plain]);
    assert!(snapshot.warnings.is_empty(), "{:?}", snapshot.warnings);
    let app = &snapshot.apps[0];
    assert!(app.object_id.is_guid() && app.app_id.is_guid() && app.object_id != app.app_id);
    assert_eq!(&*app.name, "app 1");
    assert_eq!(
        app.tags.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        ["prod", "owner:a@b.c"]
    );
    let [secret, certificate] = &*app.credentials else {
        panic!("{:?}", app.credentials);
    };
    assert_eq!(
        (secret.kind, secret.name.as_deref(), secret.hint.as_deref()),
        (Kind::ClientSecret, Some("main"), Some("abc"))
    );
    assert_eq!(
        secret.starts_at,
        Some("2025-01-01T00:00:00Z".parse().unwrap())
    );
    assert_eq!(
        secret.expires,
        Expiry::At("2027-01-01T00:00:00Z".parse().unwrap())
    );
    assert_eq!(
        (
            certificate.kind,
            certificate.name.as_deref(),
            certificate.hint.as_deref()
        ),
        (Kind::Certificate, Some("CN=app"), None)
    );
}

#[test]
fn every_form_of_an_end_is_read_or_refused() {
    for (end, expected) in [
        (json!("2027-03-04T05:06:07Z"), Some("2027-03-04T05:06:07Z")),
        (
            json!("2027-03-04T05:06:07.1234567Z"),
            Some("2027-03-04T05:06:07.1234567Z"),
        ),
        (json!("2027-03-04t05:06:07z"), Some("2027-03-04T05:06:07Z")),
        (
            json!("2027-03-04T05:06:07+02:00"),
            Some("2027-03-04T03:06:07Z"),
        ),
        (json!("0001-01-01T00:00:00Z"), Some("0001-01-01T00:00:00Z")),
        (json!("2098-12-31T23:59:59Z"), Some("2098-12-31T23:59:59Z")),
    ] {
        let (credential, warnings) = secret_with("endDateTime", end.clone());
        assert_eq!(
            credential.unwrap().expires.at(),
            expected.map(|at| at.parse().unwrap()),
            "{end}"
        );
        assert!(warnings.is_empty(), "{end}: {warnings:?}");
    }
    for never in [
        json!(null),
        json!("2099-01-01T00:00:00Z"),
        json!("2299-12-31T00:00:00Z"),
        json!("9999-12-31T23:59:59.9999999Z"),
    ] {
        let (credential, warnings) = secret_with("endDateTime", never.clone());
        assert_eq!(credential.unwrap().expires, Expiry::Never, "{never}");
        assert!(warnings.is_empty(), "{never}: {warnings:?}");
    }
    for unreadable in [
        json!(""),
        json!("soon"),
        json!("2027-13-01T00:00:00Z"),
        json!("2027-02-30T00:00:00Z"),
        json!("0000-00-00T00:00:00Z"),
        json!("0000-01-01T00:00:00Z"),
        json!("10000-01-01T00:00:00Z"),
        json!("2027-01-01"),
        json!(1_800_000_000),
        json!(true),
        json!({}),
        json!([]),
    ] {
        let (credential, warnings) = secret_with("endDateTime", unreadable.clone());
        assert_eq!(credential, None, "{unreadable}");
        assert_eq!(warnings.len(), 1, "{unreadable}");
        assert!(
            warnings[0].contains("00000000-0000-4000-a000-000000000001: endDateTime"),
            "{warnings:?}"
        );
    }
    let mut absent = app(1);
    absent["passwordCredentials"][0]
        .as_object_mut()
        .unwrap()
        .remove("endDateTime");
    assert_eq!(
        read(&[absent]).apps[0].credentials[0].expires,
        Expiry::Never
    );
}

#[test]
fn an_odd_start_counts_as_unknown() {
    for (start, warned) in [(json!(null), 0), (json!("yesterday"), 1), (json!(5), 1)] {
        let (credential, warnings) = secret_with("startDateTime", start.clone());
        assert_eq!(credential.unwrap().starts_at, None, "{start}");
        assert_eq!(warnings.len(), warned, "{start}: {warnings:?}");
    }
}

#[test]
fn odd_names_and_hints_are_no_names_and_hints() {
    for key in ["displayName", "hint"] {
        for (value, warned) in [
            (json!(null), 0),
            (json!(""), 0),
            (json!(5), 1),
            (json!(["x"]), 1),
        ] {
            let (credential, warnings) = secret_with(key, value.clone());
            let credential = credential.unwrap();
            let shown = if key == "hint" {
                credential.hint
            } else {
                credential.name
            };
            assert_eq!((shown, warnings.len()), (None, warned), "{key} {value}");
        }
    }
    let (credential, _) = secret_with("hint", json!("abcdefghij"));
    assert_eq!(
        credential.unwrap().hint.as_deref(),
        Some("abc"),
        "more of a secret than we want to hold"
    );
    let hostile = "<b>\r\n=cmd|' /C'!A1 [x](javascript:1) \u{202e}";
    let (credential, _) = secret_with("displayName", json!(hostile));
    assert_eq!(credential.unwrap().name.as_deref(), Some(hostile));
    let (credential, _) = secret_with("displayName", json!("ä".repeat(5_000)));
    assert_eq!(credential.unwrap().name.unwrap().chars().count(), 1_000);
}

#[test]
fn old_secrets_have_their_name_elsewhere() {
    for (custom, expected) in [
        ("cHJvZCBrZXk=", Some("prod key")),
        ("cAByAG8AZAA=", Some("prod")),
        ("not base64!", None),
        ("2iD8ppbE+D6Kmu1ZvjM2jtQh88E=", None),
        ("AAAA", None),
        ("", None),
    ] {
        let mut old = app(1);
        old["passwordCredentials"][0]["displayName"] = json!(null);
        old["passwordCredentials"][0]["customKeyIdentifier"] = json!(custom);
        let snapshot = read(&[old]);
        assert_eq!(
            snapshot.apps[0].credentials[0].name.as_deref(),
            expected,
            "{custom}"
        );
        assert!(snapshot.warnings.is_empty());
    }
}

#[test]
fn without_a_key_id_one_is_made_up_that_stays_the_same() {
    for missing in [json!(null), json!(""), json!(5), json!("x".repeat(200))] {
        let (first, warnings) = secret_with("keyId", missing.clone());
        let (again, _) = secret_with("keyId", missing.clone());
        assert_eq!(first, again, "{missing}");
        assert_eq!(warnings.len(), 1, "{missing}");
        assert_eq!(
            first.unwrap().id,
            Id::Other("no-key-id/client-secret/2025-01-01T00:00:00Z/2027-01-01T00:00:00Z".into())
        );
    }
    let (other, warnings) = secret_with("keyId", json!("key one"));
    assert_eq!(
        (other.unwrap().id, warnings.len()),
        (Id::Other("key one".into()), 0)
    );
}

#[test]
fn an_app_needs_one_of_its_ids() {
    let (mut no_id, mut no_app_id, mut neither) = (app(1), app(2), app(3));
    no_id["id"] = json!(null);
    no_app_id["appId"] = json!(7);
    neither["id"] = json!("");
    neither.as_object_mut().unwrap().remove("appId");
    let snapshot = read(&[no_id, no_app_id, neither]);
    assert_eq!(snapshot.warnings.len(), 3);
    assert_eq!(snapshot.apps.len(), 2);
    for app in &snapshot.apps {
        assert_eq!(app.object_id, app.app_id);
    }
}

#[test]
fn odd_apps_are_kept_with_what_is_good() {
    let mut odd = app(1);
    odd["displayName"] = json!({"a": 1});
    odd["tags"] = json!(["good", 5, null]);
    odd["keyCredentials"] = json!("none");
    odd["passwordCredentials"].as_array_mut().unwrap().extend([
        json!(null),
        json!(5),
        json!({"keyId": "z"}),
    ]);
    let mut empty = app(2);
    for key in [
        "displayName",
        "tags",
        "keyCredentials",
        "passwordCredentials",
    ] {
        empty[key] = json!(null);
    }
    let snapshot = read(&[odd, empty, json!({"id": "x", "appId": "y"})]);
    assert_eq!((snapshot.listed, snapshot.apps.len()), (3, 1));
    assert_eq!(&*snapshot.apps[0].name, "");
    assert_eq!(&*snapshot.apps[0].tags, ["good"]);
    assert_eq!(snapshot.apps[0].credentials.len(), 2);
    assert_eq!(snapshot.warnings.len(), 5, "{:#?}", snapshot.warnings);
    assert!(
        snapshot
            .warnings
            .iter()
            .all(|w| w.object_id == snapshot.apps[0].object_id.to_string())
    );
}

#[test]
fn a_credential_that_is_listed_twice_is_one() {
    let mut twice = app(1);
    let secret = twice["passwordCredentials"][0].clone();
    twice["passwordCredentials"]
        .as_array_mut()
        .unwrap()
        .push(secret.clone());
    // a certificate may share a secret's key id; one that signs and verifies may be listed for both
    twice["keyCredentials"] = json!([secret.clone(), secret]);
    let snapshot = read(&[twice]);
    let kinds: Vec<Kind> = snapshot.apps[0]
        .credentials
        .iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds, [Kind::ClientSecret, Kind::Certificate]);
}

#[test]
fn what_is_to_be_ignored_is_left_out_but_the_app_is_counted() {
    let mut config = tenant();
    config.ignore = vec![
        Matcher {
            app: vec![Glob::new("p2p server")],
            ..Matcher::default()
        },
        Matcher {
            tag: vec![Glob::new("lab")],
            kind: vec![Kind::ClientSecret],
            ..Matcher::default()
        },
    ];
    let (mut p2p, mut lab) = (app(1), app(2));
    p2p["displayName"] = json!("P2P Server");
    lab["tags"] = json!(["lab"]);
    lab["keyCredentials"] = json!([{"keyId": "c", "endDateTime": "2027-01-01T00:00:00Z"}]);
    let snapshot = read_as(config, &[p2p, lab, app(3)]);
    let counts: Vec<usize> = snapshot
        .apps
        .iter()
        .map(|app| app.credentials.len())
        .collect();
    assert_eq!((snapshot.listed, counts), (3, vec![1, 1]));
    assert_eq!(snapshot.apps[0].credentials[0].kind, Kind::Certificate);
}

#[test]
fn one_broken_name_does_not_cost_the_page() {
    let mut collector = Collector::new(Arc::new(tenant()), List::Applications);
    let body = br#"{"value": [{"id": "a", "appId": "b", "displayName": "half \ud83d", "passwordCredentials": [{"keyId": "k"}]},
        {"id": "c", "appId": "d", "displayName": "whole", "passwordCredentials": [{"keyId": "k"}]}]}"#;
    collector.take(body).unwrap();
    let names: Vec<compact_str::CompactString> = snapshot(collector)
        .apps
        .into_iter()
        .map(|app| app.name)
        .collect();
    assert_eq!(names, ["half \u{fffd}", "whole"]);
}
