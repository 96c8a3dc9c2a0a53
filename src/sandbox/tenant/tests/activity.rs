//! The report of when credentials were last used.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Caller, graph_error, options, sandbox, today, troubled};
use crate::sandbox::{Faults, Options, Population, Story, start};

const REPORT: &str = "/beta/reports/appCredentialSignInActivities";

/// All rows, and how long the pages were.
async fn rows(caller: &Caller, query: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut path, mut rows, mut pages) = (format!("{REPORT}{query}"), Vec::new(), Vec::new());
    loop {
        let page = caller.json(&path).await;
        let value = page["value"].as_array().unwrap();
        pages.push(value.len());
        rows.extend(value.iter().cloned());
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return (rows, pages),
        }
    }
}

#[tokio::test]
async fn it_lists_what_the_tenant_holds_page_by_page_in_both_spellings() {
    let sandbox = sandbox(500).await;
    let caller = Caller::of(&sandbox).await;
    let (all, pages) = rows(&caller, "").await;
    assert!(
        pages.len() > 5 && pages.iter().all(|rows| *rows <= 100),
        "{pages:?}"
    );
    assert_eq!(rows(&caller, "?$top=999").await.0, all);

    let has = |key: &str| all.iter().filter(|row| row.get(key).is_some()).count();
    assert!(has("expirationDate") > 100 && has("expirationDateTime") > 100);
    let of_type = |name: &str| all.iter().filter(|row| row["keyType"] == name).count();
    assert!(of_type("secret") > 50 && of_type("clientSecret") > 50 && of_type("certificate") > 50);
    assert!(all.iter().any(|row| row["signInActivity"].is_null()));

    let told: BTreeMap<&str, Option<DateTime<Utc>>> = all
        .iter()
        .map(|row| {
            let last = row["signInActivity"]["lastSignInDateTime"].as_str();
            (
                row["keyId"].as_str().unwrap(),
                last.map(|at| at.parse().unwrap()),
            )
        })
        .collect();
    let (population, now) = (sandbox.population(), today());
    let (mut in_use, mut not_listed) = (0, 0);
    for app in population.apps(now) {
        for secret in app.secrets {
            let told = told.get(secret.key_id.to_string().as_str());
            assert_eq!(told.copied().flatten(), secret.last_used_at);
            assert!(
                secret
                    .last_used_at
                    .is_none_or(|at| secret.starts_at.is_none_or(|start| start <= at))
            );
            assert!(
                secret
                    .last_used_at
                    .is_none_or(|at| secret.ends_at.is_none_or(|end| at <= end))
            );
            in_use += usize::from(
                secret
                    .last_used_at
                    .is_some_and(|at| today() - at < TimeDelta::days(3)),
            );
            not_listed += usize::from(told.is_none());
        }
    }
    assert!(in_use > 100 && not_listed > 5, "{in_use}, {not_listed}");
    assert_eq!(
        sandbox.stats().graph_requests[REPORT][&200],
        pages.len() as u64 + 1
    );
}

#[tokio::test]
async fn a_tenant_without_the_licence_refuses_it_and_nothing_else() {
    let no_premium = Faults {
        no_premium: true,
        ..Faults::default()
    };
    let sandbox = troubled(3, no_premium).await;
    let caller = Caller::of(&sandbox).await;
    let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    assert_eq!(
        graph_error(caller.get(REPORT).await).await,
        (403, code.to_owned())
    );
    caller.json("/v1.0/applications").await;
    let unknown = caller.get("/beta/applications").await;
    assert_eq!(graph_error(unknown).await, (400, "BadRequest".to_owned()));
}

#[tokio::test]
async fn the_story_has_a_rotation_that_is_not_finished_and_a_secret_that_nobody_uses() {
    let story = Story { start: today() };
    let sandbox = start(Options {
        population: Population::Story(story),
        ..options(0)
    })
    .await
    .unwrap();
    let caller = Caller::of(&sandbox).await;
    let (all, _) = rows(&caller, "").await;
    let app = |name: &str| {
        let population = sandbox.population();
        let mut apps = population
            .apps(today())
            .chain(population.service_principals(today()));
        apps.find(|app| app.display_name.as_deref() == Some(name))
            .unwrap()
    };
    let days = |key: uuid::Uuid| {
        let row = all
            .iter()
            .find(|row| row["keyId"] == key.to_string())
            .unwrap();
        let at: DateTime<Utc> = row["signInActivity"]["lastSignInDateTime"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        (today() - at).num_days()
    };
    let archive = app("document-archive").secrets;
    assert_eq!(
        archive
            .iter()
            .map(|key| days(key.key_id))
            .collect::<Vec<_>>(),
        [0, 0]
    );
    assert!(days(app("old-erp").secrets[0].key_id) > 180);
}
