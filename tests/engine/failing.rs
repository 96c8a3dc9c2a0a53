//! A receiver that fails is told of by the others, once.

use chrono::TimeDelta;
use forewarn::{
    domain::route::Route,
    engine::{Engine, readiness},
    notify::Failure,
};

use super::world::{Answer, DAY, FakeReceiver, World, app};

const REFUSES: Answer = Answer::Refuses(Failure::Unavailable);

fn refuse(receiver: &FakeReceiver, answer: Answer, times: usize) {
    *receiver.answers.lock().unwrap() = vec![answer; times].into();
}

/// Lets so many hours pass, looking every five minutes.
async fn pass(world: &World, engine: &Engine, hours: i64) {
    for _ in 0..hours * 12 {
        world.clock.advance(TimeDelta::minutes(5));
        assert!(world.deliver(engine).await);
    }
}

fn only_to_slack() -> Vec<Route> {
    vec![Route {
        receivers: vec!["slack".to_owned()],
        ..Route::default()
    }]
}

#[tokio::test]
async fn down_for_half_an_hour_is_told_to_the_others_and_so_is_the_recovery() {
    let mut world = World::new(&["slack", "mail", "siem"]);
    world.routes = only_to_slack();
    world.set_apps(vec![app("s", 20 * DAY)]);
    refuse(&world.receivers[0], REFUSES, 6);
    let engine = world.start().await;
    world.tick(&engine).await;
    let others = || [1, 2].map(|n: usize| world.receivers[n].messages());
    // tries: at once, and after 5 s, 5 min, 30 min
    for _ in 0..6 {
        world.clock.advance(TimeDelta::minutes(5));
        world.deliver(&engine).await;
    }
    assert!(others().iter().all(Vec::is_empty), "it may be over soon");
    pass(&world, &engine, 1).await;
    assert_eq!(others(), [["monitor.failing"]; 2]);
    // a restart forgets nothing
    drop(engine);
    let engine = world.start().await;
    pass(&world, &engine, 8).await;
    assert_eq!(others(), [["monitor.failing"]; 2], "told once");
    pass(&world, &engine, 12).await;
    assert_eq!(others(), [["monitor.failing", "monitor.recovered"]; 2]);
    assert_eq!(world.receivers[0].messages(), ["s@30:warning"]);
}

#[tokio::test]
async fn a_few_refusals_are_no_news() {
    let mut world = World::new(&["slack", "mail"]);
    world.routes = only_to_slack();
    world.set_apps(vec![app("s", 20 * DAY)]);
    refuse(&world.receivers[0], REFUSES, 3);
    let engine = world.start().await;
    world.tick(&engine).await;
    pass(&world, &engine, 2).await;
    assert_eq!(world.receivers[0].messages(), ["s@30:warning"]);
    assert!(world.receivers[1].messages().is_empty());
}

#[tokio::test]
async fn two_that_are_dead_tell_each_other_once_and_readiness_tells_of_both() {
    let world = World::new(&["slack", "mail"]);
    world.set_apps(vec![app("s", 20 * DAY)]);
    for receiver in &world.receivers {
        refuse(receiver, Answer::Refuses(Failure::Gone), 1_000);
    }
    let engine = world.start().await;
    world.tick(&engine).await;
    pass(&world, &engine, 2).await;
    // the alert, and that the other one fails
    for receiver in &world.receivers {
        assert_eq!(receiver.tries.lock().unwrap().len(), 2);
    }
    let outbox = engine.store.outbox().await.unwrap();
    assert!(
        outbox
            .iter()
            .all(|state| state.failing_since.is_some() && state.pending == 0)
    );
    let names = ["slack", "mail"].map(|name| (name.to_owned(), vec![String::new()]));
    let unready = readiness::receivers(&outbox, &names, engine.clock.now());
    assert_eq!(unready.len(), 2, "{unready:?}");

    // what works again says so to the other, and hears of it in turn
    for receiver in &world.receivers {
        refuse(receiver, REFUSES, 0);
    }
    world.at(7 * DAY);
    world.tick(&engine).await;
    pass(&world, &engine, 1).await;
    for receiver in &world.receivers {
        let mut messages = receiver.messages();
        messages.sort();
        assert_eq!(messages, ["monitor.recovered", "s@14:warning"]);
    }
    let outbox = engine.store.outbox().await.unwrap();
    assert!(outbox.iter().all(|state| state.failing_since.is_none()));
}

#[tokio::test]
async fn a_message_that_is_passed_over_makes_no_dead_receiver_ready() {
    let world = World::new(&["pager"]);
    let others = ["b", "c", "d", "e", "f"].map(|name| app(name, 500 * DAY));
    world.set_apps([others.to_vec(), vec![app("s", 20 * DAY)]].concat());
    refuse(&world.receivers[0], Answer::Refuses(Failure::Gone), 1);
    *world.receivers[0].has_no_use_for.lock().unwrap() = Some("credential.resolved");
    let engine = world.start().await;
    world.tick(&engine).await;
    world.set_apps(others.to_vec());
    world.at(6);
    world.tick(&engine).await;
    let outbox = engine.store.outbox().await.unwrap();
    assert_eq!(outbox[0].pending, 0);
    let configured = [("pager".to_owned(), vec![String::new()])];
    let unready = readiness::receivers(&outbox, &configured, engine.clock.now());
    assert_eq!(unready.len(), 1, "{unready:?}");
}
