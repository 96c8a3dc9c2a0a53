//! A receiver as a whole: its channel's pace, and whether it fails.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use super::{
    Ground,
    fixtures::{at, claim, claim_id, delivery, enqueue, given_up, id, notification, record, retry},
};
use crate::store::{Attempt, AttemptOutcome, NewDelivery, Standing, Store};

/// Three deliveries to chat and one to mail, all due.
async fn four(store: &dyn Store) {
    let mut four: Vec<NewDelivery> = (1..=3).map(|n| delivery(n, "chat", 0)).collect();
    four.push(delivery(4, "mail", 0));
    enqueue(store, 1, four).await;
}

async fn record_pausing(
    store: &dyn Store,
    delivery: u128,
    now: i64,
    outcome: AttemptOutcome,
    pause_until: DateTime<Utc>,
) {
    let attempt = Attempt {
        delivery: id(delivery),
        at: at(now),
        took: Duration::ZERO,
        part: 0,
        outcome,
        pause_until: Some(pause_until),
        standing: None,
    };
    store.record(&attempt).await.unwrap();
}

pub(in crate::store) async fn a_pause_holds_back_every_delivery_of_its_receiver_alone(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    four(&*store).await;
    claim(&*store, "chat", 1).await;
    record_pausing(&*store, 1, 1, AttemptOutcome::Delivered, at(5)).await;
    assert_eq!(claim_id(&*store, "chat", 4).await, None);
    assert_eq!(store.next_due("chat").await.unwrap(), Some(at(5)));
    assert_eq!(claim_id(&*store, "mail", 4).await, Some(4));
    assert_eq!(claim_id(&*store, "chat", 5).await, Some(2));
    // a message that is throttled speaks for the channel
    record_pausing(&*store, 2, 5, retry(6, "slow down"), at(60)).await;
    assert_eq!(claim_id(&*store, "chat", 59).await, None);
    assert_eq!(claim_id(&*store, "chat", 60).await, Some(3));
    record(&*store, 3, 60, 0, AttemptOutcome::Delivered).await;
    assert_eq!(claim_id(&*store, "chat", 60).await, Some(2));
    record(&*store, 2, 60, 0, AttemptOutcome::Delivered).await;
    assert_eq!(store.next_due("chat").await.unwrap(), None, "nothing waits");
}

pub(in crate::store) async fn a_claim_begins_a_pause_and_none_is_shortened(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    four(&*store).await;
    let claim = |now, pause| store.claim("chat", at(now), at(now + 10), at(pause));
    assert!(claim(1, 3).await.unwrap().is_some());
    assert!(
        claim(2, 4).await.unwrap().is_none(),
        "what is not given begins no pause"
    );
    assert!(claim(3, 9).await.unwrap().is_some());
    record_pausing(&*store, 1, 3, AttemptOutcome::Delivered, at(5)).await;
    assert!(claim(8, 8).await.unwrap().is_none());
    // what has ended already was sent all the same
    record_pausing(&*store, 1, 8, AttemptOutcome::Delivered, at(12)).await;
    assert!(claim(11, 11).await.unwrap().is_none());
    assert!(claim(12, 12).await.unwrap().is_some());
}

pub(in crate::store) async fn a_pause_outlives_the_process(ground: &mut impl Ground) {
    let store = ground.store();
    four(&*store).await;
    claim(&*store, "chat", 1).await;
    record_pausing(&*store, 1, 1, AttemptOutcome::Delivered, at(5)).await;
    drop(store);
    ground.crash().await;
    let store = ground.store();
    store.release_all().await.unwrap();
    assert_eq!(claim_id(&*store, "chat", 4).await, None);
    assert_eq!(store.next_due("chat").await.unwrap(), Some(at(5)));
    assert_eq!(claim_id(&*store, "chat", 5).await, Some(2));
}

pub(in crate::store) async fn two_senders_together_keep_the_pace(ground: &mut impl Ground) {
    const MANY: u128 = 40;
    let many = (0..MANY).map(|n| delivery(n, "chat", 0)).collect();
    enqueue(&*ground.store(), 1, many).await;
    for minute in 0..3 {
        let mut senders = JoinSet::new();
        for _ in 0..8 {
            let store = ground.store();
            senders.spawn(async move {
                let claim = store.claim("chat", at(minute), at(minute + 9), at(minute + 1));
                usize::from(claim.await.unwrap().is_some())
            });
        }
        let given: usize = senders.join_all().await.into_iter().sum();
        assert_eq!(given, 1, "in minute {minute}");
    }
}

/// What is told when it begins or ends: to mail, under this number.
fn standing(n: u128, targets: &[u128], since: i64) -> Standing {
    Standing {
        targets: targets
            .iter()
            .map(|n| delivery(*n, "chat", 0).target)
            .collect(),
        since: at(since),
        notification: notification(n),
        deliveries: vec![delivery(n, "mail", 0)],
    }
}

async fn record_standing(
    store: &dyn Store,
    delivery: u128,
    now: i64,
    outcome: AttemptOutcome,
    standing: Standing,
) {
    let attempt = Attempt {
        delivery: id(delivery),
        at: at(now),
        took: Duration::ZERO,
        part: 0,
        outcome,
        pause_until: None,
        standing: Some(standing),
    };
    store.record(&attempt).await.unwrap();
}

async fn failing_since(store: &dyn Store) -> Option<DateTime<Utc>> {
    let outbox = store.outbox().await.unwrap();
    let chat = outbox.into_iter().find(|state| state.receiver == "chat");
    chat.unwrap().failing_since
}

