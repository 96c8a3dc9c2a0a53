//! What is old goes; what waits or lives stays.

use super::{
    Ground,
    fixtures::{
        alert, announced, at, claim_id, credential, delivery, given_up, id, notification, record,
        round, seen,
    },
};
use crate::{
    domain::silence::{Scope, Silence},
    store::{AlertRecord, AttemptOutcome, Round, Store},
};

/// A round with one credential, its alert, and a notification with one delivery.
fn story(n: u128) -> Round<'static> {
    let mut round = round("contoso", n);
    round.upserts = vec![seen(credential(n))];
    round.announced = vec![(credential(n).key, 0, Some(announced(n)))];
    round.notifications = vec![(notification(n), vec![delivery(n, "mail", 1)])];
    round.alerts = vec![AlertRecord {
        notifications: vec![id(n)],
        ..alert(n, &credential(n), 30)
    }];
    round
}

async fn lose(store: &dyn Store, n: u128, credential_number: u128, minute: i64) {
    let mut round = round("contoso", n);
    round.gone = vec![credential(credential_number).key];
    round.scan.finished_at = at(minute);
    store.commit(&round).await.unwrap();
}

pub(in crate::store) async fn what_is_old_and_done_is_forgotten(ground: &mut impl Ground) {
    let store = ground.store();
    store.commit(&story(1)).await.unwrap();
    record(&*store, 1, 5, 0, AttemptOutcome::Delivered).await;
    lose(&*store, 2, 1, 6).await;
    let silence = Silence {
        id: id(1),
        scope: Scope::Tenant {
            tenant: "contoso".into(),
        },
        reason: "move".into(),
        author: "anna".into(),
        created_at: at(0),
        ends_at: at(6),
        breaks_at: None,
        ended: None,
    };
    store.put_silence(&silence).await.unwrap();

    assert_eq!(store.forget(at(1)).await.unwrap(), 0, "nothing is that old");
    assert_eq!(store.history().await.unwrap().len(), 1);
    // a delivery, an alert, a notification, two scans, a credential, a silence
    assert_eq!(store.forget(at(100)).await.unwrap(), 7);
    assert!(store.history().await.unwrap().is_empty());
    assert!(store.silences(at(0)).await.unwrap().is_empty());
    let known = store.known("contoso").await.unwrap();
    assert!(known.is_empty());
    assert!(known.scanned_before, "the tenant itself is remembered");
    assert_eq!(store.forget(at(100)).await.unwrap(), 0);
    // the same alert may be decided again, in what is a new life for all we know
    store.commit(&story(1)).await.unwrap();
}

pub(in crate::store) async fn what_waits_or_lives_is_kept(ground: &mut impl Ground) {
    let store = ground.store();
    for n in [1, 2, 3] {
        store.commit(&story(n)).await.unwrap();
    }
    // 1 lives and was delivered; 2 is gone and still waits; 3 lives, was given up, and waits elsewhere
    record(&*store, 1, 5, 0, AttemptOutcome::Delivered).await;
    lose(&*store, 4, 2, 5).await;
    let instead = vec![delivery(30, "chat", 1)];
    record(&*store, 3, 5, 0, given_up("gone", instead)).await;
    store.forget(at(1_000)).await.unwrap();

    let known = store.known("contoso").await.unwrap();
    assert_eq!(
        known.len(),
        3,
        "2's alert still waits, so 2 is not forgotten"
    );
    let alive = known.get(&credential(1).key).unwrap();
    assert_eq!(alive.announced.as_deref(), Some(&announced(1)));
    let alerts: Vec<_> = store.history().await.unwrap();
    let alerts: Vec<_> = alerts.iter().map(|entry| entry.alert.id).collect();
    assert_eq!(alerts, [id(2), id(3)]);
    assert_eq!(claim_id(&*store, "mail", 9).await, Some(2));
    assert_eq!(claim_id(&*store, "chat", 9).await, Some(30));
    assert_eq!(claim_id(&*store, "mail", 9).await, None);
}

pub(in crate::store) async fn many_rows_are_forgotten_in_one_call(ground: &mut impl Ground) {
    const MANY: u128 = 1_500;
    let store = ground.store();
    let mut round = round("contoso", 1);
    round.alerts = (0..MANY).map(|n| alert(n, &credential(n), 30)).collect();
    store.commit(&round).await.unwrap();
    assert_eq!(store.history().await.unwrap().len() as u128, MANY);
    // the alerts and the scan
    assert_eq!(u128::from(store.forget(at(100)).await.unwrap()), MANY + 1);
    assert!(store.history().await.unwrap().is_empty());
}

pub(in crate::store) async fn the_time_since_it_went_counts_from_the_first_miss(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    let mut first = round("contoso", 1);
    first.upserts = vec![seen(credential(1)), seen(credential(2))];
    store.commit(&first).await.unwrap();
    lose(&*store, 2, 1, 10).await;
    lose(&*store, 3, 1, 50).await;
    lose(&*store, 4, 2, 50).await;
    store.forget(at(20)).await.unwrap();
    let known = store.known("contoso").await.unwrap();
    assert!(known.get(&credential(1).key).is_none());
    assert!(known.get(&credential(2).key).is_some());
}
