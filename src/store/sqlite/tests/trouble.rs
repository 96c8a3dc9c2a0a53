//! Full disks, locked files, callers that go away, values that cannot be read: told, and over when they are over.

use super::{super::SqliteStore, OnFile, file_in, meddle};
use crate::store::{
    Round, Store, StoreError,
    conformance::{
        Ground,
        fixtures::{at, claim_id, credential, delivery, enqueue, round, seen},
    },
};

/// Large enough to need new pages.
fn large(n: u128) -> Round<'static> {
    let mut round = round("contoso", n);
    round.upserts = (0..1_200).map(credential).map(seen).collect();
    round
}

#[tokio::test]
async fn after_any_trouble_it_works_again() {
    let troubles = [
        ("PRAGMA max_page_count = 1", "full"),
        ("PRAGMA query_only = ON", "readonly"),
    ];
    for (n, (trouble, said)) in troubles.into_iter().enumerate() {
        let OnFile {
            store,
            folder: _folder,
        } = OnFile::fresh().await;
        for again in 0..2 {
            meddle(&store, trouble).await;
            let refused = store.commit(&large(again)).await.unwrap_err();
            let StoreError::Database { doing, source } = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(doing, "writing a round");
            assert!(source.to_string().contains(said), "{source}");
            assert!(store.known("contoso").await.unwrap().is_empty());
        }
        store.ping().await.unwrap();
        store.commit(&large(n as u128)).await.unwrap();
        assert_eq!(store.known("contoso").await.unwrap().len(), 1_200);
    }
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_an_error_until_it_lets_go() {
    let OnFile { store, folder } = OnFile::fresh().await;
    let elsewhere = super::super::connection::Connection::writer(
        sqlx::sqlite::SqliteConnectOptions::new().filename(file_in(folder.path())),
    );
    let holding = elsewhere.begin().await.unwrap();
    meddle(&store, "PRAGMA busy_timeout = 0").await;
    let refused = store.ping().await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Database { .. }),
        "{refused:?}"
    );
    assert!(
        store.known("contoso").await.unwrap().is_empty(),
        "reading goes on"
    );
    drop(holding);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_all_or_nothing() {
    for patience in [0, 1, 2, 5, 20, 100, 1_000] {
        let OnFile {
            store,
            folder: _folder,
        } = OnFile::fresh().await;
        let store: &SqliteStore = &store;
        let round = large(1);
        let committed = tokio::select! {
            biased;
            done = store.commit(&round) => done.is_ok(),
            () = yields(patience) => false,
        };
        let there = store.known("contoso").await.unwrap().len();
        assert!(
            there == 0 || there == 1_200,
            "{there} after {patience} polls"
        );
        assert!(there == 1_200 || !committed);
        store.commit(&large(2)).await.unwrap();
        assert_eq!(store.known("contoso").await.unwrap().len(), 1_200);
    }
}

async fn yields(times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_does_not_hold_up_the_others() {
    let OnFile {
        store,
        folder: _folder,
    } = OnFile::fresh().await;
    enqueue(&*store, 1, vec![delivery(1, "mail", 1)]).await;
    enqueue(&*store, 2, vec![delivery(2, "mail", 2)]).await;
    meddle(
        &store,
        "UPDATE notifications SET body = '{}' WHERE id LIKE '%1'",
    )
    .await;
    let refused = store.claim("mail", at(5), at(15), at(5)).await.unwrap_err();
    let StoreError::Corrupt(text) = refused else {
        panic!("{refused:?}");
    };
    assert!(text.contains("claiming a delivery"), "{text}");
    assert!(text.contains("missing field"), "{text}");
    assert_eq!(claim_id(&*store, "mail", 5).await, Some(2));
    assert_eq!(
        store.outbox().await.unwrap()[0].pending,
        2,
        "and it is not forgotten"
    );
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_told_with_its_column() {
    for (change, column) in [
        ("UPDATE credentials SET kind = 'passport'", "kind"),
        (
            "UPDATE credentials SET first_seen = 9223372036854775807",
            "first_seen",
        ),
        ("UPDATE credentials SET life = -1", "life"),
        ("UPDATE credentials SET announced = 'nonsense'", "announced"),
    ] {
        let OnFile {
            store,
            folder: _folder,
        } = OnFile::fresh().await;
        store.commit(&large(1)).await.unwrap();
        meddle(&store, change).await;
        let refused = store.known("contoso").await.unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
        assert!(refused.to_string().contains(column), "{refused}");
    }
}
