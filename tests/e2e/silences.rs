//! Silences: from the link in a mail, and by the command beside the running daemon.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    arrived::{alerts, html, messages, told},
    ask,
    config::{EVERY_SECOND, ONCE, RECEIVERS, receivers},
    daemon::Daemon,
    expected::{due, rows},
    process::Ended,
    wait::{SOON, until},
    world::{World, crowd, now},
};

const PUBLIC_URL: &str = "https://forewarn.contoso.example/alerts";

/// Everything that has not ended is told as a warning, and at these rungs.
fn ladder(days: &str) -> String {
    format!("[thresholds]\ndays = [{days}]\nwarning = 60\ncritical = 0\n")
}

fn run(world: &World) -> Daemon {
    let mut command = world.command(&["run"]);
    Daemon::start(command.env("FOREWARN__HTTP__PUBLIC_URL", PUBLIC_URL))
}

fn delivered(world: &World, daemon: &Daemon) -> BTreeMap<String, usize> {
    daemon.wait_for_rounds(1);
    until("the outbox is empty", SOON, || {
        daemon.has_delivered_everything()
    });
    told(world.inbox(), "mail").named
}

/// The path of a credential's link in the mail, below what the proxy takes off.
fn link(world: &World, credential: &str) -> String {
    let mails = messages(world.inbox(), "mail");
    let about = |text: &str| {
        let (_, rest) = text.split_once(&format!("Secret ID: {credential}"))?;
        let (_, link) = rest.split_once("Acknowledge or silence: ")?;
        link.lines().next().map(str::to_owned)
    };
    let mail = mails.iter().find(|mail| about(&mail.text).is_some());
    let link = about(&mail.unwrap().text).unwrap();
    let html = html(world.inbox(), mail.unwrap()).replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{link}\"")), "{link}");
    let path = link.strip_prefix(PUBLIC_URL).unwrap();
    assert!(path.starts_with("/act/"), "{link}");
    path.to_owned()
}

#[test]
fn who_follows_the_link_in_a_mail_hears_no_more_of_that_credential_alone() {
    let crowd = crowd(800);
    let world = World::new(&crowd);
    let config = |days| [ladder(days), receivers(&world.sandbox)].concat();
    world.configure(EVERY_SECOND, &config("60"));
    let daemon = run(&world);
    let before = delivered(&world, &daemon);
    let soon: Vec<String> = rows(&crowd, now())
        .into_iter()
        .filter(|row| row.kind == "client-secret" && row.severity != "info")
        .filter(|row| row.days_left.is_some_and(|days| (2..28).contains(&days)))
        .map(|row| row.credential_id)
        .filter(|id| before.contains_key(id))
        .collect();
    let [acknowledged, silenced, others @ ..] = &soon[..] else {
        panic!("{soon:?}");
    };
    assert!(others.len() > 1, "{others:?}");

    let path = link(&world, acknowledged);
    let page = daemon.get(&path);
    assert_eq!(page.status, 200, "{}", page.body);
    let done = ask::post_form(daemon.http, &path, "do=acknowledge&name=Ada&once=1");
    assert!(
        done.body.contains("Ada: acknowledged: warning"),
        "{}",
        done.body
    );
    for message in messages(world.inbox(), "siem") {
        for alert in alerts(&message.text) {
            let link = alert["links"]["acknowledge"].as_str().unwrap();
            assert!(link.starts_with(PUBLIC_URL), "{link}");
        }
    }
    let why = [
        "silence",
        "add",
        "--credential",
        silenced,
        "--for",
        "7d",
        "--reason",
        "booked",
        "--by",
        "Bob",
    ];
    let added = world.forewarn(&why);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    daemon.stop();

    // more rungs, and so more that is due; the link's key is still there
    world.configure(EVERY_SECOND, &config("60, 30, 28"));
    let daemon = run(&world);
    assert_eq!(daemon.get(&path).status, 200);
    let after = delivered(&world, &daemon);
    daemon.stop();
    for quiet in [acknowledged, silenced] {
        assert_eq!(after[quiet], 1, "{quiet}");
    }
    let again = others.iter().filter(|id| after[*id] == 2).count();
    assert_eq!(again, others.len(), "the others are told");
}

fn silence(world: &World, arguments: &[&str]) -> Ended {
    world.forewarn(&[&["silence"], arguments].concat())
}

