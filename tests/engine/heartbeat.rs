//! Somebody else is told after each set of rounds how it went.

use std::sync::{Arc, Mutex};

use forewarn::{
    domain::route::Route,
    engine::{
        Engine,
        heartbeat::{Beat, Watcher, beat},
        schedule::rounds,
    },
    notify::Failure,
};
use futures_util::future::BoxFuture;

use super::{
    pace::Leaping,
    world::{Answer, DAY, World, app},
};

/// Notes what it is told; the next so many times it is out of reach.
#[derive(Default)]
struct Notes {
    told: Mutex<Vec<Beat>>,
    deaf: Mutex<usize>,
}

impl Watcher for Notes {
    fn tell(&self, beat: Beat) -> BoxFuture<'_, Result<(), String>> {
        self.told.lock().unwrap().push(beat);
        let mut deaf = self.deaf.lock().unwrap();
        let result = if *deaf > 0 {
            Err("hc.example cannot be reached".to_owned())
        } else {
            Ok(())
        };
        *deaf = deaf.saturating_sub(1);
        Box::pin(async { result })
    }
}

impl Notes {
    /// What it is told after one more set of rounds.
    async fn next(&self, world: &World, engine: &Engine) -> Vec<Beat> {
        self.told.lock().unwrap().clear();
        rounds(engine).await;
        beat(engine, self).await;
        assert!(world.deliver(engine).await);
        self.told.lock().unwrap().clone()
    }
}

async fn start(world: &World) -> Engine {
    Engine {
        clock: Arc::new(Leaping(Arc::clone(&world.clock))),
        ..world.start().await
    }
}

#[tokio::test]
async fn it_beats_even_when_nothing_is_due_and_says_when_a_tenant_cannot_be_seen() {
    let world = World::new(&["slack"]);
    let engine = start(&world).await;
    let notes = Notes::default();
    assert_eq!(notes.next(&world, &engine).await, [Beat::Well]);
    *world.tenant.fails.lock().unwrap() = true;
    assert_eq!(notes.next(&world, &engine).await, [Beat::Fail]);
    *world.tenant.fails.lock().unwrap() = false;
    assert_eq!(notes.next(&world, &engine).await, [Beat::Well]);
}

#[tokio::test]
async fn it_says_when_nothing_arrives_at_a_receiver_any_more() {
    let mut world = World::new(&["slack", "mail"]);
    world.routes = vec![Route {
        receivers: vec!["slack".to_owned()],
        fallback: vec!["mail".to_owned()],
        ..Route::default()
    }];
    world.set_apps(vec![app("s", 20 * DAY)]);
    *world.receivers[0].answers.lock().unwrap() = [Answer::Refuses(Failure::Gone)].into();
    let engine = start(&world).await;
    let notes = Notes::default();
    assert_eq!(
        notes.next(&world, &engine).await,
        [Beat::Well],
        "before it is tried"
    );
    assert_eq!(notes.next(&world, &engine).await, [Beat::Fail]);
    world.at(7 * DAY);
    assert_eq!(notes.next(&world, &engine).await, [Beat::Fail]);
    assert_eq!(
        notes.next(&world, &engine).await,
        [Beat::Well],
        "it has taken a message"
    );
}

#[tokio::test]
async fn it_is_tried_three_times_and_then_only_counted() {
    let world = World::new(&["slack"]);
    let engine = start(&world).await;
    let notes = Notes::default();
    *notes.deaf.lock().unwrap() = 2;
    assert_eq!(notes.next(&world, &engine).await, [Beat::Well; 3]);
    *notes.deaf.lock().unwrap() = 3;
    assert_eq!(notes.next(&world, &engine).await, [Beat::Well; 3]);
    let metrics = engine.metrics.encode().unwrap();
    for outcome in ["arrived", "lost"] {
        let line = format!("forewarn_heartbeats_total{{outcome=\"{outcome}\"}} 1");
        assert!(metrics.contains(&line), "{metrics}");
    }
    assert!(
        world.receivers[0].messages().is_empty(),
        "nobody is told of it"
    );
}
