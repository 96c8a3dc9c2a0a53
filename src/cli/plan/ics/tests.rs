//! What is written is read back by RFC 5545's own rules, to the letter.

use std::collections::BTreeSet;

use super::*;
use crate::app::plan::samples;

fn written(plan: &Plan) -> Vec<u8> {
    let mut out = Vec::new();
    write(plan, &mut out).unwrap();
    out
}

/// Content lines, unfolded: name and value.
fn read(bytes: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(bytes).expect("folded within a character");
    let body = text.strip_suffix("\r\n").expect("the last line has an end");
    let mut lines: Vec<String> = Vec::new();
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n']), "{line:?}");
        match line.strip_prefix(' ') {
            Some(more) => lines
                .last_mut()
                .expect("nothing to go on with")
                .push_str(more),
            None => lines.push(line.to_owned()),
        }
    }
    let parsed = lines.into_iter().map(|line| {
        let (name, value) = line.split_once(':').expect("no value");
        assert!(name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'));
        (name.to_owned(), value.to_owned())
    });
    parsed.collect()
}

/// TEXT, unescaped; anything that may not stand in one is a mistake.
fn text(value: &str) -> String {
    let mut plain = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ';' | ',')) => plain.push(c),
                Some('n' | 'N') => plain.push('\n'),
                other => panic!("escapes {other:?}"),
            },
            ';' | ',' => panic!("not escaped: {value}"),
            c => {
                assert!(!c.is_control(), "{value:?}");
                plain.push(c);
            }
        }
    }
    plain
}

#[test]
fn every_message_is_an_event_with_all_that_one_needs() {
    let plan = samples::plan();
    let lines = read(&written(&plan));
    let of = |wanted: &str| -> Vec<&str> {
        let lines = lines.iter().filter(|(name, _)| name == wanted);
        lines.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(lines[0], ("BEGIN".to_owned(), "VCALENDAR".to_owned()));
    assert_eq!(of("VERSION"), ["2.0"]);
    assert_eq!(of("PRODID").len(), 1);
    let count = plan.messages.len();
    for name in ["DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "DESCRIPTION"] {
        assert_eq!(of(name).len(), count, "{name}");
    }
    assert_eq!(of("BEGIN").len(), count + 1);
    assert_eq!(of("END").len(), count + 1);
    let uids: BTreeSet<&str> = of("UID").into_iter().collect();
    assert_eq!(uids.len(), count);
    assert_eq!(of("DTSTART")[0], "20261124T080000Z");
    let summaries: Vec<String> = of("SUMMARY").into_iter().map(text).collect();
    assert_eq!(
        summaries[0],
        "ops-slack: critical: billing-api client secret \"prod\", and 2 more"
    );
    assert!(summaries[3].starts_with("nobody: no route takes this: info: evil; app, with \\ and"));
    assert!(summaries[5].starts_with("pager: escalated: critical: "));
    let description = text(of("DESCRIPTION")[0]);
    assert!(description.contains("web 日本語の名前"), "{description}");
    assert_eq!(description.lines().count(), 4);
}

#[test]
fn the_same_message_has_the_same_uid_in_a_later_plan() {
    let plan = samples::plan();
    let later = Plan {
        from: plan.from + chrono::TimeDelta::hours(20),
        messages: plan.messages[4..].to_vec(),
        ..plan.clone()
    };
    let uids = |plan: &Plan| -> BTreeSet<String> {
        let lines = read(&written(plan)).into_iter();
        lines
            .filter(|(name, _)| name == "UID")
            .map(|(_, value)| value)
            .collect()
    };
    assert!(uids(&later).is_subset(&uids(&plan)));
}
