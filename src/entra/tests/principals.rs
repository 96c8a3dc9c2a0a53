//! Service principals beside applications.

use serde_json::{Value, json};
use url::Url;

use super::fake::*;
use crate::{
    domain::{Expiry, Kind, ObjectType, Snapshot},
    entra::{
        Directory, Progress, ScanError,
        config::{Include, TenantConfig},
    },
};

const THUMBPRINT: &str = "DA20FCA696C4F83E8A9AED59BE33368ED421F3C1";
const IN_BASE64: &str = "2iD8ppbE+D6Kmu1ZvjM2jtQh88E=";
const END: &str = "2027-05-01T00:00:00Z";

fn both(url: &Url, more: &[Include]) -> TenantConfig {
    let lists = [Include::Applications, Include::ServicePrincipals];
    TenantConfig {
        include: [&lists[..], more].concat(),
        ..config(url)
    }
}

fn rows(value: &[Value]) -> Answer {
    json_answer(200, &json!({"value": value}))
}

/// A scan of a tenant with these service principals and one application.
async fn scan(principals: Vec<Value>, more: &[Include]) -> Snapshot {
    let fake = Fake::start(
        |n| token(n, 3599),
        move |_, call, _| match &*call.path {
            "/v1.0/applications" => page([1], None),
            "/v1.0/servicePrincipals" => rows(&principals),
            other => panic!("asked for {other}"),
        },
    )
    .await;
    let rig = Rig::with(both(&fake.url, more));
    rig.scan().await.unwrap()
}

fn principal(n: u32, change: &Value) -> Value {
    let mut principal = app(n + 500);
    principal["servicePrincipalType"] = json!("Application");
    principal["appOwnerOrganizationId"] = json!(TENANT_ID);
    for (key, value) in change.as_object().unwrap() {
        principal[key] = value.clone();
    }
    principal
}

fn key(id: u32, usage: &str, custom: &Value, end: &str) -> Value {
    json!({
        "keyId": format!("00000000-0000-4000-b000-{id:012}"), "usage": usage, "type": "X509CertAndPassword",
        "customKeyIdentifier": custom, "displayName": "CN=SSO", "key": null,
        "startDateTime": "2024-05-01T00:00:00Z", "endDateTime": end,
    })
}

/// The app's keys as `kind id-tail`, shortest way to see what was folded.
fn kinds(snapshot: &Snapshot, at: usize) -> Vec<String> {
    let tail = |id: String| id[id.len() - 2..].to_owned();
    let credentials = snapshot.apps[at].credentials.iter();
    credentials
        .map(|credential| format!("{} {}", credential.kind, tail(credential.id.to_string())))
        .collect()
}

#[tokio::test]
async fn both_lists_are_read_and_each_asks_for_what_it_needs() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, url| match n {
            0 => page([1, 2], link(url, 1)),
            1 => page([3], None),
            2 => {
                assert_eq!(call.path, "/v1.0/servicePrincipals");
                let next = format!("{url}v1.0/servicePrincipals?$skiptoken=s1");
                json_answer(
                    200,
                    &json!({"value": [principal(1, &json!({}))], "@odata.nextLink": next}),
                )
            }
            _ => rows(&[
                principal(2, &json!({"passwordCredentials": []})),
                principal(3, &json!({"passwordCredentials": null})),
            ]),
        },
    )
    .await;
    let rig = Rig::with(both(&fake.url, &[]));
    let snapshot = rig.scan().await.unwrap();
    assert_eq!(names(&snapshot), ["app 1", "app 2", "app 3", "app 501"]);
    assert_eq!(snapshot.listed, 3, "registrations are what counts");
    assert!(snapshot.listed_principals.is_some());
    let types: Vec<ObjectType> = snapshot.apps.iter().map(|app| app.object_type).collect();
    assert_eq!(
        types[2..],
        [ObjectType::Application, ObjectType::ServicePrincipal]
    );
    assert_eq!(
        fake.graph_calls()[2].query,
        "$select=id,appId,displayName,tags,servicePrincipalType,appOwnerOrganizationId,\
         preferredTokenSigningKeyThumbprint,passwordCredentials,keyCredentials&$top=999"
    );
    assert_eq!(
        *rig.progress.lock().unwrap(),
        [2, 3, 4, 6].map(Progress::Apps)
    );
}

