//! What an operator relies on, one story a test.

use chrono::TimeDelta;
use forewarn::{
    domain::{
        route::{GroupKey, Route},
        schedule::Schedule,
    },
    notify::Failure,
};

use super::world::{Answer, DAY, World, app, hour};

#[tokio::test]
async fn each_rung_is_told_once_to_each_receiver_across_restarts() {
    let world = World::new(&["slack", "mail"]);
    world.set_apps(vec![app("s", 20 * DAY)]);
    for hours in (0..22 * DAY).step_by(6) {
        world.at(hours);
        let engine = world.start().await; // a new process each time
        world.tick(&engine).await;
    }
    let expected = [
        "s@30:warning",
        "s@14:warning",
        "s@7:critical",
        "s@3:critical",
        "s@1:critical",
        "s@0:expired",
    ];
    for receiver in &world.receivers {
        let messages = receiver.messages();
        assert_eq!(messages[..6], expected);
        assert_eq!(messages[6..], ["s@0:expiredagain"], "a day after the end");
    }
}

#[tokio::test]
async fn a_round_is_one_notification_in_parts_that_name_every_credential() {
    let world = World::new(&["slack"]);
    world.set_apps(
        ["a", "b", "c", "d", "e"]
            .map(|name| app(name, 5 * DAY))
            .into(),
    );
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        [
            "a@7:critical b@7:critical",
            "c@7:critical d@7:critical",
            "e@7:critical"
        ]
    );
}

