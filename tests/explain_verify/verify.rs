//! `forewarn verify`, against the sandbox.

use std::{process::Output, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    app::clock::SystemClock,
    domain::Clock as _,
    sandbox::{self, Faults, Options, Population, Sandbox, Story},
};
use serde_json::{Value, json};

use super::{forewarn, stderr, stdout, told};

struct World {
    sandbox: Sandbox,
    now: DateTime<Utc>,
    folder: tempfile::TempDir,
}

impl World {
    /// The sandbox's own app got its secret `age` ago.
    async fn new(age: TimeDelta) -> Self {
        let now = SystemClock.now();
        // the story gives it at nine in the morning of the thirtieth day before its start
        let start = now - age + TimeDelta::days(30) - TimeDelta::hours(9);
        let story = Population::Story(Story { start });
        let sandbox = sandbox::start(Options::new(story, Arc::new(move || now)))
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let world = Self {
            sandbox,
            now,
            folder,
        };
        let base = world.sandbox.base_url();
        let config = format!(
            "[[tenants]]\nname = \"contoso\"\ntenant_id = \"{}\"\n[tenants.auth]\nmethod = \"client-secret\"\nclient_id = \"{}\"\n\
             client_secret = \"{}\"\n[tenants.endpoints]\nauthority = \"{base}\"\ngraph = \"{base}\"\n\
             [[receivers]]\nname = \"hook\"\ntype = \"webhook\"\nurl = \"{base}/hooks/x\"\n",
            world.sandbox.tenant_id(),
            world.sandbox.client_id(),
            world.sandbox.client_secret(),
        );
        std::fs::write(world.config(), config).unwrap();
        world
    }

    fn config(&self) -> String {
        let path = self.folder.path().join("forewarn.toml");
        path.to_str().unwrap().to_owned()
    }

    fn verify(&self, value: &str, more: &[&str]) -> Output {
        let config = self.config();
        let mut arguments = vec!["verify", "--config", &config, "--tenant", "contoso"];
        arguments.extend(more);
        tokio::task::block_in_place(|| forewarn(&arguments, value))
    }

    /// What is told, with what differs from run to run taken out.
    fn told(&self, heading: &str, output: &Output) -> String {
        let mut told = told(heading, output);
        let own = self.sandbox.population().apps(self.now);
        let ends = own
            .flat_map(|app| app.secrets)
            .filter_map(|one| one.ends_at);
        for end in ends {
            // a line may end between any two words of it
            let day = end.format("%a %d %b %Y").to_string();
            for at in [3, 6, 10, day.len()] {
                let (mut broken, mut masked) = (day.clone(), "DAY DD MON YEAR".to_owned());
                for text in [&mut broken, &mut masked] {
                    text.replace_range(at..(at + 1).min(text.len()), "\n");
                }
                told = told.replace(broken.trim_end(), masked.trim_end());
            }
        }
        told
    }
}

/// Long enough ago that Entra knows a secret everywhere.
const LONG_AGO: TimeDelta = TimeDelta::days(100);

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_value_gets_its_answer() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let cut = right[..20].to_owned();
    let other = format!("zZ9{}", &right[3..]);
    let altered = format!("{}x", &right[..right.len() - 1]);
    let values = [
        ("the right one", right.clone(), 0),
        ("with echo's newline", format!("{right}\n"), 0),
        ("expired", world.sandbox.expired_secret(), 2),
        ("its own Secret ID", world.sandbox.secret_id().to_owned(), 2),
        ("the client id", world.sandbox.client_id().to_owned(), 2),
        (
            "nobody's GUID",
            "00000000-1111-4222-8333-444444444444".to_owned(),
            2,
        ),
        ("two newlines", format!("{right}\n\n"), 2),
        ("blanks around it", format!("  {right}\t"), 2),
        ("in quotes", format!("\"{right}\""), 2),
        ("percent-encoded", right.replace('~', "%7E"), 2),
        (
            "an expired one in quotes",
            format!("'{}'", world.sandbox.expired_secret()),
            2,
        ),
        ("cut short", cut, 2),
        ("another app's", other, 2),
        ("altered", altered, 2),
        ("nothing", String::new(), 2),
        (
            "a GitHub token",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345".to_owned(),
            2,
        ),
        (
            "a SAS",
            "sv=2022-11-02&ss=b&sp=r&se=2027-01-01&sig=abcdef%3D".to_owned(),
            2,
        ),
        (
            "a token",
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".to_owned(),
            2,
        ),
        (
            "a connection string",
            "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=k=".to_owned(),
            2,
        ),
        (
            "a storage key",
            format!("{}==", "aB3/".repeat(21) + "aB"),
            2,
        ),
        ("a placeholder", "${CLIENT_SECRET}".to_owned(), 2),
        (
            "what the portal shows",
            "fW7******************".to_owned(),
            2,
        ),
    ];
    let mut all = String::new();
    for (heading, value, exit) in values {
        let output = world.verify(&value, &[]);
        assert_eq!(
            output.status.code(),
            Some(exit),
            "{heading}: {}",
            told("", &output)
        );
        all.push_str(&world.told(heading, &output));
    }
    insta::assert_snapshot!(without_ids(&all));
}

