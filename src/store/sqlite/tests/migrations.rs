//! A database of every earlier version, with data in it, is brought up to date and loses nothing.

use sqlx::{ConnectOptions, Connection, raw_sql, sqlite::SqliteConnectOptions};

use super::{
    super::{SqliteStore, open::MIGRATOR},
    file_in,
};
use crate::{
    domain::{Id, Severity},
    store::{
        DeliveryState, Store,
        conformance::fixtures::{at, claim},
    },
};

/// For each migration, statements that fill the tables as that version did. The same story each time.
const SAMPLES: [(i64, &str); 5] = [
    (1, include_str!("samples/0001.sql")),
    (2, include_str!("samples/0002.sql")),
    (3, include_str!("samples/0003.sql")),
    (4, include_str!("samples/0004.sql")),
    (5, include_str!("samples/0005.sql")),
];

#[test]
fn every_migration_has_a_sample() {
    let migrations: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    assert_eq!(migrations, SAMPLES.map(|(version, _)| version));
}

#[tokio::test]
async fn the_data_of_every_version_is_still_there() {
    for (version, sample) in SAMPLES {
        let folder = tempfile::tempdir().unwrap();
        let path = file_in(folder.path());
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true);
        let mut conn = options.connect().await.unwrap();
        MIGRATOR.run_to(version, &mut conn).await.unwrap();
        raw_sql(sample).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        the_story_is_there(&store).await;
        if version >= 2 {
            the_owners_are_there(&store).await;
        }
        if version >= 3 {
            the_key_is_there(&store).await;
        }
        if version >= 4 {
            let outbox = store.outbox().await.unwrap();
            let health = store.health("contoso").await.unwrap();
            assert_eq!(health.principals, Some(9));
            assert!(outbox[0].failing_since.is_none() && outbox[1].failing_since.is_some());
        }
        if version >= 5 {
            let digested = store.digested("contoso").await.unwrap();
            assert_eq!(digested[0].receiver, "mail");
        }
    }
}

async fn the_story_is_there(store: &SqliteStore) {
    let known = store.known("contoso").await.unwrap();
    assert!(known.scanned_before);
    let [(_, told), (_, gone)] = &known.all_but(std::iter::empty()).collect::<Vec<_>>()[..] else {
        panic!("{known:?}");
    };
    let announced = told.announced.as_deref().unwrap();
    assert_eq!(announced.severity, Severity::Warning);
    assert_eq!(announced.told, ["mail"]);
    assert_eq!(told.fingerprint, u64::MAX);
    assert!(gone.gone && gone.life == 2);

    let (soonest, total) = store
        .soonest(&["contoso".to_owned()], at(0), 10)
        .await
        .unwrap();
    assert_eq!((soonest[0].app_name.as_str(), total), ("Billing", 1));
    let health = store.health("contoso").await.unwrap();
    assert_eq!((health.apps, health.failures), (Some(2), 1));
    let silences = store.silences(at(0)).await.unwrap();
    let breaks: Vec<_> = silences
        .iter()
        .map(|silence| (silence.reason.as_str(), silence.breaks_at))
        .collect();
    let expected = [
        ("a move", None),
        ("booked", Some(Severity::Critical)),
        ("gone soon", None),
    ];
    assert_eq!(breaks, expected);

    let history = store.history().await.unwrap();
    let states: Vec<_> = history[0]
        .deliveries
        .iter()
        .map(|(.., state)| *state)
        .collect();
    assert_eq!(states, [DeliveryState::GivenUp, DeliveryState::Pending]);
    let outbox = store.outbox().await.unwrap();
    assert_eq!(outbox[1].last_error.as_deref(), Some("no such mailbox"));
    let claimed = claim(store, "chat", 1).await.unwrap();
    assert_eq!((claimed.parts_done, claimed.failures), (1, 2));
    assert_eq!(claimed.notification.rows()[0].app_name, "Billing");
    assert_eq!(claimed.delivery.fallback[0].receiver, "mail");
}

async fn the_owners_are_there(store: &SqliteStore) {
    let app = Id::parse("9b0f2a7c-3a51-4d0e-8a11-000000000001");
    let found = store.owners("contoso", &[app]).await.unwrap();
    assert_eq!(found[0].owners[0].label(), "ada@contoso.com");
}

async fn the_key_is_there(store: &SqliteStore) {
    let key = store.key("links", &[9; 32]).await.unwrap();
    assert_eq!(key, [0x5a; 32]);
}
