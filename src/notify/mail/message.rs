//! The message as it goes over the wire: headers and the two alternatives.

use std::time::SystemTime;

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
};

use super::address::masked;
use crate::{
    domain::clean::clean,
    notify::{Envelope, Failure, SendError},
};

/// No mail list shows as much.
const MAX_SUBJECT: usize = 250;

/// Builds the mail for one recipient, who may be one of `to`, the configured ones. The same envelope gives the same bytes on every try, but for the date.
pub(in crate::notify) fn build(
    from: &Mailbox,
    to: &[Mailbox],
    envelope: &Envelope<'_>,
) -> Result<Message, SendError> {
    let key = envelope.idempotency_key();
    let payload = envelope.payload;
    let headers = Message::builder()
        .message_id(Some(format!("<{key}@{}>", ascii_domain(from))))
        .date(SystemTime::from(envelope.now))
        .from(from.clone())
        .to(recipient(to, envelope.target)?)
        .subject(subject(&payload.title))
        .header(AutoSubmitted)
        .header(SuppressReplies);
    let text = SinglePart::plain(payload.text.clone());
    let mail = if payload.body.is_empty() {
        headers.singlepart(text)
    } else {
        // a boundary of our own makes a repeat the same to the byte; whoever names an app cannot know the delivery's
        // id, and encoded text never yields "=_" (RFC 2045 section 6.7)
        let parts = MultiPart::alternative()
            .boundary(format!("=_forewarn_{key}"))
            .singlepart(text)
            .singlepart(SinglePart::html(payload.body.clone()));
        headers.multipart(parts)
    };
    mail.map_err(|error| SendError::new(Failure::Rejected, error.to_string()))
}

/// The title as it may stand in a header. What looks encoded already (RFC 2047) goes out as it is and would be decoded on
/// the other side, into anything: so a name that holds it gets a blank.
fn subject(title: &str) -> String {
    clean(title, MAX_SUBJECT).replace("=?", "= ?")
}

/// The recipient with the display name that the configuration gives.
fn recipient(to: &[Mailbox], target: &str) -> Result<Mailbox, SendError> {
    let known = |mailbox: &&Mailbox| mailbox.email.as_ref() as &str == target;
    if let Some(mailbox) = to.iter().find(known) {
        return Ok(mailbox.clone());
    }
    let address = target.parse().map_err(|_| {
        let detail = format!("{} is not a mail address", masked(target));
        SendError::new(Failure::Rejected, detail)
    })?;
    Ok(Mailbox::new(None, address))
}

/// The sender's domain for the Message-ID, which must be ASCII (RFC 5322 section 3.6.4).
fn ascii_domain(from: &Mailbox) -> String {
    let domain = from.email.domain();
    if domain.is_ascii() {
        return domain.to_owned();
    }
    url::Host::parse(domain).map_or_else(|_| "localhost".to_owned(), |host| host.to_string())
}

/// Says that a machine wrote this (RFC 3834), so that no machine answers.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The same for Exchange, which looks at its own header (MS-OXCMAIL, `X-Auto-Response-Suppress`).
#[derive(Clone)]
struct SuppressReplies;

impl Header for SuppressReplies {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "All".to_owned())
    }
}
