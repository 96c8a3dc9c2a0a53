//! What a round means to [`Remembered`] is what it means to the store, whatever it holds.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    Ground,
    fixtures::{announced, at, credential, id, round, seen},
};
use crate::{
    domain::{
        Expiry,
        health::Health,
        silence::{HowEnded, Scope, Silence},
    },
    store::{Inventory, Remembered, Round, Seen},
};

/// Credentials and silences that stories are about.
const MANY: u128 = 6;

#[derive(Debug, Clone)]
struct Step {
    fails: bool,
    /// Credential, first seen at, end, fingerprint.
    upserts: Vec<(u128, i64, Option<i64>, u64)>,
    gone: Vec<u128>,
    /// Credential, life, and who was told, unless it is forgotten.
    announced: Vec<(u128, u32, Option<u8>)>,
    broken: Vec<u128>,
    apps: Option<u64>,
    failures: u32,
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0..MANY;
    let upsert = (
        which(),
        -500..500_i64,
        prop::option::of(0..900_i64),
        any::<u64>(),
    );
    let announced = (which(), 0..4_u32, prop::option::of(any::<u8>()));
    (
        prop::bool::weighted(0.2),
        vec(upsert, 0..5),
        vec(which(), 0..4),
        vec(announced, 0..4),
        vec(which(), 0..2),
        prop::option::of(0..99_u64),
        0..5_u32,
    )
        .prop_map(
            |(fails, upserts, gone, announced, broken, apps, failures)| Step {
                fails,
                upserts: once_each(upserts, |of| of.0),
                gone: once_each(gone, |of| *of),
                announced: once_each(announced, |of| of.0),
                broken: once_each(broken, |of| *of),
                apps,
                failures,
            },
        )
}

/// A round names a credential once in each of its lists.
fn once_each<T>(mut all: Vec<T>, key: impl Fn(&T) -> u128) -> Vec<T> {
    all.sort_by_key(&key);
    all.dedup_by_key(|of| key(of));
    all
}

fn silence(n: u128) -> Silence {
    Silence {
        id: id(n),
        scope: Scope::Tenant {
            tenant: "contoso".into(),
        },
        reason: "on it".into(),
        author: "ada".into(),
        created_at: at(0),
        ends_at: at(20 * i64::try_from(n).unwrap()),
        breaks_at: None,
        ended: None,
    }
}

fn played(n: u128, step: &Step) -> Round<'static> {
    let mut round = round("contoso", 1_000 + n);
    round.scan.finished_at = at(10 * i64::try_from(n).unwrap());
    round.health = Health {
        last_success: Some(round.scan.finished_at),
        apps: step.apps,
        failures: step.failures,
        ..Health::default()
    };
    if step.fails {
        round.scan.error = Some("cut short".into());
        return round;
    }
    round.upserts = step
        .upserts
        .iter()
        .map(|(n, first_seen, end, fingerprint)| Seen {
            first_seen: at(*first_seen),
            fingerprint: *fingerprint,
            ..seen(Inventory {
                expires: Expiry::new(end.map(at)),
                ..credential(*n)
            })
        })
        .collect();
    round.gone = step.gone.iter().map(|n| credential(*n).key).collect();
    let announced = step.announced.iter().map(|(n, life, told)| {
        let announced = told.map(|told| crate::domain::known::Announced {
            told: vec![format!("receiver {told}")],
            critical_since: (told % 2 == 0).then(|| at(7)),
            escalated: told % 3 == 0,
            ..announced(*n)
        });
        (credential(*n).key, *life, announced)
    });
    round.announced = announced.collect();
    round.broken_silences = step
        .broken
        .iter()
        .map(|n| (id(*n), HowEnded::Changed))
        .collect();
    round.digested = step.broken.iter().map(|n| format!("mail {n}")).collect();
    round
}

async fn compare<G: Ground>(steps: Vec<Step>) {
    let ground = G::fresh().await;
    let store = ground.store();
    for n in 0..MANY {
        store.put_silence(&silence(n)).await.unwrap();
    }
    let mut remembered = Remembered::read(&*store, "contoso", at(0)).await.unwrap();
    for (n, step) in (1..).zip(&steps) {
        let round = played(n, step);
        store.commit(&round).await.unwrap();
        remembered = remembered.after(&round);
        let stored = Remembered::read(&*store, "contoso", round.scan.finished_at)
            .await
            .unwrap();
        assert_eq!(remembered.health, stored.health, "after {n}: {step:?}");
        assert_eq!(remembered.silences, stored.silences, "after {n}: {step:?}");
        assert_eq!(remembered.digested, stored.digested, "after {n}: {step:?}");
        let (ours, theirs) = (&remembered.known, stored.known);
        assert_eq!(ours.scanned_before, theirs.scanned_before);
        assert_eq!(
            ours.clone().into_entries(),
            theirs.into_entries(),
            "after {n}: {step:?}"
        );
    }
}

pub(in crate::store) fn what_is_remembered_is_what_was_committed<G: Ground>() {
    let config = Config {
        cases: 32,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let played = TestRunner::new(config).run(&vec(step(), 1..8), |steps| {
        runtime.block_on(compare::<G>(steps));
        Ok(())
    });
    played.unwrap();
}
