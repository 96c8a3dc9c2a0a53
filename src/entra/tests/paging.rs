//! A list is read to its end, or it is an error.

use super::fake::*;
use crate::entra::{Directory, Progress, ScanError};

#[tokio::test]
async fn every_page_is_read_once_with_one_token() {
    let fake = Fake::graph(|n, url| match n {
        0 => page([1, 2], link(url, 1)),
        1 => page([3, 4], link(url, 2)),
        _ => page([5], None),
    })
    .await;
    let rig = Rig::new(&fake.url);
    let snapshot = rig.scan().await.unwrap();
    assert_eq!(
        names(&snapshot),
        ["app 1", "app 2", "app 3", "app 4", "app 5"]
    );
    assert_eq!(snapshot.credentials(), 5);
    assert!(snapshot.warnings.is_empty(), "{:?}", snapshot.warnings);
    assert_eq!(fake.token_calls().len(), 1);
    assert!(rig.clock.slept().is_empty());
    assert_eq!(*rig.progress.lock().unwrap(), [2, 4, 5].map(Progress::Apps));

    let calls = fake.graph_calls();
    let queries: Vec<&str> = calls.iter().map(|call| &*call.query).collect();
    assert_eq!(
        queries,
        [
            "$select=id,appId,displayName,tags,passwordCredentials,keyCredentials&$top=999",
            "$skiptoken=p1",
            "$skiptoken=p2"
        ]
    );
    for call in &calls {
        assert_eq!(call.path, "/v1.0/applications");
        assert_eq!(call.header("authorization"), "Bearer token-0");
        assert_eq!(call.header("accept"), "application/json");
        assert!(call.header("user-agent").starts_with("forewarn/"));
        uuid::Uuid::try_parse(call.header("client-request-id")).unwrap();
    }
    assert_ne!(
        calls[0].header("client-request-id"),
        calls[1].header("client-request-id")
    );
}

#[tokio::test]
async fn a_scan_works_on_a_runtime_with_threads_too() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let apps = std::thread::spawn(move || {
        runtime.block_on(async {
            let fake = Fake::graph(|n, url| match n {
                0..50 => page([u32::try_from(n).unwrap()], link(url, n + 1)),
                _ => page([50], None),
            })
            .await;
            let rig = std::sync::Arc::new(Rig::new(&fake.url));
            tokio::spawn(async move { rig.scan().await.unwrap().apps.len() })
                .await
                .unwrap()
        })
    });
    assert_eq!(apps.join().unwrap(), 51);
}

#[tokio::test]
async fn the_next_page_is_asked_for_before_this_one_is_counted() {
    let fake = Fake::graph(|n, url| match n {
        0 => page(0..999, link(url, 1)),
        _ => page([1_000], None),
    })
    .await;
    let rig = Rig::new(&fake.url);
    let asked = |progress: &Progress| matches!(progress, Progress::Apps(999));
    let deadline = crate::domain::Clock::now(rig.clock.as_ref()) + chrono::TimeDelta::hours(1);
    let calls_then = std::sync::Mutex::new(0);
    let note = |progress: Progress| {
        if asked(&progress) {
            // the fake runs on this test's only thread: it has seen the request only if we gave way after sending it
            *calls_then.lock().unwrap() = fake.graph_calls().len();
        }
    };
    rig.tenant.scan(deadline, &note).await.unwrap();
    assert_eq!(*calls_then.lock().unwrap(), 2);
}

#[tokio::test]
async fn an_app_that_comes_twice_counts_as_last_seen() {
    let fake = Fake::graph(|n, url| {
        if n == 0 {
            return page([1, 2, 3], link(url, 1));
        }
        let mut renamed = app(2);
        renamed["displayName"] = "renamed".into();
        json_answer(200, &serde_json::json!({"value": [renamed, app(4)]}))
    })
    .await;
    let snapshot = Rig::new(&fake.url).scan().await.unwrap();
    assert_eq!(names(&snapshot), ["app 1", "app 3", "renamed", "app 4"]);
}

#[tokio::test]
async fn a_list_without_end_is_cut_off() {
    let fake = Fake::graph(|n, url| page([1], link(url, n + 1))).await;
    let mut rig = Rig::new(&fake.url);
    rig.tenant.pages_max = 20;
    let error = rig.scan().await.unwrap_err();
    assert!(matches!(error, ScanError::Endless { pages: 20 }), "{error}");
    assert_eq!(fake.graph_calls().len(), 20);
}

