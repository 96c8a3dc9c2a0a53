//! Two years in the life of a tenant, with faults drawn from a seed: restarts, failing scans, receivers that refuse. Whatever
//! happens, the promises hold.

use std::collections::{BTreeMap, BTreeSet};

use forewarn::notify::Failure;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::world::{Answer, DAY, World, app};

const YEARS: i64 = 2;

#[tokio::test]
async fn promises_hold_through_years_of_trouble() {
    for seed in 0..3 {
        live(seed).await;
    }
}

struct Lived {
    /// Name, end, and when it is removed.
    secrets: Vec<(String, i64, Option<i64>)>,
    /// When a complete scan was made.
    scans: Vec<i64>,
}

async fn live(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::new(&["slack", "mail"]);
    let mut lived = Lived {
        secrets: Vec::new(),
        scans: Vec::new(),
    };
    for n in 0..25 {
        let end = rng.random_range(0..YEARS * 365 * DAY);
        let removed = rng
            .random_bool(0.4)
            .then(|| end - rng.random_range(-20..50) * DAY);
        lived.secrets.push((format!("s{n:02}"), end, removed));
    }
    let mut engine = world.start().await;
    let mut hours = 0;
    let mut trouble_until = 0;
    while hours < YEARS * 365 * DAY {
        hours += if rng.random_bool(0.02) {
            rng.random_range(1..20) * DAY
        } else {
            12
        };
        world.at(hours);
        if rng.random_bool(0.05) {
            drop(engine);
            engine = world.start().await;
        }
        if rng.random_bool(0.02) {
            trouble_until = hours + rng.random_range(1..5) * DAY;
        }
        let fails = rng.random_bool(0.1) || hours < trouble_until && rng.random_bool(0.5);
        *world.tenant.fails.lock().unwrap() = fails;
        let present =
            |(_, _, removed): &&(String, i64, Option<i64>)| removed.is_none_or(|at| hours < at);
        world.set_apps(
            lived
                .secrets
                .iter()
                .filter(present)
                .map(|(name, end, _)| app(name, *end))
                .collect(),
        );
        if !fails {
            lived.scans.push(hours);
        }
        if rng.random_bool(0.1) {
            // one receiver at a time: while one is in trouble the other must still be told
            let receiver = &world.receivers[rng.random_range(0..2)];
            let refusals = rng.random_range(1..4);
            // not more than a delivery's tries: giving up is another story
            *receiver.answers.lock().unwrap() =
                vec![Answer::Refuses(Failure::Unavailable); refusals].into();
        }
        world.tick(&engine).await;
    }
    // whatever still waits for a retry gets the time for it
    for _ in 0..8 {
        hours += DAY;
        world.at(hours);
        world.deliver(&engine).await;
    }
    check(seed, &world, &lived);
}

fn check(seed: u64, world: &World, lived: &Lived) {
    for receiver in &world.receivers {
        let messages = receiver.messages();
        let mut rungs: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut resolved: BTreeMap<&str, usize> = BTreeMap::new();
        for word in messages.iter().flat_map(|message| message.split(' ')) {
            let Some((name, told)) = word.split_once('@') else {
                continue;
            };
            let (rung, what) = told.split_once(':').unwrap();
            if what == "resolved" {
                *resolved.entry(name).or_default() += 1;
            } else if !what.ends_with("again") {
                rungs.entry(name).or_default().push(rung.parse().unwrap());
            }
        }
        for (name, end, removed) in &lived.secrets {
            let told = rungs.get(name.as_str()).cloned().unwrap_or_default();
            let mut distinct: BTreeSet<i64> = told.iter().copied().collect();
            assert_eq!(
                distinct.len(),
                told.len(),
                "seed {seed}: {name} was told a rung twice: {told:?}"
            );
            let was_there = |at: i64| removed.is_none_or(|removed| at < removed);
            let sightings: Vec<i64> = lived
                .scans
                .iter()
                .copied()
                .filter(|at| was_there(*at))
                .collect();
            // the tightest rung reached by the last sighting has been told, whatever happened before
            let tightest = [60, 30, 14, 7, 3, 1, 0].into_iter().filter(|rung| {
                sightings
                    .last()
                    .is_some_and(|last| *last >= end - rung * DAY)
            });
            let stale = sightings.first().is_none_or(|first| *first > end + 7 * DAY);
            let expected = tightest.min().filter(|_| !stale);
            assert_eq!(
                distinct.pop_first(),
                expected,
                "seed {seed}: {name} that ends at {end}: {told:?}"
            );
            let gone = removed.is_some_and(|removed| lived.scans.iter().any(|at| *at >= removed));
            let expected = usize::from(gone && !told.is_empty());
            assert_eq!(
                resolved.get(name.as_str()).copied().unwrap_or(0),
                expected,
                "seed {seed}: {name} resolved"
            );
        }
    }
}
