//! A message that did not come by SMTP: Graph hands it over as it would go on the wire.

use mail_parser::{Address, Message, MessageParser};

use super::{Inbox, mail, smtp::Envelope};

/// A message on its way into the inbox.
pub(in crate::sandbox) struct Submission {
    inbox: Inbox,
    envelope: Envelope,
    /// The addresses in the header `From`.
    authors: Vec<String>,
    raw: Vec<u8>,
}

impl Inbox {
    /// A message in MIME, from a mailbox to whom its headers name. Nothing if it cannot be read.
    pub(in crate::sandbox) fn submission(&self, mailbox: &str, raw: Vec<u8>) -> Option<Submission> {
        let message = MessageParser::default().parse(&raw)?;
        let to = [message.to(), message.cc(), message.bcc()];
        let envelope = Envelope {
            from: mailbox.to_owned(),
            to: to.into_iter().flatten().flat_map(addresses).collect(),
            eight_bit: true,
            ..Envelope::default()
        };
        let authors = Message::from(&message).map_or_else(Vec::new, addresses);
        Some(Submission {
            inbox: self.clone(),
            envelope,
            authors,
            raw,
        })
    }
}

impl Submission {
    /// Does it say that it is from this mailbox? What does not say is: Exchange fills it in.
    pub(in crate::sandbox) fn is_from(&self, mailbox: &str) -> bool {
        let mut authors = self.authors.iter();
        authors.all(|author| author.eq_ignore_ascii_case(mailbox))
    }

    /// Is it to anybody?
    pub(in crate::sandbox) fn has_recipients(&self) -> bool {
        !self.envelope.to.is_empty()
    }

    /// Puts it among what was received.
    pub(in crate::sandbox) fn deliver(self) {
        self.inbox.take(mail::arrival(self.envelope, self.raw));
    }
}

fn addresses(header: &Address<'_>) -> Vec<String> {
    let each = header.iter().filter_map(|one| one.address());
    each.map(str::to_owned).collect()
}
