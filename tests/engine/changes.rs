//! Credentials that come and go, and apps that lose their last owner.

use std::sync::Arc;

use forewarn::domain::{
    App, Credential, Severity,
    calendar::Hours,
    change::Changes,
    glob::Glob,
    matcher::Matcher,
    ownership::{OwnerSource, Ownership},
    route::{GroupKey, Route},
};

use super::world::{DAY, World, app, secret};

const ALL: Changes = Changes {
    added: true,
    removed: true,
    owner_lost: true,
};

fn world(owners: &[(&'static str, &[&'static str])]) -> World {
    let mut world = World::new(&["siem"]);
    world.changes = ALL;
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

/// An app with secrets of these names, far from their end.
fn app_of(name: &str, secrets: &[&str]) -> App {
    let secrets: Vec<Credential> = secrets.iter().map(|of| secret(of, 400 * DAY)).collect();
    App {
        credentials: secrets.into(),
        ..app(name, 0)
    }
}

/// Apps of no interest, so that no scan suddenly holds a fifth fewer.
fn crowd() -> Vec<App> {
    (0..20)
        .map(|n| app(&format!("other {n}"), 400 * DAY))
        .collect()
}

fn with_crowd(apps: Vec<App>) -> Vec<App> {
    [crowd(), apps].concat()
}

#[tokio::test]
async fn what_comes_and_goes_is_told_once_and_not_on_the_first_scan() {
    let world = world(&[]);
    world.set_apps(with_crowd(vec![app_of("a", &["old"])]));
    let mut engine = world.start().await;
    let apps = [
        vec![app_of("a", &["old"])],
        vec![app_of("a", &["old", "new"])],
        vec![app_of("a", &["old", "new"])],
        vec![app_of("a", &["new"]), app_of("b", &["b"])],
        vec![app_of("b", &["b"])],
        vec![app_of("a", &["new"]), app_of("b", &["b"])],
        vec![app_of("a", &["new"]), app_of("b", &["b"])],
    ];
    let mut told = Vec::new();
    for (hour, apps) in (0..).zip(apps) {
        world.at(hour);
        world.set_apps(with_crowd(apps));
        // each round in a process of its own
        drop(engine);
        engine = world.start().await;
        world.tick(&engine).await;
        told.push(world.receivers[0].mail().join("; "));
    }
    assert_eq!(
        told,
        [
            "",
            ": new:Added",
            "",
            ": b:Added old:Removed",
            ": new:Removed",
            ": new:Added",
            "",
        ]
    );
}

#[tokio::test]
async fn a_failed_or_shrunk_scan_and_an_app_that_could_not_be_read_take_nothing_away() {
    let world = world(&[]);
    world.set_apps(with_crowd(vec![app_of("a", &["s"])]));
    let engine = world.start().await;
    world.tick(&engine).await;
    let quiet = |what: &str| assert_eq!(world.receivers[0].mail().join("; "), "", "{what}");

    *world.tenant.fails.lock().unwrap() = true;
    world.at(1);
    world.tick(&engine).await;
    quiet("a failed scan");
    *world.tenant.fails.lock().unwrap() = false;

    *world.tenant.odd.lock().unwrap() = vec!["a".to_owned()];
    world.set_apps(crowd());
    world.at(2);
    world.tick(&engine).await;
    quiet("an app that could not be read");
    world.tenant.odd.lock().unwrap().clear();

    // what is seen is there, whatever else is hidden
    world.set_apps(vec![app_of("a", &["s", "new"])]);
    world.at(3);
    world.tick(&engine).await;
    let mut mail = world.receivers[0].mail();
    mail.retain(|line| line != ": monitor.failing");
    assert_eq!(mail, [": new:Added"]);
    world.at(4);
    world.tick(&engine).await;
    let told = world.receivers[0].mail().join("; ");
    assert_eq!(told.matches("Removed").count(), 20, "{told}");
    assert!(!told.contains(" s:") && !told.contains("Added"), "{told}");
}

#[tokio::test]
async fn the_last_owner_who_goes_is_told_once_and_only_when_it_is_known() {
    let world = world(&[
        ("a", &["ada@contoso.com"]),
        ("b", &["bob@contoso.com"]),
        ("c", &[]),
    ]);
    let apps = ["a", "b", "c"].map(|name| app_of(name, &[name]));
    world.set_apps(apps.into());
    let mut engine = world.start().await;
    world.tick(&engine).await;
    own(&world, "a", &[]);
    world.tenant.owners.lock().unwrap().remove("b");
    let mut told = Vec::new();
    for day in 1..5 {
        world.at(day * DAY);
        drop(engine);
        engine = world.start().await;
        world.tick(&engine).await;
        told.push(world.receivers[0].mail().join("; "));
    }
    assert_eq!(told, [": a:OwnerLost", "", "", ""]);
    own(&world, "b", &[]);
    own(&world, "a", &["eve@contoso.com"]);
    world.at(6 * DAY);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].mail(), [": b:OwnerLost"]);
}

