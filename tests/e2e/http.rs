//! What the running daemon answers over HTTP.

use serde_json::json;

use crate::{
    arrived::all_were_told,
    config::{ONCE, receivers},
    expected::{due, rows},
    wait::{SOON, until},
    world::{World, crowd, now},
};

/// Those that the contract promises.
const METRICS: [&str; 11] = [
    "forewarn_credential_expiry_timestamp_seconds{tenant=",
    "forewarn_credentials{tenant=",
    "forewarn_scan_last_success_timestamp_seconds{tenant=",
    "forewarn_scan_duration_seconds{tenant=",
    "forewarn_scan_failures_total{tenant=",
    "forewarn_graph_requests_total{tenant=",
    "forewarn_deliveries_total{receiver=",
    "forewarn_outbox_pending{receiver=",
    "forewarn_outbox_oldest_seconds ",
    "forewarn_clock_skew_seconds{tenant=",
    "forewarn_build_info{version=",
];

#[test]
fn health_readiness_and_metrics_are_served() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    until("the outbox is empty", SOON, || {
        daemon.has_delivered_everything()
    });

    let alive = daemon.get("/healthz");
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));

    let ready = daemon.get("/readyz");
    assert_eq!(ready.status, 200);
    assert!(ready.headers["content-type"].starts_with("application/json"));
    assert_eq!(ready.json(), json!({"ready": true, "reasons": []}));

    let metrics = daemon.get("/metrics");
    assert_eq!(metrics.status, 200);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(metrics.headers["content-type"], kind);
    for name in METRICS {
        let is_there = metrics.body.lines().any(|line| line.starts_with(name));
        assert!(is_there, "no {name} in\n{}", metrics.body);
    }
    assert!(metrics.body.ends_with("# EOF\n"));

    let rows = rows(&crowd, now());
    for severity in ["ok", "info", "warning", "critical", "expired"] {
        let series = format!("forewarn_credentials{{tenant=\"contoso\",severity=\"{severity}\"}}");
        let count = rows.iter().filter(|row| row.severity == severity).count();
        let count = f64::from(u32::try_from(count).unwrap());
        assert_eq!(daemon.metric(&series), Some(count), "{severity}");
    }
    let with_end = rows.iter().filter(|row| row.expires_at.is_some());
    for row in with_end {
        let end = row.expires_at.unwrap().timestamp();
        let label = format!("credential_id=\"{}\"", row.credential_id);
        let is_there = metrics.body.lines().any(|line| {
            line.starts_with("forewarn_credential_expiry")
                && line.contains(&label)
                && line.ends_with(&format!(" {end}"))
        });
        assert!(is_there, "{row:?}");
    }

    assert_eq!(daemon.get("/nothing/here").status, 404);
    daemon.stop();
}

#[test]
fn metrics_of_the_last_scan_survive_a_restart() {
    let crowd = crowd(50);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let daemon = world.run();
    until("a scan is complete", SOON, || daemon.complete_scans() == 1);
    daemon.stop();

    world.refuse_sign_in(7_000_222);
    let daemon = world.run();
    until("a scan has failed", SOON, || daemon.failed_scans() == 1);
    let text = daemon.get("/metrics").body;
    let is_expiry = |line: &&str| line.starts_with("forewarn_credential_expiry_timestamp_seconds{");
    let with_end = rows(&crowd, now())
        .into_iter()
        .filter(|row| row.expires_at.is_some());
    assert_eq!(text.lines().filter(is_expiry).count(), with_end.count());
    daemon.stop();
}