#[tokio::test]
async fn a_receiver_that_is_down_is_tried_on_the_published_schedule_and_then_given_up_for_the_fallback()
 {
    let mut world = World::new(&["slack", "mail"]);
    world.routes = vec![Route {
        receivers: vec!["slack".to_owned()],
        fallback: vec!["mail".to_owned()],
        group_by: vec![GroupKey::Tenant],
        ..Route::default()
    }];
    world.set_apps(vec![app("s", 100 * DAY)]);
    world.at(93 * DAY);
    world.receivers[0]
        .answers
        .lock()
        .unwrap()
        .extend([Answer::Refuses(Failure::Unavailable); 10]);
    let engine = world.start().await;
    world.tick(&engine).await;
    assert!(world.receivers[1].messages().is_empty());
    for _ in 0..100 * 60 {
        world.clock.advance(TimeDelta::minutes(1));
        world.deliver(&engine).await;
    }
    let tries = world.receivers[0].tries.lock().unwrap().clone();
    let waits: Vec<i64> = tries
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).num_minutes())
        .collect();
    let least = [0, 5, 30, 120, 300, 600, 840, 1_200, 1_440];
    assert_eq!(waits.len(), least.len(), "{waits:?}");
    for (wait, least) in waits.iter().zip(least) {
        assert!((least..=least + least / 10 + 2).contains(wait), "{waits:?}");
    }
    assert_eq!(
        world.receivers[1].messages(),
        ["monitor.failing", "s@7:critical"],
        "it heard that the other is down, and was the fallback in the end"
    );
    let outbox = engine.store.outbox().await.unwrap();
    let slack = outbox
        .iter()
        .find(|state| state.receiver == "slack")
        .unwrap();
    assert!(slack.given_up == [""] && slack.pending == 0, "{slack:?}");
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_at_once() {
    let mut world = World::new(&["slack", "mail"]);
    world.routes = vec![Route {
        receivers: vec!["slack".to_owned()],
        fallback: vec!["mail".to_owned()],
        ..Route::default()
    }];
    world.set_apps(vec![app("s", 5 * DAY)]);
    world.receivers[0]
        .answers
        .lock()
        .unwrap()
        .push_back(Answer::Refuses(Failure::Gone));
    let engine = world.start().await;
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].tries.lock().unwrap().len(), 1);
    let mut told = world.receivers[1].messages();
    told.sort();
    assert_eq!(told, ["monitor.failing", "s@7:critical"]);
    let text = engine.metrics.encode().unwrap();
    assert!(
        text.contains(r#"forewarn_deliveries_total{receiver="slack",outcome="given-up"} 1"#),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_nothing_to_a_receiver_is_done_with_and_the_rest_goes_on() {
    let world = World::new(&["pager"]);
    *world.receivers[0].has_no_use_for.lock().unwrap() = Some("credential.expiring");
    world.set_apps(vec![app("s", 5 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    let outbox = engine.store.outbox().await.unwrap();
    assert!(
        outbox[0].pending == 0 && outbox[0].given_up.is_empty(),
        "{outbox:?}"
    );
    world.at(5 * 24);
    world.tick(&engine).await;
    assert_eq!(world.receivers[0].messages(), ["s@0:expired"]);
}

#[tokio::test]
async fn a_crash_in_the_middle_repeats_only_the_part_in_flight_under_the_same_key() {
    let world = World::new(&["slack"]);
    world.set_apps(
        ["a", "b", "c", "d", "e"]
            .map(|name| app(name, 5 * DAY))
            .into(),
    );
    world.receivers[0]
        .answers
        .lock()
        .unwrap()
        .extend([Answer::Takes, Answer::TakesAndHangs]);
    {
        let engine = world.start().await;
        engine.round(world.tenant.as_ref()).await.unwrap();
        assert!(!world.deliver(&engine).await, "the process died");
    }
    let engine = world.start().await;
    assert!(world.deliver(&engine).await);
    let taken = world.receivers[0].taken.lock().unwrap().clone();
    let texts: Vec<&str> = taken.iter().map(|(_, text)| text.as_str()).collect();
    let (ab, cd, e) = (
        "a@7:critical b@7:critical",
        "c@7:critical d@7:critical",
        "e@7:critical",
    );
    assert_eq!(texts, [ab, cd, cd, e]);
    assert_eq!(taken[1].0, taken[2].0, "the repeat carries the same key");
}

#[tokio::test]
async fn a_failed_scan_changes_nothing_and_the_second_in_a_row_is_told() {
    let world = World::new(&["slack"]);
    world.set_apps(vec![app("s", 5 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    *world.tenant.fails.lock().unwrap() = true;
    for hours in [6, 12, 18] {
        world.at(hours);
        world.tick(&engine).await;
    }
    *world.tenant.fails.lock().unwrap() = false;
    world.at(24);
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        ["s@7:critical", "monitor.failing", "monitor.recovered"]
    );
}

#[tokio::test]
async fn a_tenant_that_suddenly_shrinks_is_told_and_nothing_is_taken_as_removed_before_it_is_seen_again()
 {
    let world = World::new(&["slack"]);
    world.set_apps(vec![app("s", 5 * DAY), app("t", 5 * DAY)]);
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(vec![app("t", 5 * DAY)]);
    for hours in [6, 12, 18] {
        world.at(hours);
        world.tick(&engine).await;
    }
    let told = [
        "s@7:critical t@7:critical",
        "monitor.failing",
        "s@7:resolved",
        "monitor.recovered",
    ];
    let mut messages = world.receivers[0].messages();
    messages[2..].sort_by_key(|message| message.starts_with("monitor"));
    assert_eq!(messages, told);
}

#[tokio::test]
async fn an_app_that_cannot_be_read_in_full_is_not_taken_as_gone() {
    let world = World::new(&["slack"]);
    let others = || {
        ["a", "b", "c", "d", "e"]
            .map(|name| app(name, 500 * DAY))
            .to_vec()
    };
    world.set_apps([others(), vec![app("s", 5 * DAY)]].concat());
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(
        [
            others(),
            vec![forewarn::domain::App {
                credentials: Box::default(),
                ..app("s", 0)
            }],
        ]
        .concat(),
    );
    *world.tenant.odd.lock().unwrap() = vec!["s".to_owned()];
    world.at(6);
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        ["s@7:critical"],
        "it may only be unreadable"
    );
    world.tenant.odd.lock().unwrap().clear();
    world.at(12);
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[0].messages(),
        ["s@7:critical", "s@7:resolved"]
    );
}

#[tokio::test]
async fn only_those_who_were_told_hear_that_it_is_resolved() {
    let mut world = World::new(&["slack", "mail"]);
    world.routes = vec![Route {
        receivers: vec!["mail".to_owned()],
        ..Route::default()
    }];
    world.set_apps(vec![
        app("s", 5 * DAY),
        app("t", 500 * DAY),
        app("u", 500 * DAY),
        app("v", 500 * DAY),
        app("w", 500 * DAY),
    ]);
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(vec![
        app("t", 500 * DAY),
        app("u", 500 * DAY),
        app("v", 500 * DAY),
        app("w", 500 * DAY),
    ]);
    world.at(6);
    world.tick(&engine).await;
    assert_eq!(
        world.receivers[1].messages(),
        ["s@7:critical", "s@7:resolved"]
    );
    assert!(world.receivers[0].messages().is_empty());
}

#[tokio::test]
async fn readiness_tells_of_given_up_and_stuck_deliveries_and_of_tenants_not_scanned() {
    use forewarn::engine::{Status, readiness};
    let world = World::new(&["slack", "mail"]);
    world.set_apps(vec![app("s", 5 * DAY)]);
    world.receivers[0]
        .answers
        .lock()
        .unwrap()
        .push_back(Answer::Refuses(Failure::Rejected));
    world.receivers[1]
        .answers
        .lock()
        .unwrap()
        .extend([Answer::Refuses(Failure::Timeout); 9]);
    let engine = world.start().await;
    world.tick(&engine).await;
    let names = ["slack", "mail"].map(|name| (name.to_owned(), vec![String::new()]));
    let outbox = engine.store.outbox().await.unwrap();
    let reasons = |now| -> Vec<String> {
        readiness::receivers(&outbox, &names, now)
            .into_iter()
            .map(|unready| format!("{}: {}", unready.name, unready.reason))
            .collect()
    };
    let at_once = reasons(hour(0));
    assert_eq!(at_once.len(), 1, "{at_once:?}");
    assert!(
        at_once[0].starts_with("slack: the last delivery was given up"),
        "{at_once:?}"
    );
    let later = reasons(hour(1));
    assert_eq!(later.len(), 2, "{later:?}");
    assert!(
        later
            .iter()
            .any(|reason| reason.starts_with("mail: 2 deliveries wait")),
        "{later:?}"
    );

    let status = Status::new(
        hour(0),
        [(
            "contoso".to_owned(),
            forewarn::domain::health::Health::default(),
        )],
    );
    // rounds at working hours only: the quiet night is no failure
    let schedule = Schedule::new("0 8-18 * * *", chrono_tz::Tz::UTC, hour(0)).unwrap();
    let evening = schedule.next_after(hour(0)).unwrap();
    let two_rounds_on = schedule.next_after(evening).unwrap();
    assert!(readiness::tenants(&status, &schedule, two_rounds_on).is_empty());
    assert_eq!(
        readiness::tenants(&status, &schedule, two_rounds_on + TimeDelta::minutes(11)).len(),
        1
    );
}
