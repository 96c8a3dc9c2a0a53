//! Summaries beside the alerts.

use std::sync::Arc;

use forewarn::domain::{
    Expiry,
    digest::Every,
    glob::Glob,
    matcher::Matcher,
    ownership::{OwnerSource, Ownership},
    route::Route,
};

use super::{
    calendar::{live, office_hours},
    world::{DAY, World, app, hour, secret},
};

/// `hour(0)` is a Friday, at eight o'clock in UTC.
const MONDAY: i64 = 3 * DAY;
const WEEK: i64 = 7 * DAY;

fn world(every: Every) -> World {
    let mut world = World::new(&["slack"]);
    world.digest = Some(every);
    world
}

fn messages(world: &World) -> Vec<String> {
    world.receivers[0].messages()
}

/// The hours at which anything was sent.
fn hours(world: &World) -> Vec<i64> {
    let tries = world.receivers[0].tries.lock().unwrap();
    tries.iter().map(|at| (*at - hour(0)).num_hours()).collect()
}

#[tokio::test]
async fn when_nothing_comes_up_it_says_so_every_week_and_never_twice() {
    let mut world = world(Every::Weekly);
    world.calendar = office_hours();
    world.set_apps(vec![app("far", 900 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert!(
        messages(&world).is_empty(),
        "the week has begun with the first scan"
    );
    live(&world, &engine, hour(MONDAY + 1)).await;
    drop(engine);
    let engine = world.start().await;
    live(&world, &engine, hour(MONDAY + 2 * WEEK + 1)).await;
    assert_eq!(messages(&world), ["digest", "digest", "digest"]);
    assert_eq!(hours(&world), [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]);
}

#[tokio::test]
async fn a_daily_one_comes_on_every_working_day_but_holidays() {
    let mut world = world(Every::Daily);
    world.calendar = office_hours();
    world.calendar.holidays = [hour(MONDAY + DAY).date_naive()].into();
    world.set_apps(vec![app("far", 900 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    live(&world, &engine, hour(MONDAY + 3 * DAY + 1)).await;
    assert_eq!(hours(&world), [MONDAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY]);
}

#[tokio::test]
async fn one_that_was_down_on_monday_sends_it_on_the_first_working_day_that_it_is_up() {
    let world = world(Every::Weekly);
    world.set_apps(vec![app("far", 900 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    drop(engine);
    world.at(MONDAY + DAY - 1); // on Tuesday, before eight
    let engine = world.start().await;
    world.tick(&engine).await;
    assert!(messages(&world).is_empty());
    world.at(MONDAY + DAY + 5);
    *world.tenant.fails.lock().unwrap() = true;
    world.tick(&engine).await;
    assert!(
        messages(&world).is_empty(),
        "a scan that failed tells nothing"
    );
    *world.tenant.fails.lock().unwrap() = false;
    world.at(MONDAY + DAY + 6);
    world.tick(&engine).await;
    world.at(MONDAY + DAY + 7);
    world.tick(&engine).await;
    assert_eq!(messages(&world), ["digest"]);
    assert_eq!(hours(&world), [MONDAY + DAY + 6]);
}

#[tokio::test]
async fn it_lists_what_comes_up_and_what_is_to_be_cleaned_up_and_what_was_renewed() {
    let mut world = world(Every::Weekly);
    let mut twice = app("twice", 40 * DAY);
    twice.credentials = [secret("never", 0), secret("other", 45 * DAY)].into();
    twice.credentials[0].expires = Expiry::Never;
    let others = vec![
        app("soon", 20 * DAY),
        app("later", 40 * DAY),
        app("far", 900 * DAY),
        twice,
    ];
    let dead = app("dead", -100 * DAY);
    let gone = app("gone", 9 * DAY);
    world.set_apps([others.clone(), vec![dead.clone(), gone]].concat());
    world
        .tenant
        .owners
        .lock()
        .unwrap()
        .insert("later", Vec::new());
    let ownership = Ownership {
        sources: vec![OwnerSource::Graph],
        ..Ownership::default()
    };
    Arc::get_mut(&mut world.tenant).unwrap().ownership = ownership;
    let engine = world.start().await;
    world.tick(&engine).await;

    // one goes, another is replaced
    let mut renewed = app("soon", 20 * DAY);
    let mut new = secret("next", 800 * DAY);
    new.starts_at = Some(hour(DAY));
    renewed.credentials[0].starts_at = Some(hour(-300 * DAY));
    renewed.credentials = [renewed.credentials[0].clone(), new].into();
    renewed.credentials[1].name = Some("soon".into());
    world.set_apps([others[1..].to_vec(), vec![dead, renewed]].concat());
    world.at(DAY + 1);
    world.tick(&engine).await;
    let before = messages(&world).len();
    world.at(MONDAY);
    world.tick(&engine).await;
    assert_eq!(
        messages(&world)[before..],
        [
            "later:ComingUp other:ComingUp",
            "dead:Stale never:NeverExpires",
            "soon:Renewed gone:Renewed",
            "later:Ownerless"
        ]
    );
    let told = messages(&world).len();
    world.at(MONDAY + WEEK);
    world.tick(&engine).await;
    let next = messages(&world)[told..].join(" ");
    assert!(!next.contains("Renewed"), "that is old news: {next}");
}

#[tokio::test]
async fn a_receiver_is_told_of_what_the_routes_give_it() {
    let mut world = World::new(&["slack", "mail", "siem"]);
    world.digest = Some(Every::Weekly);
    let only = |app: &str, receiver: &str| Route {
        matcher: Matcher {
            app: vec![Glob::new(app)],
            ..Matcher::default()
        },
        receivers: vec![receiver.to_owned()],
        ..Route::default()
    };
    world.routes = vec![only("a*", "slack"), only("b*", "mail")];
    world.set_apps(vec![
        app("a1", 40 * DAY),
        app("b1", 900 * DAY),
        app("c1", 40 * DAY),
    ]);
    let engine = world.start().await;
    world.tick(&engine).await;
    world.at(MONDAY + 1);
    world.tick(&engine).await;
    let told = |number: usize| world.receivers[number].messages().pop();
    assert_eq!(told(0).as_deref(), Some("a1:ComingUp"));
    assert_eq!(told(1).as_deref(), Some("digest"), "all is well");
    assert_eq!(told(2), None, "nothing is ever for it");
}

#[tokio::test]
async fn there_is_none_while_much_less_is_seen_than_before() {
    let world = world(Every::Weekly);
    let five = ["a", "b", "c", "d", "e"]
        .map(|name| app(name, 900 * DAY))
        .to_vec();
    world.set_apps(five.clone());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(five[..2].to_vec());
    world.at(MONDAY);
    world.tick(&engine).await;
    assert_eq!(messages(&world), ["monitor.failing"]);
    world.set_apps(five);
    world.at(MONDAY + 1);
    world.tick(&engine).await;
    assert!(messages(&world).contains(&"digest".to_owned()));
}

#[tokio::test]
async fn a_first_scan_on_a_saturday_has_none_beside_mondays_first_message() {
    let mut world = world(Every::Daily);
    world.calendar = office_hours();
    world.set_apps(vec![app("w", 20 * DAY)]);
    world.at(DAY);
    let engine = world.start().await;
    world.tick(&engine).await;
    live(&world, &engine, hour(MONDAY + DAY + 1)).await;
    assert_eq!(messages(&world), ["w@30:warning", "w:ComingUp"]);
    assert_eq!(hours(&world), [MONDAY, MONDAY + DAY]);
}
