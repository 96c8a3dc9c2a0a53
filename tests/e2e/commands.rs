//! The commands around the daemon.

use std::net::SocketAddr;

use forewarn::sandbox::inbox::{Behaviour, Channel, MailBehaviour, ReceiverBehaviour};
use serde_json::Value;

use crate::{
    arrived::{assert_no_problems, messages},
    ask,
    config::{ONCE, RECEIVERS, chat, receivers},
    process::Process,
    wait::{SOON, until_some},
    world::{World, crowd},
};

/// A loopback address where nobody answers: port 1 is for a service that is no longer in use (tcpmux).
const NOBODY: &str = "http://127.0.0.1:1/hook";

#[test]
fn check_online_reaches_everything_and_sends_nothing() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));

    let offline = world.forewarn(&["check"]);
    assert_eq!(offline.code, Some(0), "{}", offline.stderr);
    assert_eq!(world.sandbox.stats().tokens(), 0, "offline");

    let online = world.forewarn(&["check", "--online", "--format", "json"]);
    assert_eq!(online.code, Some(0), "{}", online.stdout);
    let answer: Value = serde_json::from_str(&online.stdout).unwrap();
    assert_eq!(answer["ok"], true);
    let findings = answer["online"].as_array().unwrap();
    let names: Vec<&str> = findings
        .iter()
        .map(|finding| finding["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["contoso", "mail", "slack", "teams", "siem"]);
    assert!(findings.iter().all(|finding| finding["works"] == true));
    assert_eq!(world.sandbox.stats().tokens(), 1);
    assert!(world.inbox().messages().is_empty());
}

#[test]
fn check_online_names_what_does_not_work() {
    let world = World::new(&crowd(10));
    let rest = [
        &receivers(&world.sandbox),
        "[[receivers]]\nname = \"dead\"\ntype = \"webhook\"\nurl = \"",
        NOBODY,
        "\"\n",
    ];
    world.configure(ONCE, &rest.concat());
    world.refuse_sign_in(7_000_222);
    world.inbox().behave(Behaviour {
        mail: MailBehaviour {
            down: true,
            ..MailBehaviour::default()
        },
        ..Behaviour::default()
    });

    let ended = world.forewarn(&["check", "--online"]);

    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for (start, reason) in [
        ("FAILED tenant contoso", "AADSTS7000222"),
        ("FAILED receiver mail", "421"),
        ("ok     receiver slack", "answers"),
        ("FAILED receiver dead", "reached"),
    ] {
        let mut lines = ended.stdout.lines();
        let line = lines.find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no {start:?} in {}", ended.stdout));
        assert!(line.contains(reason), "{line}");
    }
}

#[test]
fn test_sends_a_sample_that_says_that_it_is_one() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));
    for receiver in RECEIVERS {
        let ended = world.forewarn(&["test", receiver]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        let arrived = messages(world.inbox(), receiver);
        assert_eq!(arrived.len(), 1, "{receiver}");
        let text = arrived[0].text.to_lowercase();
        assert!(text.contains("test"), "{receiver}: {text}");
    }
    assert_no_problems(world.inbox());
    assert_eq!(world.sandbox.stats().tokens(), 0, "nothing is read");
    assert!(!world.path("forewarn.db").exists(), "nothing is stored");
}

#[test]
fn test_says_why_a_receiver_did_not_take_it() {
    let world = World::new(&crowd(10));
    let rest = [
        receivers(&world.sandbox),
        chat("teams", NOBODY).replace("\"teams\"\ntype", "\"dead\"\ntype"),
    ];
    world.configure(ONCE, &rest.concat());
    world.inbox().behave(Behaviour {
        mail: MailBehaviour {
            refuse: vec![crate::config::RECIPIENT.to_owned()],
            ..MailBehaviour::default()
        },
        receivers: [(
            "slack".to_owned(),
            ReceiverBehaviour::Answer {
                status: 410,
                retry_after: None,
                times: 1,
            },
        )]
        .into(),
    });
    for (receiver, why) in [
        ("slack", "410"),
        ("mail", "550"),
        ("dead", "cannot be reached"),
    ] {
        let ended = world.forewarn(&["test", receiver]);
        assert_eq!(ended.code, Some(1), "{}", ended.stdout);
        let said = [ended.stdout, ended.stderr].concat();
        assert!(said.contains(receiver) && said.contains(why), "{said}");
    }
    let unknown = world.forewarn(&["test", "pigeon"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("`pigeon`") && unknown.stderr.contains("slack, teams, siem"));
    assert!(world.inbox().messages().is_empty());
}

#[test]
fn the_sandbox_prints_a_tenant_that_a_scan_can_read() {
    let world = World::new(&crowd(0));
    let arguments = "sandbox --listen 127.0.0.1:0 --smtp 127.0.0.1:0 --apps 1500 --seed 3";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let sandbox = Process::start(&mut world.command(&arguments));
    let printed = until_some("the sandbox says what it is", SOON, || {
        let printed = sandbox.stdout();
        printed.contains("# Receivers:").then_some(printed)
    });
    let base = printed
        .lines()
        .find_map(|line| line.strip_prefix("graph = "));
    let base = base.unwrap().trim_matches('"').to_owned();
    world.write("forewarn.toml", &printed);

    let ended = world.forewarn(&["scan", "--format", "json"]);

    assert!(matches!(ended.code, Some(0..=2)), "{}", ended.stderr);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["summary"]["apps"], 1_500);
    let address: SocketAddr = base["http://".len()..].parse().unwrap();
    assert_eq!(
        ask::get(address, "/_sandbox/stats").json()["token_requests"]["200"],
        2,
        "one for Graph, and one for Azure Resource Manager"
    );

    // and its receivers take what it says they take
    let receiver = chat("slack", &format!("{base}/slack/ops"));
    world.write("forewarn.toml", &[printed, receiver].concat());
    assert_eq!(world.forewarn(&["test", "slack"]).code, Some(0));
    let list = ask::get(address, "/api/messages").json();
    assert_eq!(list["messages"][0]["channel"], Channel::Slack.as_str());

    assert_eq!(sandbox.terminate(SOON).code, Some(0));
}

#[test]
fn the_schema_is_a_json_schema_of_the_file() {
    let world = World::new(&crowd(0));
    let ended = world.forewarn(&["schema"]);
    assert_eq!(ended.code, Some(0));
    let schema: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(
        schema["$schema"]
            .as_str()
            .unwrap()
            .contains("json-schema.org")
    );
    for section in [
        "schedule",
        "thresholds",
        "policies",
        "tenants",
        "receivers",
        "routes",
        "store",
        "http",
    ] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

#[test]
fn completions_name_the_commands() {
    let world = World::new(&crowd(0));
    for shell in ["bash", "zsh", "fish"] {
        let ended = world.forewarn(&["completions", shell]);
        assert_eq!(ended.code, Some(0));
        for word in ["forewarn", "completions", "sandbox", "scan"] {
            assert!(ended.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn healthcheck_asks_the_daemon() {
    let world = World::new(&crowd(0));
    world.configure(ONCE, &receivers(&world.sandbox));
    let daemon = world.run();
    let url = format!("http://{}/healthz", daemon.http);

    assert_eq!(
        world.forewarn(&["healthcheck", "--url", &url]).code,
        Some(0)
    );
    daemon.stop();
    let dead = world.forewarn(&["healthcheck", "--url", &url]);
    assert_eq!(dead.code, Some(1));
    assert!(dead.stderr.contains("not healthy"), "{}", dead.stderr);
}
