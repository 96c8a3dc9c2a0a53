//! Where the links of messages lead.

use chrono::TimeDelta;
use forewarn::{
    domain::{
        Severity,
        known::CredentialKey,
        link::{LASTS, LinkKey, Pass},
        silence::{HowEnded, Scope, Silence},
    },
    store::Store,
};
use reqwest::Method;
use uuid::Uuid;

use crate::world::{World, app, apps, day, round};

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::open().await;
    let link = world.link(1);
    for method in [Method::GET, Method::HEAD] {
        for query in ["", "?do=acknowledge&name=eve&once=1"] {
            let request = world.request(method.clone(), &format!("{link}{query}"));
            let answer = world.send(request).await;
            assert_eq!(answer.status, 200, "{method}");
            let shown = [
                "billing-api",
                "client secret “prod” in contoso",
                "ends in 20 days",
                "Sun 22 Mar 2026, 12:00 UTC",
                "Acknowledge: warning",
                "until it turns critical, or until Sun 22 Mar 2026",
                "Nothing is silenced or acknowledged",
            ];
            for shown in shown.iter().filter(|_| method == Method::GET) {
                assert!(answer.body.contains(shown), "no {shown} in {}", answer.body);
            }
        }
    }
    assert_eq!(world.all().await, []);
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = world.send(world.request(method, &link)).await;
        assert_eq!(answer.status, 405);
    }
}

#[tokio::test]
async fn acknowledging_is_done_once_and_can_be_taken_back() {
    let world = World::open().await;
    let link = world.link(1);
    let form = |once| [("do", "acknowledge"), ("name", "anna"), ("once", once)];
    // the same page twice, and the page opened anew
    for once in ["1", "1", "2"] {
        let answer = world.post(&link, &form(once)).await;
        assert_eq!(answer.status, 200);
        for shown in ["Acknowledged.", "anna: acknowledged: warning", "End it"] {
            assert!(answer.body.contains(shown), "no {shown} in {}", answer.body);
        }
        assert!(!answer.body.contains("Acknowledge:"), "it is done");
    }
    let silences = world.silences().await;
    let [silence] = &silences[..] else {
        panic!("{silences:?}");
    };
    assert_eq!(silence.breaks_at, Some(Severity::Critical));
    assert_eq!((silence.ends_at, silence.created_at), (day(20), day(0)));

    let id = silence.id.to_string();
    let refused = world.post(&link, &[("end", &id)]).await;
    assert_eq!(refused.status, 422, "nobody says who");
    let ended = world.post(&link, &[("end", &id), ("name", "bob")]).await;
    assert!(
        ended.body.contains("The silence was ended"),
        "{}",
        ended.body
    );
    assert_eq!(world.silences().await, []);
    let how = world.all().await[0].ended.clone().unwrap().how;
    assert_eq!(how, HowEnded::By("bob".to_owned()));
    // the old page is sent again: what was taken back stays so
    world.post(&link, &form("1")).await;
    assert_eq!(world.silences().await, []);
    world.post(&link, &form("3")).await;
    assert_eq!(world.silences().await.len(), 1);
}

