use std::collections::BTreeMap;

use super::*;
use crate::render::samples;

fn message(notification: &crate::domain::Notification) -> Message {
    samples::renderer().message(notification, 0..notification.rows().len(), None)
}

/// A form that takes everything.
fn form(template: Template) -> Form {
    Form {
        template,
        markup: Markup::NONE,
        width: None,
        accept: |text| Ok(text.to_owned()),
    }
}

fn own(template: Template, source: &str) -> Templates {
    let (templates, faults) = Templates::with(&BTreeMap::from([(template, source.to_owned())]));
    assert!(faults.is_empty(), "{faults:?}");
    templates
}

fn fault(template: Template, source: &str) -> Fault {
    let (templates, faults) = Templates::with(&BTreeMap::from([(template, source.to_owned())]));
    let attempt = || {
        templates
            .attempt(&form(template), &message(&samples::hostile()))
            .unwrap_err()
    };
    faults.into_iter().next().unwrap_or_else(attempt)
}

#[test]
fn every_embedded_template_works_and_has_a_file_name_of_its_own() {
    for template in Template::ALL {
        assert_eq!(Template::of_file(template.file()), Some(template));
    }
    for notification in [samples::mixed(), samples::failing(), samples::hostile()] {
        for template in [
            Template::Title,
            Template::MailText,
            Template::MailHtml,
            Template::Slack,
            Template::Teams,
        ] {
            let written = Templates::default().attempt(&form(template), &message(&notification));
            assert!(!written.unwrap().is_empty(), "{template:?}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (template, source, line, what) in [
        (Template::MailText, "a\n{{ titel }}", 2, "undefined value"),
        (
            Template::MailText,
            "{% for item in items %}\n\n{{ item.ap }}{% endfor %}",
            3,
            "undefined value",
        ),
        (Template::MailText, "a\n{% if title %}", 2, "syntax error"),
        (
            Template::MailHtml,
            "{{ title | safe }}",
            1,
            "filter safe is unknown",
        ),
        (
            Template::MailHtml,
            "\n{% autoescape false %}{{ title }}{% endautoescape %}",
            2,
            "escaping cannot be switched off",
        ),
        (
            Template::Slack,
            "{% macro m() %}{% autoescape none %}{{ title }}{% endautoescape %}{% endmacro %}{{ m() }}",
            1,
            "escaping cannot be switched off",
        ),
        (
            Template::MailHtml,
            "{% include \"/etc/passwd\" %}",
            1,
            "template not found",
        ),
        (
            Template::Title,
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            1,
            "recursion limit",
        ),
    ] {
        let fault = fault(template, source);
        assert_eq!(fault.line, Some(line), "{source}: {fault}");
        assert!(fault.what.contains(what), "{source}: {fault}");
    }
}

#[test]
fn a_template_that_never_ends_is_ended() {
    let source = "{% macro x(n) %}{% for i in items %}{% for j in items %}{% for k in items %}{{ n }}{% for l in items %}{% for m \
        in items %}{% for o in items %}{% for p in items %}{% for q in items %}{{ o.app }}{% endfor %}{% endfor %}{% endfor %}\
        {% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endmacro %}{% for i in items %}{% for r in items %}\
        {% for s in items %}{{ x(1) }}{% endfor %}{% endfor %}{% endfor %}";
    let fault = fault(Template::Title, source);
    assert!(fault.what.contains("fuel"), "{fault}");
}

#[test]
fn a_template_that_fails_loses_no_alert_and_says_so() {
    let message = message(&samples::mixed());
    for (source, holds) in [("{{ items[99].app }}", true), ("{{ title }}", false)] {
        let templates = own(Template::MailText, source);
        let text = templates.write(&form(Template::MailText), &message, |_| holds);
        for item in &message.items {
            assert!(text.contains(&item.app), "{text}");
        }
        assert!(
            text.contains("the template mail.txt did not work"),
            "{text}"
        );
    }
}

#[test]
fn the_parts_of_a_mail_are_replaced_one_by_one() {
    let message = message(&samples::mixed());
    let templates = own(Template::MailItem, "<tr><td>OWN {{ item.app }}</td></tr>");
    let html = templates.write(&form(Template::MailHtml), &message, |_| true);
    assert_eq!(html.matches("OWN ").count(), message.items.len());
    assert!(html.contains("</html>"));
    assert!(!templates.is_own(Template::MailText));
}

#[test]
fn a_title_of_ones_own_is_one_line() {
    let templates = own(Template::Title, "PKI:\n{{ title }}\n\n");
    let renderer = samples::renderer().with_templates(templates.into());
    let notification = samples::expired();
    let message = renderer.message(&notification, 0..3, Some((1, 2)));
    assert!(
        message.title.starts_with("PKI: Expired: billing-api"),
        "{}",
        message.title
    );
    assert!(message.title.ends_with(" (1/2)"), "{}", message.title);
}

#[test]
fn every_name_that_is_offered_exists() {
    let message = message(&samples::mixed());
    let context = Context::of(&message, &Markup::NONE, Some(72));
    let mut names = Vec::new();
    collect(&serde_json::to_value(context).unwrap(), &mut names);
    let mut offered = NAMES.to_vec();
    names.sort_unstable();
    names.dedup();
    offered.sort_unstable();
    assert_eq!(names, offered);
}

fn collect(value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                names.push(name.clone());
                collect(value, names);
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
        _ => {}
    }
}

#[test]
fn no_name_breaks_out_of_a_json_template() {
    let source = r#"{"a": [{% for item in items %}{{ item.app }},{{ item.credential ~ "x" }},{% endfor %} 0],
        {% set captured %}{{ title }}{% endset %} "b": {{ captured }}}"#;
    let templates = own(Template::Slack, source);
    let message = message(&samples::hostile());
    let text = templates.attempt(&form(Template::Slack), &message).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["b"], message.title.as_str());
    assert_eq!(document["a"][0], message.items[0].app.as_str());
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn a_page_to_acknowledge_on_is_a_link_in_the_chats() {
    let mut message = message(&samples::mixed());
    message.items.truncate(1);
    message.items[0].acknowledge = Some("https://forewarn.contoso.com/a?x=1".to_owned());
    let written = |template| {
        Templates::default()
            .attempt(&form(template), &message)
            .unwrap()
    };
    let slack = written(Template::Slack);
    assert!(
        slack.contains(" · <https://forewarn.contoso.com/a?x=1|Acknowledge or silence>\""),
        "{slack}"
    );
    let teams: serde_json::Value = serde_json::from_str(&written(Template::Teams)).unwrap();
    let card = &teams["attachments"][0]["content"]["body"];
    let items = card
        .as_array()
        .unwrap()
        .iter()
        .find_map(|block| block["items"].as_array().filter(|items| items.len() > 1));
    let actions = &items.unwrap().last().unwrap()["actions"];
    assert_eq!(actions[1]["url"], "https://forewarn.contoso.com/a?x=1");
    assert_eq!(actions[1]["type"], "Action.OpenUrl");
}

#[test]
fn a_heading_stands_once_above_those_that_share_it() {
    let mut message = message(&samples::expired());
    for item in &mut message.items[..2] {
        item.section = Some("Due in the coming weeks");
    }
    message.items[2].section = Some("Renewed");
    for template in [
        Template::MailText,
        Template::MailHtml,
        Template::Slack,
        Template::Teams,
    ] {
        let text = Templates::default()
            .attempt(&form(template), &message)
            .unwrap();
        for heading in ["Due in the coming weeks", "Renewed"] {
            assert_eq!(text.matches(heading).count(), 1, "{template:?}: {text}");
        }
    }
}
