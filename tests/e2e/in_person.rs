//! Each app's owners are told in person, by mail that really is sent.

use std::collections::{BTreeMap, BTreeSet};

use forewarn::sandbox::{Generated, Population, inbox::Received};

use crate::{
    arrived::{assert_no_problems, messages},
    config::{ONCE, RECIPIENT, mail},
    expected::{due, rows},
    wait::{SOON, until},
    world::{World, crowd, now},
};

/// By address, the credentials that are to be told there: to each owner who has one, else to whom the configuration names.
fn expected(crowd: &Generated) -> BTreeMap<String, BTreeSet<String>> {
    let due = due(crowd, now());
    let mut credentials: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(crowd, now()) {
        if due.contains(&row.credential_id) {
            let of = credentials.entry(row.object_id).or_default();
            of.push(row.credential_id);
        }
    }
    let population = Population::Generated(crowd.clone());
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for app in population.apps(now()) {
        let Some(due) = credentials.remove(&app.id.to_string()) else {
            continue;
        };
        let owners = population.owners(&app);
        let noted = app.notes.as_deref().filter(|_| owners.is_empty());
        let noted = noted.and_then(|note| note.strip_prefix("owner: "));
        let mut addresses: Vec<String> = owners.into_iter().filter_map(|of| of.mail).collect();
        addresses.extend(noted.map(str::to_owned));
        if addresses.is_empty() {
            addresses.push(RECIPIENT.to_owned());
        }
        for address in addresses {
            expected.entry(address).or_default().extend(due.clone());
        }
    }
    expected
}

fn configure(world: &World) {
    let port = world.sandbox.smtp().unwrap().port();
    let mail = mail(port, "none").replace("\nto = ", "\nto_owners = true\nto = ");
    world.configure(ONCE, &mail);
}

fn taken(world: &World) -> Vec<Received> {
    let messages = world.inbox().messages().into_iter();
    messages.filter(|of| of.refused.is_none()).collect()
}

/// The credentials that were told to an address.
fn told(world: &World, address: &str) -> Vec<String> {
    let messages = messages(world.inbox(), address).into_iter();
    messages.flat_map(|of| of.credentials).collect()
}

#[test]
fn every_owner_gets_one_mail_and_the_rest_goes_to_the_receiver_and_says_why() {
    let crowd = crowd(1_000);
    let world = World::new(&crowd);
    configure(&world);
    let expected = expected(&crowd);
    assert!(expected.len() > 50, "{}", expected.len());
    assert!(expected.contains_key(RECIPIENT));

    let daemon = world.run();
    let whole = || {
        let mut addresses = expected.iter();
        addresses.all(|(address, due)| told(&world, address).len() >= due.len())
    };
    until("everybody was told", SOON, whole);
    daemon.stop();

    let addresses: BTreeSet<String> = taken(&world).into_iter().map(|of| of.receiver).collect();
    let wanted: BTreeSet<String> = expected.keys().cloned().collect();
    assert_eq!(addresses, wanted);
    for (address, due) in &expected {
        let told = told(&world, address);
        let once: BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!((&once, told.len()), (due, due.len()), "{address}");
        let mail = messages(world.inbox(), address);
        if address == RECIPIENT {
            assert!(mail[0].text.contains("you get this as `to` of mail"));
        } else {
            assert_eq!(mail.len(), 1, "{address}");
            let words = format!("For {address}, who owns th");
            assert!(mail[0].text.contains(&words), "{}", mail[0].text);
        }
    }
    assert_no_problems(world.inbox());
}

#[test]
fn an_owner_s_mailbox_that_is_not_there_costs_nothing_but_that_owner() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    configure(&world);
    let expected = expected(&crowd);
    let (gone, due) = expected.iter().find(|(of, _)| *of != RECIPIENT).unwrap();
    let mut behaviour = world.inbox().behaviour();
    behaviour.mail.refuse = vec![gone.clone()];
    world.inbox().behave(behaviour);

    let daemon = world.run();
    until("the receiver's own address was told instead", SOON, || {
        let told = told(&world, RECIPIENT);
        due.iter().all(|id| told.contains(id))
    });
    until("the others were told", SOON, || {
        let mut others = expected.keys().filter(|of| *of != gone);
        others.all(|address| !told(&world, address).is_empty())
    });
    let ready = daemon.get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.body);
    let ended = daemon.stop();
    let log = ended.stdout + &ended.stderr;
    assert!(log.contains("given up on"), "{log}");
    assert!(!log.contains(gone.as_str()), "addresses stay out of logs");
    let mail = messages(world.inbox(), RECIPIENT);
    let words = format!("For {gone}, who owns th");
    assert!(mail.iter().any(|of| of.text.contains(&words)));
}