#[tokio::test]
async fn a_tag_that_names_an_owner_still_does_when_the_directory_has_none() {
    let mut world = world(&[("a", &["ada@contoso.com"])]);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.sources.push(OwnerSource::Tags);
    let tagged = App {
        tags: ["owner:ops@contoso.com".into()].into(),
        ..app_of("a", &["a"])
    };
    world.set_apps(vec![tagged]);
    let engine = world.start().await;
    world.tick(&engine).await;
    own(&world, "a", &[]);
    world.at(2 * DAY);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].mail(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_left_out_by_its_owner_neither_comes_nor_goes() {
    let mut world = world(&[("lab", &["x@lab.com"]), ("a", &["ada@contoso.com"])]);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.ignore = vec![Matcher {
        owner: vec![Glob::new("*@lab.com")],
        ..Matcher::default()
    }];
    world.changes.owner_lost = false;
    // nothing of it is due, so nobody has asked who owns it
    world.set_apps(with_crowd(vec![app_of("lab", &["l"]), app_of("a", &["s"])]));
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(with_crowd(vec![
        app_of("lab", &["l", "l2"]),
        app_of("a", &["s", "s2"]),
    ]));
    for hour in [1, 2, 3] {
        world.at(hour);
        world.tick(&engine).await;
    }
    assert_eq!(world.receivers[0].mail(), [": s2:Added"]);
}

#[tokio::test]
async fn changes_take_the_routes_of_what_is_info_and_tell_owners_in_person() {
    let mut world = world(&[("a", &["ada@contoso.com"]), ("b", &["ada@contoso.com"])]);
    world.to_owners = true;
    let route = |severity: &[Severity], receivers: &[&str]| Route {
        matcher: Matcher {
            severity: severity.to_vec(),
            ..Matcher::default()
        },
        receivers: receivers.iter().map(|name| (*name).to_owned()).collect(),
        group_by: vec![GroupKey::App],
        ..Route::default()
    };
    world.routes = vec![
        route(&[Severity::Critical], &["nowhere"]),
        route(&[Severity::Info], &["siem"]),
    ];
    let apps = |secrets: &[&str]| ["a", "b", "c"].map(|name| app_of(name, secrets));
    world.set_apps(apps(&["s"]).into());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(apps(&["s", "t"]).into());
    world.at(1);
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].mail(),
        [": t:Added", "ada@contoso.com: t:Added t:Added"]
    );
    // whose it was is remembered of what is gone
    world.set_apps([&apps(&["s", "t"])[1..], &[app("d", 0)]].concat());
    world.at(2);
    world.tick(&engine).await;
    let mail = world.receivers[0].mail();
    assert!(
        mail.contains(&"ada@contoso.com: s:Removed t:Removed".to_owned()),
        "{mail:?}"
    );
}

#[tokio::test]
async fn changes_wait_for_the_hours_in_which_people_work_and_nothing_seems_stuck() {
    let mut world = world(&[]);
    let time = |text: &str| text.parse().unwrap();
    world.calendar.send_between = Some(Hours {
        from: time("08:00:00"),
        to: time("18:00:00"),
    });
    world.set_apps(vec![app_of("a", &["s"])]);
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(vec![app_of("a", &["s", "t"])]);
    // it is a Friday, eight in the evening
    world.at(12);
    world.tick(&engine).await;
    world.at(60);
    assert!(world.deliver(&engine).await);
    assert_eq!(world.receivers[0].mail(), Vec::<String>::new());
    let oldest = engine.store.outbox().await.unwrap()[0].oldest;
    assert!(oldest > Some(engine.clock.now()), "{oldest:?}");
    world.at(72);
    assert!(world.deliver(&engine).await);
    assert_eq!(world.receivers[0].mail(), [": t:Added"]);
}

#[tokio::test]
async fn a_large_tenant_is_asked_about_a_thousand_apps_a_round() {
    let world = world(&[]);
    world.set_apps((0..1_500).map(|n| app(&n.to_string(), 400 * DAY)).collect());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.at(6);
    world.tick(&engine).await;
    let asked = world.tenant.asked.lock().unwrap();
    let counts: Vec<usize> = asked.iter().map(|of| of.split(' ').count()).collect();
    assert_eq!(counts, [1_000, 1_000]);
    assert_ne!(asked[0], asked[1]);
}
