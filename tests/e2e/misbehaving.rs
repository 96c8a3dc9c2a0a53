//! Receivers on a bad day: what can pass is tried again, what cannot is given up at once, and both can be seen.

use std::time::Duration;

use forewarn::sandbox::inbox::{Behaviour, MailBehaviour, ReceiverBehaviour};
use serde_json::Value;

use crate::{
    arrived::{Message, all_were_told, assert_told_once, messages, repeats, told},
    config::{ONCE, RECEIVERS, receivers, webhook},
    expected::due,
    wait::{SOON, until},
    world::{World, crowd, now},
};

fn answers(status: u16, times: u32) -> ReceiverBehaviour {
    ReceiverBehaviour::Answer {
        status,
        retry_after: None,
        times,
    }
}

fn deliveries(receiver: &str, outcome: &str) -> String {
    format!("forewarn_deliveries_total{{receiver=\"{receiver}\",outcome=\"{outcome}\"}}")
}

/// The one story that lets real time pass: the first retry comes after five seconds.
#[test]
fn what_fails_once_is_delivered_five_seconds_later() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());
    world.inbox().behave(Behaviour {
        mail: MailBehaviour {
            greylist: 1,
            ..MailBehaviour::default()
        },
        receivers: [
            ("slack".to_owned(), answers(500, 1)),
            ("teams".to_owned(), answers(429, 1)),
            ("siem".to_owned(), answers(503, 1)),
        ]
        .into(),
    });

    let daemon = world.run();
    until("all have been turned away once", SOON, || {
        let once = |receiver: &&str| daemon.metric(&deliveries(receiver, "retry")) == Some(1.0);
        RECEIVERS.iter().all(once)
    });
    assert_eq!(world.inbox().counts().taken, 0);
    assert_eq!(daemon.get("/readyz").status, 200, "a retry is no alarm");
    until("all are told", Duration::from_secs(15), || {
        all_were_told(world.inbox(), &due)
    });
    daemon.stop();
    assert_told_once(world.inbox(), &due);
    assert_eq!(repeats(world.inbox()), 0);
}

#[test]
fn what_is_gone_is_given_up_at_once_and_the_fallback_told_instead() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    let gone = format!("{}/hooks/old-siem", world.sandbox.base_url());
    let rest = [
        receivers(&world.sandbox),
        webhook("old-siem", &gone),
        "[[routes]]\nreceivers = [\"old-siem\"]\nfallback = [\"siem\"]\n".to_owned(),
    ];
    world.configure(ONCE, &rest.concat());
    let due = due(&crowd, now());
    world.inbox().behave(Behaviour {
        receivers: [("old-siem".to_owned(), answers(410, u32::MAX))].into(),
        ..Behaviour::default()
    });

    let daemon = world.run();
    until("the fallback is told", SOON, || {
        let told = told(world.inbox(), "siem").named;
        due.iter().all(|id| told.contains_key(id))
    });
    assert!(messages(world.inbox(), "old-siem").is_empty());
    assert_eq!(
        daemon.metric(&deliveries("old-siem", "given-up")),
        Some(1.0)
    );
    assert_eq!(daemon.metric(&deliveries("old-siem", "retry")), Some(0.0));

    for receiver in ["mail", "slack", "teams"] {
        let says = |message: Message| {
            let what = [message.received.title, message.text].concat();
            what.contains("cannot deliver to old-siem")
        };
        until("the others hear that it fails", SOON, || {
            messages(world.inbox(), receiver).into_iter().any(says)
        });
    }
    until("so does a program", SOON, || {
        let events = messages(world.inbox(), "siem").into_iter();
        let events = events.map(|event| serde_json::from_str::<Value>(&event.text).unwrap());
        let mut failing = events.filter(|event| event["type"] == "monitor.failing");
        failing.any(|event| event["data"]["failing_receiver"] == "old-siem")
    });

    let ready = daemon.get("/readyz");
    assert_eq!(ready.status, 503);
    let reasons = &ready.json()["reasons"];
    assert_eq!(reasons[0]["what"], "receiver");
    assert_eq!(reasons[0]["name"], "old-siem");
    let reason = reasons[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("given up") && reason.contains("410"),
        "{reason}"
    );
    let ended = daemon.stop();
    assert!(
        ended
            .stderr
            .contains("a message to old-siem was given up on")
    );
}

#[test]
fn a_mail_server_that_is_down_holds_up_nobody_else() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());
    world.inbox().behave(Behaviour {
        mail: MailBehaviour {
            down: true,
            ..MailBehaviour::default()
        },
        ..Behaviour::default()
    });

    let daemon = world.run();
    for receiver in ["slack", "teams", "siem"] {
        until("the others are told", SOON, || {
            let told = told(world.inbox(), receiver).named;
            due.iter().all(|id| told.contains_key(id))
        });
    }
    until("mail has been tried", SOON, || {
        daemon.metric(&deliveries("mail", "retry")) >= Some(1.0)
    });
    assert_eq!(
        daemon.metric(r#"forewarn_outbox_pending{receiver="mail"}"#),
        Some(1.0)
    );
    assert!(daemon.metric("forewarn_outbox_oldest_seconds") > Some(0.0));
    let ended = daemon.stop();
    assert!(ended.stderr.contains("421"), "{}", ended.stderr);
    assert_eq!(told(world.inbox(), "mail").named.len(), 0);

    world.inbox().behave(Behaviour::default());
    let daemon = world.run();
    until(
        "mail is told when its server is back",
        Duration::from_secs(15),
        || told(world.inbox(), "mail").named.len() == due.len(),
    );
    daemon.stop();
    assert_told_once(world.inbox(), &due);
}
