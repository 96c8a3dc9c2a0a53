//! Deliveries: none lost, none taken by two, each ended once.

use std::{collections::BTreeSet, time::Duration};

use tokio::task::JoinSet;

use super::{
    Ground,
    fixtures::{
        at, claim, claim_id, delivery, enqueue, given_up, id, notification, record, retry, round,
    },
};
use crate::store::{Attempt, AttemptOutcome, Claim, Fallback, NewDelivery, OutboxState};

pub(in crate::store) async fn the_never_tried_come_first_then_the_oldest(ground: &mut impl Ground) {
    let store = ground.store();
    let (a, b, c) = (
        delivery(1, "mail", 3),
        delivery(2, "mail", 1),
        delivery(3, "mail", 2),
    );
    enqueue(&*store, 1, vec![a, b, c]).await;
    assert_eq!(claim_id(&*store, "mail", 0).await, None, "nothing is due");
    assert_eq!(
        claim_id(&*store, "mail", 1).await,
        Some(2),
        "due at its time"
    );
    record(&*store, 2, 1, 0, retry(1, "busy")).await;
    assert_eq!(
        claim_id(&*store, "mail", 1).await,
        Some(2),
        "alone, it is tried again"
    );
    record(&*store, 2, 1, 0, retry(1, "busy")).await;
    // the one that failed is the oldest now, yet the others go first
    assert_eq!(claim_id(&*store, "mail", 3).await, Some(3));
    assert_eq!(claim_id(&*store, "mail", 3).await, Some(1));
    assert_eq!(claim_id(&*store, "mail", 3).await, Some(2));
    assert_eq!(claim_id(&*store, "mail", 3).await, None);
}

pub(in crate::store) async fn what_is_over_is_told_after_what_it_ends(ground: &mut impl Ground) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(1, "mail", 1)]).await;
    assert_eq!(claim_id(&*store, "mail", 1).await, Some(1));
    record(&*store, 1, 1, 0, retry(9, "busy")).await;
    let to = |first: &NewDelivery, n| NewDelivery {
        target: first.target.clone(),
        ..delivery(n, "mail", 2)
    };
    let first = delivery(1, "mail", 1);
    enqueue(&*store, 2, vec![to(&first, 2), delivery(3, "mail", 2)]).await;
    assert_eq!(
        claim_id(&*store, "mail", 2).await,
        Some(3),
        "another target need not wait"
    );
    record(&*store, 3, 2, 0, AttemptOutcome::Delivered).await;
    assert_eq!(claim_id(&*store, "mail", 2).await, None);
    assert_eq!(store.next_due("mail").await.unwrap(), Some(at(9)));
    assert_eq!(claim_id(&*store, "mail", 9).await, Some(1));
    record(&*store, 1, 9, 0, AttemptOutcome::Delivered).await;
    assert_eq!(claim_id(&*store, "mail", 9).await, Some(2));
}

pub(in crate::store) async fn a_claim_holds_all_that_sending_needs(ground: &mut impl Ground) {
    let store = ground.store();
    let put = NewDelivery {
        fallback: vec![Fallback {
            receiver: "chat".into(),
            target: "#\"ops\"".into(),
        }],
        ..delivery(1, "mail", 2)
    };
    enqueue(&*store, 1, vec![put.clone()]).await;
    assert_eq!(claim(&*store, "chat", 5).await, None);
    let mut expected = Claim {
        delivery: put,
        notification: notification(1),
        parts_done: 0,
        failures: 0,
        first_failure: None,
        failing_since: None,
    };
    assert_eq!(claim(&*store, "mail", 5).await, Some(expected.clone()));
    record(&*store, 1, 5, 0, AttemptOutcome::PartDone).await;
    record(&*store, 1, 5, 1, retry(7, "busy")).await;
    expected.parts_done = 1;
    expected.failures = 1;
    expected.first_failure = Some(at(5));
    expected.delivery.due_at = at(7);
    assert_eq!(claim(&*store, "mail", 6).await, None);
    assert_eq!(claim(&*store, "mail", 7).await, Some(expected));
}

pub(in crate::store) async fn a_lease_keeps_others_away_until_it_ends(ground: &mut impl Ground) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(1, "mail", 1)]).await;
    assert_eq!(claim_id(&*store, "mail", 1).await, Some(1));
    assert_eq!(claim_id(&*store, "mail", 10).await, None);
    record(&*store, 1, 5, 0, AttemptOutcome::PartDone).await;
    assert_eq!(
        claim_id(&*store, "mail", 10).await,
        None,
        "the lease goes on"
    );
    assert_eq!(claim_id(&*store, "mail", 11).await, Some(1));
}

