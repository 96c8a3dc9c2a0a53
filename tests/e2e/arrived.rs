//! What has arrived at each receiver: how often which credential was named.

use std::collections::{BTreeMap, BTreeSet};

use forewarn::sandbox::inbox::{Channel, Inbox, Received};
use mail_parser::MessageParser;
use serde_json::Value;

use crate::config::{RECEIVERS, RECIPIENT};

/// A message that a receiver took.
pub(crate) struct Message {
    pub(crate) received: Received,
    /// The credentials that it is about.
    pub(crate) credentials: Vec<String>,
    /// What a person or a program reads of it.
    pub(crate) text: String,
}

/// The messages that `receiver` took, in the order of their arrival.
pub(crate) fn messages(inbox: &Inbox, receiver: &str) -> Vec<Message> {
    // mail is filed under its recipient
    let filed_as = if receiver == "mail" {
        RECIPIENT
    } else {
        receiver
    };
    let taken = inbox.messages().into_iter();
    let taken = taken.filter(|one| one.receiver == filed_as && one.refused.is_none());
    taken.map(|received| read(inbox, received)).collect()
}

fn read(inbox: &Inbox, received: Received) -> Message {
    let content = inbox.content(received.id).unwrap();
    let text = match received.channel {
        Channel::Mail => mail_text(&content),
        _ => String::from_utf8(content).unwrap(),
    };
    let credentials = match received.channel {
        Channel::Webhook => ids(&alerts(&text)),
        _ => labelled(&text),
    };
    Message {
        received,
        credentials,
        text,
    }
}

fn mail_text(raw: &[u8]) -> String {
    let mail = MessageParser::default().parse(raw).unwrap();
    mail.body_text(0).unwrap().into_owned()
}

/// The HTML of a mail.
pub(crate) fn html(inbox: &Inbox, mail: &Message) -> String {
    let raw = inbox.content(mail.received.id).unwrap();
    let parsed = MessageParser::default().parse(&raw).unwrap();
    parsed.body_html(0).unwrap().into_owned()
}

/// The rows of a webhook's body.
pub(crate) fn alerts(body: &str) -> Vec<Value> {
    let body: Value = serde_json::from_str(body).unwrap();
    body["data"]["alerts"].as_array().unwrap().clone()
}

fn ids(alerts: &[Value]) -> Vec<String> {
    let id = |alert: &Value| alert["credential_id"].as_str().unwrap().to_owned();
    alerts.iter().map(id).collect()
}

/// People are shown ids behind a label. Other mentions, as of a newer secret, have none.
fn labelled(text: &str) -> Vec<String> {
    const GUID: usize = 36;
    let after = |label: &'static str| {
        let found = text.match_indices(label);
        found.filter_map(move |(at, label)| text.get(at + label.len()..)?.get(..GUID))
    };
    let ids = after("Secret ID: ").chain(after("Certificate ID: "));
    ids.map(str::to_owned).collect()
}

/// What was told to one receiver.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// How many different messages named each credential.
    pub(crate) named: BTreeMap<String, usize>,
    /// Messages that came a second time.
    pub(crate) repeats: usize,
}

/// What was told to `receiver`. A message that comes again names the same credentials in the same order; only for mail and
/// webhooks, which have an idempotency key, can the inbox itself tell, and there it must come to the same.
pub(crate) fn told(inbox: &Inbox, receiver: &str) -> Told {
    let messages = messages(inbox, receiver);
    let about: Vec<&Vec<String>> = messages
        .iter()
        .map(|message| &message.credentials)
        .filter(|credentials| !credentials.is_empty())
        .collect();
    let different: BTreeSet<_> = about.iter().collect();
    let mut named = BTreeMap::new();
    for credential in different.iter().flat_map(|credentials| credentials.iter()) {
        *named.entry(credential.clone()).or_default() += 1;
    }
    let repeats = about.len() - different.len();
    if matches!(receiver, "mail" | "siem") {
        let by_key = messages.iter().filter(|message| message.received.repeat);
        assert_eq!(
            by_key.count(),
            repeats,
            "{receiver}: same message, same key"
        );
    }
    Told { named, repeats }
}

/// Has every one of the receivers been told of all of these?
pub(crate) fn all_were_told(inbox: &Inbox, credentials: &BTreeSet<String>) -> bool {
    RECEIVERS.iter().all(|receiver| {
        let told = told(inbox, receiver);
        credentials.iter().all(|id| told.named.contains_key(id))
    })
}

/// Each receiver was told of exactly these, and of each in one message alone, which may have come again.
pub(crate) fn assert_told_once(inbox: &Inbox, credentials: &BTreeSet<String>) {
    let once: BTreeMap<String, usize> = credentials.iter().map(|id| (id.clone(), 1)).collect();
    for receiver in RECEIVERS {
        assert_eq!(told(inbox, receiver).named, once, "{receiver}");
    }
}

/// Messages that came again, over all receivers.
pub(crate) fn repeats(inbox: &Inbox) -> usize {
    RECEIVERS
        .iter()
        .map(|receiver| told(inbox, receiver).repeats)
        .sum()
}

/// The inbox found nothing to complain about in anything that came.
pub(crate) fn assert_no_problems(inbox: &Inbox) {
    for message in inbox.messages() {
        assert!(message.problems.is_empty(), "{message:?}");
        assert_eq!(message.refused, None, "{message:?}");
    }
}
