//! The table at several widths, with names that mean no good.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Page, grid::NARROWEST};
use crate::{
    app::report::{Summary, TenantLine},
    cli::measure::{harmless, width},
    domain::{Row, calendar::Calendar},
};

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A row that ends in so many hours.
fn row(n: u32, severity: &str, hours: i64, more: &Value) -> Row {
    let end = now() + TimeDelta::hours(hours);
    let mut row = json!({
        "tenant": "contoso",
        "app_id": format!("0000{n:04}-0000-4000-8000-000000000000"),
        "object_id": format!("1111{n:04}-0000-4000-8000-000000000000"),
        "app_name": format!("app-{n}"),
        "kind": "client-secret",
        "credential_id": format!("2222{n:04}-0000-4000-8000-000000000000"),
        "credential_name": "prod",
        "hint": null,
        "starts_at": null,
        "expires_at": end,
        "days_left": hours.div_euclid(24),
        "severity": severity,
        "superseded_by": null,
        "owners": [],
        "last_used_at": null,
    });
    let fields = row.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    serde_json::from_value(row).unwrap()
}

fn rows() -> Vec<Row> {
    let newer = "33330000-0000-4000-8000-000000000000";
    vec![
        row(1, "expired", -16_800, &json!({ "stale": true })),
        row(
            2,
            "expired",
            -47,
            &json!({
                "app_name": "hr-portal", "credential_name": null, "ownerless": true,
                "last_used_at": "2026-11-20T08:00:00Z",
            }),
        ),
        row(
            3,
            "info",
            -30,
            &json!({
                "app_name": "crm-sync", "credential_name": "salesforce 2025", "superseded_by": newer,
                "newer_name": "salesforce 2026", "owners": ["sales-it@contoso.com"],
            }),
        ),
        row(
            4,
            "critical",
            9,
            &json!({
                "app_name": "billing-api", "owners": ["dana@contoso.com", "eli@contoso.com", "fay@contoso.com"],
                "newer": newer, "newer_name": "prod 2027",
                "used_by": [
                    { "name": "aks-prod-weu", "resource_group": "rg", "subscription_id": "s" },
                    { "name": "aks-prod-neu", "resource_group": "rg", "subscription_id": "s" },
                ],
            }),
        ),
        row(
            5,
            "critical",
            150,
            &json!({
                "app_name": "\u{1b}[2J\u{1b}]0;owned\u{7}evil\r\nname\u{202e}gpj.exe", "credential_name": "<b>x</b>\tprod",
                "owners": ["\u{1b}[31mmallory\u{1b}[0m"],
            }),
        ),
        row(
            6,
            "warning",
            480,
            &json!({
                "app_name": "経理システム連携バッチ（本番環境）夜間処理用アプリケーション", "kind": "certificate",
                "credential_name": "🔑 鍵 2026", "owners": ["山田太郎@contoso.co.jp"], "last_used_at": "2026-06-01T00:00:00Z",
            }),
        ),
        row(
            7,
            "warning",
            490,
            &json!({
                "app_name": format!("z{}algo", "\u{30d}\u{334}\u{35c}\u{321}".repeat(20)), "kind": "saml-certificate", "active": false,
                "credential_name": "cafe\u{301}", "ownerless": true,
            }),
        ),
        row(
            8,
            "info",
            1_000,
            &json!({
                "app_name": "a-very-long-name-that-goes-on-".repeat(6), "credential_name": "שלום עולם",
                "owners": ["platform-engineering-and-operations@corp.contoso.example.com"],
            }),
        ),
        row(
            9,
            "ok",
            1_900,
            &json!({
                "app_name": "", "self_renewing": "Microsoft Entra Connect Sync", "credential_name": "ConnectSyncProvisioning_1",
            }),
        ),
    ]
}

fn page(calendar: &Calendar, width: Option<usize>) -> Page<'_> {
    Page {
        now: now(),
        calendar,
        width,
        within: None,
        tenants: vec![tenant("contoso", true)],
        summary: Summary {
            apps: 812,
            credentials: 1_204,
            ok: 1_193,
            info: 2,
            warning: 2,
            critical: 2,
            expired: 2,
            stale: 1,
            ..Summary::default()
        },
    }
}

fn tenant(name: &str, complete: bool) -> TenantLine<'_> {
    let error = (!complete).then_some("it is down");
    TenantLine {
        notes: &[],
        clock: None,
        name,
        complete,
        error,
    }
}

fn plain(painted: &str) -> String {
    anstream::adapter::strip_str(painted).to_string()
}

fn render(width: Option<usize>) -> String {
    page(&Calendar::default(), width).render(rows().into_iter())
}

#[test]
fn it_looks_right_at_every_width() {
    for columns in [40, 60, 80, 100, 120, 160, 200, 260] {
        insta::assert_snapshot!(format!("{columns}_columns"), plain(&render(Some(columns))));
    }
    insta::assert_snapshot!("not_on_a_terminal", plain(&render(None)));
}

