//! Who is told by who owns an app, and how seldom the directory is asked for that.

use std::sync::Arc;

use forewarn::domain::{
    Ladder,
    glob::Glob,
    matcher::Matcher,
    ownership::{OwnerSource, Ownership},
    policy::{Policy, Thresholds},
    route::{GroupKey, Route},
};

use super::world::{DAY, World, app};

/// A tenant whose directory is asked for owners.
fn world(receivers: &[&'static str], owners: &[(&'static str, &[&'static str])]) -> World {
    let mut world = World::new(receivers);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership = Ownership {
        sources: vec![OwnerSource::Graph, OwnerSource::Tags],
        ignore: Vec::new(),
    };
    let owners = owners.iter().map(|(app, by)| (*app, by.to_vec()));
    *tenant.owners.get_mut().unwrap() = owners.collect();
    world
}

fn owned_by(glob: &str) -> Matcher {
    Matcher {
        owner: vec![Glob::new(glob)],
        ..Matcher::default()
    }
}

fn asked(world: &World) -> Vec<String> {
    std::mem::take(&mut *world.tenant.asked.lock().unwrap())
}

#[tokio::test]
async fn the_directory_is_asked_once_a_day_and_only_about_what_is_due() {
    let world = world(&["mail"], &[("soon", &["a@b.c"]), ("next", &[])]);
    world.set_apps(vec![
        app("soon", 50 * DAY),
        app("next", 70 * DAY),
        app("far", 300 * DAY),
    ]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(asked(&world), ["soon"]);
    world.at(6);
    world.tick(&engine).await;
    drop(engine);
    let engine = world.start().await;
    world.at(23);
    world.tick(&engine).await;
    assert!(
        asked(&world).is_empty(),
        "it is in the store, across restarts"
    );
    world.at(25);
    world.tick(&engine).await;
    assert_eq!(asked(&world), ["soon"]);
    world.at(10 * DAY);
    world.tick(&engine).await;
    assert_eq!(asked(&world), ["soon next"]);
}

#[tokio::test]
async fn a_tag_spares_the_question_where_it_comes_first() {
    let mut world = world(&["mail"], &[]);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.sources.reverse();
    let mut tagged = app("tagged", 5 * DAY);
    tagged.tags = ["owner:ops@contoso.com".into()].into();
    world.set_apps(vec![tagged, app("plain", 5 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(asked(&world), ["plain"]);
}

#[tokio::test]
async fn what_was_learnt_once_stays_while_the_directory_is_silent() {
    let mut world = world(&["team", "rest"], &[("s", &["ada@team.com"])]);
    world.routes = vec![
        Route {
            matcher: owned_by("*@team.com"),
            receivers: vec!["team".to_owned()],
            ..Route::default()
        },
        Route {
            receivers: vec!["rest".to_owned()],
            ..Route::default()
        },
    ];
    world.set_apps(vec![app("s", 40 * DAY), app("never answered", 40 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    world.tenant.owners.lock().unwrap().clear();
    world.at(11 * DAY);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].messages(), ["s@60:info", "s@30:warning"]);
    assert_eq!(
        world.receivers[1].messages(),
        ["never answered@60:info", "never answered@30:warning"]
    );
}

#[tokio::test]
async fn alerts_are_grouped_by_the_set_of_owners() {
    let owners: [(&str, &[&str]); 4] = [
        ("a", &["x@b.c", "y@b.c"]),
        ("b", &["z@b.c"]),
        ("c", &["y@b.c", "x@b.c"]),
        ("d", &[]),
    ];
    let mut world = world(&["mail"], &owners);
    world.routes = vec![Route {
        receivers: vec!["mail".to_owned()],
        group_by: vec![GroupKey::Owner],
        ..Route::default()
    }];
    let engine = world.start().await;
    world.tick(&engine).await; // the first scan makes one group of everything
    world.set_apps(owners.map(|(name, _)| app(name, 5 * DAY)).into());
    world.tick(&engine).await;
    let mut messages = world.receivers[0].messages();
    messages.sort_unstable();
    assert_eq!(
        messages,
        ["a@7:critical c@7:critical", "b@7:critical", "d@7:critical"]
    );
}

#[tokio::test]
async fn a_policy_for_an_owner_holds_before_anything_else_would_be_due() {
    let mut world = world(
        &["mail"],
        &[("s", &["ada@team.com"]), ("t", &["bob@team.org"])],
    );
    world.policies.exceptions = vec![Policy {
        matcher: owned_by("*@team.com"),
        thresholds: Thresholds {
            ladder: Ladder::new([90]),
            ..Thresholds::default()
        },
        self_renewing: None,
    }];
    world.set_apps(vec![app("s", 80 * DAY), app("t", 80 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(asked(&world), ["s t"]);
    assert_eq!(world.receivers[0].messages(), ["s@90:info"]);
}

#[tokio::test]
async fn what_is_ignored_by_its_owner_is_not_told() {
    let mut world = world(&["mail"], &[("lab", &["x@lab.com"]), ("s", &["a@b.c"])]);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.ignore = vec![owned_by("*@lab.com")];
    world.set_apps(vec![
        app("lab", 5 * DAY),
        app("s", 5 * DAY),
        app("silent", 5 * DAY),
    ]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        ["s@7:critical silent@7:critical"]
    );
    world.at(40 * DAY);
    world.tick(&engine).await;
    assert!(!world.receivers[0].messages().join(" ").contains("lab@"));
}

/// A world in which what `x@lab.com` owns is ignored.
fn without_the_lab(owners: &[(&'static str, &[&'static str])]) -> World {
    let mut world = world(&["mail"], owners);
    let tenant = Arc::get_mut(&mut world.tenant).unwrap();
    tenant.ownership.ignore = vec![owned_by("*@lab.com")];
    world
}

#[tokio::test]
async fn what_is_ignored_once_its_owner_is_learnt_was_not_removed() {
    let world = without_the_lab(&[]);
    world.set_apps(vec![app("lab", 5 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].messages(), ["lab@7:critical"]);
    (world.tenant.owners.lock().unwrap()).insert("lab", vec!["x@lab.com"]);
    for hour in [6, 12, 5 * DAY] {
        world.at(hour);
        world.tick(&engine).await;
    }
    assert_eq!(world.receivers[0].messages(), ["lab@7:critical"]);
}

#[tokio::test]
async fn what_is_ignored_by_its_owner_is_not_told_long_after_its_end_either() {
    let world = without_the_lab(&[("lab", &["x@lab.com"])]);
    world.set_apps(vec![app("lab", 80 * DAY)]);
    let engine = world.start().await;
    for day in [0, 30, 79, 81, 86, 88, 95] {
        world.at(day * DAY);
        world.tick(&engine).await;
    }
    assert_eq!(world.receivers[0].messages(), Vec::<String>::new());
}
