//! What people get to see.

use std::collections::BTreeSet;

use mail_parser::{MessageParser, MimeHeaders};

use super::samples::{self, HOSTILE};
use crate::{
    domain::{calendar::Calendar, notification::Subject},
    notify::{
        Payload,
        mail::{compose, html, message},
    },
    render::{Renderer, plain::plain, templates::Templates},
};

fn renderer() -> Renderer {
    Renderer::new(Calendar::default())
}

/// The mail as it goes over the wire.
fn wire(payload: &Payload) -> Vec<u8> {
    let config = samples::config("localhost", 25, super::super::SmtpTls::None);
    let envelope = samples::envelope(payload, "platform@contoso.com");
    message::build(&config.from, &config.to, &envelope)
        .unwrap()
        .formatted()
}

#[test]
fn a_mail_shows_every_severity() {
    insta::assert_snapshot!(
        "mixed.html",
        html::page(&Templates::default(), &samples::mixed())
    );
}

#[test]
fn a_hostile_name_stays_text() {
    let page = html::page(&Templates::default(), &samples::hostile());
    assert!(!page.contains("<script>"));
    assert!(!page.contains("javascript:"));
    assert!(!page.contains("\"onmouseover"));
    assert!(!page.contains("49"), "a name is never a template");
    insta::assert_snapshot!("hostile.html", page);
}

#[test]
fn a_notification_becomes_a_whole_mail() {
    let mut notification = samples::due(1);
    let alerts = vec![
        samples::row(1, "billing-api").into(),
        samples::row(2, HOSTILE).into(),
        samples::row(3, &"W".repeat(256)).into(),
    ];
    notification.subject = Subject::Due { alerts };
    let parts = compose::parts(&renderer(), &notification);
    let [mail] = parts.as_slice() else {
        panic!("{} parts", parts.len())
    };
    assert!(
        !mail.body.contains(['\u{202e}', '\u{2066}']),
        "nothing is read backwards"
    );
    insta::assert_snapshot!(
        "composed.txt",
        format!("Subject: {}\n\n{}", mail.title, mail.text)
    );
    insta::assert_snapshot!("composed.html", mail.body);
}

#[test]
fn the_clusters_of_a_secret_and_what_to_type_for_them() {
    let notification = crate::render::samples::clusters();
    let parts = compose::parts(&renderer(), &notification);
    assert_eq!(parts.len(), 1);
    assert!(!parts[0].body.contains("<b>&"));
    insta::assert_snapshot!("clusters.html", parts[0].body);
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_nothing_runs() {
    let page = html::page(&Templates::default(), &samples::mixed());
    for banned in [
        "<img", "<script", "<link", "url(", "@import", "src=", "onclick",
    ] {
        assert!(!page.contains(banned), "{banned}");
    }
}

#[test]
fn the_whole_mail_on_the_wire() {
    let whole = samples::payload();
    let wire = String::from_utf8(wire(&whole)).unwrap();
    insta::assert_snapshot!("wire.eml", wire.replace("\r\n", "\n"));
}

#[test]
fn any_mail_is_seven_bit_with_short_lines() {
    let message = samples::hostile();
    let payload = Payload {
        title: message.title.clone(),
        text: "x".repeat(5_000) + HOSTILE + &plain(&message),
        body: html::page(&Templates::default(), &message),
    };
    let wire = wire(&payload);
    assert!(wire.is_ascii());
    let wire = String::from_utf8(wire).unwrap();
    assert!(
        !wire.replace("\r\n", "").contains(['\r', '\n']),
        "only CRLF ends a line"
    );
    // RFC 5322 section 2.1.1
    assert!(wire.split("\r\n").all(|line| line.len() <= 998));
    let parsed = MessageParser::default().parse(&wire).unwrap();
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n"),
        payload.text
    );
    assert_eq!(
        parsed.body_html(0).unwrap().replace("\r\n", "\n"),
        payload.body
    );
}

#[test]
fn a_name_cannot_add_a_header_or_a_part() {
    let boundary = "\r\n--=_forewarn_0192f3a4b5c67d8e9f00112233445566-1--\r\n";
    let evil = "x\r\nBcc: mallory@evil.example\r\n\r\nbody\n\rX-Evil: 1\u{0}\u{85}\u{2028}Y: 2";
    let payload = Payload {
        title: evil.to_owned(),
        text: format!("{evil}{boundary}after"),
        body: html::page(&Templates::default(), &samples::mixed()),
    };
    let wire = wire(&payload);
    let parsed = MessageParser::default().parse(&wire).unwrap();
    let headers: BTreeSet<&str> = parsed
        .headers()
        .iter()
        .map(mail_parser::Header::name)
        .collect();
    let expected = [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ];
    assert_eq!(headers, expected.into_iter().collect());
    assert!(parsed.bcc().is_none());
    assert!(
        parsed
            .subject()
            .unwrap()
            .starts_with("x Bcc: mallory@evil.example body")
    );
}

