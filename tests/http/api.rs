//! The API.

use chrono::{DateTime, Utc};
use forewarn::domain::{
    Severity,
    silence::{HowEnded, Scope},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, apps, day};

fn id(n: usize) -> String {
    apps()[n].credentials[0].id.to_string()
}

#[tokio::test]
async fn a_silence_is_set_listed_and_ended() {
    let world = World::open().await;
    let wish = json!({"credential": id(1), "for": "7d", "reason": "booked\u{202e}", "by": "anna"});
    let made = world.post_json(&wish).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["what"], r#"client secret "prod" of billing-api"#);
    assert_eq!(
        (&made["reason"], &made["author"]),
        (&json!("booked"), &json!("anna"))
    );
    assert_eq!(
        (&made["in_force"], &made["breaks_at"]),
        (&json!(true), &json!("critical"))
    );
    assert_eq!(
        (&made["scope"]["on"], &made["ended"]),
        (&json!("credential"), &Value::Null)
    );
    let end: DateTime<Utc> = made["ends_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(end, day(7));
    assert_eq!(
        world.get("/api/v1/silences").await.json(),
        json!({"silences": [made]})
    );

    let silence = made["id"].as_str().unwrap();
    let path = format!("/api/v1/silences/{}?by=bob", &silence[..6]);
    for _ in 0..2 {
        let ended = world.send(world.request(Method::DELETE, &path)).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert_eq!(ended.json()["ended"]["how"], json!({"by": "bob"}));
    }
    assert_eq!(
        world.get("/api/v1/silences").await.json(),
        json!({"silences": []})
    );
    let all = world.get("/api/v1/silences?all=true").await.json();
    assert_eq!(all["silences"][0]["in_force"], false);
    let how = world.all().await[0].ended.clone().unwrap().how;
    assert_eq!(how, HowEnded::By("bob".to_owned()));
}

#[tokio::test]
async fn apps_and_tenants_are_named_and_hold_whatever_comes() {
    let world = World::open().await;
    for (target, on) in [
        (json!({"app": "BILLING-api"}), "app"),
        (
            json!({"app": apps()[2].object_id, "tenant": "contoso"}),
            "app",
        ),
        (json!({"app": apps()[3].app_id}), "app"),
        (json!({"tenant": "contoso"}), "tenant"),
        // critical already: it has to be meant
        (
            json!({"credential": id(0), "even_critical": true}),
            "credential",
        ),
    ] {
        let mut wish = json!({"until": "2026-12-31", "reason": "r", "by": "anna"});
        wish.as_object_mut()
            .unwrap()
            .extend(target.as_object().unwrap().clone());
        let made = world.post_json(&wish).await;
        assert_eq!(made.status, 201, "{target}: {}", made.body);
        let made = made.json();
        assert_eq!(
            (&made["scope"]["on"], &made["breaks_at"]),
            (&json!(on), &Value::Null)
        );
        assert_eq!(made["ends_at"], "2027-01-01T00:00:00Z");
    }
    let silences = world.silences().await;
    let object_id = apps()[1].object_id.to_string();
    let expected = Scope::App {
        tenant: "contoso".to_owned(),
        object_id,
    };
    assert!(silences.iter().any(|silence| silence.scope == expected));
}

#[tokio::test]
async fn what_cannot_be_done_says_what_to_do() {
    let world = World::open().await;
    let with = |change: Value| {
        let mut wish = json!({"credential": id(1), "for": "7d", "reason": "why", "by": "anna"});
        let fields = wish.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        fields.retain(|_, value| !value.is_null());
        wish
    };
    for (change, status, told) in [
        (json!({"credential": null}), 422, "name what to silence"),
        (json!({"reason": " \n"}), 422, "say why"),
        (json!({"by": ""}), 422, "say who you are"),
        (json!({"for": null}), 422, "always has an end"),
        (json!({"until": "2026-12-31"}), 422, "always has an end"),
        (json!({"for": "soon"}), 422, "`7d`"),
        (json!({"for": null, "until": "31.12."}), 422, "`2026-12-31`"),
        (
            json!({"for": null, "until": "2026-03-01"}),
            422,
            "ended already",
        ),
        (json!({"for": "2years"}), 422, "a year at most"),
        (
            json!({"credential": "nothing"}),
            404,
            "no credential is known",
        ),
        (
            json!({"credential": null, "app": "bill"}),
            404,
            "no app is known",
        ),
        (json!({"tenant": "fabrikam"}), 404, "no tenant is known"),
        (
            json!({"credential": null, "app": "twins"}),
            409,
            "more than one app",
        ),
        (json!({"credential": id(0)}), 409, "even_critical"),
        (json!({"even_citrical": true}), 400, "even_citrical"),
        (json!({"for": 7}), 400, "cannot be read"),
    ] {
        let answer = world.post_json(&with(change.clone())).await;
        assert_eq!(answer.status.as_u16(), status, "{change}: {}", answer.body);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(told), "{change}: {error}");
        let candidates = answer.json()["candidates"].to_string();
        match told {
            "more than one app" => {
                for app in &apps()[2..] {
                    assert!(
                        candidates.contains(&app.object_id.to_string()),
                        "{candidates}"
                    );
                }
            }
            "no app is known" => assert!(candidates.contains("billing-api"), "{candidates}"),
            "no tenant is known" => assert_eq!(candidates, r#"["contoso"]"#),
            _ => {}
        }
    }
    assert_eq!(world.all().await, []);

    let add = || world.request(Method::POST, "/api/v1/silences");
    for (request, status) in [
        (add().body(with(json!({})).to_string()), 415),
        (add().form(&[("tenant", "contoso")]), 415),
        (
            add().header("content-type", "application/json").body("{"),
            400,
        ),
        (add().json(&"x".repeat(20_000)), 413),
        (world.request(Method::DELETE, "/api/v1/silences/00"), 404),
        (world.request(Method::DELETE, "/api/v1/silences/%20"), 404),
        (world.request(Method::PUT, "/api/v1/silences"), 405),
        (
            world.request(Method::GET, "/api/v1/silences?all=perhaps"),
            400,
        ),
        (world.request(Method::GET, "/api/v2/silences"), 404),
    ] {
        let shown = format!("{request:?}");
        let answer = world.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{shown}");
        assert!(answer.json()["error"].is_string(), "{shown}");
    }
}

#[tokio::test]
async fn a_silence_breaks_at_once_only_where_it_would() {
    let world = World::open().await;
    world.clock.advance_to(day(14));
    let wish = json!({"credential": id(1), "for": "7d", "reason": "why", "by": "anna"});
    assert_eq!(
        world.post_json(&wish).await.status,
        409,
        "six days are left"
    );
    world.clock.advance_to(day(30));
    let answer = world.post_json(&wish).await;
    assert_eq!(answer.status, 409);
    let expired = Severity::Expired.as_str();
    assert!(answer.body.contains(expired), "{}", answer.body);
}
