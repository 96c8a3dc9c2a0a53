//! A mail, read as a mail program would: its subject, its parts, and what is wrong with it.

use mail_parser::{HeaderName, Message, MessageParser, PartType};

use super::{
    Channel,
    shelf::{Arrival, Content},
    smtp::Envelope,
};

/// Bytes of a line, RFC 5322 2.1.1.
const LINE: usize = 998;
/// Bytes of HTML after which Gmail shows only the beginning.
const CLIPPED: usize = 102_400;

/// What the page shows of a mail.
#[derive(Debug, Default)]
pub(super) struct View {
    /// As written, unfolded, in their order.
    pub(super) headers: Vec<(String, String)>,
    pub(super) html: Option<String>,
    pub(super) text: Option<String>,
    pub(super) attachments: usize,
}

/// Puts a mail that came into the form of the shelf.
pub(super) fn arrival(envelope: Envelope, raw: Vec<u8>) -> Arrival {
    let message = MessageParser::default().parse(&raw);
    let subject = message
        .as_ref()
        .and_then(Message::subject)
        .filter(|text| !text.is_empty());
    let title = subject.unwrap_or("(no subject)").to_owned();
    let key = message
        .as_ref()
        .and_then(Message::message_id)
        .map(str::to_owned);
    let problems = problems(&envelope, &raw, message.as_ref());
    Arrival {
        channel: Channel::Mail,
        receiver: envelope.to.join(", "),
        title,
        problems,
        refused: None,
        key,
        content: Content::Mail { envelope, raw },
    }
}

/// Reads a kept mail for its page.
pub(super) fn view(raw: &[u8]) -> View {
    let Some(message) = MessageParser::default().parse(raw) else {
        return View::default();
    };
    let headers = message
        .headers_raw()
        .map(|(name, value)| (name.to_owned(), decoded(&message, name, value)))
        .collect();
    View {
        headers,
        html: html(&message).map(str::to_owned),
        text: text(&message).map(str::to_owned),
        attachments: message.attachment_count(),
    }
}

/// A header as a person should see it: subject decoded, folds undone.
fn decoded(message: &Message<'_>, name: &str, value: &str) -> String {
    if name.eq_ignore_ascii_case("subject") {
        return message.subject().unwrap_or_default().to_owned();
    }
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The HTML part, only where there is one: the library would make one of the text.
fn html<'a>(message: &'a Message<'_>) -> Option<&'a str> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.as_ref()),
        _ => None,
    })
}

fn text<'a>(message: &'a Message<'_>) -> Option<&'a str> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Text(text) => Some(text.as_ref()),
        _ => None,
    })
}

fn problems(envelope: &Envelope, raw: &[u8], message: Option<&Message<'_>>) -> Vec<String> {
    let mut found = Vec::new();
    if envelope.bare_line_feed {
        found.push("A line ends with a bare line feed instead of CRLF.".to_owned());
    }
    if raw
        .split(|byte| *byte == b'\n')
        .any(|line| line.len() > LINE + 1)
    {
        found.push(format!("A line is longer than {LINE} bytes."));
    }
    if raw.contains(&0) {
        found.push("It holds a NUL byte.".to_owned());
    }
    if !envelope.eight_bit && !raw.is_ascii() {
        found.push("It holds 8-bit text, but BODY=8BITMIME was not declared.".to_owned());
    }
    match message {
        Some(message) => {
            header_problems(envelope, message, &mut found);
            body_problems(message, &mut found);
        }
        None => found.push("It has no headers that can be read.".to_owned()),
    }
    found
}

