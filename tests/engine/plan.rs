//! What was planned is what happens: to the minute, the receiver and the word.
//!
//! A tenant, a configuration and a past are drawn from a seed. The next sixty days are planned from what the store remembers; then
//! they are lived, by the real engine with the real store, and all that the receivers were told is compared.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use forewarn::{
    app::clock::ManualClock,
    domain::{
        App, Clock, Credential, Id, Kind, Ladder, Notification, Row, Severity,
        calendar::{Calendar, Hours},
        digest::Every,
        facts::LastUse,
        glob::Glob,
        matcher::Matcher,
        own::Own,
        policy::{AfterExpiry, Policies, Policy, Superseded, Thresholds},
        route::{Escalation, GroupKey, Route},
        schedule::Schedule,
        silence::{Scope, Silence},
        timetable::Timetable,
    },
    engine::{Engine, Receiver, deliver::deliver_due, foresee::Outlook},
    entra::Directory,
    notify::{Envelope, Notifier, Payload, SendError},
    store::Remembered,
};
use futures_util::future::BoxFuture;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::world::{DAY, World, app, hour, secret};

/// The past begins here, and the clocks of Europe and America change in the time that is planned.
const START: i64 = 30 * DAY;
const PAST: i64 = 10 * DAY;
const DAYS: i64 = 60;

/// A receiver with two targets that writes down everything.
struct Recorder {
    name: &'static str,
    taken: Mutex<Vec<Told>>,
}

/// When, whom, and what.
type Told = (DateTime<Utc>, String, String, String);

/// All that is decided about a message's contents.
fn contents(notification: &Notification) -> String {
    let event = |row: Option<&Row>| notification.event_type(row).as_str();
    let first = notification.rows().first().map(AsRef::as_ref);
    let mut lines = vec![format!(
        "{} {} escalation={} first={}",
        notification.decided_at.to_rfc3339(),
        event(first),
        notification.escalation,
        notification.first_scan
    )];
    for row in notification.rows() {
        lines.push(format!(
            "{} {} {} rung={:?} days={:?} newer={:?}/{:?} {:?} {:?}",
            row.credential_id,
            event(Some(row)),
            row.severity.as_str(),
            row.rung,
            row.days_left,
            row.superseded_by,
            row.newer,
            row.reason,
            row.escalated,
        ));
    }
    lines.join("\n")
}

impl Notifier for Recorder {
    fn name(&self) -> &str {
        self.name
    }

    fn targets(&self) -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        vec![Payload {
            title: String::new(),
            text: String::new(),
            body: contents(notification),
        }]
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async move {
            let (target, body) = (envelope.target.to_owned(), envelope.payload.body.clone());
            let told = (envelope.now, self.name.to_owned(), target, body);
            self.taken.lock().unwrap().push(told);
            Ok(())
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(async { Ok(String::new()) })
    }
}

const RECEIVERS: [&str; 4] = ["slack", "mail", "pager", "siem"];

struct Life {
    world: World,
    recorders: Vec<Arc<Recorder>>,
    timetable: Timetable,
    digests: bool,
}

impl Life {
    fn new(rng: &mut StdRng) -> Self {
        let mut world = World::new(&[]);
        world.policies = policies(rng);
        world.routes = routes(rng);
        world.calendar = calendar(rng);
        let apps = apps(rng);
        *world.tenant.last_use.lock().unwrap() = rng.random_bool(0.4).then(|| uses(rng, &apps));
        let own = Own {
            app_id: apps[0].app_id.clone(),
            kind: Kind::ClientSecret,
        };
        *world.tenant.own.lock().unwrap() = Some(own);
        world.set_apps(apps);
        let zone = world.calendar.timezone;
        let crons = [
            "0 6,12,18 * * *",
            "30 7 * * mon-fri",
            "0 3 * * *",
            "0 2,14 * * *",
        ];
        let schedule = Schedule::new(crons.choose(rng).unwrap(), zone, hour(0)).unwrap();
        let recorder = |name: &&'static str| {
            Arc::new(Recorder {
                name,
                taken: Mutex::default(),
            })
        };
        Self {
            timetable: Timetable::new(schedule, world.calendar.clone()),
            recorders: RECEIVERS.iter().map(recorder).collect(),
            digests: rng.random_bool(0.3),
            world,
        }
    }

    fn receivers(&self) -> Arc<[Receiver]> {
        let receiver = |recorder: &Arc<Recorder>| Receiver {
            notifier: Arc::<Recorder>::clone(recorder),
            send_resolved: recorder.name != "siem",
            digest: (self.digests && recorder.name == "mail").then_some(Every::Weekly),
            to_owners: false,
        };
        self.recorders.iter().map(receiver).collect()
    }

    async fn start(&self) -> Engine {
        let names = RECEIVERS.map(str::to_owned);
        Engine {
            receivers: self.receivers(),
            routes: Arc::new(forewarn::domain::route::Routes::new(
                self.world.routes.clone(),
                &names,
            )),
            ..self.world.start().await
        }
    }

    async fn round(&self, engine: &Engine) {
        engine.round(self.world.tenant.as_ref()).await.unwrap();
        let stop = CancellationToken::new();
        for recorder in &self.recorders {
            deliver_due(engine, recorder.as_ref(), &stop).await.unwrap();
        }
    }

    fn taken(&self) -> Vec<Told> {
        let all = self.recorders.iter();
        all.flat_map(|recorder| std::mem::take(&mut *recorder.taken.lock().unwrap()))
            .collect()
    }
}

