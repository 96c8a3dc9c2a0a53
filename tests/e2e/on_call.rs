//! People on call: PagerDuty and Alertmanager open something for each credential, and close it by themselves.

use std::collections::BTreeSet;

use forewarn::sandbox::{
    Generated,
    inbox::{Channel, Incident},
};

use crate::{
    arrived::{assert_no_problems, messages},
    config::{EVERY_SECOND, ONCE, service, tenant},
    expected::due,
    wait::{SOON, until},
    world::{World, crowd, now},
};

const BOTH: [Channel; 2] = [Channel::PagerDuty, Channel::Alertmanager];

/// Both, under the names `on-call` and `am`.
fn receivers(world: &World) -> String {
    let base = world.sandbox.base_url();
    format!(
        "[[receivers]]\nname = \"on-call\"\ntype = \"pagerduty\"\nrouting_key = {{ env = \"ROUTING_KEY\" }}\n\
         url = \"{base}/pagerduty/on-call/v2/enqueue\"\n\
         [[receivers]]\nname = \"am\"\ntype = \"alertmanager\"\nurl = \"{base}/alertmanager/am\"\n"
    )
}

fn incidents(world: &World, channel: Channel) -> Vec<Incident> {
    let all = world.inbox().incidents().into_iter();
    all.filter(|incident| incident.channel == channel).collect()
}

/// The credentials that are open at one of them, by the key that they were opened under.
fn open(world: &World, channel: Channel, of: &BTreeSet<String>) -> BTreeSet<String> {
    let incidents = incidents(world, channel);
    let is_open = |id: &&String| {
        let mut about = incidents.iter().filter(|one| one.key.contains(id.as_str()));
        about.any(|incident| incident.is_open(now()))
    };
    of.iter().filter(is_open).cloned().collect()
}

#[test]
fn what_is_due_is_opened_once_and_what_was_rotated_out_is_closed() {
    let before = crowd(300);
    let after = Generated {
        apps: 250,
        ..before.clone()
    };
    let (world, later) = (World::new(&before), World::new(&after));
    world.configure(ONCE, &receivers(&world));
    let due_before = due(&before, now());
    let removed: BTreeSet<String> = &due_before - &due(&after, now());
    assert!(!removed.is_empty() && removed.len() < due_before.len());

    let daemon = world.run();
    until("all are open", SOON, || {
        let all_open = |channel| open(&world, channel, &due_before) == due_before;
        BOTH.into_iter().all(all_open) && daemon.has_delivered_everything()
    });
    daemon.stop();
    for channel in BOTH {
        let incidents = incidents(&world, channel);
        assert_eq!(incidents.len(), due_before.len(), "{channel:?}");
        assert!(incidents.iter().all(|incident| incident.events == 1));
    }

    let same_tenant = [
        service(EVERY_SECOND),
        tenant("contoso", &later.sandbox),
        receivers(&world),
    ];
    world.write("forewarn.toml", &same_tenant.concat());
    let daemon = world.run();
    let left = &due_before - &removed;
    until("what is gone is closed", SOON, || {
        let only_left = |channel| open(&world, channel, &due_before) == left;
        BOTH.into_iter().all(only_left)
    });
    daemon.wait_for_rounds(2);
    daemon.stop();
    assert_no_problems(world.inbox());
    for channel in BOTH {
        assert_eq!(incidents(&world, channel).len(), due_before.len());
        assert_eq!(open(&world, channel, &due_before), left);
    }
}

#[test]
fn killed_between_two_events_at_most_one_comes_again() {
    let crowd = crowd(300);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world));
    let due = due(&crowd, now());
    let arrived = || messages(world.inbox(), "on-call").len();
    assert!(due.len() > 5, "{}", due.len());

    for kills in 1..=2 {
        let daemon = world.run();
        until("some have come", SOON, || arrived() >= 2 * kills);
        daemon.kill();
    }
    let daemon = world.run();
    until("all are open", SOON, || {
        open(&world, Channel::PagerDuty, &due) == due && daemon.has_delivered_everything()
    });
    daemon.stop();
    assert_no_problems(world.inbox());
    assert_eq!(incidents(&world, Channel::PagerDuty).len(), due.len());
    assert!(arrived() <= due.len() + 2, "{} of {}", arrived(), due.len());
}

#[test]
fn a_tenant_that_cannot_be_seen_is_an_incident_until_it_can() {
    let world = World::new(&crowd(1));
    world.configure(EVERY_SECOND, &receivers(&world));
    let daemon = world.run();
    until("a scan is complete", SOON, || daemon.complete_scans() > 0);
    let blind = |channel| {
        let about = |one: &Incident| one.title.contains("forewarn");
        incidents(&world, channel).into_iter().find(about)
    };

    world.refuse_sign_in(7_000_222);
    until("both have opened one", SOON, || {
        let is_open = |channel| blind(channel).is_some_and(|one| one.is_open(now()));
        BOTH.into_iter().all(is_open)
    });
    assert_eq!(blind(Channel::PagerDuty).unwrap().severity, "error");
    world.all_is_well();
    until("both have closed it", SOON, || {
        let is_closed = |channel| blind(channel).is_some_and(|one| !one.is_open(now()));
        BOTH.into_iter().all(is_closed)
    });
    daemon.stop();
    assert_no_problems(world.inbox());
}

#[test]
fn check_and_test_reach_them() {
    let world = World::new(&crowd(1));
    world.configure(ONCE, &receivers(&world));
    let checked = world.forewarn(&["check", "--online"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert!(checked.stdout.contains("answers as an Alertmanager does"));
    assert!(world.inbox().messages().is_empty(), "nothing is sent");

    for receiver in ["on-call", "am"] {
        let tested = world.forewarn(&["test", receiver]);
        assert_eq!(tested.code, Some(0), "{}{}", tested.stdout, tested.stderr);
    }
    assert_no_problems(world.inbox());
    let titles: Vec<String> = world
        .inbox()
        .incidents()
        .into_iter()
        .map(|incident| incident.title)
        .collect();
    assert_eq!(titles.len(), 2);
    assert!(
        titles.iter().all(|title| title.starts_with("[TEST] ")),
        "{titles:?}"
    );

    let mut without = world.command(&["check", "--online"]);
    let ended = crate::process::Process::start(without.env_remove("ROUTING_KEY")).end(SOON);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.contains("ROUTING_KEY is not set"),
        "{}",
        ended.stdout
    );
}
