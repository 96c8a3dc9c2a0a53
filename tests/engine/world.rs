//! A tenant, receivers and a store, with an engine that can be started again on them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    app::clock::ManualClock,
    domain::{
        App, Clock, Credential, Expiry, Id, Kind, Notification, ObjectType, Row, Snapshot,
        calendar::Calendar,
        change::Changes,
        digest::Every,
        facts::{Facts, LastUse, Owner},
        own::Own,
        ownership::Ownership,
        policy::Policies,
        route::{Route, Routes},
        snapshot::Warning,
    },
    engine::{Engine, Receiver, Status, deliver::deliver_due},
    entra::{Checked, Directory, FoundOwners, Presented, Progress, ScanError, SignInRefusal},
    notify::{Envelope, Failure, Notifier, Payload, SendError},
    store::{SqliteStore, Store},
    telemetry::Metrics,
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A day, in hours.
pub(crate) const DAY: i64 = 24;

/// Hours after the beginning of every test.
pub(crate) fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

/// A tenant whose apps a test changes as it likes.
pub(crate) struct FakeTenant {
    pub(crate) apps: Mutex<Vec<App>>,
    pub(crate) fails: Mutex<bool>,
    /// Object ids of apps that the scan could not read in full.
    pub(crate) odd: Mutex<Vec<String>>,
    pub(crate) ownership: Ownership,
    /// Mail addresses of an app's owners; of apps that are not in it, they cannot be learnt.
    pub(crate) owners: Mutex<BTreeMap<&'static str, Vec<&'static str>>>,
    /// The apps whose owners were asked for, request by request.
    pub(crate) asked: Mutex<Vec<String>>,
    /// The app that it is signed in to as.
    pub(crate) own: Mutex<Option<Own>>,
    /// How far its clock is ahead.
    pub(crate) clock_skew: Mutex<Option<TimeDelta>>,
    /// When each key was last used, where that is known.
    pub(crate) last_use: Mutex<Option<LastUse>>,
    /// Entra refuses that app.
    pub(crate) refuses: Mutex<bool>,
}

impl Directory for FakeTenant {
    fn tenant(&self) -> &'static str {
        "contoso"
    }

    fn scan<'a>(
        &'a self,
        _: DateTime<Utc>,
        _: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, Result<Snapshot, ScanError>> {
        Box::pin(async {
            if *self.fails.lock().unwrap() {
                return Err(scan_error());
            }
            let own = self.own.lock().unwrap().clone();
            if *self.refuses.lock().unwrap() {
                return Err(refusal(&own.unwrap()));
            }
            let apps = self.apps.lock().unwrap().clone();
            let facts = Facts {
                own,
                last_use: self.last_use.lock().unwrap().clone(),
                ..Facts::default()
            };
            Ok(Snapshot {
                facts,
                clock_skew: *self.clock_skew.lock().unwrap(),
                listed: apps.len() as u64,
                apps,
                warnings: self.odd.lock().unwrap().iter().map(|id| odd(id)).collect(),
                ..Snapshot::default()
            })
        })
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn owners<'a>(
        &'a self,
        apps: &'a [&'a App],
        _: DateTime<Utc>,
        _: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, FoundOwners> {
        Box::pin(async {
            let names: Vec<&str> = apps.iter().map(|app| &*app.name).collect();
            self.asked.lock().unwrap().push(names.join(" "));
            let known = self.owners.lock().unwrap();
            let owner = |mail: &&str| Owner {
                mail: Some((*mail).into()),
                ..Owner::default()
            };
            let of = |app: &&App| {
                let mails = known.get(&*app.name)?;
                Some((app.object_id.clone(), mails.iter().map(owner).collect()))
            };
            FoundOwners {
                owners: apps.iter().filter_map(of).collect(),
                ..FoundOwners::default()
            }
        })
    }

    fn portal_link(&self, row: &Row) -> String {
        format!("https://portal.example/{}", row.app_id)
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, ScanError>> {
        Box::pin(async { Ok(Checked::default()) })
    }
}

/// What a receiver answers to one hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Takes,
    Refuses(Failure),
    /// Takes it, but the sender dies before it hears of that.
    TakesAndHangs,
}