#[tokio::test]
async fn only_service_principals_are_counted_where_only_they_are_read() {
    let fake = Fake::graph(|_, _| {
        let bare = json!({"passwordCredentials": []});
        rows(&[principal(1, &bare), principal(2, &json!({}))])
    })
    .await;
    let rig = Rig::with(TenantConfig {
        include: vec![Include::ServicePrincipals],
        ..config(&fake.url)
    });
    let snapshot = rig.scan().await.unwrap();
    assert_eq!((snapshot.apps.len(), snapshot.listed), (1, 2));
    assert_eq!(snapshot.listed_principals, None);
    let said = rig.tenant.check().await.unwrap();
    assert!(
        said.detail.ends_with("may list its service principals"),
        "{}",
        said.detail
    );
}

#[tokio::test]
async fn the_three_objects_of_a_saml_certificate_are_one_finding() {
    for custom in [THUMBPRINT, &THUMBPRINT.to_lowercase(), IN_BASE64] {
        let sso = principal(
            1,
            &json!({
                "preferredTokenSigningKeyThumbprint": THUMBPRINT,
                "keyCredentials": [
                    key(11, "Sign", &json!(custom), END), key(12, "Verify", &json!(custom), END),
                    key(21, "Verify", &json!("b3RoZXI="), "2028-01-01T00:00:00Z"), key(20, "Sign", &json!("b3RoZXI="), "2028-01-01T00:00:00Z"),
                    key(30, "Verify", &json!(null), "2026-12-24T00:00:00Z"),
                ],
                "passwordCredentials": [
                    {"keyId": "00000000-0000-4000-b000-000000000011", "endDateTime": END, "customKeyIdentifier": custom},
                    {"keyId": "00000000-0000-4000-b000-000000000099", "endDateTime": END},
                    {"keyId": "00000000-0000-4000-b000-000000000020", "endDateTime": END},
                ],
            }),
        );
        let snapshot = scan(vec![sso], &[]).await;
        assert!(snapshot.warnings.is_empty(), "{:?}", snapshot.warnings);
        assert_eq!(
            kinds(&snapshot, 1),
            [
                "client-secret 99",
                "certificate 30",
                "saml-certificate 11",
                "saml-certificate 20"
            ],
            "{custom}"
        );
        let credentials = &snapshot.apps[1].credentials;
        let thumbprint = credentials[2].thumbprint.as_ref().unwrap();
        assert_eq!(thumbprint.to_string(), THUMBPRINT);
        assert_eq!(credentials[2].expires, Expiry::At(END.parse().unwrap()));
        // the other one's identifier is a name that some tool chose: which of the two it is, nobody can tell
        let active: Vec<Option<bool>> = credentials.iter().map(|one| one.active).collect();
        assert_eq!(active, [None, None, Some(true), None]);
    }
}

#[tokio::test]
async fn parts_without_an_identifier_are_known_by_their_dates() {
    let sso = principal(
        1,
        &json!({
            "passwordCredentials": [],
            "keyCredentials": [key(12, "Verify", &json!(null), END), key(11, "Sign", &json!(null), END)],
        }),
    );
    assert_eq!(
        kinds(&scan(vec![sso], &[]).await, 1),
        ["saml-certificate 11"]
    );
}

