//! Messages that can wait go out in the hours of a working day.

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    domain::{
        Clock,
        calendar::{Calendar, Hours},
        route::{GroupKey, Route},
        schedule::Schedule,
        timetable::Timetable,
    },
    engine::{Engine, readiness},
    notify::Failure,
};

use super::world::{Answer, DAY, World, app, hour};

/// Weekdays from eight to six. `hour(0)` is a Friday, at eight o'clock in UTC.
pub(crate) fn office_hours() -> Calendar {
    let time = |text: &str| text.parse().unwrap();
    Calendar {
        send_between: Some(Hours {
            from: time("08:00:00"),
            to: time("18:00:00"),
        }),
        ..Calendar::default()
    }
}

const MONDAY: i64 = 3 * DAY;

/// Lives until then as the daemon does: a round at each tick of every third hour, and at each opening.
pub(crate) async fn live(world: &World, engine: &Engine, until: DateTime<Utc>) {
    let schedule = Schedule::new("30 */3 * * *", world.calendar.timezone, hour(0)).unwrap();
    let timetable = Timetable::new(schedule, world.calendar.clone());
    while let Some(next) = timetable.next_after(world.clock.now()) {
        // what waits in the outbox goes out between the rounds
        world.clock.advance_to(next.min(until));
        world.deliver(engine).await;
        if next > until {
            return;
        }
        world.tick(engine).await;
    }
}

/// What the first receiver took, with the hour of each.
fn told(world: &World) -> Vec<(DateTime<Utc>, String)> {
    let receiver = &world.receivers[0];
    let tries = receiver.tries.lock().unwrap().clone();
    let messages = receiver.messages();
    assert_eq!(tries.len(), messages.len());
    tries.into_iter().zip(messages).collect()
}

fn at(hours: i64, message: &str) -> (DateTime<Utc>, String) {
    (hour(hours), message.to_owned())
}

fn at_half_past(hours: i64, message: &str) -> (DateTime<Utc>, String) {
    (hour(hours) + TimeDelta::minutes(30), message.to_owned())
}

