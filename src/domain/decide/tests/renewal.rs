//! Credentials that the service that owns them renews.

use super::*;

/// A certificate of an app of this name.
fn certificate(id: &str, starts: i64, ends: i64) -> Credential {
    Credential {
        kind: Kind::Certificate,
        ..credential(id, Some(starts), Some(ends))
    }
}

fn of(name: &str, object_type: ObjectType) -> Life {
    let mut life = Life::new();
    life.app.name = name.into();
    life.app.object_type = object_type;
    life
}

fn connect_sync() -> Life {
    of("ConnectSyncProvisioning_DC01_5e1f", ObjectType::Application)
}

/// What is told in daily scans of `days`, as `day:what`.
fn told(life: &mut Life, days: std::ops::Range<i64>, credentials: &[Credential]) -> Vec<String> {
    days.filter_map(|at| {
        let told = life.scan(day(at), credentials);
        (!told.is_empty()).then(|| format!("{at} {told}"))
    })
    .collect()
}

#[test]
fn while_on_time_it_is_on_no_rung() {
    let it = certificate("c", 0, 180);
    let mut life = connect_sync();
    assert!(told(&mut life, 0..150, std::slice::from_ref(&it)).is_empty());
    assert_eq!(
        of("billing", ObjectType::Application).scan(day(149), &[it]),
        "60:info"
    );
}

#[test]
fn the_day_it_becomes_late_is_the_first_rung_and_a_warning_at_least() {
    let it = [certificate("c", 0, 180)];
    assert_eq!(
        told(&mut connect_sync(), 0..182, &it),
        [
            "150 30:warning",
            "166 14:warning",
            "173 7:critical",
            "177 3:critical",
            "179 1:critical",
            "180 0:expired",
            "181 reminder1"
        ]
    );
    let mut wide = connect_sync();
    wide.policies.default.warning = 5;
    wide.policies.default.ladder = Ladder::new([90, 20]);
    assert_eq!(
        told(&mut wide, 0..161, &it),
        ["150 30:warning", "160 20:warning"]
    );
}

#[test]
fn one_that_was_renewed_is_never_spoken_of_whether_or_not_it_was_taken_away() {
    let mut life = connect_sync();
    let both = [
        certificate("c", 0, 180),
        certificate("other name", 120, 300),
    ];
    assert!(told(&mut life, 0..250, &both).is_empty());
    assert_eq!(life.quiet(day(269), &both[1]), Quiet::NotYet);

    let secrets = |ends: &[i64]| -> Vec<Credential> {
        let secret = |end: &i64| Credential {
            name: Some("CWAP_AuthSecret".into()),
            ..credential(&end.to_string(), Some(end - 365), Some(*end))
        };
        ends.iter().map(secret).collect()
    };
    let mut proxy = of("intranet", ObjectType::Application);
    assert!(told(&mut proxy, 0..300, &secrets(&[-300, 2, 340])).is_empty());
    assert_eq!(
        proxy.scan(day(334), &secrets(&[-300, 2, 340])),
        "7:critical"
    );
}

#[test]
fn a_late_renewal_is_resolved_once() {
    let mut life = connect_sync();
    let (old, new) = (certificate("old", 0, 180), certificate("new", 155, 335));
    assert_eq!(
        life.scan(day(152), std::slice::from_ref(&old)),
        "30:warning"
    );
    let both = [old, new.clone()];
    assert_eq!(life.scan(day(156), &both), "renewed-by-new");
    assert!(told(&mut life, 157..200, &both).is_empty());
    assert_eq!(life.scan(day(201), &[new]), "");
}

#[test]
fn a_successor_has_begun_and_is_of_the_same_kind() {
    let old = certificate("old", 0, 180);
    for (why, other) in [
        ("not begun", certificate("new", 160, 340)),
        ("another kind", credential("new", Some(120), Some(300))),
    ] {
        let told = connect_sync().scan(day(152), &[old.clone(), other]);
        assert_eq!(told, "30:warning", "{why}");
    }
}

#[test]
fn of_a_row_of_them_only_the_last_is_judged() {
    let row = [
        certificate("a", 0, 180),
        certificate("b", 100, 190),
        certificate("c", 120, 200),
    ];
    let mut life = connect_sync();
    assert!(told(&mut life, 0..170, &row).is_empty());
    assert_eq!(life.scan(day(175), &row), "30:warning");
    assert_eq!(life.scan(day(201), &row), "0:expired");
}