#[tokio::test]
async fn a_token_is_never_sent_to_another_host() {
    let elsewhere = Fake::graph(|_, _| page([9], None)).await;
    let there = elsewhere.url.clone();
    let fake = Fake::graph(move |_, _| page([1], link(&there, 1))).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(error, ScanError::ForeignLink { page: 1, .. }),
        "{error}"
    );
    assert!(elsewhere.graph_calls().is_empty());
}

#[tokio::test]
async fn a_list_in_circles_fails() {
    let fake = Fake::graph(|n, url| page([1], link(url, n % 2))).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(matches!(error, ScanError::Loop { page: 3 }), "{error}");
    assert_eq!(fake.graph_calls().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_an_error_and_not_followed() {
    let elsewhere = Fake::graph(|_, _| page([9], None)).await;
    let there = elsewhere.url.to_string();
    let fake = Fake::graph(move |_, _| answer(302, &[("location", &there)], "")).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(&error, ScanError::Redirect { status: 302, target, .. } if target.starts_with("127.0.0.1:")),
        "{error}"
    );
    assert!(elsewhere.graph_calls().is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let fake = Fake::graph(|_, _| endless()).await;
    let mut rig = Rig::new(&fake.url);
    rig.tenant.graph.body_max = 1 << 20;
    let error = rig.scan().await.unwrap_err();
    assert!(matches!(error, ScanError::TooLong { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_whole_page_fails_at_once_with_its_number() {
    for body in [
        "",
        "<html><body>Sign in to the hotel's network</body></html>",
        r#"{"value": [{"id": "a"}, {"id":"#,
        r#"{"value": null}"#,
        r#"{"value": [{"id": "a"}, null]}"#,
        r#"{"@odata.context": "x"}"#,
    ] {
        let fake = Fake::graph(move |n, url| match n {
            0 => page([1], link(url, 1)),
            _ => answer(200, &[], body),
        })
        .await;
        let error = Rig::new(&fake.url).scan().await.unwrap_err();
        assert!(
            matches!(error, ScanError::Malformed { page: 2, .. }),
            "{body}: {error}"
        );
        assert_eq!(fake.graph_calls().len(), 2, "{body}");
    }
}

#[tokio::test]
async fn a_page_torn_after_its_link_fails_the_scan_however_good_the_next_one_is() {
    let fake = Fake::graph(|n, url| match n {
        0 => page([1], link(url, 1)),
        1 => {
            let next = link(url, 2);
            let torn = format!(r#"{{"@odata.nextLink": "{next}", "value": [{{"id": "a"}}, {{"#);
            answer(200, &[], torn.clone())
        }
        _ => page([3], None),
    })
    .await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(error, ScanError::Malformed { page: 2, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_dies_is_tried_again() {
    let fake = Fake::graph(|n, url| match n {
        0 => page([1], link(url, 1)),
        1..=3 => cut(r#"{"value": [{"id": "#),
        _ => page([2], None),
    })
    .await;
    let rig = Rig::new(&fake.url);
    assert_eq!(names(&rig.scan().await.unwrap()), ["app 1", "app 2"]);
    assert_eq!(rig.clock.slept().len(), 3);
}

#[tokio::test]
async fn a_connection_that_keeps_dying_fails_the_scan() {
    let fake = Fake::graph(|_, _| cut(r#"{"value": ["#)).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(error, ScanError::Failing { tries: 4, .. }),
        "{error}"
    );
    assert_eq!(fake.graph_calls().len(), 4);
}

#[tokio::test]
async fn a_list_whose_place_was_forgotten_is_read_from_its_start_once() {
    let expired = || {
        refused(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired.",
        )
    };
    let fake = Fake::graph(move |n, url| match n {
        0 => page([1, 2], link(url, 1)),
        1 => expired(),
        2 => page([1], link(url, 1)),
        _ => page([3], None),
    })
    .await;
    let snapshot = Rig::new(&fake.url).scan().await.unwrap();
    assert_eq!(names(&snapshot), ["app 1", "app 3"]);

    let fake = Fake::graph(move |n, url| match n % 2 {
        0 => page([1], link(url, 1)),
        _ => expired(),
    })
    .await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(&error, ScanError::Graph(refusal) if refusal.status == 400),
        "{error}"
    );
    assert_eq!(fake.graph_calls().len(), 4);
}