#[tokio::test]
async fn what_comes_up_on_a_weekend_is_told_once_on_monday_morning_and_what_is_critical_at_once() {
    let mut world = World::new(&["slack"]);
    world.calendar = office_hours();
    let engine = world.start().await;
    // the 30th and the 14th day before its end are on Saturday; and the end of another
    world.set_apps(vec![
        app("w", 14 * DAY + DAY + 6),
        app("i", 60 * DAY + DAY + 6),
        app("e", DAY + 6),
        app("far", 500 * DAY),
    ]);
    world.tick(&engine).await;
    live(&world, &engine, hour(MONDAY + 9)).await;
    let expected = [
        at(0, "e@3:critical w@30:warning"),
        at_half_past(7, "e@1:critical"),
        at_half_past(DAY + 7, "e@0:expired"),
        at_half_past(2 * DAY + 7, "e@0:expiredagain"),
        at(MONDAY, "w@14:warning i@60:info"),
    ];
    let mut told = told(&world);
    told.truncate(5);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_holiday_is_no_working_day() {
    let mut world = World::new(&["slack"]);
    world.calendar = office_hours();
    world.calendar.holidays = [hour(MONDAY).date_naive()].into();
    world.set_apps(vec![app("w", 14 * DAY + DAY), app("far", 500 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    live(&world, &engine, hour(MONDAY + 2 * DAY)).await;
    assert_eq!(
        told(&world),
        [at(0, "w@30:warning"), at(MONDAY + DAY, "w@14:warning")]
    );
}

#[tokio::test]
async fn the_opening_is_at_the_same_time_of_day_after_the_clocks_were_set() {
    let mut world = World::new(&["slack"]);
    world.calendar = Calendar {
        timezone: chrono_tz::Europe::Berlin,
        ..office_hours()
    };
    let utc = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    // a Friday; the clocks go forward on the Sunday
    world.clock.advance_to(utc("2027-03-26T09:00:00Z"));
    let hours = |at: &str| (utc(at) - hour(0)).num_hours();
    world.set_apps(vec![app("w", hours("2027-03-27T12:00:00Z") + 14 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    live(&world, &engine, utc("2027-03-29T09:00:00Z")).await;
    let monday = (utc("2027-03-29T06:00:00Z"), "w@14:warning".to_owned());
    assert_eq!(told(&world)[1], monday);
}

#[tokio::test]
async fn a_first_scan_on_a_saturday_tells_what_is_critical_and_on_monday_the_rest_together() {
    let mut world = World::new(&["slack"]);
    world.calendar = office_hours();
    world.routes = vec![Route {
        receivers: vec!["slack".to_owned()],
        group_by: vec![GroupKey::App],
        ..Route::default()
    }];
    world.at(DAY);
    let saturday = DAY;
    world.set_apps(vec![
        app("a", saturday + 20 * DAY),
        app("b", saturday + 50 * DAY),
        app("c", saturday + 4 * DAY + 12),
        app("d", 400 * DAY),
    ]);
    let engine = world.start().await;
    world.tick(&engine).await;
    live(&world, &engine, hour(MONDAY - 1)).await;
    drop(engine); // and is restarted before it is Monday
    let engine = world.start().await;
    live(&world, &engine, hour(MONDAY + 3)).await;
    assert_eq!(
        told(&world),
        [
            at(DAY, "c@7:critical"),
            at_half_past(2 * DAY + 13, "c@3:critical"),
            at(MONDAY, "a@30:warning b@60:info"),
        ]
    );

    // from then on as the route groups them
    world.set_apps(vec![
        app("d", 400 * DAY),
        app("e", MONDAY + 20 * DAY),
        app("f", MONDAY + 20 * DAY),
    ]);
    world.at(MONDAY + 5);
    world.tick(&engine).await;
    world.at(MONDAY + 6);
    world.tick(&engine).await;
    let separate = |message: &str| told(&world).iter().any(|(_, told)| told == message);
    assert!(
        separate("e@30:warning") && separate("f@30:warning"),
        "{:?}",
        told(&world)
    );
}

#[tokio::test]
async fn what_is_resolved_at_night_is_told_in_the_morning_and_readiness_does_not_complain() {
    let mut world = World::new(&["slack"]);
    world.calendar = office_hours();
    let others = || {
        ["b", "c", "d", "e", "f"]
            .map(|name| app(name, 500 * DAY))
            .to_vec()
    };
    world.set_apps([others(), vec![app("s", 20 * DAY)]].concat());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(others());
    world.at(DAY);
    world.tick(&engine).await;

    let outbox = engine.store.outbox().await.unwrap();
    assert_eq!(
        (outbox[0].pending, outbox[0].oldest),
        (1, Some(hour(MONDAY)))
    );
    let configured = [("slack".to_owned(), vec![String::new()])];
    for hours in [DAY, 2 * DAY, MONDAY] {
        let unready = readiness::receivers(&outbox, &configured, hour(hours));
        assert_eq!(unready, []);
    }
    let unready = readiness::receivers(&outbox, &configured, hour(MONDAY + 1));
    assert_eq!(unready.len(), 1, "one that is late is");

    world.at(MONDAY - 1);
    world.deliver(&engine).await;
    assert_eq!(told(&world).len(), 1);
    world.at(MONDAY);
    world.deliver(&engine).await;
    assert_eq!(told(&world)[1], at(MONDAY, "s@30:resolved"));
}

#[tokio::test]
async fn an_incident_is_closed_at_any_hour() {
    let mut world = World::new(&["pager"]);
    world.calendar = office_hours();
    *world.receivers[0].keeps_state.lock().unwrap() = true;
    let others = || {
        ["b", "c", "d", "e", "f"]
            .map(|name| app(name, 500 * DAY))
            .to_vec()
    };
    world.set_apps([others(), vec![app("s", 20 * DAY)]].concat());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(others());
    world.at(DAY);
    world.tick(&engine).await;
    assert_eq!(told(&world)[1], at(DAY, "s@30:resolved"));
}

#[tokio::test]
async fn an_incident_is_not_closed_before_it_is_opened() {
    let world = World::new(&["pager"]);
    *world.receivers[0].keeps_state.lock().unwrap() = true;
    let others = || {
        ["b", "c", "d", "e", "f"]
            .map(|name| app(name, 500 * DAY))
            .to_vec()
    };
    world.set_apps([others(), vec![app("s", 20 * DAY)]].concat());
    let engine = world.start().await;
    let down = [Failure::Unavailable; 2].map(Answer::Refuses);
    *world.receivers[0].answers.lock().unwrap() = down.into();
    let minute = |minutes| {
        let at = hour(0) + TimeDelta::minutes(minutes);
        world.clock.advance_to(at);
    };
    world.tick(&engine).await;
    minute(1);
    world.deliver(&engine).await;
    minute(2);
    world.set_apps(others());
    world.tick(&engine).await;
    assert!(world.receivers[0].messages().is_empty());
    let next = engine.store.next_due("pager").await.unwrap();
    assert!(next > Some(world.clock.now()), "nobody looks all the time");
    world.at(DAY);
    world.deliver(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        ["s@30:warning", "s@30:resolved"]
    );
}

#[tokio::test]
async fn that_a_tenant_cannot_be_seen_never_waits() {
    let mut world = World::new(&["slack"]);
    world.calendar = office_hours();
    world.set_apps(vec![app("d", 400 * DAY)]);
    world.at(DAY);
    let engine = world.start().await;
    *world.tenant.fails.lock().unwrap() = true;
    for hours in [DAY, DAY + 1] {
        world.at(hours);
        world.tick(&engine).await;
    }
    assert_eq!(told(&world), [at(DAY + 1, "monitor.failing")]);
}