#[test]
fn its_colours_say_what_its_words_say() {
    let painted = render(Some(120)).replace('\u{1b}', "␛");
    insta::assert_snapshot!("in_colour", painted);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in 1..300 {
        let text = plain(&render(Some(columns)));
        for line in text.lines() {
            assert!(width(line) <= columns.max(NARROWEST), "{columns}: {line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn a_long_moment_takes_its_room_from_the_name_beside_it() {
    let calendar = Calendar::default();
    let long = json!({ "app_name": "a name that has to be cut on a narrow terminal" });
    let mut just_ended = row(1, "expired", 0, &long);
    just_ended.expires_at = Some(now() - TimeDelta::minutes(57));
    for columns in NARROWEST..60 {
        let page = page(&calendar, Some(columns));
        let text = plain(&page.render(std::iter::once(just_ended.clone())));
        let line = text.lines().find(|line| line.contains("57 minutes ago"));
        let line = line.unwrap_or_default();
        assert!(line.contains("a na"), "{columns}: {text}");
        assert!(width(line) <= columns, "{columns}: {line}");
    }
}

#[test]
fn off_a_terminal_nothing_is_lost() {
    let text = plain(&render(None));
    for row in rows().iter().filter(|row| !row.stale) {
        let name = harmless(&row.app_name);
        let name = if name.is_empty() {
            row.app_id.to_string()
        } else {
            name
        };
        assert!(text.contains(&name), "{name}");
        assert!(text.contains(&row.credential_id.to_string()));
        for owner in &row.owners {
            assert!(text.contains(&harmless(owner)), "{owner}");
        }
    }
}

#[test]
fn however_many_there_are_no_urgent_one_is_left_out() {
    let urgent = (0..3_000).map(|n| row(n, "expired", -24, &json!({})));
    let critical = (3_000..6_000).map(|n| row(n, "critical", 48, &json!({})));
    let warning = (6_000..9_000).map(|n| row(n, "warning", 400, &json!({})));
    let others = (0..300).map(|n| row(n, "info", 900, &json!({})));
    let rows: Vec<Row> = urgent
        .chain(critical)
        .chain(warning)
        .chain(others)
        .collect();
    let calendar = Calendar::default();
    let mut page = page(&calendar, Some(80));
    page.summary.credentials = 10_000;

    let text = plain(&page.render(rows.clone().into_iter()));
    for n in 0..6_000 {
        assert!(text.contains(&format!(" app-{n} ")), "{n}");
    }
    assert!(text.lines().count() < 6_100);
    assert!(
        text.contains("Warning  3,000, of which the first 50\n"),
        "no count"
    );
    assert!(text.contains("2,950 more under Warning"), "not said");
    assert!(text.contains("280 more under No hurry"));
    assert!(text.contains("700 end later than in 90 days or never"));

    page.within = Some(TimeDelta::days(60));
    let text = plain(&page.render(rows.into_iter()));
    assert_eq!(text.matches("secret prod").count(), 9_300, "asked for");
    assert!(!text.contains("of which"));
}

#[test]
fn what_ended_long_ago_is_listed_where_there_is_nothing_else() {
    let calendar = Calendar::default();
    let mut page = page(&calendar, Some(80));
    page.summary = Summary {
        apps: 12,
        credentials: 40,
        expired: 30,
        stale: 30,
        ..Summary::default()
    };
    let rows = (0..30).map(|n| row(n, "expired", -9_000, &json!({ "stale": true })));
    let text = plain(&page.render(rows));
    assert!(
        text.contains("Ended long ago  30, of which the first 20"),
        "{text}"
    );
    assert!(
        text.contains("10 more ended long ago: `forewarn scan --format csv`"),
        "{text}"
    );
    assert!(text.contains("nothing else ends within 90 days"), "{text}");
}

#[test]
fn a_tenant_that_could_not_be_read_is_named() {
    let calendar = Calendar::default();
    let mut page = page(&calendar, Some(120));
    page.tenants = vec![tenant("contoso", true), tenant("fabrikam", false)];
    let text = plain(&page.render(rows().into_iter()));
    assert!(
        text.ends_with("1 of 2 tenants could not be read: fabrikam\n"),
        "{text}"
    );
    assert!(text.contains("Tenant"), "{text}");

    page.tenants.remove(0);
    page.summary = Summary::default();
    let text = plain(&page.render(std::iter::empty()));
    assert_eq!(text, "fabrikam could not be read\n");
}

#[test]
fn an_empty_directory_has_a_table_of_one_line() {
    let calendar = Calendar::default();
    let mut page = page(&calendar, None);
    page.summary = Summary::default();
    insta::assert_snapshot!(plain(&page.render(std::iter::empty())), @"0 expired, 0 critical, 0 warning of 0 credentials in 0 apps; nothing else ends within 90 days");
}
