//! What is critical and nobody takes care of goes further, once.

use chrono::TimeDelta;
use forewarn::{
    domain::{
        Kind, Severity,
        calendar::Calendar,
        glob::Glob,
        matcher::Matcher,
        route::{Escalation, GroupKey, Route},
        schedule::Schedule,
        silence::{Scope, Silence},
        timetable::Timetable,
    },
    engine::{Engine, foresee::Outlook, schedule},
    entra::Directory as _,
    store::Remembered,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::world::{DAY, World, app, hour};

/// Everything goes to the first; what is left alone for two days, to the others as well.
fn route(to: &[&str], after: i64, up: &[&str]) -> Route {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Route {
        receivers: names(to),
        group_by: vec![GroupKey::Tenant],
        escalation: Some(Escalation {
            after: TimeDelta::hours(after),
            receivers: names(up),
        }),
        ..Route::default()
    }
}

fn world() -> World {
    let mut world = World::new(&["slack", "pager"]);
    world.routes = vec![route(&["slack"], 2 * DAY, &["pager"])];
    world.set_apps(vec![app("s", 20 * DAY)]);
    world
}

/// Rounds every six hours from one hour to another.
async fn rounds(world: &World, engine: &Engine, from: i64, until: i64) {
    for hours in (from..until).step_by(6) {
        world.at(hours);
        world.tick(engine).await;
    }
}

fn silence(until: i64, even_critical: bool) -> Silence {
    Silence {
        id: Uuid::from_u128(1),
        scope: Scope::Credential {
            tenant: "contoso".to_owned(),
            object_id: "s".to_owned(),
            kind: Kind::ClientSecret,
            credential_id: "s".to_owned(),
            expires_at: Some(hour(20 * DAY)),
        },
        reason: "on it".to_owned(),
        author: "ada".to_owned(),
        created_at: hour(0),
        ends_at: hour(until),
        breaks_at: (!even_critical).then_some(Severity::Critical),
        ended: None,
    }
}

fn pager(world: &World) -> Vec<String> {
    world.receivers[1].messages()
}

#[tokio::test]
async fn two_days_after_the_first_critical_alert_it_goes_further_once_across_restarts() {
    let world = world();
    for hours in (0..30 * DAY).step_by(6) {
        world.at(hours);
        let engine = world.start().await; // a new process each time
        world.tick(&engine).await;
        let is_time = hours >= (13 + 2) * DAY;
        assert_eq!(pager(&world).len(), usize::from(is_time), "at hour {hours}");
        let next = (hours >= 13 * DAY && !is_time).then(|| hour(15 * DAY));
        assert_eq!(engine.status.next_escalation(), next, "at hour {hours}");
    }
    assert_eq!(pager(&world), ["s@7:critical!"]);
}

#[tokio::test]
async fn who_got_it_hears_when_it_is_over() {
    let world = world();
    let others: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|name| app(name, 900 * DAY))
        .into();
    let all = [others.clone(), vec![app("s", 20 * DAY)]].concat();
    world.set_apps(all);
    let engine = world.start().await;
    rounds(&world, &engine, 0, 16 * DAY).await;
    world.set_apps(others);
    rounds(&world, &engine, 16 * DAY, 17 * DAY).await;
    assert_eq!(pager(&world), ["s@7:critical!", "s@7:resolved"]);
}

#[tokio::test]
async fn what_is_resolved_or_acknowledged_in_time_goes_no_further() {
    let world = world();
    let engine = world.start().await;
    rounds(&world, &engine, 0, 14 * DAY).await;
    world.set_apps(vec![app("s", 400 * DAY)]);
    rounds(&world, &engine, 14 * DAY, 25 * DAY).await;
    assert!(pager(&world).is_empty(), "renewed");

    let world = self::world();
    let engine = world.start().await;
    rounds(&world, &engine, 0, 14 * DAY).await;
    let acknowledged = silence(28 * DAY, true);
    engine.store.put_silence(&acknowledged).await.unwrap();
    rounds(&world, &engine, 14 * DAY, 27 * DAY).await;
    assert!(pager(&world).is_empty(), "acknowledged");
    assert_eq!(engine.status.next_escalation(), Some(hour(28 * DAY)));
    rounds(&world, &engine, 28 * DAY, 29 * DAY).await;
    assert_eq!(pager(&world), ["s@0:expired!"], "the silence is over");
}

#[tokio::test]
async fn when_forewarn_was_down_at_the_time_it_is_told_as_soon_as_it_is_up() {
    let world = world();
    let engine = world.start().await;
    rounds(&world, &engine, 13 * DAY, 14 * DAY).await;
    drop(engine);
    world.at(19 * DAY + 1);
    let engine = world.start().await;
    world.tick(&engine).await;
    // the tighter rung goes to the one, the old alert to the other
    let slack = world.receivers[0].messages();
    assert_eq!(slack, ["s@7:critical", "s@1:critical"]);
    assert_eq!(pager(&world), ["s@1:critical!"]);
}

