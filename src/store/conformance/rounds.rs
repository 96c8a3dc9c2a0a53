//! A round is written whole or not at all, and no alert twice.

use super::{
    Ground,
    fixtures::{
        alert, announced, at, claim_id, credential, delivery, given_up, id, notification, record,
        round, seen,
    },
};
use crate::{
    domain::{Rung, health::Health},
    store::{AlertRecord, AttemptOutcome, DeliveryState, Round, Store, StoreError},
};

/// A first round that decides one alert, which goes to one receiver.
fn first() -> Round<'static> {
    let mut round = round("contoso", 1);
    round.upserts = vec![seen(credential(1))];
    round.announced = vec![(credential(1).key, 0, Some(announced(1)))];
    round.alerts = vec![AlertRecord {
        notifications: vec![id(10)],
        ..alert(5, &credential(1), 30)
    }];
    round.notifications = vec![(notification(10), vec![delivery(100, "mail", 1)])];
    round
}

/// Another with everything new but the alerts' content.
fn second() -> Round<'static> {
    let mut round = round("contoso", 2);
    round.upserts = vec![seen(credential(2))];
    round.gone = vec![credential(1).key];
    round.announced = vec![(credential(1).key, 9, None)];
    round.notifications = vec![(notification(20), vec![delivery(200, "chat", 1)])];
    round.health.failures = 9;
    round
}

async fn assert_only_the_first_is_there(store: &dyn Store) {
    let known = store.known("contoso").await.unwrap();
    assert_eq!(known.len(), 1);
    let memory = known.get(&credential(1).key).unwrap();
    assert!(!memory.gone && memory.life == 0 && memory.announced.is_some());
    assert_eq!(store.health("contoso").await.unwrap(), Health::default());
    assert_eq!(store.history().await.unwrap().len(), 1);
    assert_eq!(store.outbox().await.unwrap().len(), 1);
    assert_eq!(claim_id(store, "chat", 5).await, None);
}

pub(in crate::store) async fn a_failed_scan_changes_scan_and_health_only(ground: &mut impl Ground) {
    let store = ground.store();
    let mut failed = round("contoso", 1);
    failed.scan.error = Some("page 7 of 12 is cut short".into());
    failed.health = Health {
        failures: 2,
        failing_since: Some(at(1)),
        last_error: Some("page 7 of 12 is cut short".into()),
        announced: true,
        skew_announced: false,
        ..Health::default()
    };
    failed.notifications = vec![(notification(1), vec![delivery(1, "mail", 1)])];
    store.commit(&failed).await.unwrap();

    let known = store.known("contoso").await.unwrap();
    assert!(known.is_empty());
    assert!(!known.scanned_before, "a failed scan is not a first scan");
    assert_eq!(store.health("contoso").await.unwrap(), failed.health);
    assert_eq!(claim_id(&*store, "mail", 5).await, Some(1));

    store.commit(&round("contoso", 2)).await.unwrap();
    failed.scan.id = id(3);
    failed.notifications.clear();
    store.commit(&failed).await.unwrap();
    let known = store.known("contoso").await.unwrap();
    assert!(known.scanned_before, "once complete, always scanned before");
}

pub(in crate::store) async fn health_is_read_back_as_written(ground: &mut impl Ground) {
    let store = ground.store();
    let full = Health {
        last_success: Some(at(1)),
        apps: Some(123_456),
        principals: Some(654_321),
        failures: 7,
        failing_since: Some(at(2)),
        last_error: Some("it \"broke\"".into()),
        announced: true,
        skew_announced: true,
    };
    for (n, health) in [full.clone(), Health::default(), full]
        .into_iter()
        .enumerate()
    {
        let mut round = round("contoso", n as u128);
        round.health = health.clone();
        store.commit(&round).await.unwrap();
        assert_eq!(store.health("contoso").await.unwrap(), health);
        assert_eq!(store.health("fabrikam").await.unwrap(), Health::default());
    }
}