fn policies(rng: &mut StdRng) -> Policies {
    let mut thresholds = || {
        let days: Vec<u16> = (0..rng.random_range(1..7))
            .map(|_| rng.random_range(0..70))
            .collect();
        Thresholds {
            ladder: Ladder::new(days),
            warning: rng.random_range(10..40),
            critical: rng.random_range(0..10),
            superseded: *[Superseded::Soften, Superseded::Mute, Superseded::Alert]
                .choose(rng)
                .unwrap(),
            after_expiry: AfterExpiry {
                every: TimeDelta::hours(rng.random_range(5..60)),
                lasts: TimeDelta::days(rng.random_range(0..12)),
            },
        }
    };
    let (default, other, renewed) = (thresholds(), thresholds(), thresholds());
    let policy = |app: &str, thresholds, self_renewing| Policy {
        matcher: matcher(app, &[]),
        thresholds,
        self_renewing,
    };
    Policies {
        exceptions: vec![policy("x*", other, None), policy("r*", renewed, Some(9))],
        default,
    }
}

fn matcher(app: &str, severity: &[Severity]) -> Matcher {
    Matcher {
        app: vec![Glob::new(app)],
        severity: severity.to_vec(),
        ..Matcher::default()
    }
}

fn routes(rng: &mut StdRng) -> Vec<Route> {
    use Severity::{Critical, Expired, Warning};
    let some = |rng: &mut StdRng, most: usize| -> Vec<String> {
        let count = rng.random_range(1..=most);
        RECEIVERS
            .choose_multiple(rng, count)
            .map(|name| (*name).to_owned())
            .collect()
    };
    let count = rng.random_range(0..5);
    (0..count)
        .map(|_| {
            let app = *["*", "a*", "x*", "r*"].choose(rng).unwrap();
            let severity: &[Severity] = [&[][..], &[Critical, Expired], &[Warning]]
                .choose(rng)
                .unwrap();
            let keys = [GroupKey::Tenant, GroupKey::App, GroupKey::Severity];
            let group_by = rng.random_range(0..3);
            Route {
                matcher: matcher(app, severity),
                receivers: some(rng, 2),
                fallback: some(rng, 1),
                group_by: keys.choose_multiple(rng, group_by).copied().collect(),
                go_on: rng.random_bool(0.6),
                escalation: rng.random_bool(0.6).then(|| Escalation {
                    after: TimeDelta::minutes(rng.random_range(30..5 * 24 * 60)),
                    receivers: some(rng, 2),
                }),
            }
        })
        .collect()
}

fn calendar(rng: &mut StdRng) -> Calendar {
    let zones = [Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York];
    let from = NaiveTime::from_hms_opt(rng.random_range(6..10), 15, 0).unwrap();
    let to = NaiveTime::from_hms_opt(rng.random_range(12..20), 0, 0).unwrap();
    Calendar {
        timezone: *zones.choose(rng).unwrap(),
        send_between: rng.random_bool(0.6).then_some(Hours { from, to }),
        ..Calendar::default()
    }
}

/// Apps of several keys, some of which replace others.
fn apps(rng: &mut StdRng) -> Vec<App> {
    let names = (0..40).map(|n| format!("{}{n:02}", ["a", "b", "x", "r"][n % 4]));
    names
        .map(|name| {
            let count = rng.random_range(1..4);
            let keys = (0..count).map(|n| {
                let ends = START + rng.random_range(-40 * 24 * 60..130 * 24 * 60) / 60;
                let lived = rng.random_range(10 * DAY..400 * DAY);
                let label = if rng.random_bool(0.5) {
                    "main"
                } else {
                    "other"
                };
                Credential {
                    id: Id::parse(&format!("{name}-{n}")),
                    name: Some(label.into()),
                    starts_at: rng.random_bool(0.9).then(|| hour(ends - lived)),
                    ..secret(&name, ends)
                }
            });
            let mut keys: Vec<Credential> = keys.collect();
            // a rotation in the time that is planned
            if rng.random_bool(0.4) {
                keys.push(Credential {
                    id: Id::parse(&format!("{name}-next")),
                    name: Some("main".into()),
                    starts_at: Some(hour(START + rng.random_range(0..DAYS * DAY))),
                    ..secret(&name, START + 400 * DAY)
                });
            }
            App {
                credentials: keys.into(),
                ..app(&name, 0)
            }
        })
        .collect()
}

/// When their keys were last used, as far as that is known.
fn uses(rng: &mut StdRng, apps: &[App]) -> LastUse {
    let mut uses = LastUse::default();
    for credential in apps.iter().flat_map(|app| &app.credentials) {
        if rng.random_bool(0.7) {
            let at = START - rng.random_range(0..100 * DAY);
            uses.insert(credential.id.clone(), hour(at));
        }
    }
    uses
}