#[tokio::test]
async fn one_that_had_run_out_when_it_was_first_seen_goes_further_too() {
    let world = world();
    world.set_apps(vec![app("s", -1)]);
    let engine = world.start().await;
    rounds(&world, &engine, 0, 10 * DAY).await;
    assert_eq!(pager(&world), ["s@0:expired!"]);
}

#[tokio::test]
async fn of_routes_that_go_on_the_first_that_escalates_counts_and_nobody_is_told_what_is_known() {
    let mut world = World::new(&["slack", "pager", "boss"]);
    let first = Route {
        go_on: true,
        escalation: None,
        ..route(&["slack"], 1, &["slack"])
    };
    let second = Route {
        go_on: true,
        ..route(&["boss"], DAY, &["slack", "pager"])
    };
    let third = Route {
        matcher: Matcher {
            app: vec![Glob::new("*")],
            ..Matcher::default()
        },
        ..route(&["slack"], 6, &["boss"])
    };
    world.routes = vec![first, second, third];
    world.set_apps(vec![app("a", 13 * DAY), app("b", 13 * DAY)]);
    let engine = world.start().await;
    rounds(&world, &engine, 0, 9 * DAY).await;
    let told = |at: usize| world.receivers[at].messages();
    assert_eq!(pager(&world), ["a@7:critical! b@7:critical!"]);
    assert!(
        told(0)
            .iter()
            .chain(&told(2))
            .all(|text| !text.contains('!'))
    );

    let mut world = World::new(&["slack"]);
    world.routes = vec![route(&["slack"], DAY, &["slack"])];
    world.set_apps(vec![app("s", 13 * DAY)]);
    let engine = world.start().await;
    rounds(&world, &engine, 6 * DAY, 8 * DAY).await;
    let told = world.receivers[0].messages();
    assert_eq!(
        told,
        ["s@7:critical", "s@7:critical!"],
        "it says something new"
    );
}

#[tokio::test]
async fn a_round_of_its_own_runs_when_it_is_time() {
    let mut world = world();
    world.routes = vec![route(&["slack"], 5, &["pager"])];
    world.at(13 * DAY);
    let engine = world.start().await;
    let daily = Schedule::new("0 8 * * *", chrono_tz::Tz::UTC, hour(0)).unwrap();
    let timetable = Timetable::new(daily.clone(), Calendar::default());
    let (now_please, stop) = (Notify::new(), CancellationToken::new());
    now_please.notify_one();
    let stories = async {
        until(&engine, |engine| engine.status.next_escalation().is_some()).await;
        let due = hour(13 * DAY + 5);
        until(&engine, |engine| engine.status.next_round() == Some(due)).await;
        world.clock.advance_to(due);
        let next = daily.next_after(due);
        until(&engine, |engine| engine.status.next_round() == next).await;
        assert!(world.deliver(&engine).await);
        assert_eq!(pager(&world), ["s@7:critical!"]);
        assert_eq!(engine.clock.now(), due);
        stop.cancel();
    };
    let running = schedule::run(&engine, &timetable, None, &now_please, &stop);
    let both = async { tokio::join!(running, stories) };
    tokio::time::timeout(std::time::Duration::from_mins(1), both)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_plan_between_rounds_knows_what_the_last_one_left_to_be_escalated() {
    let mut world = world();
    world.routes = vec![route(&["slack"], 5, &["pager"])];
    world.at(13 * DAY);
    let engine = world.start().await;
    world.tick(&engine).await;
    let evening = Schedule::new("0 20 * * *", chrono_tz::Tz::UTC, hour(0)).unwrap();
    let timetable = Timetable::new(evening, Calendar::default());
    let outlook = Outlook {
        tenant: "contoso",
        policies: &engine.policies,
        routes: &engine.routes,
        receivers: &engine.receivers,
        calendar: &engine.calendar,
        timetable: &timetable,
        portal_link: &|_| String::new(),
    };
    for (now, first) in [(4, 5), (5, 12), (6, 12)] {
        let now = hour(13 * DAY + now);
        let snapshot = world.tenant.scan(now, &|_| {}).await.unwrap();
        let remembered = Remembered::read(engine.store.as_ref(), "contoso", now).await;
        let found = outlook.first_round(&snapshot, &remembered.unwrap(), now);
        assert_eq!(found, Some(hour(13 * DAY + first)), "{now}");
    }
}

/// Lets the others go on until it is so.
async fn until(engine: &Engine, is_so: impl Fn(&Engine) -> bool) {
    while !is_so(engine) {
        tokio::task::yield_now().await;
    }
}
