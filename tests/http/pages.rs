//! The page of silences.

use crate::world::{HOSTILE, World, apps};

fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, after) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    after.split_once('"').unwrap().0
}

#[tokio::test]
async fn a_silence_is_set_by_the_form_and_ended_by_its_button() {
    let world = World::open().await;
    let empty = world.get("/silences").await;
    assert_eq!(empty.status, 200);
    assert!(empty.body.contains("Nothing is silenced"));
    let once = field(&empty.body, "once").to_owned();
    let credential = apps()[1].credentials[0].id.to_string();
    let fields = [
        ("once", once.as_str()),
        ("tenant", ""),
        ("app", ""),
        ("credential", &credential),
        ("for", "7d"),
        ("until", "2026-12-31"),
        ("reason", "the vendor's <b>turn</b>"),
        ("name", "Änna"),
    ];
    for _ in 0..2 {
        let set = world.post("/silences", &fields).await;
        assert_eq!(
            (set.status.as_u16(), set.header("location")),
            (303, "silences")
        );
    }
    let silences = world.silences().await;
    assert_eq!(silences.len(), 1, "sent twice, it is one");
    let page = world.get("/silences").await.body;
    for shown in [
        "client secret &quot;prod&quot; of billing-api",
        "until Mon 9 Mar 2026, 12:00 UTC, or until it turns critical or changes",
        "Änna: the vendor&#x27;s &lt;b&gt;turn&lt;&#x2f;b&gt;",
    ] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    let path = format!("/silences/{}/end", silences[0].id);
    let ended = world.post(&path, &[("name", "bob")]).await;
    assert_eq!(
        (ended.status.as_u16(), ended.header("location")),
        (303, "../../silences")
    );
    assert_eq!(world.silences().await, []);
    let page = world.get("/silences").await.body;
    assert!(page.contains("ended by bob"), "{page}");
}

#[tokio::test]
async fn what_was_typed_stays_and_what_is_wrong_is_said() {
    let world = World::open().await;
    let fields = [
        ("app", "twins"),
        ("for", "until"),
        ("until", "2026-04-01"),
        ("reason", HOSTILE),
        ("name", "anna"),
        ("even_critical", "yes"),
    ];
    let answer = world.post("/silences", &fields).await;
    assert_eq!(answer.status, 409);
    for shown in [
        "&quot;twins&quot; is more than one app",
        "object id 00000000-0000-0000-0000-000000000a03",
        r#"value="2026-04-01""#,
        r#"value="until" checked"#,
        r#"value="yes" checked"#,
    ] {
        assert!(answer.body.contains(shown), "no {shown} in {}", answer.body);
    }
    assert!(!answer.body.contains("<script"), "{}", answer.body);
    assert_eq!(world.all().await, []);

    let unknown = world.post("/silences/ffffffff/end", &[]).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains(r#"href="../../style.css""#));
    let plain = world
        .form("/silences", &[])
        .header("content-type", "text/plain");
    assert!(world.send(plain).await.status.is_client_error());
}

#[tokio::test]
async fn pages_forbid_what_they_do_not_need() {
    let world = World::open().await;
    for (path, referrer) in [
        ("/silences".to_owned(), "same-origin"),
        (world.link(0), "no-referrer"),
        ("/act/nonsense".to_owned(), "no-referrer"),
    ] {
        let answer = world.get(&path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            policy.contains("form-action 'self'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(!policy.contains("script-src"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", referrer),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        assert!(
            !answer.body.contains("style=") && !answer.body.contains("<script"),
            "{path}"
        );
    }
}
