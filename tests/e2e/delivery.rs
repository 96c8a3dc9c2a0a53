//! From the tenant to the people: everybody is told of everything that is due, once, whatever happens to the daemon's process
//! in an orderly way.

use std::collections::{BTreeMap, BTreeSet};

use forewarn::sandbox::{
    Generated,
    inbox::{Behaviour, Channel, ReceiverBehaviour},
};

use crate::{
    arrived::{
        alerts, all_were_told, assert_no_problems, assert_told_once, html, messages, repeats, told,
    },
    config::{EVERY_SECOND, ONCE, RECEIVERS, receivers, service, tenant},
    expected::{Expected, due, rows},
    wait::{SOON, until},
    world::{World, crowd, now},
};

#[test]
fn every_receiver_is_told_once_whether_asked_again_or_started_again() {
    let crowd = crowd(500);
    let world = World::encrypted(&crowd);
    let ca = world.sandbox.ca_pem().unwrap();
    world.write("ca.pem", ca);
    let trust = "[tls]\nextra_ca_file = \"ca.pem\"\n";
    let rest = [trust, &receivers(&world.sandbox)].concat();
    world.configure(EVERY_SECOND, &rest);
    let due = due(&crowd, now());
    assert!(due.len() > 15, "{}", due.len());

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    until("the outbox is empty", SOON, || {
        daemon.has_delivered_everything()
    });
    assert_told_once(world.inbox(), &due);
    assert_no_problems(world.inbox());
    let taken = world.inbox().counts().taken;

    daemon.wait_for_rounds(2);
    assert_eq!(world.inbox().counts().taken, taken, "nothing new is due");
    daemon.stop();

    let daemon = world.run();
    daemon.wait_for_rounds(2);
    assert!(daemon.has_delivered_everything());
    assert_eq!(world.inbox().counts().taken, taken, "the store remembers");
    daemon.stop();
    assert_eq!(repeats(world.inbox()), 0);
}

#[test]
fn a_large_first_scan_is_split_into_parts_that_together_name_everything() {
    let crowd = crowd(2_000);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());
    assert!(due.len() > 80, "{}", due.len());

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    daemon.stop();

    assert_told_once(world.inbox(), &due);
    assert_no_problems(world.inbox());
    for receiver in RECEIVERS {
        let parts = messages(world.inbox(), receiver).len();
        assert!(parts > 1, "{receiver}: {parts} part");
    }
    for mail in messages(world.inbox(), "mail") {
        let html = html(world.inbox(), &mail);
        assert!(mail.credentials.iter().all(|id| html.contains(id)));
    }
    let rows: BTreeMap<String, Expected> = rows(&crowd, now())
        .into_iter()
        .map(|row| (row.credential_id.clone(), row))
        .collect();
    for message in messages(world.inbox(), "siem") {
        let is_expired = message.text.contains(r#""type":"credential.expired""#);
        for alert in alerts(&message.text) {
            let row = &rows[alert["credential_id"].as_str().unwrap()];
            assert_eq!(alert["severity"], row.severity);
            assert_eq!(alert["app_name"], row.app_name.as_str());
            assert_eq!(alert["days_left"], row.days_left.unwrap());
            assert_eq!(is_expired, row.severity == "expired");
        }
    }
}

#[test]
fn what_was_removed_is_told_once_to_those_who_had_been_told() {
    let before = crowd(300);
    // a loss of over a fifth would be an alarm of another kind
    let after = Generated {
        apps: 250,
        ..before.clone()
    };
    let (world, later) = (World::new(&before), World::new(&after));
    world.configure(ONCE, &receivers(&world.sandbox));
    let due_before = due(&before, now());
    let removed: BTreeSet<String> = &due_before - &due(&after, now());
    assert!(!removed.is_empty());

    let daemon = world.run();
    until("all are told", SOON, || {
        all_were_told(world.inbox(), &due_before)
    });
    daemon.stop();
    assert_told_once(world.inbox(), &due_before);

    let same_tenant = [
        service(EVERY_SECOND),
        tenant("contoso", &later.sandbox),
        receivers(&world.sandbox),
    ];
    world.write("forewarn.toml", &same_tenant.concat());
    let daemon = world.run();
    let are_resolved = |receiver: &&str| {
        let named = told(world.inbox(), receiver).named;
        removed.iter().all(|id| named[id] == 2)
    };
    until("all hear what is resolved", SOON, || {
        RECEIVERS.iter().all(are_resolved)
    });
    daemon.wait_for_rounds(2);
    daemon.stop();
    for receiver in RECEIVERS {
        for (id, times) in told(world.inbox(), receiver).named {
            let expected = if removed.contains(&id) { 2 } else { 1 };
            assert_eq!(times, expected, "{receiver}: {id}");
        }
    }
    for message in messages(world.inbox(), "siem") {
        let is_resolved = message.text.contains(r#""type":"credential.resolved""#);
        let is_second = message.credentials.iter().all(|id| removed.contains(id));
        assert!(!is_resolved || is_second, "{}", message.text);
    }
}

#[test]
fn a_stop_does_not_wait_for_a_receiver_that_hangs_and_loses_nothing() {
    let crowd = crowd(100);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());
    world.inbox().behave(Behaviour {
        receivers: [("siem".to_owned(), ReceiverBehaviour::Hang { times: 1 })].into(),
        ..Behaviour::default()
    });

    let daemon = world.run();
    until("the webhook hangs", SOON, || {
        world.inbox().counts().turned_away == 1
    });
    daemon.stop();
    assert!(told(world.inbox(), "siem").named.is_empty());

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    daemon.stop();
    assert_told_once(world.inbox(), &due);
    assert_eq!(repeats(world.inbox()), 0);
}

#[test]
fn a_webhook_without_the_right_signature_is_refused_by_the_inbox() {
    // so that the other stories' signatures prove something
    let crowd = crowd(100);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let other = "whsec_YW5vdGhlci1zZWNyZXQtYWx0b2dldGhlci0wMQ==";
    world.inbox().expect_signature("siem", other).unwrap();

    let daemon = world.run();
    let refused = || {
        let messages = world.inbox().messages().into_iter();
        messages
            .filter(|one| one.channel == Channel::Webhook && one.refused.is_some())
            .count()
    };
    until("the webhook is refused", SOON, || refused() == 1);
    let given_up = r#"forewarn_deliveries_total{receiver="siem",outcome="given-up"}"#;
    until("it is given up", SOON, || {
        daemon.metric(given_up) == Some(1.0)
    });
    daemon.stop();
}
