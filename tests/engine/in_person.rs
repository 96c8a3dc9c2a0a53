//! Receivers that tell each app's owners in person.

use std::sync::Arc;

use forewarn::{
    domain::{
        App,
        glob::Glob,
        matcher::Matcher,
        ownership::{OwnerSource, Ownership},
        route::{GroupKey, Route},
    },
    engine::readiness,
};

use super::world::{DAY, World, app};

/// A tenant whose apps have these owners, and a receiver that tells them; the address of its `to` is empty.
fn world(owners: &[(&'static str, &[&'static str])]) -> World {
    let mut world = World::new(&["mail"]);
    world.to_owners = true;
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership = Ownership {
        sources: vec![OwnerSource::Graph],
        ignore: Vec::new(),
    };
    let owners = owners.iter().map(|(app, by)| (*app, by.to_vec()));
    *tenant.owners.get_mut().unwrap() = owners.collect();
    Arc::get_mut(&mut world.receivers[0]).unwrap().rows_a_part = 100;
    world
}

fn own(world: &World, app: &'static str, by: &[&'static str]) {
    world.tenant.owners.lock().unwrap().insert(app, by.to_vec());
}

#[tokio::test]
async fn each_owner_gets_one_message_and_what_nobody_can_be_told_of_goes_to_the_receiver() {
    let names: Vec<&'static str> = (10..50).map(|n: u32| &*n.to_string().leak()).collect();
    let mut world = world(&[
        ("shared", &["Ada@contoso.com", "bob@contoso.com"]),
        ("nobody's", &[]),
        ("a machine's", &[""]),
    ]);
    world.routes = vec![Route {
        receivers: vec!["mail".to_owned()],
        group_by: vec![GroupKey::App],
        ..Route::default()
    }];
    let engine = world.start().await;
    world.tick(&engine).await; // the first scan makes one group of everything
    let mut apps: Vec<App> = names.iter().map(|name| app(name, 5 * DAY)).collect();
    for name in &names {
        own(&world, name, &["ada@contoso.com"]);
    }
    apps.extend(["shared", "nobody's", "a machine's", "unreadable"].map(|name| app(name, 6 * DAY)));
    world.set_apps(apps);
    world.tick(&engine).await;
    let forty: Vec<String> = names
        .iter()
        .map(|name| format!("{name}@7:critical"))
        .collect();
    let forty = forty.join(" ");
    assert_eq!(
        world.receivers[0].mail(),
        [
            ": a machine's@7:critical".to_owned(),
            ": nobody's@7:critical".to_owned(),
            ": unreadable@7:critical".to_owned(),
            format!("ada@contoso.com: {forty} shared@7:critical"),
            "bob@contoso.com: shared@7:critical".to_owned(),
        ]
    );
    world.at(6);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].mail(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_was_told_hears_that_it_is_over_and_a_new_owner_hears_of_the_next_rung() {
    let world = world(&[("s", &["ada@contoso.com"]), ("t", &[])]);
    world.set_apps(vec![app("s", 40 * DAY), app("t", 40 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].mail(),
        [": t@60:info", "ada@contoso.com: s@60:info"]
    );
    own(&world, "s", &["bob@contoso.com"]);
    own(&world, "t", &["bob@contoso.com"]);
    world.at(11 * DAY);
    drop(engine);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].mail(),
        ["bob@contoso.com: s@30:warning t@30:warning"]
    );
    world.set_apps(Vec::new());
    for hours in [1, 2] {
        // far fewer apps than before prove nothing until they are confirmed
        world.at(11 * DAY + hours);
        world.tick(&engine).await;
    }
    let mail = world.receivers[0].mail();
    let over: Vec<&String> = mail
        .iter()
        .filter(|line| line.contains("resolved"))
        .collect();
    assert_eq!(
        over,
        [
            ": t@30:resolved",
            "ada@contoso.com: s@30:resolved",
            "bob@contoso.com: s@30:resolved t@30:resolved",
        ]
    );
}

#[tokio::test]
async fn where_a_mailbox_refuses_the_receiver_s_own_targets_are_told_and_it_is_not_dead() {
    let world = world(&[("s", &["gone@contoso.com", "bob@contoso.com"])]);
    world.set_apps(vec![app("s", 5 * DAY)]);
    let refused = &world.receivers[0].refused;
    refused.lock().unwrap().insert("gone@contoso.com");
    let engine = world.start().await;
    world.tick(&engine).await;
    assert!(world.deliver(&engine).await);
    assert_eq!(
        world.receivers[0].mail(),
        [": s@7:critical", "bob@contoso.com: s@7:critical"]
    );
    let outbox = engine.store.outbox().await.unwrap();
    assert_eq!(outbox[0].given_up, ["gone@contoso.com"]);
    let configured = [("mail".to_owned(), vec![String::new()])];
    let unready = readiness::receivers(&outbox, &configured, engine.clock.now());
    assert_eq!(unready, []);
}

#[tokio::test]
async fn a_route_s_fallback_comes_before_the_receiver_s_own_targets() {
    let mut world = World::new(&["mail", "chat"]);
    world.to_owners = true;
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.sources = vec![OwnerSource::Graph];
    own(&world, "s", &["gone@contoso.com"]);
    world.routes = vec![Route {
        receivers: vec!["mail".to_owned()],
        fallback: vec!["chat".to_owned()],
        ..Route::default()
    }];
    world.set_apps(vec![app("s", 5 * DAY)]);
    let refused = &world.receivers[0].refused;
    refused.lock().unwrap().insert("gone@contoso.com");
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].mail(), Vec::<String>::new());
    assert_eq!(world.receivers[1].mail(), [": s@7:critical"]);
}

#[tokio::test]
async fn what_is_only_to_be_cleaned_up_is_told_once_and_to_no_owner() {
    let mut world = world(&[("a", &["ada@contoso.com"]), ("b", &["bob@contoso.com"])]);
    let by_app = |name: &str| Route {
        matcher: Matcher {
            app: vec![Glob::new(name)],
            ..Matcher::default()
        },
        receivers: vec!["mail".to_owned()],
        ..Route::default()
    };
    world.routes = ["x", "*"].map(by_app).to_vec();
    let mut apps = ["a", "b", "x", "y"].map(|name| app(name, 5 * DAY)).to_vec();
    apps.extend(["dead", "deader"].map(|name| app(name, -60 * DAY)));
    world.set_apps(apps);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].mail(),
        [
            ": x@7:critical and 2 stale",
            ": y@7:critical",
            "ada@contoso.com: a@7:critical",
            "bob@contoso.com: b@7:critical",
        ]
    );
}
