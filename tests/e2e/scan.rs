//! `forewarn scan`: what it prints is what the tenant holds.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::sandbox::Generated;
use serde_json::Value;

use crate::{
    config::{service, tenant},
    expected::{Expected, rows},
    process::Ended,
    world::{World, crowd, now},
};

/// Three pages of apps.
const APPS: usize = 2_000;

/// The one JSON document that a scan printed.
struct Document {
    value: Value,
    scanned_at: DateTime<Utc>,
}

impl Document {
    fn of(ended: &Ended) -> Self {
        let value: Value = serde_json::from_str(&ended.stdout).unwrap();
        let scanned_at = time(&value["scanned_at"]).unwrap();
        Self { value, scanned_at }
    }

    fn rows(&self) -> &[Value] {
        self.value["credentials"].as_array().unwrap()
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    Some(value.as_str()?.parse().unwrap())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A row of the document as the contract names its parts.
fn told(row: &Value) -> Expected {
    let one_of = |known: &[&'static str], value: &Value| {
        let found = known.iter().find(|word| *value == **word);
        *found.unwrap_or_else(|| panic!("{value} is none of {known:?}"))
    };
    assert_eq!(row["tenant"], "contoso");
    assert!(row["owners"].is_array());
    assert_eq!(row["last_used_at"], Value::Null);
    Expected {
        app_id: text(&row["app_id"]).unwrap(),
        object_id: text(&row["object_id"]).unwrap(),
        app_name: text(&row["app_name"]).unwrap(),
        kind: one_of(&["client-secret", "certificate"], &row["kind"]),
        credential_id: text(&row["credential_id"]).unwrap(),
        credential_name: text(&row["credential_name"]),
        hint: text(&row["hint"]),
        starts_at: time(&row["starts_at"]),
        expires_at: time(&row["expires_at"]),
        days_left: row["days_left"].as_i64(),
        severity: one_of(
            &["ok", "info", "warning", "critical", "expired"],
            &row["severity"],
        ),
        superseded_by: text(&row["superseded_by"]),
    }
}

fn by_id(rows: impl IntoIterator<Item = Expected>) -> BTreeMap<String, Expected> {
    let rows = rows.into_iter().map(|row| (row.credential_id.clone(), row));
    rows.collect()
}

#[test]
fn every_row_of_a_large_tenant_is_right() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");

    let ended = world.forewarn(&["scan", "--format", "json"]);

    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let document = Document::of(&ended);
    let expected = rows(&crowd, document.scanned_at);
    assert!(expected.iter().any(|row| row.superseded_by.is_some()));
    assert!(expected.iter().any(|row| row.expires_at.is_none()));

    assert_eq!(document.rows().len(), expected.len());
    let found = by_id(document.rows().iter().map(told));
    for (id, row) in by_id(expected.clone()) {
        assert_eq!(found.get(&id), Some(&row));
    }

    let ends: Vec<_> = document
        .rows()
        .iter()
        .map(|row| time(&row["expires_at"]).unwrap_or(DateTime::<Utc>::MAX_UTC))
        .collect();
    assert!(
        ends.is_sorted(),
        "soonest end first, those without one last"
    );

    let summary = &document.value["summary"];
    let count = |severity| {
        expected
            .iter()
            .filter(|row| row.severity == severity)
            .count()
    };
    assert_eq!(summary["apps"], APPS);
    assert_eq!(summary["credentials"], expected.len());
    for severity in ["ok", "info", "warning", "critical", "expired"] {
        assert_eq!(summary[severity], count(severity), "{severity}");
    }
    assert_eq!(
        document.value["tenants"],
        serde_json::json!([{"name": "contoso", "complete": true, "error": null}])
    );
    assert_eq!(
        world.sandbox.stats().graph_requests["/v1.0/applications"][&200],
        3,
        "pages of 999"
    );
    assert_eq!(world.sandbox.stats().tokens(), 1);
}

#[test]
fn csv_has_the_same_rows_and_no_formulas() {
    let crowd = crowd(APPS);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");

    let ended = world.forewarn(&["scan", "--format", "csv"]);

    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let mut reader = csv::Reader::from_reader(ended.stdout.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|cell| cell == name).unwrap();
    let (id, name) = (column("credential_id"), column("app_name"));
    let numbers = column("days_left");
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut defused = 0;
    for record in reader.records() {
        let record = record.unwrap();
        for (_, cell) in record.iter().enumerate().filter(|(at, _)| *at != numbers) {
            let first = cell.trim_start().chars().next();
            assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{cell:?}");
            assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
            defused += usize::from(cell.starts_with('\''));
        }
        found.insert(record[id].to_owned(), record[name].to_owned());
    }
    assert!(defused > 0, "the crowd has names like =HYPERLINK(…)");

    let expected = rows(&crowd, now());
    assert_eq!(found.len(), expected.len());
    for row in expected {
        let name = &found[&row.credential_id];
        assert_eq!(name.strip_prefix('\'').unwrap_or(name), row.app_name);
    }
}

/// The first tenant of one app of which this holds.
fn tenant_where(holds: impl Fn(&[Expected]) -> bool) -> Generated {
    let tenants = (0..).map(|seed| Generated { seed, ..crowd(1) });
    let now = now();
    let mut wanted = tenants.filter(|tenant| holds(&rows(tenant, now)));
    wanted.next().unwrap()
}

fn worst_is(severity: &'static str) -> impl Fn(&[Expected]) -> bool {
    let others = ["ok", "info", severity];
    move |rows: &[Expected]| {
        // half a day from any change of severity
        let is_steady = |row: &Expected| {
            let hours = row.expires_at.map_or(12, |end| (end - now()).num_hours());
            (6..18).contains(&hours.rem_euclid(24))
        };
        rows.iter().any(|row| row.severity == severity)
            && rows
                .iter()
                .all(|row| others.contains(&row.severity) && is_steady(row))
    }
}

#[test]
fn the_exit_code_tells_the_worst() {
    for (tenant, code) in [
        (crowd(0), 0),
        (tenant_where(worst_is("ok")), 0),
        (tenant_where(worst_is("info")), 0),
        (tenant_where(worst_is("warning")), 1),
        (tenant_where(worst_is("critical")), 2),
        (tenant_where(worst_is("expired")), 2),
    ] {
        let world = World::new(&tenant);
        world.configure("0 8 * * *", "");
        let ended = world.forewarn(&["scan"]);
        assert_eq!(ended.code, Some(code), "{}", ended.stdout);
        world.refuse_sign_in(7_000_215);
        assert_eq!(world.forewarn(&["scan"]).code, Some(3), "could not tell");
    }
}

#[test]
fn within_leaves_out_what_ends_later_but_not_what_has_ended() {
    let crowd = crowd(300);
    let world = World::new(&crowd);
    world.configure("0 8 * * *", "");

    let ended = world.forewarn(&["scan", "--format", "json", "--within", "45d"]);

    let document = Document::of(&ended);
    let until = document.scanned_at + TimeDelta::days(45);
    let mut expected = rows(&crowd, document.scanned_at);
    let all = expected.len();
    expected.retain(|row| row.expires_at.is_some_and(|end| end <= until));
    assert!((1..all).contains(&expected.len()));
    let found = by_id(document.rows().iter().map(told));
    assert_eq!(found, by_id(expected));
    assert_eq!(document.value["summary"]["credentials"], all);
}

#[test]
fn a_tenant_that_cannot_be_read_does_not_spoil_the_others() {
    let crowd = crowd(300);
    let (good, bad) = (World::new(&crowd), World::new(&crowd));
    bad.refuse_sign_in(7_000_222);
    let config = [
        service("0 8 * * *"),
        tenant("fabrikam", &bad.sandbox),
        tenant("contoso", &good.sandbox),
    ];
    good.write("forewarn.toml", &config.concat());

    let ended = good.forewarn(&["scan", "--format", "json"]);

    assert_eq!(ended.code, Some(3));
    let document = Document::of(&ended);
    let tenants = &document.value["tenants"];
    assert_eq!(tenants[0]["name"], "fabrikam");
    assert_eq!(tenants[0]["complete"], false);
    let error = tenants[0]["error"].as_str().unwrap();
    assert!(error.contains("AADSTS7000222"), "{error}");
    assert!(ended.stderr.contains("tenant fabrikam could not be read: "));
    assert!(ended.stderr.contains(error), "{}", ended.stderr);
    assert_eq!(tenants[1]["complete"], true);
    assert_eq!(tenants[1]["error"], Value::Null);
    assert_eq!(
        document.rows().len(),
        rows(&crowd, document.scanned_at).len()
    );

    let only_good = good.forewarn(&["scan", "--format", "json", "--tenant", "contoso"]);
    assert_eq!(only_good.code, Some(2), "{}", only_good.stderr);
    let document = Document::of(&only_good);
    assert_eq!(document.value["tenants"].as_array().unwrap().len(), 1);

    let unknown = good.forewarn(&["scan", "--format", "json", "--tenant", "northwind"]);
    assert_eq!(unknown.code, Some(3));
    assert_eq!(unknown.stdout, "");
    for name in ["`northwind`", "fabrikam", "contoso"] {
        assert!(unknown.stderr.contains(name), "{}", unknown.stderr);
    }
}
