//! Who may come in, and from where.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{TOKEN, World};

const PAGE: &str = "/silences";
const API: &str = "/api/v1/silences";

fn wish() -> serde_json::Value {
    json!({"tenant": "contoso", "for": "1d", "reason": "a move", "by": "anna"})
}

#[tokio::test]
async fn the_token_opens_the_api_as_bearer_and_the_page_as_password() {
    let world = World::guarded().await;
    let link = world.link(1);
    let get = |path| world.request(Method::GET, path);
    for (request, expected) in [
        (get(API), 401),
        (get(API).bearer_auth("wrong"), 401),
        (get(API).bearer_auth(""), 401),
        (get(API).basic_auth("anna", Some(TOKEN)), 401),
        (get(API).bearer_auth(TOKEN), 200),
        (get(PAGE), 401),
        (get(PAGE).basic_auth("anna", Some("wrong")), 401),
        (get(PAGE).basic_auth("anna", None::<&str>), 401),
        (get(PAGE).header("authorization", "Basic !!!"), 401),
        (get(PAGE).basic_auth("anna", Some(TOKEN)), 200),
        (get(PAGE).bearer_auth(TOKEN), 200),
        // health, metrics and the looks are open; a link is a key of its own
        (get("/healthz"), 200),
        (get("/metrics"), 200),
        (get("/style.css"), 200),
        (get(&link), 200),
        (world.request(Method::POST, API).json(&wish()), 401),
        (world.request(Method::DELETE, "/api/v1/silences/0"), 401),
        (world.form(PAGE, &[("tenant", "contoso")]), 401),
        (world.form("/silences/0/end", &[]), 401),
    ] {
        let shown = format!("{request:?}");
        let answer = world.send(request).await;
        assert_eq!(answer.status.as_u16(), expected, "{shown}");
        assert!(!answer.body.contains(TOKEN));
        if expected == 401 {
            let scheme = answer.header("www-authenticate");
            let json = answer.header("content-type") == "application/json";
            assert_eq!(scheme.starts_with("Bearer"), json, "{shown}");
            assert_eq!(scheme.starts_with("Basic"), !json, "{shown}");
        }
    }
    assert_eq!(world.all().await, []);
    let named = world.send(get(PAGE).basic_auth("anna", Some(TOKEN))).await;
    assert!(named.body.contains(r#"value="anna""#), "{}", named.body);
}

#[tokio::test]
async fn the_token_is_read_anew_each_time() {
    let world = World::guarded().await;
    let ask = |token: &'static str| world.send(world.request(Method::GET, API).bearer_auth(token));
    world.set_token("another\n");
    assert_eq!(ask(TOKEN).await.status, 401);
    assert_eq!(ask("another").await.status, 200);
    world.set_token("");
    let unreadable = ask("").await;
    assert_eq!(unreadable.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unreadable.json()["error"].as_str().unwrap().contains("log"));
}

#[tokio::test]
async fn a_form_on_another_page_does_nothing() {
    let world = World::guarded().await;
    let fields = [
        ("tenant", "contoso"),
        ("for", "1d"),
        ("reason", "why"),
        ("name", "eve"),
    ];
    let form = || {
        let request = world.request(Method::POST, PAGE).form(&fields);
        request.basic_auth("anna", Some(TOKEN))
    };
    let own = world.own_origin();
    for (name, value, expected) in [
        ("x-nothing", "", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "none", 403),
        ("origin", "null", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "http://127.0.0.1:1", 403),
        ("sec-fetch-site", "same-origin", 303),
        ("origin", own.as_str(), 303),
        ("origin", "https://forewarn.contoso.com", 303),
    ] {
        let before = world.all().await.len();
        let answer = world.send(form().header(name, value)).await;
        assert_eq!(answer.status.as_u16(), expected, "{name}: {value}");
        let more = world.all().await.len() - before;
        assert_eq!(more, usize::from(expected == 303), "{name}: {value}");
    }
    let both = form()
        .header("sec-fetch-site", "cross-site")
        .header("origin", &own);
    assert_eq!(world.send(both).await.status, 403);
}

#[tokio::test]
async fn without_a_token_only_our_own_names_are_answered_to() {
    let world = World::open().await;
    for (host, expected) in [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("forewarn.contoso.com", 200),
        ("evil.example:8080", 403),
        ("127.0.0.1.nip.io", 403),
    ] {
        for path in [API, PAGE] {
            let request = world.request(Method::GET, path).header("host", host);
            let answer = world.send(request).await;
            assert_eq!(answer.status.as_u16(), expected, "{path} {host}");
        }
    }
}
