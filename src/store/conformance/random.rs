//! Any order of claims, attempts, restarts and crashes: every delivery ends once, and none is lost.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    Ground,
    fixtures::{at, claim, delivery, enqueue, given_up, record, retry},
};
use crate::store::{AttemptOutcome, Store};

/// Parts of each message.
const PARTS: u32 = 2;

#[derive(Debug, Clone)]
enum Step {
    Enqueue(u8),
    Claim,
    /// For one of the claims that were ever made, even one whose lease is over.
    Sent(prop::sample::Index),
    Failed(prop::sample::Index, u8),
    GivenUp(prop::sample::Index, bool),
    Pass(u8),
    Release,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1..4_u8).prop_map(Step::Enqueue),
        4 => Just(Step::Claim),
        4 => any::<prop::sample::Index>().prop_map(Step::Sent),
        2 => (any::<prop::sample::Index>(), 0..20_u8).prop_map(|(of, wait)| Step::Failed(of, wait)),
        1 => (any::<prop::sample::Index>(), any::<bool>())
            .prop_map(|(of, elsewhere)| Step::GivenUp(of, elsewhere)),
        2 => (1..15_u8).prop_map(Step::Pass),
        1 => Just(Step::Release),
        1 => Just(Step::Crash),
    ]
}

/// What must be true of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Waiting { parts_done: u32, failures: u32 },
    Delivered,
    GivenUp,
}

/// The story so far, and what must be true after it.
#[derive(Default)]
struct Story {
    now: i64,
    enqueued: u128,
    truth: BTreeMap<u128, Truth>,
    leases: BTreeMap<u128, i64>,
    claims: Vec<u128>,
}

impl Story {
    fn new_id(&mut self) -> u128 {
        self.enqueued += 1;
        self.truth.insert(
            self.enqueued,
            Truth::Waiting {
                parts_done: 0,
                failures: 0,
            },
        );
        self.enqueued
    }

    fn pick(&self, of: prop::sample::Index) -> Option<(u128, u32, u32)> {
        let id = *self.claims.get(of.index(self.claims.len().max(1)))?;
        match self.truth[&id] {
            Truth::Waiting {
                parts_done,
                failures,
            } => Some((id, parts_done, failures)),
            Truth::Delivered | Truth::GivenUp => Some((id, 0, 0)),
        }
    }

    fn becomes(&mut self, id: u128, next: Truth) {
        let truth = self.truth.get_mut(&id).unwrap();
        if matches!(truth, Truth::Waiting { .. }) {
            *truth = next;
        }
        if !matches!(next, Truth::Waiting { failures: 0, .. }) {
            self.leases.remove(&id);
        }
    }

    async fn claim(&mut self, store: &dyn Store) -> bool {
        let Some(claim) = claim(store, "mail", self.now).await else {
            return false;
        };
        let id = claim.delivery.id.as_u128();
        let expected = Truth::Waiting {
            parts_done: claim.parts_done,
            failures: claim.failures,
        };
        assert_eq!(self.truth[&id], expected, "the claim of {id}");
        let leased_until = self.leases.insert(id, self.now + 10);
        assert!(
            leased_until.is_none_or(|end| end <= self.now),
            "{id} was leased"
        );
        self.claims.push(id);
        true
    }

    async fn sent(&mut self, store: &dyn Store, id: u128, parts_done: u32) {
        if parts_done + 1 < PARTS {
            record(store, id, self.now, parts_done, AttemptOutcome::PartDone).await;
            // a part that is done does not end the lease, and the next one has tries of its own
            let lease = self.leases.get(&id).copied();
            self.becomes(
                id,
                Truth::Waiting {
                    parts_done: parts_done + 1,
                    failures: 0,
                },
            );
            self.leases.extend(lease.map(|end| (id, end)));
        } else {
            record(store, id, self.now, parts_done, AttemptOutcome::Delivered).await;
            self.becomes(id, Truth::Delivered);
        }
    }

    async fn play(&mut self, ground: &mut impl Ground, step: Step) {
        let store = ground.store();
        match step {
            Step::Enqueue(count) => {
                let ids: Vec<u128> = (0..count).map(|_| self.new_id()).collect();
                let deliveries = ids.iter().map(|id| delivery(*id, "mail", self.now));
                enqueue(&*store, ids[0], deliveries.collect()).await;
            }
            Step::Claim => {
                self.claim(&*store).await;
            }
            Step::Sent(of) => {
                if let Some((id, parts_done, _)) = self.pick(of) {
                    self.sent(&*store, id, parts_done).await;
                }
            }
            Step::Failed(of, wait) => {
                let Some((id, parts_done, failures)) = self.pick(of) else {
                    return;
                };
                let due = self.now + i64::from(wait);
                record(&*store, id, self.now, parts_done, retry(due, "busy")).await;
                let failures = failures + 1;
                self.becomes(
                    id,
                    Truth::Waiting {
                        parts_done,
                        failures,
                    },
                );
            }
            Step::GivenUp(of, elsewhere) => {
                let Some((id, parts_done, _)) = self.pick(of) else {
                    return;
                };
                let waits = matches!(self.truth[&id], Truth::Waiting { .. });
                let instead = match (elsewhere, waits) {
                    (false, _) => Vec::new(),
                    (true, true) => vec![delivery(self.new_id(), "mail", self.now)],
                    // must be ignored, so it is no part of the truth
                    (true, false) => vec![delivery(1_000_000, "mail", self.now)],
                };
                record(&*store, id, self.now, parts_done, given_up("gone", instead)).await;
                self.becomes(id, Truth::GivenUp);
            }
            Step::Pass(minutes) => self.now += i64::from(minutes),
            Step::Release => {
                store.release_all().await.unwrap();
                self.leases.clear();
            }
            Step::Crash => {
                drop(store);
                ground.crash().await;
            }
        }
    }

    /// Delivers whatever waits, and compares.
    async fn end(mut self, store: &dyn Store) {
        self.now += 1_000;
        while self.claim(store).await {
            let id = *self.claims.last().unwrap();
            while let Truth::Waiting { parts_done, .. } = self.truth[&id] {
                self.sent(store, id, parts_done).await;
            }
        }
        let waits = |truth: &&Truth| matches!(truth, Truth::Waiting { .. });
        assert_eq!(self.truth.values().filter(waits).count(), 0, "none is lost");
        let pending: u64 = store
            .outbox()
            .await
            .unwrap()
            .iter()
            .map(|r| r.pending)
            .sum();
        assert_eq!(pending, 0);
        assert_eq!(store.next_due("mail").await.unwrap(), None);
        assert_eq!(
            store
                .claim("mail", at(99_999), at(99_999), at(99_999))
                .await
                .unwrap(),
            None
        );
    }
}

pub(in crate::store) fn any_history_of_claims_and_crashes_ends_well<G: Ground>() {
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let played = TestRunner::new(config).run(&vec(step(), 1..60), |steps| {
        runtime.block_on(async {
            let mut ground = G::fresh().await;
            let mut story = Story::default();
            for step in steps {
                story.play(&mut ground, step).await;
            }
            story.end(&*ground.store()).await;
        });
        Ok(())
    });
    played.unwrap();
}