pub(in crate::store) async fn no_alert_is_decided_twice(ground: &mut impl Ground) {
    let store = ground.store();
    store.commit(&first()).await.unwrap();
    let same = alert(6, &credential(1), 30);
    let mut round = second();
    round.alerts = vec![alert(7, &credential(2), 30), same.clone()];
    let refused = store.commit(&round).await.unwrap_err();
    assert!(matches!(refused, StoreError::AlreadyDecided), "{refused:?}");
    assert_only_the_first_is_there(&*store).await;

    let [mut tighter, mut reminder, mut next_life, mut new_end] = [6, 7, 8, 9].map(|n| {
        let mut alert = same.clone();
        alert.id = id(n);
        alert
    });
    tighter.rung = Rung::days_before(14);
    reminder.reminder = 1;
    next_life.life = 1;
    new_end.expires_at = at(999);
    round.alerts = vec![tighter, reminder, next_life, new_end];
    store.commit(&round).await.unwrap();
    assert_eq!(store.history().await.unwrap().len(), 5);
}

pub(in crate::store) async fn a_round_that_fails_half_way_leaves_nothing(ground: &mut impl Ground) {
    let store = ground.store();
    store.commit(&first()).await.unwrap();
    let mut round = second();
    // the very last thing written refers to a notification that is not there
    round.alerts = vec![AlertRecord {
        notifications: vec![id(20), id(404)],
        ..alert(6, &credential(2), 30)
    }];
    let refused = store.commit(&round).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Database { .. }),
        "{refused:?}"
    );
    assert_only_the_first_is_there(&*store).await;

    round.alerts[0].notifications = vec![id(20)];
    store.commit(&round).await.unwrap();
    assert_eq!(store.history().await.unwrap().len(), 2);
}

pub(in crate::store) async fn a_round_is_committed_once(ground: &mut impl Ground) {
    let store = ground.store();
    store.commit(&first()).await.unwrap();
    let refused = store.commit(&first()).await.unwrap_err();
    assert!(matches!(refused, StoreError::AlreadyDecided), "{refused:?}");
    assert_only_the_first_is_there(&*store).await;
}

pub(in crate::store) async fn history_tells_every_alert_and_where_it_went(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    let later = AlertRecord {
        decided_at: at(2),
        notifications: vec![id(11), id(10)],
        ..alert(5, &credential(1), 30)
    };
    let earlier = AlertRecord {
        notifications: Vec::new(),
        ..alert(6, &credential(2), 30)
    };
    let mut round = round("contoso", 1);
    round.upserts = vec![seen(credential(1))];
    round.alerts = vec![later.clone(), earlier.clone()];
    round.notifications = vec![
        (
            notification(10),
            vec![delivery(100, "mail", 1), delivery(101, "chat", 1)],
        ),
        (notification(11), vec![delivery(102, "hook", 1)]),
    ];
    store.commit(&round).await.unwrap();
    claim_id(&*store, "mail", 5).await;
    record(&*store, 100, 5, 0, AttemptOutcome::Delivered).await;
    let instead = vec![delivery(103, "mail", 6)];
    record(&*store, 101, 6, 0, given_up("no such channel", instead)).await;

    let history = store.history().await.unwrap();
    assert_eq!(history[0].alert, earlier);
    assert_eq!(history[0].app_name, "", "its credential was never stored");
    assert!(history[0].deliveries.is_empty());
    assert_eq!(history[1].alert, later);
    assert_eq!(history[1].tenant, "contoso");
    assert_eq!(history[1].app_name, "app 1");
    assert_eq!(history[1].credential_name.as_deref(), Some("secret 1"));
    assert_eq!(history[1].kind, credential(1).key.kind);
    let went = |n: u128, receiver: &str, state| {
        let delivery = delivery(n, receiver, 1);
        (delivery.receiver, delivery.target, state)
    };
    assert_eq!(
        history[1].deliveries,
        [
            went(100, "mail", DeliveryState::Delivered),
            went(101, "chat", DeliveryState::GivenUp),
            went(102, "hook", DeliveryState::Pending),
            went(103, "mail", DeliveryState::Pending),
        ]
    );
}