fn header_problems(envelope: &Envelope, message: &Message<'_>, found: &mut Vec<String>) {
    let once = [
        ("From", HeaderName::From),
        ("To", HeaderName::To),
        ("Subject", HeaderName::Subject),
        ("Date", HeaderName::Date),
        ("Message-ID", HeaderName::MessageId),
    ];
    for (name, header) in once {
        match message.header_values(header).count() {
            0 => found.push(format!("The header {name} is missing.")),
            1 => {}
            times => found.push(format!("The header {name} is there {times} times.")),
        }
    }
    let named = |to: &str| message.all_to().any(|list| list.contains(to));
    for recipient in envelope.to.iter().filter(|to| !named(to)) {
        found.push(format!(
            "The header To does not name the recipient {recipient}."
        ));
    }
    if envelope.to.len() > 1 {
        found
            .push("It has several recipients: one refused address would fail them all.".to_owned());
    }
}

fn body_problems(message: &Message<'_>, found: &mut Vec<String>) {
    if text(message).is_none_or(|text| text.trim().is_empty()) {
        found.push("There is no plain text.".to_owned());
    }
    let Some(html) = html(message) else {
        found.push("There is no HTML.".to_owned());
        return;
    };
    if html.len() > CLIPPED {
        found.push(format!(
            "The HTML has {} bytes: Gmail cuts it off at {CLIPPED}.",
            html.len()
        ));
    }
    let lower = html.to_ascii_lowercase();
    for (mark, what) in [
        ("<script", "The HTML has a script."),
        ("<link", "The HTML loads a style sheet."),
        ("<iframe", "The HTML has a frame."),
        ("<form", "The HTML has a form."),
        ("src=\"http", "The HTML loads something from outside."),
        ("src='http", "The HTML loads something from outside."),
        ("url(http", "The HTML loads something from outside."),
        ("javascript:", "The HTML has a javascript: link."),
    ] {
        if lower.contains(mark) {
            found.push(what.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "From: Forewarn <f@contoso.com>\r\nTo: <Ops@contoso.com>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\
        Message-ID: <1@forewarn>\r\nSubject: =?utf-8?q?H=C3=A9?=\r\n =?utf-8?q?llo?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n";

    fn came(raw: &str) -> Arrival {
        let envelope = Envelope {
            to: vec!["ops@contoso.com".to_owned()],
            ..Envelope::default()
        };
        arrival(envelope, raw.into())
    }

    #[test]
    fn a_good_mail_has_no_problems() {
        let mail = came(GOOD);
        assert_eq!(mail.problems, Vec::<String>::new());
        assert_eq!(
            (mail.title.as_str(), mail.key.as_deref()),
            ("Héllo", Some("1@forewarn"))
        );
        let view = view(GOOD.as_bytes());
        assert_eq!(view.html.as_deref().map(str::trim), Some("<p>rich</p>"));
        assert_eq!(view.text.as_deref().map(str::trim), Some("plain"));
        assert!(
            view.headers
                .contains(&("Subject".to_owned(), "Héllo".to_owned()))
        );
    }

    #[test]
    fn every_flaw_is_named() {
        let flaw = |raw: &str, part: &str| {
            let problems = came(raw).problems;
            assert!(
                problems.iter().any(|problem| problem.contains(part)),
                "{part}: {problems:?}"
            );
        };
        flaw(
            &GOOD.replace("Message-ID: <1@forewarn>\r\n", ""),
            "Message-ID is missing",
        );
        flaw(
            &GOOD.replace("Subject:", "From: <x@y.z>\r\nSubject:"),
            "From is there 2 times",
        );
        flaw(
            &GOOD.replace("<Ops@", "<else@"),
            "does not name the recipient",
        );
        flaw(&GOOD.replace("plain\r\n", "\r\n"), "no plain text");
        flaw(&GOOD.replace("text/html", "text/calendar"), "no HTML");
        flaw(
            &GOOD.replace("<p>", "<img src=\"https://x/y\">"),
            "from outside",
        );
        flaw(&GOOD.replace("plain", &"x".repeat(999)), "longer than 998");
        flaw(&GOOD.replace("plain", "plaïn"), "8BITMIME");
        flaw("", "no headers");
        flaw("\r\n", "missing");
    }
}
