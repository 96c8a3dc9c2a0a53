//! Templates of one's own, and how messages look before anybody gets them.

use serde_json::Value;

use crate::{
    arrived::{assert_no_problems, messages},
    config::{ONCE, RECEIVERS, receivers},
    world::{World, crowd},
};

/// The configuration with a folder of templates.
fn configure(world: &World, files: &[(&str, &str)]) {
    std::fs::create_dir_all(world.path("templates")).unwrap();
    for (name, text) in files {
        world.write(&format!("templates/{name}"), text);
    }
    let rest = [
        &receivers(&world.sandbox),
        "[messages]\ntemplates = \"templates\"\n",
    ];
    world.configure(ONCE, &rest.concat());
}

#[test]
fn a_preview_shows_every_receiver_s_messages_and_sends_nothing() {
    let world = World::new(&crowd(10));
    world.configure(ONCE, &receivers(&world.sandbox));
    for receiver in RECEIVERS {
        let shown = world.forewarn(&["preview", receiver, "--message", "alerts"]);
        assert_eq!(shown.code, Some(0), "{}", shown.stderr);
        assert!(shown.stdout.contains("payroll-sync"), "{}", shown.stdout);
        let is_json = serde_json::from_str::<Value>(&shown.stdout).is_ok();
        assert!(
            is_json || receiver == "mail" || receiver == "siem",
            "{receiver}: {}",
            shown.stdout
        );
    }
    let shown = world.forewarn(&["preview", "mail", "--to-file", "out"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    for kind in ["html", "txt", "eml"] {
        let file = world.path(&format!("out/mail-alert.{kind}"));
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("aks-prod"), "{text}");
    }
    assert!(world.inbox().messages().is_empty());
    assert_eq!(world.sandbox.stats().tokens(), 0, "nothing is read");
}

#[test]
fn forewarn_s_own_templates_are_a_start_that_changes_nothing() {
    let world = World::new(&crowd(10));
    configure(&world, &[("title.txt", "PKI: {{ title }}")]);
    let before = world.forewarn(&["preview", "slack", "--message", "test"]);
    let written = world.forewarn(&["preview", "--templates-to", "templates"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(
        written
            .stdout
            .contains("title.txt: is there already, left as it is")
    );
    let checked = world.forewarn(&["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(!checked.stderr.contains("templates"), "{}", checked.stderr);
    let after = world.forewarn(&["preview", "slack", "--message", "test"]);
    let heading = |shown: &str| -> String {
        let shown: Value = serde_json::from_str(shown).unwrap();
        shown["blocks"][0]["text"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        heading(&after.stdout).contains("PKI: [TEST] Expired"),
        "{}",
        after.stdout
    );
    assert_eq!(heading(&before.stdout), heading(&after.stdout));
}

#[test]
fn messages_go_out_in_templates_of_ones_own() {
    let world = World::new(&crowd(10));
    configure(
        &world,
        &[
            ("title.txt", "PKI {{ items | length }}"),
            ("mail-item.html", "<tr><td>OURS {{ item.app }}</td></tr>"),
            (
                "slack.json",
                r#"{"text": {{ title }}, "blocks": [
                    {% for item in items %}{% if not loop.first %},{% endif %}
                    {"type": "section", "text": {"type": "mrkdwn", "text": {{ "OURS " ~ item.app }}}}{% endfor %}]}"#,
            ),
        ],
    );
    for receiver in ["mail", "slack"] {
        let ended = world.forewarn(&["test", receiver]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    }
    let titles: Vec<String> = world
        .inbox()
        .messages()
        .iter()
        .map(|message| message.title.clone())
        .collect();
    assert_eq!(titles, ["PKI 3", "PKI 3"]);
    let slack = messages(world.inbox(), "slack").remove(0);
    assert!(slack.text.contains("OURS billing-api"), "{}", slack.text);
    assert_no_problems(world.inbox());
}

#[test]
fn a_template_that_does_not_work_is_told_by_check_and_keeps_no_message_back() {
    let world = World::new(&crowd(10));
    configure(
        &world,
        &[
            ("slak.json", "{}"),
            (
                "mail.txt",
                "Hello\n{% for item in items %}\n{{ item.ap }}\n{% endfor %}",
            ),
            (
                "slack.json",
                r#"{"text": "Hello {{ title }}", "blocks": []}"#,
            ),
            ("teams.json", "{% if title %}"),
        ],
    );
    let checked = world.forewarn(&["check", "--format", "json"]);
    assert_eq!(checked.code, Some(1), "{}", checked.stdout);
    let answer: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(answer["ok"], false);
    let told: Vec<String> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    for (file, parts) in [
        ("slak.json", &["warning", "did you mean `slack.json`?"][..]),
        ("mail.txt", &["error", "\"line\":3", "did you mean `app`?"]),
        ("slack.json", &["error", "no JSON"]),
        ("teams.json", &["error", "\"line\":1", "syntax error"]),
    ] {
        let problem = told
            .iter()
            .find(|problem| problem.contains(&format!("templates/{file}\"")));
        let problem = problem.unwrap_or_else(|| panic!("nothing of {file} in {told:?}"));
        assert!(parts.iter().all(|part| problem.contains(part)), "{problem}");
    }
    for receiver in ["mail", "slack", "teams"] {
        let ended = world.forewarn(&["test", receiver]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        let text = messages(world.inbox(), receiver).remove(0).text;
        assert!(
            text.contains("billing-api") && text.contains("hr-portal"),
            "{text}"
        );
    }
    assert_no_problems(world.inbox());
}