#[tokio::test]
async fn one_thumbprint_in_several_shapes_is_one_certificate() {
    let sso = principal(
        1,
        &json!({
            "passwordCredentials": [{"keyId": "00000000-0000-4000-b000-000000000099", "endDateTime": END, "customKeyIdentifier": THUMBPRINT.to_lowercase()}],
            "keyCredentials": [key(12, "verify", &json!(THUMBPRINT), END), key(11, "Sign", &json!(IN_BASE64), END)],
        }),
    );
    assert_eq!(
        kinds(&scan(vec![sso], &[]).await, 1),
        ["saml-certificate 11"]
    );
}

#[tokio::test]
async fn the_idle_certificate_is_known_by_the_one_that_signs() {
    let other = "00".repeat(20);
    let sso = |signs_with: Value| {
        let keys = [
            key(1, "Sign", &json!(THUMBPRINT), END),
            key(2, "Sign", &json!(other), END),
        ];
        principal(
            1,
            &json!({"passwordCredentials": [], "keyCredentials": keys, "preferredTokenSigningKeyThumbprint": signs_with}),
        )
    };
    // as the certificate window of Windows hands it out, an invisible character before it
    let pairs: Vec<&str> = (0..20).map(|at| &THUMBPRINT[2 * at..2 * at + 2]).collect();
    let pasted = format!("\u{200e}{}", pairs.join(" "));
    for (signs_with, expected) in [
        (json!(THUMBPRINT.to_lowercase()), [Some(true), Some(false)]),
        (json!(IN_BASE64), [Some(true), Some(false)]),
        (json!(pasted), [Some(true), Some(false)]),
        (json!(null), [None, None]),
        (json!("11".repeat(20)), [None, None]),
        (json!(7), [None, None]),
    ] {
        let snapshot = scan(vec![sso(signs_with.clone())], &[]).await;
        let active = snapshot.apps[1].credentials.iter().map(|one| one.active);
        assert_eq!(active.collect::<Vec<_>>(), expected, "{signs_with}");
    }
}

#[tokio::test]
async fn microsoft_s_own_and_managed_identities_are_left_out_unless_included() {
    let all = || {
        vec![
            principal(1, &json!({"servicePrincipalType": "Legacy"})),
            principal(2, &json!({"servicePrincipalType": "ManagedIdentity"})),
            principal(
                3,
                &json!({"appOwnerOrganizationId": "F8CDEF31-a31e-4b4a-93e4-5f571e91255a"}),
            ),
            principal(
                4,
                &json!({"appOwnerOrganizationId": "72f988bf-86f1-41af-91ab-2d7cd011db47"}),
            ),
            principal(
                5,
                &json!({"appOwnerOrganizationId": "72f988bf-86f1-41af-91ab-2d7cd011db47", "displayName": "VPN Server"}),
            ),
            principal(
                6,
                &json!({"servicePrincipalType": 7, "appOwnerOrganizationId": null}),
            ),
        ]
    };
    for (more, expected) in [
        (&[][..], &["app 1", "app 501", "VPN Server", "app 506"][..]),
        (
            &[Include::Microsoft],
            &[
                "app 1",
                "app 501",
                "app 503",
                "app 504",
                "VPN Server",
                "app 506",
            ],
        ),
        (
            &[Include::ManagedIdentities],
            &["app 1", "app 501", "app 502", "VPN Server", "app 506"],
        ),
    ] {
        let snapshot = scan(all(), more).await;
        assert_eq!(names(&snapshot), expected, "{more:?}");
    }
    let snapshot = scan(all(), &[Include::ManagedIdentities]).await;
    assert_eq!(snapshot.apps[2].object_type, ObjectType::ManagedIdentity);
}

