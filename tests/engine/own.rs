//! What forewarn itself signs in with: told of earlier, and once it is refused, to those who can still hear.

use forewarn::domain::{Id, Kind, own::Own};

use crate::world::{DAY, World, app};

fn signed_in_as(client: &str) -> Own {
    Own {
        app_id: Id::parse(client),
        kind: Kind::ClientSecret,
    }
}

#[tokio::test]
async fn its_own_secret_is_told_of_a_rung_earlier() {
    let world = World::new(&["ops"]);
    *world.tenant.own.lock().unwrap() = Some(signed_in_as("forewarn"));
    world.set_apps(vec![app("forewarn", 100 * DAY), app("billing", 100 * DAY)]);
    let engine = world.start().await;
    for day in 0..=100 {
        world.at(day * DAY);
        world.tick(&engine).await;
    }
    let messages = world.receivers[0].messages();
    assert_eq!(
        messages[..5],
        [
            "forewarn@90:info",
            "forewarn@60:warning billing@60:info",
            "forewarn@30:warning billing@30:warning",
            "forewarn@14:critical billing@14:warning",
            "forewarn@7:critical billing@7:critical",
        ]
    );
}

#[tokio::test]
async fn its_refusal_is_told_to_those_who_do_not_sign_in_as_the_same_app() {
    let world = World::new(&["graph-mail", "slack"]);
    *world.receivers[0].client.lock().unwrap() = Some(Id::parse("forewarn"));
    *world.tenant.own.lock().unwrap() = Some(signed_in_as("forewarn"));
    world.set_apps(vec![app("billing", 300 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;

    *world.tenant.refuses.lock().unwrap() = true;
    for hour in 1..5 {
        world.at(hour);
        world.tick(&engine).await;
    }
    assert!(world.receivers[0].messages().is_empty());
    assert_eq!(world.receivers[1].messages(), ["monitor.failing"]);

    *world.tenant.refuses.lock().unwrap() = false;
    world.at(5);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].messages(), ["monitor.recovered"]);
    assert_eq!(
        world.receivers[1].messages(),
        ["monitor.failing", "monitor.recovered"]
    );
}

#[tokio::test]
async fn another_trouble_is_told_to_all() {
    let world = World::new(&["graph-mail", "slack"]);
    *world.receivers[0].client.lock().unwrap() = Some(Id::parse("forewarn"));
    *world.tenant.own.lock().unwrap() = Some(signed_in_as("forewarn"));
    let engine = world.start().await;
    *world.tenant.fails.lock().unwrap() = true;
    for hour in 1..4 {
        world.at(hour);
        world.tick(&engine).await;
    }
    for receiver in &world.receivers {
        assert_eq!(receiver.messages(), ["monitor.failing"]);
    }
}