#[test]
fn a_silence_is_set_and_ended_beside_the_running_daemon() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(EVERY_SECOND, &receivers(&world.sandbox));
    let reason = ["--for", "1h", "--reason", "a move", "--by", "Ada"];
    let none = silence(
        &world,
        &[&["add", "--tenant", "contoso"], &reason[..]].concat(),
    );
    assert_eq!(none.code, Some(1));
    assert!(
        none.stderr.contains("there is no store at"),
        "{}",
        none.stderr
    );

    world.refuse_sign_in(7_000_222);
    let daemon = world.run();
    until("a scan has failed", SOON, || daemon.failed_scans() > 0);
    let added = silence(
        &world,
        &[&["add", "--tenant", "contoso"], &reason[..]].concat(),
    );
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(
        added.stdout.contains("everything in contoso"),
        "{}",
        added.stdout
    );
    world.all_is_well();
    until("a scan is complete", SOON, || daemon.complete_scans() > 0);
    let about = |receiver: &&str| told(world.inbox(), receiver).named.len();
    daemon.wait_for_rounds(1);
    assert_eq!(
        RECEIVERS.iter().map(about).sum::<usize>(),
        0,
        "all is quiet"
    );

    let wrong = silence(
        &world,
        &[&["add", "--app", "no such app"], &reason[..]].concat(),
    );
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stderr.contains("no app is known as"),
        "{}",
        wrong.stderr
    );

    let list = silence(&world, &["list"]);
    let shown = ["ID", "everything in contoso", "Ada", "a move"];
    assert!(
        shown.iter().all(|text| list.stdout.contains(text)),
        "{}",
        list.stdout
    );
    let json: Value = {
        let list = silence(&world, &["list", "--format", "json"]);
        serde_json::from_str(&list.stdout).unwrap()
    };
    let id = json["silences"][0]["id"].as_str().unwrap();
    let ended = silence(&world, &["end", &id[..4], "--by", "Bob"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("ended by Bob"), "{}", ended.stdout);
    let due = due(&crowd, now());
    until("all are told", SOON, || {
        let named = told(world.inbox(), "mail").named;
        due.iter().all(|id| named.contains_key(id))
    });
    assert_eq!(silence(&world, &["list"]).stdout, "Nothing is silenced.\n");
    let all = silence(&world, &["list", "--all"]);
    assert!(all.stdout.contains("ended by Bob"), "{}", all.stdout);
    daemon.stop();
}

#[test]
fn what_cannot_be_silenced_says_why() {
    let crowd = crowd(200);
    let world = World::new(&crowd);
    world.configure(ONCE, &receivers(&world.sandbox));
    let daemon = world.run();
    until("a scan is complete", SOON, || daemon.complete_scans() > 0);
    let rows = rows(&crowd, now());
    let critical = rows
        .iter()
        .find(|row| row.severity == "critical" && row.kind == "client-secret")
        .unwrap();
    let id = critical.credential_id.as_str();
    let add = ["add", "--credential", id, "--reason", "r", "--by", "Ada"];
    for (more, told) in [
        (&["--for", "7d"][..], "--even-critical"),
        (&[], "either for how long"),
        (&["--for", "soon"], "not a length of time"),
        (&["--until", "2020-01-01"], "ended already"),
        (
            &["--for", "7d", "--until", "2030-01-01"],
            "cannot be used with",
        ),
    ] {
        let refused = silence(&world, &[&add, more].concat());
        assert_eq!(refused.code, Some(1), "{more:?}");
        assert!(
            refused.stderr.contains(told),
            "{more:?}: {}",
            refused.stderr
        );
        assert_eq!(refused.stdout, "");
    }
    let forced = silence(
        &world,
        &[&add[..], &["--for", "7d", "--even-critical"]].concat(),
    );
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    let nobody = silence(
        &world,
        &["add", "--credential", id, "--for", "7d", "--reason", "r"],
    );
    assert!(
        nobody.stderr.contains("say who you are"),
        "{}",
        nobody.stderr
    );
    let unknown = silence(&world, &["end", "zzz", "--by", "Ada"]);
    assert!(
        unknown.stderr.contains("no silence has an id"),
        "{}",
        unknown.stderr
    );
    daemon.stop();
}