#[test]
fn a_hostile_subject_is_neither_decoded_nor_turned_around() {
    let payload = Payload {
        title: "=?utf-8?q?Bcc=3A?= \u{202e}gnp.exe\u{2066} עברית 🦀 \"q\" <b>".to_owned(),
        ..samples::payload()
    };
    let wire = wire(&payload);
    let parsed = MessageParser::default().parse(&wire).unwrap();
    assert_eq!(
        parsed.subject(),
        Some("= ?utf-8?q?Bcc=3A?= gnp.exe עברית 🦀 \"q\" <b>")
    );
}

#[test]
fn without_html_the_text_goes_alone() {
    let payload = Payload {
        body: String::new(),
        ..samples::payload()
    };
    let wire = wire(&payload);
    let parsed = MessageParser::default().parse(&wire).unwrap();
    assert_eq!(parsed.content_type().unwrap().ctype(), "text");
    assert_eq!(parsed.html_body_count(), 1, "the text stands in for it");
    assert_eq!(
        parsed
            .body_text(0)
            .unwrap()
            .replace("\r\n", "\n")
            .trim_end(),
        payload.text.trim_end()
    );
}

#[test]
fn many_rows_go_out_in_parts_that_name_each_of_them_once() {
    let notification = samples::due(150);
    let parts = compose::parts(&renderer(), &notification);
    assert!(parts.len() >= 3, "{} parts", parts.len());
    for part in &parts {
        assert!(
            part.body.len() < 92_000,
            "Gmail would cut {} bytes",
            part.body.len()
        );
    }
    for row in notification.rows() {
        let named = |text: &str| text.contains(&row.app_name);
        assert_eq!(
            parts.iter().filter(|part| named(&part.text)).count(),
            1,
            "{}",
            row.app_name
        );
        let shown = parts
            .iter()
            .filter(|part| part.body.contains(&row.app_id.to_string()));
        assert_eq!(shown.count(), 1, "{}", row.app_name);
    }
    for (index, part) in parts.iter().enumerate() {
        let number = format!("({}/{})", index + 1, parts.len());
        assert!(part.title.contains(&number), "{}", part.title);
    }
    assert_eq!(
        parts,
        compose::parts(&renderer(), &notification),
        "the same on every try"
    );
}

#[test]
fn a_summary_and_a_first_scan_of_very_much_are_told_in_brief() {
    use crate::render::samples as rendered;
    for (name, notification) in [
        ("digest.html", rendered::digest()),
        ("all_is_well.html", rendered::all_is_well()),
    ] {
        let parts = compose::parts(&rendered::renderer(), &notification);
        assert_eq!(parts.len(), 1);
        insta::assert_snapshot!(name, parts[0].body);
    }
    let hostile = compose::parts(&rendered::renderer(), &rendered::hostile_digest());
    assert!(!hostile[0].body.contains("<script>") && !hostile[0].body.contains("javascript:"));
    assert!(
        !hostile[0].body.contains("49"),
        "a name is never a template"
    );

    let notification = rendered::first_scan(300);
    let parts = compose::parts(&rendered::renderer(), &notification);
    assert!(parts.len() <= 4, "{} parts", parts.len());
    assert!(parts.iter().all(|part| part.body.len() < 92_000));
    for row in notification.rows() {
        let id = row.credential_id.to_string();
        let shown = parts.iter().filter(|part| part.body.contains(&id));
        assert_eq!(shown.count(), 1, "{id}");
    }
}

#[test]
fn few_rows_or_none_are_one_mail() {
    assert_eq!(compose::parts(&renderer(), &samples::due(1)).len(), 1);
    let mut notification = samples::due(0);
    notification.subject = Subject::Recovered {
        blindness: crate::domain::notification::Blindness::default(),
        tenant: "contoso".to_owned(),
        note: "It can be seen again.".to_owned(),
    };
    assert_eq!(compose::parts(&renderer(), &notification).len(), 1);
}

#[test]
fn huge_names_make_more_parts_not_bigger_ones() {
    let mut notification = samples::due(0);
    let name = "🦀".repeat(256);
    let alerts = (0..60).map(|n| samples::row(n, &name).into()).collect();
    notification.subject = Subject::Due { alerts };
    let parts = compose::parts(&renderer(), &notification);
    assert!(parts.len() > 1);
    assert!(parts.iter().all(|part| part.body.len() < 92_000));
}

#[test]
fn a_page_to_acknowledge_on_stands_beside_the_portal() {
    let mut message = samples::mixed();
    message.items.truncate(1);
    message.items[0].acknowledge =
        Some("https://forewarn.contoso.com/a?credential=1&until=2#\"><script>".to_owned());
    let page = html::page(&Templates::default(), &message);
    assert!(
        !page.contains("Acknowledge"),
        "what is no address is no link"
    );
    message.items[0].acknowledge = Some("https://forewarn.contoso.com/a?x=1&y=2".to_owned());
    let page = html::page(&Templates::default(), &message);
    let address = "https:&#x2f;&#x2f;forewarn.contoso.com&#x2f;a?x=1&amp;y=2";
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    let text = plain(&message);
    let line = "  Acknowledge or silence: https://forewarn.contoso.com/a?x=1&y=2\n";
    assert!(text.contains(line), "{text}");
}