#[tokio::test]
async fn federated_credentials_are_information_on_request() {
    let fake = Fake::graph(|_, _| {
        let mut with = app(1);
        with["federatedIdentityCredentials"] =
            json!([{"id": "00000000-0000-4000-c000-000000000001", "name": "github", "subject": "repo:x"}, {"name": "no id"}, 5]);
        rows(&[with])
    })
    .await;
    let rig = Rig::with(TenantConfig {
        include: vec![Include::Applications, Include::Federated],
        ..config(&fake.url)
    });
    let snapshot = rig.scan().await.unwrap();
    assert!(
        fake.graph_calls()[0]
            .query
            .ends_with("&$expand=federatedIdentityCredentials&$top=100")
    );
    let federated = &snapshot.apps[0].credentials[1];
    assert_eq!(
        (federated.kind, federated.expires),
        (Kind::Federated, Expiry::Never)
    );
    assert_eq!(federated.name.as_deref(), Some("github"));
    assert_eq!(snapshot.apps[0].credentials.len(), 2);
    assert_eq!(snapshot.warnings.len(), 2);
}

#[tokio::test]
async fn a_place_lost_in_the_second_list_costs_that_list_alone() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, url| match n {
            0 => page([1], None),
            1 => {
                let next = format!("{url}v1.0/servicePrincipals?$skiptoken=s1");
                json_answer(
                    200,
                    &json!({"value": [principal(1, &json!({}))], "@odata.nextLink": next}),
                )
            }
            2 => refused(400, "Directory_ExpiredPageToken", "gone"),
            _ => {
                assert_eq!(call.path, "/v1.0/servicePrincipals");
                rows(&[principal(1, &json!({})), principal(2, &json!({}))])
            }
        },
    )
    .await;
    let snapshot = Rig::with(both(&fake.url, &[])).scan().await.unwrap();
    assert_eq!(names(&snapshot), ["app 1", "app 501", "app 502"]);
    assert_eq!(fake.graph_calls().len(), 4);
}

#[tokio::test]
async fn a_hundred_and_fifty_requests_a_minute_over_both_lists() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |n, call, url| {
            let path = &call.path;
            match n {
                99 | 199 => rows(&[]),
                _ => json_answer(200, &json!({"value": [], "@odata.nextLink": format!("{}{path}?p={n}", url.as_str().trim_end_matches('/'))})),
            }
        },
    )
    .await;
    let rig = Rig::with(both(&fake.url, &[]));
    rig.scan().await.unwrap();
    assert_eq!(fake.graph_calls().len(), 200);
    assert_eq!(rig.clock.slept(), [std::time::Duration::from_mins(1)]);
}

#[tokio::test]
async fn what_graph_says_of_its_limits_is_metered_and_heeded() {
    let fake = Fake::graph(|n, url| {
        let mut answer = page([u32::try_from(n).unwrap()], (n == 0).then(|| link(url, 1)));
        let headers = answer.headers_mut();
        headers.insert("x-ms-resource-unit", "2".parse().unwrap());
        if n == 0 {
            headers.insert("x-ms-throttle-limit-percentage", "0.9".parse().unwrap());
        }
        answer
    })
    .await;
    let rig = Rig::new(&fake.url);
    rig.scan().await.unwrap();
    assert_eq!(rig.clock.slept().len(), 1);
    let metrics = rig.metrics.encode().unwrap();
    assert!(
        metrics.contains(r#"forewarn_graph_resource_units_total{tenant="contoso"} 4"#),
        "{metrics}"
    );
    assert!(
        metrics.contains(r#"forewarn_graph_throttle_limit_ratio{tenant="contoso"} 0.0"#),
        "{metrics}"
    );
}

#[tokio::test]
async fn without_the_second_list_a_scan_is_not_complete() {
    let fake = Fake::start(
        |n| token(n, 3599),
        |_, call, _| match &*call.path {
            "/v1.0/applications" => page([1], None),
            _ => json_answer(
                404,
                &json!({"error": {"code": "Request_ResourceNotFound", "message": "Not here."}}),
            ),
        },
    )
    .await;
    let scanned = Rig::with(both(&fake.url, &[])).scan().await;
    let Err(ScanError::Graph(refusal)) = scanned else {
        panic!("{scanned:?}");
    };
    assert_eq!(refusal.status, 404);
}