/// With the ids and times of the requests taken out, which differ from run to run but not in length.
fn without_ids(text: &str) -> String {
    let mut plain = String::new();
    let mut after_id = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end_matches([')', ';', ',', '\n', ' ']);
        let is_day = bare.len() == 10 && bare.split('-').count() == 3;
        let is_time = bare.len() == 9 && bare.ends_with('Z');
        if after_id && bare.len() == 36 {
            plain.push_str(&word.replace(bare, &"x".repeat(36)));
        } else if is_day || is_time {
            plain.push_str(&word.replace(bare, &"x".repeat(bare.len())));
        } else {
            plain.push_str(word);
        }
        after_id = matches!(bare, "id" | "ID:");
    }
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_minutes_old_is_given_time() {
    let world = World::new(TimeDelta::seconds(200)).await;
    let right = world.sandbox.client_secret();
    let not_known_yet = format!("{}x", &right[..right.len() - 1]);
    let output = world.verify(&not_known_yet, &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = stdout(&output).replace('\n', " ");
    assert!(said.contains("Wait two minutes and try again"), "{said}");
    assert_eq!(world.verify(&right, &[]).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_surely_something_else_is_sent_nowhere() {
    let world = World::new(LONG_AGO).await;
    for value in [
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "${CLIENT_SECRET}",
        "",
    ] {
        assert_eq!(world.verify(value, &[]).status.code(), Some(2), "{value}");
    }
    assert_eq!(world.sandbox.stats().tokens(), 0);
    // whose Secret ID it is is asked with the configured tenant's own credential, not with what is held
    world.verify(world.sandbox.secret_id(), &[]);
    assert_eq!(
        world
            .sandbox
            .stats()
            .token_requests
            .keys()
            .collect::<Vec<_>>(),
        [&200]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_another_reason_leaves_it_open() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let mut all = String::new();
    for code in [53_003, 700_016, 7_000_112, 90_002, 70_002, 1_234_567] {
        world.sandbox.set_faults(Faults {
            token_error: Some(code),
            ..Faults::default()
        });
        let output = world.verify(&right, &[]);
        let exit = if code == 70_002 { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(exit), "{code}");
        all.push_str(&world.told(&code.to_string(), &output));
    }
    insta::assert_snapshot!(without_ids(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_value_comes_from_stdin_a_file_or_a_variable_and_never_from_an_argument() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let file = world.folder.path().join("secret");
    let path = file.to_str().unwrap();
    std::fs::write(&file, format!("{right}\n")).unwrap();
    let from_file = world.verify("", &["--secret-file", path]);
    assert_eq!(from_file.status.code(), Some(0));
    assert!(stdout(&from_file).contains("ends with a newline"));
    let from_variable = world.verify(&right, &["--secret-env", "HELD_SECRET"]);
    assert_eq!(from_variable.status.code(), Some(0));

    let utf16: Vec<u8> = right.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&file, [&[0xff, 0xfe], &*utf16].concat()).unwrap();
    let wide = world.verify("", &["--secret-file", path]);
    assert_eq!(wide.status.code(), Some(3));
    assert!(stderr(&wide).contains("PowerShell"));

    for arguments in [
        vec![right.as_str()],
        vec!["--secret", &right],
        vec!["--client-secret", &right],
        vec!["--secret-env", "FOREWARN_NO_SUCH_VARIABLE"],
        vec!["--secret-file", "/nowhere/secret"],
    ] {
        let output = world.verify(&right, &arguments);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(!told("", &output).contains(&right));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_known_by_its_id_too_and_what_is_missing_is_said() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let config = world.config();
    let by_id = [
        "verify",
        "--config",
        &config,
        "--tenant-id",
        world.sandbox.tenant_id(),
        "--client-id",
        world.sandbox.client_id(),
        "--format",
        "json",
    ];
    let output = tokio::task::block_in_place(|| forewarn(&by_id, &right));
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(json["outcome"], "works");
    assert_eq!(json["secret"]["credential_id"], world.sandbox.secret_id());
    assert_eq!(json["client_id"], world.sandbox.client_id());

    for (arguments, said) in [
        (vec!["verify"], "--tenant-id"),
        (vec!["verify", "--tenant-id", "x.example"], "--client-id"),
        (
            vec!["verify", "--tenant-id", "", "--client-id", "c"],
            "--tenant-id is given, but empty",
        ),
        (
            vec![
                "verify",
                "--config",
                &config,
                "--tenant",
                "contoso",
                "--client-id",
                " ",
            ],
            "--client-id is given, but empty",
        ),
        (vec!["verify", "--no-such-option"], "--no-such-option"),
        (vec!["verify", "--format", "xml"], "xml"),
        (vec!["scan", "--no-such-option"], "--no-such-option"),
        (
            vec!["verify", "--tenant", "contoso"],
            "no configuration file",
        ),
        (
            vec!["verify", "--config", &config, "--tenant", "fabrikam"],
            "contoso",
        ),
        (
            vec![
                "verify",
                "--tenant-id",
                "t",
                "--client-id",
                "c",
                "--cloud",
                "mars",
            ],
            "usgov",
        ),
    ] {
        let output = forewarn(&arguments, "");
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_read_the_app_the_answer_is_the_same_but_shorter() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    world.sandbox.set_faults(
        serde_json::from_value(json!({"rules": [{"fault": "forbidden", "every": 1}]})).unwrap(),
    );
    let output = world.verify(&right, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout(&output).contains("Application.Read.All"),
        "{}",
        stdout(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_value_shows_nowhere() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let values = [
        right.clone(),
        format!("\"{right}\""),
        right.replace('~', "%7E"),
        format!("zZ9{}", &right[3..]),
        world.sandbox.expired_secret(),
        right[..20].to_owned(),
        "ghp_0123456789abcdefghijABCDEFGHIJ012345".to_owned(),
    ];
    for value in values {
        for format in ["text", "json"] {
            let output = world.verify(&value, &["--format", format, "--log", "trace"]);
            let all = told("", &output);
            // neither whole nor in part, beyond the three characters that Graph tells everybody
            for part in [&value[..12], &value[4..16], &value[value.len() - 12..]] {
                assert!(!all.contains(part), "{format}: {all}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_command_explains_a_refused_sign_in_as_well() {
    let world = World::new(LONG_AGO).await;
    world.sandbox.set_faults(Faults {
        token_error: Some(7_000_222),
        ..Faults::default()
    });
    let config = world.config();
    for arguments in [vec!["check", "--online"], vec!["scan"]] {
        let arguments = [&["--config", config.as_str()], &*arguments].concat();
        let output = tokio::task::block_in_place(|| forewarn(&arguments, ""));
        let told = told("", &output);
        assert!(told.contains("the client secret has expired"), "{told}");
        assert!(told.contains("--append"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_json_is_one_document_whatever_happens() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let empty = world.verify("", &["--secret-env", "HELD_SECRET", "--format", "json"]);
    let missing = world.verify("", &["--secret-env", "NO_SUCH", "--format", "json"]);
    let works = world.verify(&right, &["--format", "json"]);
    for (output, outcome, exit) in [
        (empty, "does-not-work", 2),
        (missing, "could-not-tell", 3),
        (works, "works", 0),
    ] {
        let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(json["outcome"], outcome);
        assert!(json["answer"].is_string());
        assert_eq!(output.status.code(), Some(exit));
    }
}

/// Not found out is not the same as wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_strangely_leaves_it_open() {
    let world = World::new(LONG_AGO).await;
    let right = world.sandbox.client_secret();
    let base = world.sandbox.base_url().to_owned();
    let config = std::fs::read_to_string(world.config()).unwrap();
    // a page of ours is not Entra: it answers 404 without a word
    let elsewhere = config.replace(
        &format!("authority = \"{base}\""),
        &format!("authority = \"{base}/nowhere\""),
    );
    std::fs::write(world.config(), elsewhere).unwrap();
    let output = world.verify(&right, &[]);
    assert_eq!(output.status.code(), Some(3), "{}", told("", &output));
    assert!(stdout(&output).starts_with("Could not tell"));
}
