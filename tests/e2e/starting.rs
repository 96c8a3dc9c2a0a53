//! What keeps the daemon from starting is said in a way that a person can act on.

use std::{fs, net::TcpListener};

use crate::{
    config::{ONCE, receivers},
    process::Ended,
    wait::{SOON, until},
    world::{World, crowd},
};

fn assert_refused(ended: &Ended, why: &[&str]) {
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    for part in why {
        assert!(
            ended.stderr.contains(part),
            "no {part:?} in {}",
            ended.stderr
        );
    }
}

#[test]
fn a_second_process_on_the_same_store_is_told_who_has_it() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));
    let mut first = world.run();
    let holder = format!("process {}", first.process.id());

    let second = world.forewarn(&["run"]);

    assert_refused(
        &second,
        &["forewarn.db is in use by another forewarn", &holder],
    );
    assert!(first.process.is_running());
    until("the first goes on", SOON, || first.complete_scans() == 1);
    first.stop();
    // the lock file stays, the lock does not
    world.run().stop();
}

#[test]
fn a_port_that_is_in_use_is_named() {
    let world = World::new(&crowd(10));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    world.configure(ONCE, &receivers(&world.sandbox));
    let mut command = world.command(&["run"]);
    command.env("FOREWARN__HTTP__LISTEN", &address);

    let ended = crate::process::Process::start(&mut command).end(SOON);

    assert_refused(&ended, &["http.listen", &address]);
}

#[test]
fn a_configuration_that_cannot_be_read_is_named() {
    let world = World::new(&crowd(10));
    for command in ["run", "check", "test"] {
        let mut arguments = vec![command, "--config", "nowhere.toml"];
        arguments.extend((command == "test").then_some("slack"));
        assert_refused(&world.forewarn(&arguments), &["nowhere.toml"]);
    }

    fs::create_dir(world.path("folder.toml")).unwrap();
    let folder = world.forewarn(&["run", "--config", "folder.toml"]);
    assert_refused(&folder, &["folder.toml"]);

    fs::write(world.path("latin1.toml"), b"[schedule]\ncron = \"\xe4\"\n").unwrap();
    let latin1 = world.forewarn(&["run", "--config", "latin1.toml"]);
    assert_refused(&latin1, &["latin1.toml", "UTF-8"]);
}

#[test]
fn five_mistakes_are_told_at_once_each_with_its_line_and_a_remedy() {
    let world = World::new(&crowd(10));
    let broken = r#"[schedule]
corn = "0 8 * * *"
timezone = "Europe/Berln"

[thresholds]
days = [60, "thirty"]

[[tenants]]
name = "contoso"
tenant_id = "contoso.example"
[tenants.auth]
client_id = "00000000-0000-0000-0000-000000000001"
client_secret = { env = "CLIENT_SECRET" }

[[receivers]]
name = "siem"
type = "webhook"
url = "ftp://siem.contoso.example"

[[routes]]
receivers = ["siem", "seim"]
"#;
    world.write("forewarn.toml", broken);
    let lines = [
        ("forewarn.toml:2:", "`cron`"),
        ("forewarn.toml:3:", "Europe/Berlin"),
        ("forewarn.toml:6:", "thresholds.days"),
        ("forewarn.toml:18:", "receivers[0].url"),
        ("forewarn.toml:21:", "`siem`"),
    ];
    for command in ["run", "check"] {
        let ended = world.forewarn(&[command]);
        for (place, remedy) in lines {
            assert_refused(&ended, &[place, remedy]);
        }
        let helps = ended.stderr.matches("help: ").count();
        assert_eq!(helps, lines.len(), "{}", ended.stderr);
    }
    let json = world.forewarn(&["check", "--format", "json"]);
    assert_eq!(json.code, Some(1));
    let answer: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["problems"].as_array().unwrap().len(), lines.len());
}
