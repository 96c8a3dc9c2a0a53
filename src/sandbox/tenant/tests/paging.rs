//! Every app is on exactly one page.

use std::collections::HashSet;

use super::{Caller, options, sandbox, today};
use crate::sandbox::{Options, Population, Story, start};

/// The ids on each page, following the links from `path`.
async fn pages(caller: &Caller, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = caller.json(&path).await;
        let rows = page["value"].as_array().unwrap().iter();
        pages.push(
            rows.map(|app| app["id"].as_str().unwrap().to_owned())
                .collect(),
        );
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    pages
}

#[tokio::test]
async fn every_app_comes_exactly_once_at_any_size() {
    for (apps, top, sizes) in [
        (0, 999, vec![0]),
        (1, 1, vec![1]),
        (5, 2, vec![2, 2, 1]),
        (6, 2, vec![2, 2, 2]),
        (998, 999, vec![998]),
        (999, 999, vec![999]),
        (1000, 999, vec![999, 1]),
        (2500, 999, vec![999, 999, 502]),
    ] {
        let sandbox = sandbox(apps).await;
        let caller = Caller::of(&sandbox).await;
        let pages = pages(
            &caller,
            &format!("/v1.0/applications?$select=id,appId&$top={top}"),
        )
        .await;
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            sizes,
            "{apps} by {top}"
        );
        let listed: Vec<String> = pages.into_iter().flatten().collect();
        let expected: Vec<String> = sandbox
            .population()
            .apps(today())
            .map(|app| app.id.to_string())
            .collect();
        assert_eq!(listed, expected);
        assert_eq!(listed.iter().collect::<HashSet<_>>().len(), apps);
        assert_eq!(sandbox.stats().graph(), sizes.len() as u64);
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_page_has_100_rows_when_nothing_is_said() {
    let sandbox = sandbox(250).await;
    let caller = Caller::of(&sandbox).await;
    let pages = pages(&caller, "/v1.0/applications").await;
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [100, 100, 50]
    );
}

#[tokio::test]
async fn a_next_link_is_absolute_carries_every_option_and_comes_before_the_rows() {
    let sandbox = sandbox(30).await;
    let caller = Caller::of(&sandbox).await;
    let text = caller
        .get("/v1.0/applications?%24select=displayName%2Cid&$top=10&$count=true")
        .await
        .text()
        .await
        .unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap();
    let link = page["@odata.nextLink"].as_str().unwrap();
    let start = format!(
        "{}/v1.0/applications?$select=displayName%2Cid&$top=10&",
        sandbox.base_url()
    );
    assert!(link.starts_with(&start), "{link}");
    let places =
        ["@odata.context", "@odata.nextLink", "\"value\""].map(|name| text.find(name).unwrap());
    assert!(places.is_sorted());
    assert_eq!(
        caller.json(link).await["value"][0]
            .as_object()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let mut texts = Vec::new();
    for seed in [7, 7, 8] {
        let mut options = options(300);
        if let Population::Generated(crowd) = &mut options.population {
            crowd.seed = seed;
        }
        let sandbox = start(options).await.unwrap();
        let caller = Caller::of(&sandbox).await;
        let text = caller
            .get("/v1.0/applications?$top=300")
            .await
            .text()
            .await
            .unwrap();
        texts.push(text.replace(sandbox.base_url(), ""));
    }
    assert_eq!(texts[0], texts[1]);
    assert_ne!(texts[0], texts[2]);
}

#[tokio::test]
async fn a_million_apps_are_served_from_anywhere_without_holding_them() {
    // What the tenant keeps is the number, the seed and the day; an app is made when its page is asked for.
    assert!(size_of::<Population>() <= 48);
    let sandbox = sandbox(1_000_000).await;
    let caller = Caller::of(&sandbox).await;
    let first = caller.json("/v1.0/applications?$top=999&$select=id").await;
    assert_eq!(first["value"].as_array().unwrap().len(), 999);
    let Population::Generated(crowd) = sandbox.population() else {
        panic!("not a crowd");
    };
    let last = crowd.app(999_999);
    let found = caller
        .json(&format!("/v1.0/applications/{}", last.id))
        .await;
    assert_eq!(found["appId"], last.app_id.to_string());
    let count = caller
        .client
        .get(format!("{}/v1.0/applications/$count", caller.base))
        .header("ConsistencyLevel", "eventual")
        .bearer_auth(&caller.token)
        .send();
    assert_eq!(count.await.unwrap().text().await.unwrap(), "1000000");
}

#[tokio::test]
async fn the_story_is_listed_as_of_now() {
    let start_of_story = today() - chrono::Duration::days(50);
    let story = Population::Story(Story {
        start: start_of_story,
    });
    let sandbox = start(Options {
        population: story,
        ..options(0)
    })
    .await
    .unwrap();
    let caller = Caller::of(&sandbox).await;
    let page = caller.json("/v1.0/applications").await;
    let names: Vec<&str> = page["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|app| app["displayName"].as_str())
        .collect();
    assert!(names.contains(&"billing-api"));
    assert!(!names.contains(&"event-registration"), "deleted on day 47");
    assert_eq!(names.iter().filter(|name| **name == "Reporting").count(), 2);
    assert!(names.iter().any(|name| name.starts_with("<script>")));
}
