//! The HTML alternative of a mail.

use crate::render::{
    Message,
    templates::{Form, Markup, Template, Templates},
};

/// Gmail cuts a mail off at about 102 kB of HTML.
pub(super) const CLIPPED_BYTES: usize = 102_000;

/// A mail's HTML, by the template in force; a text without its end is not all that should be there.
pub(in crate::notify) const HTML: Form = Form {
    template: Template::MailHtml,
    markup: Markup::NONE,
    width: None,
    accept: |text| {
        if text.to_ascii_lowercase().trim_end().ends_with("</html>") {
            Ok(text.to_owned())
        } else {
            Err("what it makes does not end with </html>".to_owned())
        }
    },
};

/// A whole HTML document. Empty if it cannot be made; the mail then goes out as text alone.
pub(in crate::notify) fn page(templates: &Templates, message: &Message) -> String {
    let is_split = message.items.len() <= 1;
    templates.write(&HTML, message, |html| {
        is_split || html.len() < CLIPPED_BYTES
    })
}
