//! Routing, tried with random routes on everything that can occur in a small world.

use std::{collections::BTreeSet, sync::Arc};

use proptest::{collection::vec, prelude::*, sample::subsequence};

use super::{GroupKey, Route, Routes};
use crate::domain::{
    assess::{Circumstances, assess},
    coverage::properties::{all, matcher},
    facts::Facts,
    group::{Due, group},
    matcher::Subject,
    policy::Policies,
};

const RECEIVERS: [&str; 3] = ["chat", "mail", "pager"];

fn route() -> impl Strategy<Value = Route> {
    let receivers = subsequence(RECEIVERS.to_vec(), 1..=3);
    (matcher(), receivers, any::<bool>()).prop_map(|(matcher, receivers, go_on)| Route {
        matcher,
        receivers: receivers.into_iter().map(str::to_owned).collect(),
        group_by: vec![GroupKey::App, GroupKey::Severity],
        go_on,
        ..Route::default()
    })
}

/// Asked of one route after the other, as a person would read them.
fn by_hand(routes: &[Route], subject: &Subject<'_>) -> Vec<usize> {
    let Some((first, rest)) = routes.split_first() else {
        return Vec::new();
    };
    let is_taken = first.matcher.matches(subject);
    let later = if is_taken && !first.go_on {
        Vec::new()
    } else {
        by_hand(rest, subject)
    };
    let later = later.into_iter().map(|index| index + 1);
    is_taken.then_some(0).into_iter().chain(later).collect()
}

/// Who is told of it, one entry a group that it is in.
fn told(routes: &Routes, subject: &Subject<'_>) -> Vec<String> {
    let circumstances = Circumstances {
        tenant: subject.tenant,
        policies: &Policies::default(),
        facts: &Facts::default(),
        now: chrono::DateTime::UNIX_EPOCH,
    };
    let assessment = assess(circumstances, subject.app, subject.credential);
    let row = assessment.row(circumstances, subject.app, subject.credential);
    let due = Due {
        app: subject.app,
        credential: subject.credential,
        severity: subject.severity.unwrap(),
        owners: subject.owners,
        row: Arc::new(row),
    };
    // twice: two alerts that are alike in everything are still two
    let groups = group(subject.tenant, &[due.clone(), due], routes, false);
    groups
        .into_iter()
        .map(|group| {
            assert_eq!(group.alerts, [0, 1]);
            group.receiver
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_first_match_wins_unless_it_goes_on(routes in vec(route(), 1..5)) {
        let all_routes = Routes::new(routes.clone(), &[]);
        prop_assert!(all(|subject| all_routes.matching(subject) == by_hand(&routes, subject)));
    }

    #[test]
    fn each_receiver_of_a_matching_route_is_told_once(routes in vec(route(), 1..5)) {
        let all_routes = Routes::new(routes.clone(), &[]);
        all(|subject| {
            let expected: BTreeSet<String> = by_hand(&routes, subject)
                .into_iter()
                .flat_map(|index| routes[index].receivers.clone())
                .collect();
            let mut told = told(&all_routes, subject);
            told.sort();
            assert_eq!(told, Vec::from_iter(expected), "{subject:?}");
            true
        });
    }
}