pub(in crate::store) async fn leases_can_be_given_back(ground: &mut impl Ground) {
    let store = ground.store();
    let three = (1..=3).map(|n| delivery(n, "mail", 1)).collect();
    enqueue(&*store, 1, three).await;
    assert_eq!(store.release_all().await.unwrap(), 0);
    claim(&*store, "mail", 1).await;
    claim(&*store, "mail", 1).await;
    claim(&*store, "mail", 1).await;
    record(&*store, 3, 1, 0, AttemptOutcome::Delivered).await;
    assert_eq!(store.release_all().await.unwrap(), 2);
    assert_eq!(claim_id(&*store, "mail", 1).await, Some(1));
    assert_eq!(claim_id(&*store, "mail", 1).await, Some(2));
    assert_eq!(claim_id(&*store, "mail", 1).await, None);
}

pub(in crate::store) async fn the_next_due_counts_leases(ground: &mut impl Ground) {
    let store = ground.store();
    let two = vec![delivery(1, "mail", 1), delivery(2, "mail", 30)];
    enqueue(&*store, 1, two).await;
    assert_eq!(store.next_due("mail").await.unwrap(), Some(at(1)));
    assert_eq!(store.next_due("chat").await.unwrap(), None);
    claim(&*store, "mail", 2).await;
    assert_eq!(
        store.next_due("mail").await.unwrap(),
        Some(at(12)),
        "a lease's end"
    );
    record(&*store, 1, 2, 0, retry(40, "busy")).await;
    assert_eq!(store.next_due("mail").await.unwrap(), Some(at(30)));
    record(&*store, 2, 2, 0, AttemptOutcome::Delivered).await;
    assert_eq!(store.next_due("mail").await.unwrap(), Some(at(40)));
    record(&*store, 1, 2, 0, AttemptOutcome::Delivered).await;
    assert_eq!(store.next_due("mail").await.unwrap(), None);
}

pub(in crate::store) async fn parts_are_counted_once(ground: &mut impl Ground) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(1, "mail", 1)]).await;
    for part in [0, 1, 1, 0] {
        record(&*store, 1, 1, part, AttemptOutcome::PartDone).await;
    }
    let claimed = claim(&*store, "mail", 1).await.unwrap();
    assert_eq!((claimed.parts_done, claimed.failures), (2, 0));
}

pub(in crate::store) async fn what_is_given_up_is_made_elsewhere(ground: &mut impl Ground) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(1, "mail", 1)]).await;
    claim(&*store, "mail", 1).await;
    let instead = vec![delivery(2, "chat", 3), delivery(3, "hook", 3)];
    record(&*store, 1, 2, 0, given_up("no such mailbox", instead)).await;
    assert_eq!(claim(&*store, "mail", 100).await, None);
    let claimed = claim(&*store, "chat", 3).await.unwrap();
    assert_eq!(claimed.notification, notification(1));
    assert_eq!(claimed.delivery, delivery(2, "chat", 3));
    assert_eq!(claim_id(&*store, "hook", 3).await, Some(3));
}

pub(in crate::store) async fn what_has_ended_stays_ended(ground: &mut impl Ground) {
    let store = ground.store();
    let two = vec![delivery(1, "mail", 1), delivery(2, "mail", 1)];
    enqueue(&*store, 1, two).await;
    record(&*store, 1, 1, 0, AttemptOutcome::Delivered).await;
    record(&*store, 2, 2, 0, given_up("gone", Vec::new())).await;
    let before = store.outbox().await.unwrap();
    let instead = |n| vec![delivery(n, "chat", 1)];
    for (n, ended) in [1, 2, 404].into_iter().enumerate() {
        record(&*store, ended, 3, 0, AttemptOutcome::PartDone).await;
        record(&*store, ended, 3, 0, retry(1, "busy")).await;
        record(&*store, ended, 3, 0, AttemptOutcome::Delivered).await;
        record(
            &*store,
            ended,
            3,
            0,
            given_up("late", instead(10 + n as u128)),
        )
        .await;
    }
    assert_eq!(store.outbox().await.unwrap(), before);
    assert_eq!(claim(&*store, "mail", 100).await, None);
    assert_eq!(claim(&*store, "chat", 100).await, None);
}

