//! A chat takes so many messages a second, whatever there is to tell and however often we are started again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    app::{clock::ManualClock, net},
    config::SystemSecrets,
    domain::{Clock, Notification, SecretSource, calendar::Calendar, secret::SecretString},
    engine::{Engine, Receiver, deliver::deliver_due},
    notify::{
        Envelope, Notifier, Payload, SendError,
        slack::{SlackConfig, SlackNotifier},
    },
    render::Renderer,
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::world::{DAY, World, app};

const CREDENTIALS: usize = 3_000;

/// A clock on which whoever sleeps has slept.
pub(crate) struct Leaping(pub(crate) Arc<ManualClock>);

impl Clock for Leaping {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.advance(TimeDelta::from_std(duration).unwrap());
        Box::pin(async {})
    }
}

/// Slack as it is, but for the wire.
struct Channel {
    slack: SlackNotifier,
    clock: Arc<ManualClock>,
    /// What it composed last: three thousand rows take their time.
    composed: Mutex<Option<(Notification, Vec<Payload>)>>,
    /// When a message was taken, its key, and what it said.
    taken: Mutex<Vec<(DateTime<Utc>, String, String)>>,
    /// After so many messages the sender is told to stop.
    stops_after: usize,
    /// And after so many it dies in the middle of the next.
    dies_after: usize,
    stop: Mutex<CancellationToken>,
    died: Notify,
}

impl Notifier for Channel {
    fn name(&self) -> &str {
        self.slack.name()
    }

    fn targets(&self) -> Vec<String> {
        self.slack.targets()
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        let mut composed = self.composed.lock().unwrap();
        match &*composed {
            Some((of, parts)) if of == notification => parts.clone(),
            _ => {
                let parts = self.slack.compose(notification);
                *composed = Some((notification.clone(), parts.clone()));
                parts
            }
        }
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async move {
            // the wire takes its time
            self.clock.advance(TimeDelta::milliseconds(70));
            let count = {
                let mut taken = self.taken.lock().unwrap();
                let text = envelope.payload.text.clone();
                taken.push((envelope.now, envelope.idempotency_key(), text));
                taken.len()
            };
            if count == self.stops_after {
                self.stop.lock().unwrap().cancel();
            }
            if count == self.dies_after {
                self.died.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(async { Ok(String::new()) })
    }

    fn pace(&self) -> Duration {
        self.slack.pace()
    }
}

fn channel(world: &World) -> Arc<Channel> {
    let url = SecretSource::Literal(SecretString::from("http://127.0.0.1:1/"));
    let slack = SlackNotifier::new(
        "slack".to_owned(),
        SlackConfig { url },
        net::client(None).unwrap(),
        Arc::new(SystemSecrets),
        Renderer::new(Calendar::default()),
    );
    Arc::new(Channel {
        slack,
        clock: Arc::clone(&world.clock),
        composed: Mutex::default(),
        taken: Mutex::default(),
        stops_after: 7,
        dies_after: 15,
        stop: Mutex::default(),
        died: Notify::new(),
    })
}

/// A new process, with that channel as its one receiver.
async fn start(world: &World, channel: &Arc<Channel>) -> Engine {
    let engine = world.start().await;
    *channel.stop.lock().unwrap() = CancellationToken::new();
    let receivers = engine.receivers.iter().map(|receiver| Receiver {
        notifier: Arc::<Channel>::clone(channel),
        ..receiver.clone()
    });
    Engine {
        clock: Arc::new(Leaping(Arc::clone(&world.clock))),
        receivers: receivers.collect(),
        ..engine.clone()
    }
}

/// Delivers until nothing is left, or the process ends: then false.
async fn deliver_all(world: &World, engine: &Engine, channel: &Channel) -> bool {
    let stop = channel.stop.lock().unwrap().clone();
    loop {
        let next = tokio::select! {
            next = deliver_due(engine, channel, &stop) => next.unwrap(),
            () = channel.died.notified() => return false,
        };
        if stop.is_cancelled() {
            return false;
        }
        let Some(next) = next else {
            return true;
        };
        world.clock.advance_to(next);
    }
}

#[tokio::test]
async fn three_thousand_credentials_reach_slack_whole_and_never_too_fast() {
    let world = World::new(&["slack"]);
    let name = |n: usize| format!("app-{n:04}");
    world.set_apps((0..CREDENTIALS).map(|n| app(&name(n), 5 * DAY)).collect());
    let channel = channel(&world);
    let mut processes = 1;
    let mut engine = start(&world, &channel).await;
    engine.round(world.tenant.as_ref()).await.unwrap();
    while !deliver_all(&world, &engine, &channel).await {
        drop(engine);
        engine = start(&world, &channel).await;
        processes += 1;
    }
    assert_eq!(processes, 3, "one was stopped, one died");

    let taken = channel.taken.lock().unwrap();
    assert!(taken.len() > 40, "{} parts", taken.len());
    let quickest = taken
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].0)
        .min()
        .unwrap();
    let pace = TimeDelta::from_std(channel.pace()).unwrap();
    assert!(quickest >= pace, "{quickest} between two messages");
    let keys: BTreeSet<&String> = taken.iter().map(|(_, key, _)| key).collect();
    assert_eq!(
        keys.len(),
        taken.len() - 1,
        "only what was in flight came twice"
    );
    let all: String = taken.iter().map(|(_, _, text)| text.as_str()).collect();
    let unnamed: Vec<String> = (0..CREDENTIALS)
        .map(name)
        .filter(|name| !all.contains(name))
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[tokio::test]
async fn what_one_round_decides_after_the_other_keeps_the_pace_too() {
    let world = World::new(&["slack"]);
    let channel = channel(&world);
    let engine = start(&world, &channel).await;
    let names = ["a", "b", "c", "d", "e"];
    for count in 1..=names.len() {
        // each in a message of its own
        world.set_apps(
            names[..count]
                .iter()
                .map(|name| app(name, 5 * DAY))
                .collect(),
        );
        engine.round(world.tenant.as_ref()).await.unwrap();
    }
    assert!(deliver_all(&world, &engine, &channel).await);
    let taken = channel.taken.lock().unwrap();
    assert_eq!(taken.len(), names.len());
    for pair in taken.windows(2) {
        let between = pair[1].0 - pair[0].0;
        assert!(
            between >= TimeDelta::from_std(channel.pace()).unwrap(),
            "{between}"
        );
    }
}