/// A receiver that answers from a list, and takes everything once that is used up.
pub(crate) struct FakeReceiver {
    name: &'static str,
    pub(crate) rows_a_part: usize,
    /// The app that it signs in as.
    pub(crate) client: Mutex<Option<Id>>,
    /// It keeps what is wrong open until it hears that it is over.
    pub(crate) keeps_state: Mutex<bool>,
    pub(crate) answers: Mutex<VecDeque<Answer>>,
    /// Idempotency key and what it held, in the order taken.
    pub(crate) taken: Mutex<Vec<(String, String)>>,
    /// Rung when it has taken a message and will not say so.
    hangs: Notify,
    /// The kind of message that is nothing to it.
    pub(crate) has_no_use_for: Mutex<Option<&'static str>>,
    /// When it was tried.
    pub(crate) tries: Mutex<Vec<DateTime<Utc>>>,
    /// Whom each message went to, and what it held, in the order taken.
    pub(crate) mailed: Mutex<Vec<(String, String)>>,
    /// Mailboxes that are not there.
    pub(crate) refused: Mutex<BTreeSet<&'static str>>,
}

impl FakeReceiver {
    /// Each message that was taken, once, in order: a repeat under the same key is the same message.
    pub(crate) fn messages(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let taken = self.taken.lock().unwrap();
        taken
            .iter()
            .filter(|(key, _)| seen.insert(key.clone()))
            .map(|(_, text)| text.clone())
            .collect()
    }
}

impl FakeReceiver {
    /// `target: text` for each message, in the order of the targets, and forgets them.
    pub(crate) fn mail(&self) -> Vec<String> {
        let mut mail = std::mem::take(&mut *self.mailed.lock().unwrap());
        mail.sort();
        let line = |(target, text): (String, String)| format!("{target}: {text}");
        mail.into_iter().map(line).collect()
    }
}

impl Notifier for FakeReceiver {
    fn name(&self) -> &str {
        self.name
    }

    fn targets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn signs_in_as(&self) -> Option<Id> {
        self.client.lock().unwrap().clone()
    }

    fn keeps_state(&self) -> bool {
        *self.keeps_state.lock().unwrap()
    }

    fn compose(&self, notification: &Notification) -> Vec<Payload> {
        let payload = |body: String| Payload {
            title: String::new(),
            text: String::new(),
            body,
        };
        let event = notification
            .event_type(notification.rows().first().map(AsRef::as_ref))
            .as_str();
        if *self.has_no_use_for.lock().unwrap() == Some(event) {
            return Vec::new();
        }
        if notification.rows().is_empty() {
            return vec![payload(event.to_owned())];
        }
        let line = |row: &Arc<Row>| {
            if let Some(section) = row.section {
                return format!("{}:{section:?}", row.credential_id);
            }
            let rung = row.rung.map_or(0, forewarn::domain::Rung::days);
            let kind = if event == "credential.resolved" {
                "resolved"
            } else {
                row.severity.as_str()
            };
            let again = if row
                .reason
                .as_deref()
                .is_some_and(|reason| reason.contains("(reminder"))
            {
                "again"
            } else {
                ""
            };
            let escalated = if notification.escalation { "!" } else { "" };
            format!("{}@{rung}:{kind}{again}{escalated}", row.credential_id)
        };
        let stale = (notification.stale > 0).then(|| format!(" and {} stale", notification.stale));
        let stale = stale.unwrap_or_default();
        let part = |rows: &[_]| {
            let lines: Vec<String> = rows.iter().map(line).collect();
            payload(lines.join(" ") + &stale)
        };
        notification
            .rows()
            .chunks(self.rows_a_part)
            .map(part)
            .collect()
    }

