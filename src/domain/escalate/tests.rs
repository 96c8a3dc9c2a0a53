//! One sentence of the rules a test, and then any story.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::{
    Id, Kind, ObjectType, Row, Rung, Snapshot,
    calendar::Calendar,
    known::{Known, Memory},
    matcher::Matcher,
    policy::Policies,
    route::Route,
    silence::{Scope, Silence},
};

fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

const DAY: i64 = 24;
/// When the credential ends, and when it turned critical.
const END: i64 = 10 * DAY;
const CRITICAL: i64 = 3 * DAY;

fn app() -> App {
    let credential = Credential {
        id: Id::parse("c"),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At(hour(END)),
        thumbprint: None,
        active: None,
    };
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse("o"),
        app_id: Id::parse("a"),
        name: "billing".into(),
        tags: Box::default(),
        credentials: [credential].into(),
    }
}

/// What was told at the first critical hour.
fn announced(world: &World<'_>, app: &App) -> Announced {
    let credential = &app.credentials[0];
    let assessment = assess(world.circumstances(), app, credential);
    let row: Row = assessment.row(world.circumstances(), app, credential);
    Announced {
        rung: Rung::days_before(7),
        reminder: 0,
        severity: Severity::Critical,
        at: hour(CRITICAL),
        expires_at: hour(END),
        row: row.into(),
        told: vec!["ops".to_owned()],
        resolved: false,
        softened: false,
        persons: Vec::new(),
        critical_since: Some(hour(CRITICAL)),
        escalated: false,
    }
}

fn escalating(app: &str, after: i64, to: &[&str], go_on: bool) -> Route {
    Route {
        matcher: Matcher {
            app: vec![crate::domain::glob::Glob::new(app)],
            ..Matcher::default()
        },
        receivers: vec!["ops".to_owned()],
        go_on,
        escalation: (after > 0).then(|| Escalation {
            after: TimeDelta::hours(after),
            receivers: to.iter().map(|name| (*name).to_owned()).collect(),
        }),
        ..Route::default()
    }
}

fn silence(from: i64, to: i64) -> Silence {
    Silence {
        id: Uuid::nil(),
        scope: Scope::Tenant {
            tenant: "contoso".to_owned(),
        },
        reason: "on it".to_owned(),
        author: "ada".to_owned(),
        created_at: hour(from),
        ends_at: hour(to),
        breaks_at: None,
        ended: None,
    }
}

/// After how many hours it is due, seen at `now`, and by which route; `None`: never, by what is known.
fn due(
    now: i64,
    routes: Vec<Route>,
    silences: &[Silence],
    change: impl Fn(&mut Announced),
) -> Option<(i64, usize)> {
    let app = app();
    let routes = Routes::new(routes, &[]);
    let seen = Snapshot {
        apps: vec![app.clone()],
        ..Snapshot::default()
    };
    let empty = World {
        tenant: "contoso",
        known: &Known::default(),
        seen: &seen,
        policies: &Policies::default(),
        silences,
        calendar: &Calendar::default(),
        shrunk: false,
        now: hour(now),
    };
    let mut announced = announced(&empty, &app);
    change(&mut announced);
    let memory = Memory {
        first_seen: hour(0),
        expires: Expiry::At(hour(END)),
        gone: false,
        life: 0,
        fingerprint: 0,
        announced: Some(Box::new(announced)),
    };
    let key = CredentialKey::new(&app, &app.credentials[0]);
    let known = Known::new(vec![(key, memory)], true);
    let world = World {
        known: &known,
        ..empty
    };
    let found = unattended(&world, &routes);
    let of = found.first()?;
    Some(((of.due_at - hour(0)).num_hours(), of.route))
}

fn two_days() -> Vec<Route> {
    vec![escalating("*", 2 * DAY, &["pager"], false)]
}

