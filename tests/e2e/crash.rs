//! `kill -9` at the worst moments: nothing that is due is lost, and at most the message in flight comes again, as the same message.

use std::{net::SocketAddr, time::Duration};

use forewarn::sandbox::inbox::{Behaviour, ReceiverBehaviour};

use crate::{
    arrived::{all_were_told, assert_told_once, messages, told},
    config::{ONCE, RECEIVERS, chat, mail, receivers, webhook},
    expected::due,
    relay::{ANYTHING, END_OF_MAIL, Relay},
    wait::{SOON, until},
    world::{World, crowd, now},
};

#[test]
fn killed_when_messages_were_taken_but_the_answers_had_not_come() {
    let crowd = crowd(500);
    let world = World::new(&crowd);
    let http: SocketAddr = world.sandbox.base_url()["http://".len()..].parse().unwrap();
    let web = Relay::start(&world.runtime, http, ANYTHING);
    let smtp = Relay::start(&world.runtime, world.sandbox.smtp().unwrap(), END_OF_MAIL);
    let by_relay = [
        mail(smtp.address.port(), "none"),
        chat("slack", &format!("http://{}/slack/slack", web.address)),
        chat("teams", &format!("http://{}/teams/teams", web.address)),
        webhook("siem", &format!("http://{}/hooks/siem", web.address)),
    ];
    world.configure(ONCE, &by_relay.concat());
    let due = due(&crowd, now());

    web.fall_silent();
    smtp.fall_silent();
    let daemon = world.run();
    until("each receiver has taken a message", SOON, || {
        let has_one = |receiver: &&str| messages(world.inbox(), receiver).len() == 1;
        RECEIVERS.iter().all(has_one)
    });
    daemon.kill();

    web.speak();
    smtp.speak();
    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    until("the outbox is empty", SOON, || {
        daemon.has_delivered_everything()
    });
    daemon.stop();
    assert_told_once(world.inbox(), &due);
    for receiver in RECEIVERS {
        let repeats = told(world.inbox(), receiver).repeats;
        assert_eq!(repeats, 1, "{receiver}: the message in flight comes again");
    }
}

#[test]
fn killed_again_and_again_at_different_moments() {
    let crowd = crowd(700);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let due = due(&crowd, now());

    // in the middle of the scan
    world.slow_down(3_000);
    let daemon = world.run();
    until("it has signed in", SOON, || {
        world.sandbox.stats().tokens() == 1
    });
    daemon.kill();
    world.all_is_well();
    assert_eq!(world.inbox().counts().taken, 0);

    // while a receiver hangs
    world.inbox().behave(Behaviour {
        receivers: [("siem".to_owned(), ReceiverBehaviour::Hang { times: 1 })].into(),
        ..Behaviour::default()
    });
    let daemon = world.run();
    until("the webhook hangs", SOON, || {
        world.inbox().counts().turned_away == 1
    });
    daemon.kill();

    // while messages arrive
    let kills = [2, 3, 2];
    for more in kills {
        let enough = world.inbox().counts().taken + more;
        let daemon = world.run();
        until("some more messages have come", SOON, || {
            world.inbox().counts().taken >= enough || daemon.has_delivered_everything()
        });
        daemon.kill();
    }

    let daemon = world.run();
    until("all are told", SOON, || all_were_told(world.inbox(), &due));
    until("the outbox is empty", SOON, || {
        daemon.has_delivered_everything()
    });
    let ended = daemon.stop();
    assert!(ended.took < Duration::from_secs(10));
    assert_told_once(world.inbox(), &due);
    for receiver in RECEIVERS {
        // the kill at the hanging webhook may have met another receiver's message in flight
        let repeats = told(world.inbox(), receiver).repeats;
        assert!(repeats <= kills.len() + 1, "{receiver}: {repeats} repeats");
    }
}