fn silence(rng: &mut StdRng, n: u128, apps: &[App], now: i64) -> Silence {
    let tenant = "contoso".to_owned();
    let app = apps.choose(rng).unwrap();
    let credential = &app.credentials[0];
    let object_id = app.object_id.to_string();
    let scope = match rng.random_range(0..10) {
        0 => Scope::Tenant { tenant },
        1..4 => Scope::App { tenant, object_id },
        _ => Scope::Credential {
            tenant,
            object_id,
            kind: Kind::ClientSecret,
            credential_id: credential.id.to_string(),
            expires_at: credential.expires.at(),
        },
    };
    Silence {
        id: Uuid::from_u128(n),
        ends_at: hour(now + rng.random_range(1..30 * DAY)),
        scope,
        reason: "on it".to_owned(),
        author: "ada".to_owned(),
        created_at: hour(now),
        breaks_at: rng.random_bool(0.5).then_some(Severity::Critical),
        ended: None,
    }
}

/// Lives through some days before the plan: rounds, silences, apps that come and go.
async fn past(life: &Life, rng: &mut StdRng) {
    let all = life.world.tenant.apps.lock().unwrap().clone();
    if rng.random_bool(0.2) {
        return;
    }
    let engine = life.start().await;
    for n in 0..rng.random_range(1..6_u32) {
        let now = START - PAST + i64::from(n) * 40;
        life.world.at(now);
        let gone = rng.random_range(0..all.len());
        let is_there = |(at, _): &(usize, &App)| *at != gone;
        let apps = all.iter().enumerate().filter(is_there);
        life.world
            .set_apps(apps.map(|(_, app)| app.clone()).collect());
        life.round(&engine).await;
        let silence = silence(rng, u128::from(n) + 1, &all, now);
        engine.store.put_silence(&silence).await.unwrap();
    }
}

/// What is told from now on, by the plan.
async fn planned(life: &Life, engine: &Engine, until: DateTime<Utc>) -> Vec<Told> {
    let now = engine.clock.now();
    let directory: &dyn Directory = life.world.tenant.as_ref();
    let snapshot = directory.scan(until, &|_| {}).await.unwrap();
    let remembered = Remembered::read(engine.store.as_ref(), "contoso", now)
        .await
        .unwrap();
    let receivers = life.receivers();
    let outlook = Outlook {
        tenant: "contoso",
        policies: &engine.policies,
        routes: &engine.routes,
        receivers: &receivers,
        calendar: &engine.calendar,
        timetable: &life.timetable,
        portal_link: &|row| directory.portal_link(row),
    };
    let first = life.timetable.next_after(now).unwrap();
    let foreseen = outlook.foresee(snapshot, remembered, first, until);
    let messages = foreseen
        .messages
        .iter()
        .flat_map(|(notification, deliveries)| {
            let told = |of: &forewarn::store::NewDelivery| {
                let (receiver, target) = (of.receiver.clone(), of.target.clone());
                (of.due_at, receiver, target, contents(notification))
            };
            deliveries.iter().map(told)
        });
    messages.filter(|told| told.0 <= until).collect()
}

/// What is told from now on, in truth, with restarts.
async fn lived(
    life: &Life,
    mut engine: Engine,
    until: DateTime<Utc>,
    rng: &mut StdRng,
) -> Vec<Told> {
    let begun = life.world.clock.now();
    let clock: &ManualClock = &life.world.clock;
    let mut next = life.timetable.next_after(clock.now());
    while let Some(at) = next.filter(|at| *at <= until) {
        clock.advance_to(at);
        if rng.random_bool(0.1) {
            drop(engine);
            engine = life.start().await;
        }
        life.round(&engine).await;
        let tick = life.timetable.next_after(at);
        let escalation = engine.status.next_escalation();
        next = tick.into_iter().chain(escalation).min();
    }
    let decided_at = |told: &Told| told.3.split(' ').next().unwrap().parse::<DateTime<Utc>>();
    let is_new = |told: &Told| decided_at(told).unwrap() > begun;
    life.taken().into_iter().filter(is_new).collect()
}

async fn plan_and_live(seed: u64) -> usize {
    let mut rng = StdRng::seed_from_u64(seed);
    let life = Life::new(&mut rng);
    past(&life, &mut rng).await;
    life.world.at(START);
    let engine = life.start().await;
    let until = hour(START + DAYS * DAY);
    let mut planned = planned(&life, &engine, until).await;
    let mut lived = lived(&life, engine, until, &mut rng).await;
    planned.sort();
    lived.sort();
    for (planned, lived) in planned.iter().zip(&lived) {
        assert_eq!(planned, lived, "seed {seed}");
    }
    assert_eq!(planned.len(), lived.len(), "seed {seed}");
    planned.len()
}

#[tokio::test]
async fn what_was_planned_is_what_happens() {
    let mut messages = 0;
    for seed in 0..4 {
        messages += plan_and_live(seed).await;
    }
    assert!(messages > 200, "{messages} messages prove little");
}