#[test]
fn shipped_rules_know_their_own_and_nothing_else() {
    use ObjectType::{Application, ManagedIdentity, ServicePrincipal};
    for (name, object_type, kind, expected) in [
        ("P2P Server", ServicePrincipal, Kind::Certificate, ""),
        ("p2p server", ServicePrincipal, Kind::Certificate, ""),
        (
            "VPN Server",
            ServicePrincipal,
            Kind::Certificate,
            "14:warning",
        ),
        ("P2P Server", Application, Kind::Certificate, "14:warning"),
        (
            "P2P Server",
            ServicePrincipal,
            Kind::ClientSecret,
            "14:warning",
        ),
        ("vm-1", ManagedIdentity, Kind::Certificate, "14:warning"),
        ("vm-1", ServicePrincipal, Kind::Certificate, "14:warning"),
    ] {
        let it = Credential {
            kind,
            ..certificate("c", 0, 90)
        };
        let mut life = of(name, object_type);
        assert_eq!(
            life.scan(day(80), &[it]),
            expected,
            "{name} {object_type:?} {kind}"
        );
    }
    let mut identity = of("vm-1", ManagedIdentity);
    assert_eq!(identity.scan(day(59), &[certificate("c", 0, 90)]), "");
}

#[test]
fn a_policy_adds_a_rule_and_comes_first() {
    let mut life = connect_sync();
    life.policies.exceptions = vec![Policy {
        matcher: Matcher {
            app: vec![Glob::new("*sync*")],
            ..Matcher::default()
        },
        thresholds: Thresholds::default(),
        self_renewing: Some(10),
    }];
    let it = certificate("main-1", 0, 180);
    let of_another = certificate("backup", 160, 400);
    assert_eq!(
        told(&mut life, 0..171, &[it.clone(), of_another]),
        ["170 10:warning"]
    );
    let successor = certificate("main-2", 160, 400);
    assert_eq!(life.scan(day(171), &[it, successor]), "renewed-by-main-2");
}

#[test]
fn one_that_lives_no_longer_than_its_rule_is_judged_by_the_ladder() {
    let mut life = connect_sync();
    assert_eq!(
        told(&mut life, 0..30, &[certificate("c", 0, 30)]),
        [
            "16 14:warning",
            "23 7:critical",
            "27 3:critical",
            "29 1:critical"
        ]
    );
}

#[test]
fn it_says_who_is_late_and_where_to_look() {
    let mut life = connect_sync();
    life.app.credentials = [certificate("c", 0, 180)].into();
    let seen = Snapshot {
        apps: vec![life.app.clone()],
        ..Snapshot::default()
    };
    let world = World {
        tenant: "contoso",
        known: &life.known,
        seen: &seen,
        policies: &life.policies,
        silences: &[],
        calendar: &Calendar::default(),
        shrunk: false,
        now: day(151),
    };
    let decisions = decide(&world);
    let Action::Announce(announce) = &decisions[0].action else {
        panic!("not announced")
    };
    assert_eq!(
        announce.why(),
        "it has reached the 30-day threshold; Entra Connect Sync should have renewed it 30 days before its end, and has not: \
         see that its server is up and its scheduler not suspended, or rotate the certificate in its wizard"
    );
    let row = announce
        .assessment
        .row(world.circumstances(), announce.app, announce.credential);
    assert_eq!(row.self_renewing.as_deref(), Some("Entra Connect Sync"));
}

proptest::proptest! {
    #[test]
    fn never_told_before_it_is_late_always_on_that_day_and_each_rung_once(
        overdue_from in 1u16..90,
        lives in 1i64..300,
        ladder in proptest::collection::vec(0u16..120, 0..5),
    ) {
        let mut life = Life::with(|thresholds| thresholds.ladder = Ladder::new(ladder));
        life.policies.exceptions = vec![Policy {
            matcher: Matcher::default(),
            thresholds: life.policies.default.clone(),
            self_renewing: Some(overdue_from),
        }];
        let told = told(&mut life, 0..lives + 1, &[certificate("c", 0, lives)]);
        let late = lives - i64::from(overdue_from);
        if late > 0 {
            let first = format!("{late} {overdue_from}:");
            proptest::prop_assert!(told[0].starts_with(&first), "{told:?}");
        }
        let last = told.last().map(String::as_str);
        proptest::prop_assert_eq!(last, Some(&*format!("{lives} 0:expired")));
        let mut rungs: Vec<&str> = told.iter().filter_map(|line| line.split([' ', ':']).nth(1)).collect();
        let count = rungs.len();
        rungs.dedup();
        proptest::prop_assert_eq!(rungs.len(), count);
    }
}