    fn send<'a>(&'a self, envelope: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async move {
            self.tries.lock().unwrap().push(envelope.now);
            let answer = self
                .answers
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or(Answer::Takes);
            if let Answer::Refuses(failure) = answer {
                return Err(SendError::new(failure, "as told"));
            }
            if self.refused.lock().unwrap().contains(envelope.target) {
                return Err(SendError::new(Failure::Rejected, "no such mailbox"));
            }
            (self.mailed.lock().unwrap())
                .push((envelope.target.to_owned(), envelope.payload.body.clone()));
            self.taken
                .lock()
                .unwrap()
                .push((envelope.idempotency_key(), envelope.payload.body.clone()));
            if answer == Answer::TakesAndHangs {
                self.hangs.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(async { Ok(String::new()) })
    }
}

/// Everything but the engine, which may die and be started again.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tenant: Arc<FakeTenant>,
    pub(crate) receivers: Vec<Arc<FakeReceiver>>,
    pub(crate) routes: Vec<Route>,
    pub(crate) policies: Policies,
    pub(crate) calendar: Calendar,
    /// How often every receiver wants a summary.
    pub(crate) digest: Option<Every>,
    pub(crate) changes: Changes,
    /// Do the receivers tell owners in person?
    pub(crate) to_owners: bool,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(receivers: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let receiver = |name: &&'static str| {
            Arc::new(FakeReceiver {
                name,
                rows_a_part: 2,
                client: Mutex::default(),
                keeps_state: Mutex::default(),
                answers: Mutex::default(),
                taken: Mutex::default(),
                hangs: Notify::new(),
                has_no_use_for: Mutex::default(),
                tries: Mutex::default(),
                mailed: Mutex::default(),
                refused: Mutex::default(),
            })
        };
        Self {
            clock: Arc::new(ManualClock::new(hour(0))),
            tenant: Arc::new(FakeTenant {
                apps: Mutex::default(),
                fails: Mutex::new(false),
                odd: Mutex::default(),
                ownership: Ownership::default(),
                owners: Mutex::default(),
                asked: Mutex::default(),
                own: Mutex::default(),
                clock_skew: Mutex::default(),
                last_use: Mutex::default(),
                refuses: Mutex::default(),
            }),
            receivers: receivers.iter().map(receiver).collect(),
            routes: Vec::new(),
            policies: Policies::default(),
            calendar: Calendar::default(),
            digest: None,
            changes: Changes::default(),
            to_owners: false,
            file: folder.path().join("forewarn.db"),
            _folder: folder,
        }
    }

    /// An engine as a new process would have it.
    pub(crate) async fn start(&self) -> Engine {
        let store = SqliteStore::open(&self.file).await.unwrap();
        store.release_all().await.unwrap();
        let names: Vec<String> = self
            .receivers
            .iter()
            .map(|receiver| receiver.name.to_owned())
            .collect();
        let receiver = |receiver: &Arc<FakeReceiver>| Receiver {
            notifier: Arc::<FakeReceiver>::clone(receiver),
            send_resolved: true,
            digest: self.digest,
            to_owners: self.to_owners,
        };
        let tenant: Arc<dyn Directory> = Arc::<FakeTenant>::clone(&self.tenant);
        Engine {
            clock: Arc::<ManualClock>::clone(&self.clock),
            store: Arc::new(store),
            metrics: Arc::new(Metrics::new()),
            status: Arc::new(Status::new(self.clock.now(), [])),
            directories: [tenant].into(),
            receivers: self.receivers.iter().map(receiver).collect(),
            policies: Arc::new(self.policies.clone()),
            routes: Arc::new(Routes::new(self.routes.clone(), &names)),
            calendar: Arc::new(self.calendar.clone()),
            changes: self.changes,
            max_credentials: 10,
            outbox_bell: Arc::new(Notify::new()),
        }
    }

    /// One round, then everything that is due is delivered.
    pub(crate) async fn tick(&self, engine: &Engine) {
        engine.round(self.tenant.as_ref()).await.unwrap();
        assert!(
            self.deliver(engine).await,
            "only a story about a crash lets a receiver hang"
        );
    }

    /// Delivers what is due; false when the process would have died in the middle.
    pub(crate) async fn deliver(&self, engine: &Engine) -> bool {
        let stop = CancellationToken::new();
        for receiver in &self.receivers {
            tokio::select! {
                result = deliver_due(engine, receiver.as_ref(), &stop) => drop(result.unwrap()),
                () = receiver.hangs.notified() => return false,
            }
        }
        true
    }

    pub(crate) fn at(&self, hours: i64) {
        self.clock.advance_to(hour(hours));
    }

    pub(crate) fn set_apps(&self, apps: Vec<App>) {
        *self.tenant.apps.lock().unwrap() = apps;
    }
}

/// An app with one secret of the same name, which ends after so many hours.
pub(crate) fn app(name: &str, ends: i64) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse(name),
        app_id: Id::parse(name),
        name: name.into(),
        tags: Box::default(),
        credentials: [secret(name, ends)].into(),
    }
}

pub(crate) fn secret(name: &str, ends: i64) -> Credential {
    Credential {
        id: Id::parse(name),
        kind: Kind::ClientSecret,
        name: Some(name.into()),
        hint: None,
        starts_at: None,
        expires: Expiry::At(hour(ends)),
        thumbprint: None,
        active: None,
    }
}

fn odd(object_id: &str) -> Warning {
    Warning {
        object_id: object_id.to_owned(),
        message: "odd".to_owned(),
    }
}

/// What Entra says of a secret that has run out.
fn refusal(own: &Own) -> ScanError {
    ScanError::SignIn(Box::new(SignInRefusal {
        status: 401,
        aadsts: Some(7_000_222),
        error: "invalid_client".to_owned(),
        description: String::new(),
        correlation_id: None,
        client_id: own.app_id.to_string(),
        presented: Presented::Secret,
        secret_source: "the file own.txt".to_owned(),
        suspicion: None,
    }))
}

fn scan_error() -> ScanError {
    ScanError::OutOfTime {
        service: forewarn::entra::Service::Graph,
        wait: None,
    }
}