#[tokio::test]
async fn a_silence_from_the_message_has_a_reason_a_name_and_an_end() {
    let world = World::open().await;
    let link = world.link(1);
    let base = [
        ("do", "silence"),
        ("once", "1"),
        ("name", "anna"),
        ("reason", "booked"),
        ("for", "7d"),
    ];
    for (field, value, told) in [
        ("name", " ", "Say who you are"),
        ("reason", "", "Say why"),
        ("for", "until", "always has an end"),
        ("for", "never", "not a length of time"),
        ("do", "dance", "nothing to do"),
    ] {
        let fields = base.map(|(name, kept)| (name, if name == field { value } else { kept }));
        let answer = world.post(&link, &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(answer.body.contains(told), "no {told} in {}", answer.body);
    }
    assert_eq!(world.all().await, []);
    for _ in 0..2 {
        let answer = world.post(&link, &base).await;
        assert!(answer.body.contains("anna: booked"), "{}", answer.body);
    }
    let silences = world.silences().await;
    assert_eq!(silences.len(), 1);
    assert_eq!(silences[0].ends_at, day(7));

    // what is critical already has to be meant
    let link = world.link(0);
    let refused = world.post(&link, &base).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("even when it is critical"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains(r#"value="booked""#),
        "what was typed stays"
    );
    let fields = [base.as_slice(), &[("even_critical", "yes")]].concat();
    assert_eq!(world.post(&link, &fields).await.status, 200);
    assert_eq!(world.silences().await.len(), 2);
}

#[tokio::test]
async fn a_link_reaches_its_own_credential_and_no_other_silence() {
    let world = World::open().await;
    let other = apps().remove(0);
    let key = CredentialKey::new(&other, &other.credentials[0]);
    let silence = |n, scope| Silence {
        id: Uuid::from_u128(n),
        scope,
        reason: "r".to_owned(),
        author: "a".to_owned(),
        created_at: day(0),
        ends_at: day(9),
        breaks_at: None,
        ended: None,
    };
    let tenant = Scope::Tenant {
        tenant: "contoso".to_owned(),
    };
    let others = Scope::credential("contoso", &key, other.credentials[0].expires);
    for silence in [silence(1, tenant), silence(2, others)] {
        world.store.put_silence(&silence).await.unwrap();
    }
    let link = world.link(1);
    let page = world.get(&link).await.body;
    assert!(
        page.contains("everything in contoso") && !page.contains("End it"),
        "{page}"
    );
    for n in [1, 2] {
        let id = Uuid::from_u128(n).to_string();
        let answer = world.post(&link, &[("end", &id), ("name", "eve")]).await;
        assert_eq!(answer.status, 404);
    }
    assert_eq!(world.silences().await.len(), 2);
}

#[tokio::test]
async fn what_was_changed_on_the_way_allows_nothing() {
    let world = World::open().await;
    let link = world.link(1);
    let form = [("do", "acknowledge"), ("name", "eve"), ("once", "1")];
    let start = "/act/".len();
    for at in start..link.len() {
        let byte = link.as_bytes()[at];
        let other = if byte == b'A' { 'B' } else { 'A' };
        let changed = format!("{}{other}{}", &link[..at], &link[at + 1..]);
        let answer = world.post(&changed, &form).await;
        assert_eq!(answer.status, 403, "{changed}");
        assert_eq!(world.get(&changed).await.status, 403);
    }
    for wrong in ["x", "%00", &link[start..link.len() - 1]] {
        let answer = world.get(&format!("/act/{wrong}")).await;
        assert_ne!(answer.status, 200, "{wrong}");
    }
    let pass = |notification, row| Pass {
        notification: Uuid::from_u128(notification),
        row,
        expires_at: day(30),
    };
    let forged = LinkKey::new(&[8; 32]).seal(&pass(10, 1));
    assert_eq!(
        world.post(&format!("/act/{forged}"), &form).await.status,
        403
    );
    for nowhere in [pass(11, 0), pass(10, 2)] {
        let sealed = world.key.seal(&nowhere);
        let answer = world.get(&format!("/act/{sealed}")).await;
        assert_eq!(answer.status, 404);
        assert!(
            answer.body.contains("no longer remembered"),
            "{}",
            answer.body
        );
    }
    assert_eq!(world.all().await, []);
}

#[tokio::test]
async fn a_link_runs_out() {
    let world = World::open().await;
    let link = world.link(1);
    world
        .clock
        .advance_to(day(0) + LASTS - TimeDelta::seconds(1));
    assert_eq!(world.get(&link).await.status, 200);
    world.clock.advance(TimeDelta::seconds(1));
    let form = [("do", "acknowledge"), ("name", "anna")];
    for answer in [world.get(&link).await, world.post(&link, &form).await] {
        assert_eq!(answer.status, 410);
        assert!(answer.body.contains("thirty days"), "{}", answer.body);
    }
    assert_eq!(world.all().await, []);
}

#[tokio::test]
async fn a_foreign_page_cannot_post_even_where_it_knows_the_link() {
    let world = World::open().await;
    let link = world.link(1);
    let form = [("do", "acknowledge"), ("name", "eve"), ("once", "1")];
    for (name, value, expected) in [
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "https://evil.example", 403),
        // under no-referrer browsers send this from our own page, too
        ("origin", "null", 200),
    ] {
        let request = world.request(Method::POST, &link).form(&form);
        let answer = world.send(request.header(name, value)).await;
        assert_eq!(answer.status.as_u16(), expected, "{value}");
    }
}

#[tokio::test]
async fn what_has_changed_or_gone_since_has_nothing_to_silence() {
    let world = World::open().await;
    let link = world.link(1);
    let form = [("do", "acknowledge"), ("name", "anna")];
    let renewed = [app(2, "billing-api", 400)];
    world.store.commit(&round(2, &renewed)).await.unwrap();
    let page = world.get(&link).await;
    assert!(page.body.contains("has another end now"), "{}", page.body);
    assert!(!page.body.contains("<button"), "{}", page.body);
    assert_eq!(world.post(&link, &form).await.status, 422);

    let mut gone = round(3, &[]);
    gone.gone = vec![CredentialKey::new(&renewed[0], &renewed[0].credentials[0])];
    world.store.commit(&gone).await.unwrap();
    let page = world.get(&link).await;
    assert!(
        page.body.contains("has been removed since"),
        "{}",
        page.body
    );
    assert_eq!(world.post(&link, &form).await.status, 422);
    assert_eq!(world.all().await, []);
}

#[tokio::test]
async fn an_end_that_was_not_told_yet_is_not_acknowledged_by_an_older_message() {
    let world = World::open().await;
    world.clock.advance_to(day(21));
    let link = world.link(1);
    let page = world.get(&link).await;
    assert!(!page.body.contains("Acknowledge:"), "{}", page.body);
    let form = [("do", "acknowledge"), ("name", "anna")];
    let answer = world.post(&link, &form).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("is on its way"), "{}", answer.body);
    assert_eq!(world.all().await, []);
}
