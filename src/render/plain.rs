//! A message as plain text: the mail's text form, and what chats fall back to.

use super::{
    Message,
    templates::{Form, Markup, Template, embedded},
};

/// The columns of a mail's text, as mail programs have quoted and read it for ever.
const COLUMNS: usize = 72;

/// A mail's text, by the template in force.
pub const MAIL: Form = Form {
    template: Template::MailText,
    markup: Markup::NONE,
    width: Some(COLUMNS),
    accept: |text| match text.trim() {
        "" => Err("what it makes is empty".to_owned()),
        _ => Ok(text.to_owned()),
    },
};

/// The whole message by the embedded template, each paragraph in one line, lines ending in `\n`.
pub fn plain(message: &Message) -> String {
    let unbroken = Form {
        width: None,
        ..MAIL
    };
    embedded(&unbroken, message)
}
