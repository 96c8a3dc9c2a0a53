//! No secret shows in anything that forewarn prints, serves or sends, whether all goes well or nothing does.

use base64::{Engine, engine::general_purpose::STANDARD};
use forewarn::sandbox::inbox::{Behaviour, Channel, MailBehaviour, ReceiverBehaviour};

use crate::{
    config::ONCE,
    daemon::Daemon,
    process::Process,
    wait::{SOON, until},
    world::{World, crowd},
};

/// Part of every secret but the tenant's own.
const MARK: &str = "Zq7xK9vR4tYm";
/// So many characters of a secret in a row are too many.
const SHOWS: usize = 8;

const RECEIVERS: &str = r#"
[[receivers]]
name = "mail"
type = "email"
to = ["platform@contoso.example"]
[receivers.smtp]
host = "localhost"
port = {port}
tls = "none"
from = "forewarn@contoso.example"
username = "forewarn"
password = { env = "SMTP_PASSWORD" }
[[receivers]]
name = "slack"
type = "slack"
url = { env = "SLACK_URL" }
[[receivers]]
name = "teams"
type = "teams"
url = { env = "TEAMS_URL" }
[[receivers]]
name = "siem"
type = "webhook"
url = { env = "WEBHOOK_URL" }
signing_secret = { env = "SIGNING_SECRET" }
[[receivers]]
name = "on-call"
type = "pagerduty"
routing_key = { env = "ROUTING_KEY" }
url = "{base}/pagerduty/on-call/v2/enqueue"
[[receivers]]
name = "am"
type = "alertmanager"
url = { env = "ALERTMANAGER_URL" }
token = { env = "ALERTMANAGER_TOKEN" }
"#;

/// Everything is configured with secrets, and everything that can be seen is written down.
struct Watched {
    world: World,
    environment: Vec<(&'static str, String)>,
    seen: String,
}

impl Watched {
    fn new() -> Self {
        let world = World::new(&crowd(60));
        let port = world.sandbox.smtp().unwrap().port().to_string();
        let base = world.sandbox.base_url();
        let receivers = RECEIVERS.replace("{port}", &port);
        world.configure(ONCE, &receivers.replace("{base}", base));
        let key = STANDARD.encode(MARK.repeat(3));
        let environment = vec![
            ("CLIENT_SECRET", world.sandbox.client_secret()),
            ("SMTP_PASSWORD", format!("pass-{MARK}")),
            ("SLACK_URL", format!("{base}/slack/{MARK}")),
            ("TEAMS_URL", format!("{base}/teams/flow?sig={MARK}")),
            ("WEBHOOK_URL", format!("{base}/hooks/events?token={MARK}")),
            ("ROUTING_KEY", format!("{MARK}{MARK}{}", &MARK[..8])),
            (
                "ALERTMANAGER_URL",
                base.replace("://", &format!("://forewarn:{MARK}@")) + "/alertmanager/am",
            ),
            ("ALERTMANAGER_TOKEN", format!("bearer-{MARK}")),
            ("SIGNING_SECRET", format!("whsec_{key}")),
            ("FOREWARN__HTTP__TOKEN", format!("token-{MARK}")),
            // the most that anybody who looks for a mistake would ask for
            ("FOREWARN_LOG", "trace".to_owned()),
        ];
        Self {
            world,
            environment,
            seen: String::new(),
        }
    }

    fn see(&mut self, arguments: &[&str]) {
        let mut command = self.world.command(arguments);
        command.envs(self.environment.iter().cloned());
        let ended = Process::start(&mut command).end(SOON);
        self.seen += &[ended.stdout, ended.stderr].concat();
    }

    fn see_every_command(&mut self) {
        self.see(&["check"]);
        self.see(&["check", "--online"]);
        self.see(&["check", "--online", "--format", "json"]);
        self.see(&["scan"]);
        self.see(&["scan", "--format", "json"]);
        for receiver in ["mail", "slack", "teams", "siem", "on-call", "am"] {
            self.see(&["test", receiver]);
        }
    }

    fn see_the_daemon(&mut self, is_enough: impl Fn(&Self, &Daemon) -> bool) {
        let mut command = self.world.command(&["run"]);
        command.envs(self.environment.iter().cloned());
        let daemon = Daemon::start(&mut command);
        until("there is enough to see", SOON, || is_enough(self, &daemon));
        for path in ["/metrics", "/readyz", "/healthz"] {
            self.seen += &daemon.get(path).body;
        }
        let ended = daemon.process.terminate(SOON);
        self.seen += &[ended.stdout, ended.stderr].concat();
    }

    fn assert_no_secret_was_seen(&self) {
        let sign_in = STANDARD.encode(format!("\0forewarn\0pass-{MARK}"));
        let key = STANDARD.encode(MARK.repeat(3));
        let client = &self.environment[0].1;
        for secret in [MARK, &key, &sign_in, client] {
            for part in secret.as_bytes().windows(SHOWS) {
                let part = std::str::from_utf8(part).unwrap();
                let line = self.seen.lines().find(|line| line.contains(part));
                assert_eq!(line, None, "{part:?} is part of a secret");
            }
        }
    }
}

#[test]
fn no_secret_shows_when_all_goes_well() {
    let mut watched = Watched::new();
    watched.see_every_command();
    let samples = 6;
    watched.see_the_daemon(|watched, daemon| {
        watched.world.inbox().counts().taken >= samples + 6 && daemon.has_delivered_everything()
    });
    // an event names its key: it is how PagerDuty knows whose it is
    let others = watched.world.inbox().messages().into_iter();
    for message in others.filter(|message| message.channel != Channel::PagerDuty) {
        let content = watched.world.inbox().content(message.id).unwrap();
        watched.seen += &String::from_utf8_lossy(&content);
    }
    assert!(watched.seen.contains("delivered to siem"));
    watched.assert_no_secret_was_seen();
}

#[test]
fn no_secret_shows_when_nothing_works() {
    let mut watched = Watched::new();
    let refused = ReceiverBehaviour::Answer {
        status: 403,
        retry_after: None,
        times: u32::MAX,
    };
    let broken = ReceiverBehaviour::Answer {
        status: 500,
        retry_after: None,
        times: u32::MAX,
    };
    watched.world.inbox().behave(Behaviour {
        mail: MailBehaviour {
            down: true,
            ..MailBehaviour::default()
        },
        receivers: [
            (MARK.to_owned(), refused.clone()),
            ("flow".to_owned(), broken),
            ("events".to_owned(), refused.clone()),
            ("on-call".to_owned(), refused.clone()),
            ("am".to_owned(), refused),
        ]
        .into(),
    });
    // the daemon reads the tenant once, so that there is something to deliver
    watched.see_the_daemon(|watched, _| watched.world.inbox().counts().turned_away >= 5);
    watched.environment[0].1 = format!("wrong-{MARK}");
    watched.see_the_daemon(|_, daemon| daemon.failed_scans() >= 1);
    watched.see_every_command();

    // nobody listens any more
    for variable in &mut watched.environment {
        variable.1 = variable.1.replace("http://127.0.0.1", "http://127.0.0.2");
    }
    watched.see_every_command();
    assert!(watched.seen.contains("AADSTS7000215"));
    assert!(watched.seen.contains("given up"));
    watched.assert_no_secret_was_seen();
}