#[test]
fn the_time_counts_from_the_first_critical_alert() {
    let now = CRITICAL + 1;
    let after_two_days = Some((CRITICAL + 2 * DAY, 0));
    assert_eq!(due(now, two_days(), &[], |_| ()), after_two_days);
    let told_again = |announced: &mut Announced| announced.at = hour(now);
    assert_eq!(due(now, two_days(), &[], told_again), after_two_days);
    let of_an_older_version = |announced: &mut Announced| announced.critical_since = None;
    assert_eq!(
        due(now, two_days(), &[], of_an_older_version),
        after_two_days
    );
    let never_critical = |announced: &mut Announced| {
        announced.critical_since = None;
        announced.severity = Severity::Warning;
    };
    assert_eq!(due(now, two_days(), &[], never_critical), None);
}

#[test]
fn what_is_taken_care_of_is_not_escalated() {
    let now = CRITICAL + 3 * DAY;
    let resolved = |announced: &mut Announced| announced.resolved = true;
    assert_eq!(due(now, two_days(), &[], resolved), None);
    let of_another_end = |announced: &mut Announced| announced.expires_at = hour(END - 1);
    assert_eq!(due(now, two_days(), &[], of_another_end), None);
    let before_it_is_critical = CRITICAL - DAY;
    assert_eq!(due(before_it_is_critical, two_days(), &[], |_| ()), None);
    let until = silence(0, now + 5);
    assert_eq!(due(now, two_days(), &[until], |_| ()), Some((now + 5, 0)));
    let over = silence(0, now);
    let at_once = Some((CRITICAL + 2 * DAY, 0));
    assert_eq!(due(now, two_days(), &[over], |_| ()), at_once);
}

#[test]
fn once_is_enough() {
    let escalated = |announced: &mut Announced| announced.escalated = true;
    assert_eq!(due(END + DAY, two_days(), &[], escalated), None);
}

#[test]
fn the_first_route_that_takes_the_alert_and_escalates_says_when() {
    let routes = |first_goes_on| {
        vec![
            escalating("other", 1, &["pager"], false),
            escalating("bill*", 0, &[], first_goes_on),
            escalating("*", 5, &["pager"], true),
            escalating("*", 3, &["boss"], false),
        ]
    };
    let now = CRITICAL + 1;
    assert_eq!(due(now, routes(true), &[], |_| ()), Some((CRITICAL + 5, 2)));
    assert_eq!(due(now, routes(false), &[], |_| ()), None);
}

#[test]
fn it_goes_to_those_who_do_not_know_it_unless_there_are_none() {
    let escalation = Escalation {
        after: TimeDelta::days(1),
        receivers: vec!["ops".to_owned(), "pager".to_owned()],
    };
    let whom = |told: &[&str]| {
        let told: Vec<String> = told.iter().map(|name| (*name).to_owned()).collect();
        escalation.whom(&told).join(" ")
    };
    assert_eq!(whom(&["ops"]), "pager");
    assert_eq!(whom(&["ops", "pager"]), "ops pager");
    assert_eq!(whom(&[]), "ops pager");
}

#[test]
fn it_says_for_how_long_it_was_left_alone() {
    let why = |hours| {
        let why = Why {
            left_alone: TimeDelta::hours(hours),
        };
        why.to_string()
    };
    assert!(why(49).starts_with("it was told as critical 2 days ago"));
    assert!(why(47).starts_with("it was told as critical 47 hours ago"));
    assert!(why(1).starts_with("it was told as critical 60 minutes ago"));
}

proptest! {
    #[test]
    fn it_is_never_due_early_nor_while_a_silence_holds(
        now in CRITICAL..END + 20 * DAY,
        after in 1..15 * DAY,
        silences in prop::collection::vec((0..END, 1..10 * DAY), 0..4),
    ) {
        let silences: Vec<Silence> =
            silences.into_iter().map(|(from, lasts)| silence(from, from + lasts)).collect();
        let routes = vec![escalating("*", after, &["pager"], false)];
        let (due_at, _) = due(now, routes, &silences, |_| ()).unwrap();
        let is_held = silences.iter().any(|silence| hour(now) < silence.ends_at);
        prop_assert_eq!(due_at <= now, now >= CRITICAL + after && !is_held);
        prop_assert!(due_at >= CRITICAL + after);
    }
}