/// The numbers of what mail is told.
async fn told(store: &dyn Store) -> Vec<u128> {
    let mut told = Vec::new();
    while let Some(claim) = claim(store, "mail", 900).await {
        told.push(claim.notification.id.as_u128());
        record(
            store,
            claim.delivery.id.as_u128(),
            900,
            0,
            AttemptOutcome::Delivered,
        )
        .await;
    }
    told
}

/// Three deliveries to chat: two to the target of the first, and one to another.
async fn three(store: &dyn Store) {
    let again = NewDelivery {
        target: delivery(1, "chat", 0).target,
        ..delivery(2, "chat", 0)
    };
    enqueue(
        store,
        1,
        vec![delivery(1, "chat", 0), delivery(3, "chat", 0)],
    )
    .await;
    enqueue(store, 2, vec![again]).await;
}

pub(in crate::store) async fn a_receiver_that_fails_is_told_of_once(ground: &mut impl Ground) {
    let store = ground.store();
    three(&*store).await;
    let fail = |now, n| {
        let store = ground.store();
        async move {
            record_standing(&*store, 1, now, retry(now, "busy"), standing(n, &[1], 0)).await;
        }
    };
    fail(0, 20).await;
    fail(1, 21).await;
    fail(6, 22).await;
    assert_eq!(failing_since(&*store).await, None, "three failed tries");
    fail(36, 23).await;
    assert_eq!(failing_since(&*store).await, Some(at(0)));
    fail(156, 24).await;
    let claimed = claim(&*store, "chat", 157).await.unwrap();
    assert_eq!(claimed.failing_since, Some(at(0)));
    record_standing(
        &*store,
        2,
        160,
        given_up("gone", Vec::new()),
        standing(25, &[1], 160),
    )
    .await;
    assert_eq!(told(&*store).await, [23]);
    assert_eq!(failing_since(&*store).await, Some(at(0)));
}

pub(in crate::store) async fn one_that_takes_a_message_again_is_told_of_once(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    three(&*store).await;
    record_standing(
        &*store,
        1,
        1,
        given_up("gone", Vec::new()),
        standing(20, &[1], 1),
    )
    .await;
    assert_eq!(
        failing_since(&*store).await,
        Some(at(1)),
        "given up at once"
    );
    // another target, such as an owner's mailbox, says nothing of those that speak for the receiver
    record_standing(
        &*store,
        3,
        2,
        AttemptOutcome::Delivered,
        standing(21, &[1], 1),
    )
    .await;
    assert_eq!(failing_since(&*store).await, Some(at(1)));
    record_standing(
        &*store,
        2,
        3,
        AttemptOutcome::Delivered,
        standing(22, &[1], 1),
    )
    .await;
    assert_eq!(failing_since(&*store).await, None);
    assert_eq!(told(&*store).await, [20, 22]);
    // an attempt of what has ended says nothing any more
    record_standing(
        &*store,
        1,
        9,
        given_up("late", Vec::new()),
        standing(23, &[1], 9),
    )
    .await;
    assert_eq!(failing_since(&*store).await, None);
}

pub(in crate::store) async fn one_target_that_works_is_enough(ground: &mut impl Ground) {
    let store = ground.store();
    three(&*store).await;
    let both = |n| standing(n, &[1, 3], 5);
    record_standing(
        &*store,
        1,
        1,
        given_up("no such mailbox", Vec::new()),
        both(20),
    )
    .await;
    assert_eq!(
        failing_since(&*store).await,
        None,
        "the other was not tried"
    );
    record_standing(&*store, 3, 2, AttemptOutcome::Delivered, both(21)).await;
    record_standing(
        &*store,
        2,
        3,
        given_up("no such mailbox", Vec::new()),
        both(22),
    )
    .await;
    assert_eq!(failing_since(&*store).await, None, "the other works");
    let later = NewDelivery {
        target: delivery(3, "chat", 0).target,
        ..delivery(5, "chat", 0)
    };
    enqueue(&*store, 3, vec![later]).await;
    record_standing(
        &*store,
        5,
        5,
        given_up("no such mailbox", Vec::new()),
        both(23),
    )
    .await;
    assert_eq!(failing_since(&*store).await, Some(at(5)), "neither works");
    assert_eq!(told(&*store).await, [23]);
}

pub(in crate::store) async fn a_message_that_alone_does_not_get_through_is_no_failing(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    three(&*store).await;
    for now in [0, 1, 6] {
        record(&*store, 1, now, 0, retry(now, "busy")).await;
    }
    record(&*store, 2, 30, 0, AttemptOutcome::Delivered).await;
    record_standing(&*store, 1, 36, retry(156, "busy"), standing(20, &[1], 0)).await;
    assert_eq!(
        failing_since(&*store).await,
        None,
        "it took another message"
    );
    record_standing(&*store, 1, 156, retry(400, "busy"), standing(21, &[1], 0)).await;
    assert_eq!(failing_since(&*store).await, Some(at(0)), "but none since");
    assert_eq!(told(&*store).await, [21]);
}

pub(in crate::store) async fn with_nobody_to_tell_it_is_remembered_all_the_same(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    three(&*store).await;
    let alone = Standing {
        deliveries: Vec::new(),
        ..standing(20, &[1], 1)
    };
    record_standing(&*store, 1, 1, given_up("gone", Vec::new()), alone).await;
    assert_eq!(failing_since(&*store).await, Some(at(1)));
    assert_eq!(told(&*store).await, []);
}
