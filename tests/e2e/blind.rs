//! A tenant that cannot be read any more: the daemon stays up, says so once, concludes nothing, and says once when it is over.

use forewarn::sandbox::{Fault, Rule};

use crate::{
    arrived::{all_were_told, assert_told_once, messages},
    config::{EVERY_SECOND, RECEIVERS, receivers},
    daemon::Daemon,
    expected::due,
    wait::{SOON, until},
    world::{World, crowd, now},
};

/// What each receiver was told about the tenant as a whole, in order.
fn monitor_messages(world: &World, receiver: &str) -> Vec<&'static str> {
    let about = |text: &str| {
        let is = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if is(&["forewarn cannot read tenant contoso", "monitor.failing"]) {
            Some("failing")
        } else if is(&["forewarn sees tenant contoso again", "monitor.recovered"]) {
            Some("recovered")
        } else {
            None
        }
    };
    let messages = messages(world.inbox(), receiver).into_iter();
    messages
        .filter_map(|message| about(&message.text))
        .collect()
}

fn all_heard(world: &World, what: &[&str]) -> bool {
    RECEIVERS
        .iter()
        .all(|receiver| monitor_messages(world, receiver) == what)
}

/// Everybody is told of what is due; then `break_it`, and after a while all is well again.
fn goes_blind_and_recovers(world: &World, break_it: impl FnOnce()) -> Daemon {
    let mut daemon = world.run();
    until("a first scan is complete", SOON, || {
        daemon.complete_scans() > 0
    });
    until("the first alerts are out", SOON, || {
        daemon.has_delivered_everything() && !messages(world.inbox(), "slack").is_empty()
    });

    break_it();
    until("everybody hears that scans fail", SOON, || {
        all_heard(world, &["failing"])
    });
    let failed = daemon.failed_scans();
    until("scans go on failing", SOON, || {
        daemon.failed_scans() >= failed + 3
    });
    assert!(daemon.process.is_running());
    assert_eq!(daemon.get("/healthz").status, 200);
    until("nobody waits for a message", SOON, || {
        daemon.has_delivered_everything()
    });
    assert!(all_heard(world, &["failing"]), "it is told once");

    world.all_is_well();
    until("everybody hears that it is over", SOON, || {
        all_heard(world, &["failing", "recovered"])
    });
    daemon.wait_for_rounds(1);
    assert!(all_heard(world, &["failing", "recovered"]));
    daemon
}

#[test]
fn a_refused_sign_in_is_told_once_and_once_that_it_is_over() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(EVERY_SECOND, &receivers(&world.sandbox));
    let due = due(&crowd, now());

    let break_it = || world.refuse_sign_in(7_000_222);
    let daemon = goes_blind_and_recovers(&world, break_it);

    assert!(all_were_told(world.inbox(), &due));
    assert_told_once(world.inbox(), &due);
    let failing = messages(world.inbox(), "siem")
        .into_iter()
        .find(|message| message.text.contains("monitor.failing"));
    assert!(failing.unwrap().text.contains("AADSTS7000222"));
    let ended = daemon.stop();
    assert!(ended.stderr.contains("AADSTS7000222"), "{}", ended.stderr);
}

#[test]
fn a_scan_that_breaks_off_after_its_first_page_resolves_nothing() {
    let crowd = crowd(1_200);
    let world = World::new(&crowd);
    world.configure(EVERY_SECOND, &receivers(&world.sandbox));
    let due = due(&crowd, now());

    let break_it = || world.trouble([Rule::on_page(2, Fault::MalformedJson)]);
    let daemon = goes_blind_and_recovers(&world, break_it);

    assert_told_once(world.inbox(), &due);
    for message in messages(world.inbox(), "siem") {
        assert!(!message.text.contains("credential.resolved"));
    }
    let failures = r#"forewarn_scan_failures_total{tenant="contoso"}"#;
    assert!(daemon.metric(failures).unwrap() >= 5.0);
    daemon.stop();
}

#[test]
fn a_clock_that_is_wrong_is_told_once_and_once_that_it_is_right_again() {
    let world = World::new(&crowd(20));
    world.configure(EVERY_SECOND, &receivers(&world.sandbox));
    world.set_clock_ahead(-700);
    let scan = world.forewarn(&["scan", "--format", "json"]);
    assert!(
        scan.stderr.contains("11 minutes ahead of"),
        "{}",
        scan.stderr
    );
    let daemon = world.run();
    let about_the_clock = |receiver: &str| -> Vec<bool> {
        let told = messages(world.inbox(), receiver).into_iter();
        told.filter(|message| {
            message.text.contains("forewarn's clock is") || message.text.contains("The clock")
        })
        .map(|message| message.text.contains("11 minutes ahead of"))
        .collect()
    };
    until("everybody hears of the clock", SOON, || {
        RECEIVERS
            .iter()
            .all(|receiver| about_the_clock(receiver) == [true])
    });
    daemon.wait_for_rounds(2);
    let skew = daemon.metric(r#"forewarn_clock_skew_seconds{tenant="contoso"}"#);
    assert!((-705.0..-695.0).contains(&skew.unwrap()), "{skew:?}");

    world.all_is_well();
    until("everybody hears that it is right again", SOON, || {
        RECEIVERS
            .iter()
            .all(|receiver| about_the_clock(receiver) == [true, false])
    });
    daemon.stop();
}
