//! Waiting as long as asked, but not for ever.

use std::time::Duration;

use chrono::TimeDelta;

use super::fake::*;
use crate::entra::{Progress, ScanError, Service};

fn seconds(waits: &[Duration]) -> Vec<f64> {
    waits.iter().map(Duration::as_secs_f64).collect()
}

#[tokio::test]
async fn every_third_call_turned_away_loses_nothing() {
    let date = ("date", "Sun, 22 Nov 2026 12:00:00 GMT");
    let fake = Fake::start(
        |n| token(n, 3599),
        move |n, call, url| {
            let at: usize = call
                .query
                .strip_prefix("$skiptoken=p")
                .map_or(0, |p| p.parse().unwrap());
            match n {
                2 => later(429, "7"),
                5 => answer(
                    429,
                    &[date, ("retry-after", "Sun, 22 Nov 2026 12:00:09 GMT")],
                    "",
                ),
                8 => answer(
                    429,
                    &[date, ("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")],
                    "",
                ),
                _ if at == 9 => page([9], None),
                _ => page([u32::try_from(at).unwrap()], link(url, at + 1)),
            }
        },
    )
    .await;
    let rig = Rig::new(&fake.url);
    let snapshot = rig.scan().await.unwrap();
    assert_eq!(snapshot.apps.len(), 10);
    assert_eq!(seconds(&rig.clock.slept()), [7.0, 9.0, 0.0]);
    let progress = rig.progress.lock().unwrap();
    assert!(progress.contains(&Progress::Waiting {
        duration: Duration::from_secs(7),
        status: 429
    }));
    let metrics = rig.metrics.encode().unwrap();
    for line in [
        r#"forewarn_graph_requests_total{tenant="contoso",status="200"} 10"#,
        r#"forewarn_graph_requests_total{tenant="contoso",status="429"} 3"#,
        r#"forewarn_clock_skew_seconds{tenant="contoso"}"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_tell_the_time_says_nothing_of_our_clock() {
    for (date, is_known) in [("Sun, 22 Nov 2026 11:00:00 GMT", true), ("noon", false)] {
        let fake =
            Fake::graph(move |_, _| answer(200, &[("date", date)], r#"{"value": []}"#)).await;
        let snapshot = Rig::new(&fake.url).scan().await.unwrap();
        assert_eq!(snapshot.clock_skew.is_some(), is_known, "{date}");
    }
}

#[tokio::test]
async fn without_retry_after_waits_double_and_never_shorten() {
    let fake = Fake::graph(|n, _| match n {
        0..8 => answer(if n % 2 == 0 { 503 } else { 504 }, &[], "busy"),
        _ => page([1], None),
    })
    .await;
    let rig = Rig::new(&fake.url);
    rig.scan().await.unwrap();
    let slept = rig.clock.slept();
    assert_eq!(slept.len(), 8);
    for (wait, least) in seconds(&slept)
        .into_iter()
        .zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0])
    {
        assert!((least..=least * 1.2).contains(&wait), "{wait} for {least}");
    }
}

#[tokio::test]
async fn a_request_that_is_turned_away_again_and_again_fails_the_scan() {
    let fake = Fake::graph(|_, _| later(429, "0")).await;
    let rig = Rig::new(&fake.url);
    let error = rig.scan().await.unwrap_err();
    assert!(
        matches!(
            error,
            ScanError::Throttled {
                refusals: 9,
                status: 429,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(fake.graph_calls().len(), 9);
    let slept = seconds(&rig.clock.slept());
    assert!(slept[0] < 0.1, "the first word is taken: {slept:?}");
    assert!(slept[7] >= 60.0, "but not for ever: {slept:?}");
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_fails_at_once() {
    for asked in ["3600", "99999999999999999999"] {
        let fake = Fake::graph(move |_, _| later(429, asked)).await;
        let rig = Rig::new(&fake.url);
        let error = rig.scan().await.unwrap_err();
        assert!(
            matches!(
                error,
                ScanError::OutOfTime {
                    service: Service::Graph,
                    wait: Some(_)
                }
            ),
            "{error}"
        );
        assert!(rig.clock.slept().is_empty());
        assert_eq!(fake.graph_calls().len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_asked_after_the_deadline() {
    let fake = Fake::graph(|_, _| page([1], None)).await;
    let rig = Rig::new(&fake.url);
    for late in [TimeDelta::zero(), TimeDelta::seconds(-1)] {
        let error = rig.scan_within(late).await.unwrap_err();
        assert!(
            matches!(error, ScanError::OutOfTime { wait: None, .. }),
            "{error}"
        );
    }
    assert!(fake.token_calls().is_empty() && fake.graph_calls().is_empty());
}

#[tokio::test]
async fn a_server_error_is_tried_four_times() {
    let fake = Fake::graph(|n, _| match n {
        0 => refused(500, "UnknownError", ""),
        1 => answer(
            502,
            &[("content-type", "text/html")],
            "<html>Bad Gateway</html>",
        ),
        2 => answer(500, &[], ""),
        _ => page([1], None),
    })
    .await;
    assert_eq!(Rig::new(&fake.url).scan().await.unwrap().apps.len(), 1);

    let fake = Fake::graph(|_, _| refused(500, "UnknownError", "something broke")).await;
    let error = Rig::new(&fake.url).scan().await.unwrap_err();
    assert!(
        matches!(&error, ScanError::Failing { tries: 4, last, .. } if last == "HTTP 500 UnknownError something broke"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_there_is_tried_four_times_and_counted() {
    let fake = Fake::graph(|_, _| page([1], None)).await;
    let mut config = config(&fake.url);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    config.graph = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(listener);
    let rig = Rig::with(config);
    let error = rig.scan().await.unwrap_err();
    assert!(
        matches!(error, ScanError::Failing { tries: 4, .. }),
        "{error}"
    );
    let line = r#"forewarn_graph_requests_total{tenant="contoso",status="error"} 4"#;
    assert!(rig.metrics.encode().unwrap().contains(line));
}
