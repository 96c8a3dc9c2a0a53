//! Trying templates before they are trusted with an alert: on a notification, as its channel would have it.

use std::ops::Range;

use serde_json::Value;

use super::{chat::Chat, mail::html, slack::blocks, teams::card};
use crate::{
    domain::Notification,
    render::{
        Message, Renderer, plain,
        templates::{Fault, Form, TITLE, Template},
    },
};

/// What a name in a sample must not become.
pub const HOSTILE_HTML: &str = "<script>alert(1)</script>";
/// What a name in a sample must not become.
pub const HOSTILE_MENTION: &str = "<!channel>";
/// What a name in a sample must not become.
pub const HOSTILE_LINK: &str = "[click](https://evil.example)";

/// Writes the notification with the template and says what is wrong with that: it cannot be written, its channel would not take it, it
/// leaves a credential out, or it lets foreign text be more than text.
pub fn trial(
    renderer: &Renderer,
    template: Template,
    notification: &Notification,
) -> Result<(), Fault> {
    let one = |form: &Form| {
        let rows = 0..notification.rows().len();
        attempt(renderer, form, notification, rows, None).map(drop)
    };
    match template {
        Template::Title => one(&TITLE),
        Template::MailText => one(&plain::MAIL),
        Template::MailHtml | Template::MailItem => one(&html::HTML),
        Template::Slack => posts(renderer, &blocks::CHAT, notification),
        Template::Teams => posts(renderer, &card::CHAT, notification),
    }
}

fn posts(renderer: &Renderer, chat: &Chat, notification: &Notification) -> Result<(), Fault> {
    for (rows, part) in chat.parts(renderer, notification) {
        let text = attempt(renderer, &chat.form, notification, rows, part)?;
        if !(chat.fits)(&text) {
            let what = "what it makes of a single credential is too long for its channel";
            return Err(Fault::new(chat.form.template, what));
        }
    }
    Ok(())
}

fn attempt(
    renderer: &Renderer,
    form: &Form,
    notification: &Notification,
    rows: Range<usize>,
    part: Option<(usize, usize)>,
) -> Result<String, Fault> {
    let message = renderer.message(notification, rows, part);
    let text = renderer.templates().attempt(form, &message)?;
    let fault = match form.template {
        Template::Title => None,
        _ => left_out(&message, &text).or_else(|| harm(form.template, &text)),
    };
    match fault {
        Some(what) => Err(Fault::new(form.template, what)),
        None => Ok(text),
    }
}

/// An app that is not named. Only plain names are looked for, since others are written in another way in each form.
fn left_out(message: &Message, text: &str) -> Option<String> {
    let is_plain = |name: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        name.chars().all(is_plain)
    };
    let mut apps = message.items.iter().map(|item| &item.app);
    apps.find(|app| is_plain(app) && !text.contains(app.as_str()))
        .map(|app| format!("it leaves a credential out: that of {app} in a sample"))
}

fn harm(template: Template, text: &str) -> Option<String> {
    let is_harmful = match template {
        Template::Title | Template::MailText => false,
        Template::MailHtml | Template::MailItem => text.contains(HOSTILE_HTML),
        Template::Slack => text.contains(HOSTILE_MENTION),
        Template::Teams => reads_markdown(&serde_json::from_str(text).unwrap_or_default(), None),
    };
    let what = match template {
        Template::Teams => "a name stands where Teams reads markdown: put it into a TextRun",
        _ => "a name stands where it is more than text",
    };
    is_harmful.then(|| what.to_owned())
}

/// Does the sample's link stand anywhere but in a text run, or in the text for clients that show no cards?
fn reads_markdown(value: &Value, key: Option<&str>) -> bool {
    match value {
        Value::String(text) => key != Some("fallbackText") && text.contains(HOSTILE_LINK),
        Value::Array(values) => values.iter().any(|value| reads_markdown(value, key)),
        Value::Object(map) if map.get("type").is_some_and(|kind| kind == "TextRun") => false,
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| reads_markdown(value, Some(key))),
        _ => false,
    }
}