pub(in crate::store) async fn the_state_of_each_receiver(ground: &mut impl Ground) {
    let store = ground.store();
    let mut early = round("contoso", 1);
    let deliveries = vec![
        delivery(1, "mail", 1),
        delivery(2, "mail", 1),
        delivery(3, "hook", 1),
        delivery(4, "hook", 1),
    ];
    early.notifications = vec![(notification(1), deliveries)];
    store.commit(&early).await.unwrap();
    let state = |receiver: &str| OutboxState {
        receiver: receiver.into(),
        pending: 2,
        oldest: Some(at(1)),
        last_error: None,
        given_up: Vec::new(),
        failing_since: None,
    };
    let mut expected = [state("hook"), state("mail")];
    assert_eq!(store.outbox().await.unwrap(), expected);

    record(&*store, 1, 2, 0, retry(9, "first trouble")).await;
    record(&*store, 2, 3, 0, retry(9, "second trouble")).await;
    record(&*store, 3, 3, 0, given_up("gone for good", Vec::new())).await;
    expected[0].pending = 1;
    expected[0].given_up = vec![delivery(3, "hook", 1).target];
    expected[0].last_error = Some("gone for good".into());
    expected[1].last_error = Some("second trouble".into());
    assert_eq!(store.outbox().await.unwrap(), expected);

    record(&*store, 2, 9, 0, AttemptOutcome::Delivered).await;
    record(&*store, 4, 9, 0, AttemptOutcome::Delivered).await;
    expected[0].pending = 0;
    expected[0].oldest = None;
    expected[1].pending = 1;
    expected[1].last_error = Some("first trouble".into());
    assert_eq!(store.outbox().await.unwrap(), expected);

    record(&*store, 1, 10, 0, AttemptOutcome::Delivered).await;
    expected[1].pending = 0;
    expected[1].oldest = None;
    expected[1].last_error = None;
    assert_eq!(store.outbox().await.unwrap(), expected);
}

pub(in crate::store) async fn what_waits_for_its_time_waits_from_then_on(ground: &mut impl Ground) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(1, "mail", 600)]).await;
    let oldest = |state: &[OutboxState]| (state[0].pending, state[0].oldest);
    assert_eq!(oldest(&store.outbox().await.unwrap()), (1, Some(at(600))));
    assert_eq!(claim_id(&*store, "mail", 599).await, None);
    enqueue(&*store, 2, vec![delivery(2, "mail", 0)]).await;
    assert_eq!(oldest(&store.outbox().await.unwrap()), (2, Some(at(1))));
    assert_eq!(claim_id(&*store, "mail", 600).await, Some(2));
}

pub(in crate::store) async fn each_delivery_is_claimed_by_one_task_only(ground: &mut impl Ground) {
    const MANY: u128 = 200;
    let store = ground.store();
    let many = (0..MANY).map(|n| delivery(n, "mail", 1)).collect();
    enqueue(&*store, 1, many).await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = ground.store();
        tasks.spawn(async move {
            let mut taken = Vec::new();
            while let Some(n) = claim_id(&*store, "mail", 1).await {
                taken.push(n);
                let attempt = Attempt {
                    delivery: id(n),
                    at: at(1),
                    took: Duration::ZERO,
                    part: 0,
                    outcome: AttemptOutcome::Delivered,
                    pause_until: None,
                    standing: None,
                };
                store.record(&attempt).await.unwrap();
            }
            taken
        });
    }
    let taken = tasks.join_all().await.concat();
    assert_eq!(taken.len() as u128, MANY);
    let different: BTreeSet<u128> = taken.into_iter().collect();
    assert_eq!(different.len() as u128, MANY);
    assert_eq!(store.outbox().await.unwrap()[0].pending, 0);
}

pub(in crate::store) async fn a_crash_loses_nothing_that_was_due(ground: &mut impl Ground) {
    let store = ground.store();
    let three = (1..=3).map(|n| delivery(n, "mail", 1)).collect();
    enqueue(&*store, 1, three).await;
    claim(&*store, "mail", 1).await;
    record(&*store, 1, 1, 0, AttemptOutcome::Delivered).await;
    claim(&*store, "mail", 1).await;
    record(&*store, 2, 1, 0, AttemptOutcome::PartDone).await;
    drop(store);
    ground.crash().await;

    let store = ground.store();
    assert_eq!(
        claim_id(&*store, "mail", 1).await,
        Some(3),
        "2 is leased still"
    );
    assert_eq!(store.release_all().await.unwrap(), 2);
    assert_eq!(claim_id(&*store, "mail", 1).await, Some(3));
    let half_done = claim(&*store, "mail", 1).await.unwrap();
    assert_eq!((half_done.delivery.id, half_done.parts_done), (id(2), 1));
    assert_eq!(claim_id(&*store, "mail", 1).await, None);
}

pub(in crate::store) async fn what_waits_for_its_hour_does_not_count_as_waiting_before(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    enqueue(&*store, 1, vec![delivery(100, "mail", 500)]).await;
    let states = store.outbox().await.unwrap();
    assert_eq!((states[0].pending, states[0].oldest), (1, Some(at(500))));
    assert_eq!(claim_id(&*store, "mail", 499).await, None);
    assert_eq!(claim_id(&*store, "mail", 500).await, Some(100));
}
