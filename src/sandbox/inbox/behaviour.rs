//! Misbehaviour on request: what real mail servers and webhook receivers do on a bad day, by method or by `PUT /_sandbox/inbox`.
//!
//! ```json
//! {"mail": {"greylist": 2, "refuse": ["gone@contoso.com"], "stall_after_data": 1, "down": false},
//!  "receivers": {"ops-slack": {"do": "answer", "status": 429, "retry_after": 30, "times": 3},
//!                "siem": {"do": "hang", "times": 1}},
//!  "signing_secrets": {"siem": "whsec_…"}}
//! ```

use std::collections::{BTreeMap, HashMap};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};

use super::Inbox;

/// Recipients whose tries are remembered for greylisting.
const GREYLISTED: usize = 10_000;

/// How the inbox misbehaves. The default is not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Behaviour {
    /// Of the mail server.
    pub mail: MailBehaviour,
    /// Of the receivers, by their name in the URL.
    pub receivers: BTreeMap<String, ReceiverBehaviour>,
}

/// How the mail server misbehaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailBehaviour {
    /// Every connection is answered with 421 and closed.
    pub down: bool,
    /// Each recipient's first tries, this many, are answered with 451.
    pub greylist: u32,
    /// Addresses that are answered with 550.
    pub refuse: Vec<String>,
    /// For this many messages there is no answer after their end; they are not kept.
    pub stall_after_data: u32,
}

/// How a receiver misbehaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReceiverBehaviour {
    /// Answers with a status of its own.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        /// For this many requests.
        #[serde(default = "once")]
        times: u32,
    },
    /// Takes the request and never answers.
    Hang {
        /// For this many requests.
        #[serde(default = "once")]
        times: u32,
    },
}

fn once() -> u32 {
    1
}

/// What a receiver does with one request instead of taking it.
pub(super) enum Misdeed {
    Answer(Response),
    Hang,
}

/// The behaviour as it is used up.
#[derive(Default)]
pub(super) struct Script {
    left: Behaviour,
    tries: HashMap<String, u32>,
}

impl Script {
    pub(super) fn replace(&mut self, behaviour: Behaviour) {
        self.left = behaviour;
        self.tries.clear();
    }

    pub(super) fn left(&self) -> &Behaviour {
        &self.left
    }

    pub(super) fn mail_is_down(&self) -> bool {
        self.left.mail.down
    }

    pub(super) fn refuses(&self, address: &str) -> bool {
        self.left
            .mail
            .refuse
            .iter()
            .any(|refused| refused.eq_ignore_ascii_case(address))
    }

    /// Counts a try for a recipient and says whether it comes too early.
    pub(super) fn greylists(&mut self, address: &str) -> bool {
        if self.left.mail.greylist == 0 {
            return false;
        }
        let address = address.to_ascii_lowercase();
        if self.tries.len() >= GREYLISTED && !self.tries.contains_key(&address) {
            return false;
        }
        let tries = self.tries.entry(address).or_default();
        *tries = tries.saturating_add(1);
        *tries <= self.left.mail.greylist
    }

    pub(super) fn stalls_after_data(&mut self) -> bool {
        use_up(&mut self.left.mail.stall_after_data)
    }

    /// What this receiver does with the request at hand; `None`: it takes it.
    pub(super) fn misdeed(&mut self, name: &str) -> Option<Misdeed> {
        match self.left.receivers.get_mut(name)? {
            ReceiverBehaviour::Answer {
                status,
                retry_after,
                times,
            } => use_up(times).then(|| Misdeed::Answer(answer(*status, *retry_after))),
            ReceiverBehaviour::Hang { times } => use_up(times).then_some(Misdeed::Hang),
        }
    }
}

fn use_up(times: &mut u32) -> bool {
    let more = *times > 0;
    *times = times.saturating_sub(1);
    more
}

fn answer(status: u16, retry_after: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "as told by the sandbox\n").into_response();
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// What `PUT` takes: a [`Behaviour`], and secrets for [`Inbox::expect_signature`], which are not shown again.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Request {
    mail: MailBehaviour,
    receivers: BTreeMap<String, ReceiverBehaviour>,
    signing_secrets: BTreeMap<String, String>,
}

pub(super) fn routes() -> Router<Inbox> {
    Router::new().route("/_sandbox/inbox", get(show).put(replace))
}

async fn show(State(inbox): State<Inbox>) -> Json<Behaviour> {
    Json(inbox.behaviour())
}

async fn replace(State(inbox): State<Inbox>, body: Bytes) -> Result<Json<Behaviour>, Response> {
    let refuse = |what: String| (StatusCode::BAD_REQUEST, what + "\n").into_response();
    let request: Request =
        serde_json::from_slice(&body).map_err(|error| refuse(error.to_string()))?;
    for (name, receiver) in &request.receivers {
        if let ReceiverBehaviour::Answer { status, .. } = receiver
            && !(200..=599).contains(status)
        {
            return Err(refuse(format!(
                "receivers.{name}: {status} is no final HTTP status"
            )));
        }
    }
    for (name, secret) in &request.signing_secrets {
        inbox
            .expect_signature(name, secret)
            .map_err(|error| refuse(format!("signing_secrets.{name}: {error}")))?;
    }
    inbox.behave(Behaviour {
        mail: request.mail,
        receivers: request.receivers,
    });
    Ok(Json(inbox.behaviour()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greylisting_counts_each_recipient_by_itself() {
        let mut script = Script::default();
        script.replace(Behaviour {
            mail: MailBehaviour {
                greylist: 2,
                ..MailBehaviour::default()
            },
            ..Behaviour::default()
        });
        let tries: Vec<bool> = (0..4).map(|_| script.greylists("A@b.c")).collect();
        assert_eq!(tries, [true, true, false, false]);
        assert!(script.greylists("other@b.c"));
    }

    #[test]
    fn a_behaviour_is_used_up() {
        let mut script = Script::default();
        let hang = ReceiverBehaviour::Hang { times: 1 };
        script.replace(Behaviour {
            receivers: [("siem".to_owned(), hang)].into(),
            ..Behaviour::default()
        });
        assert!(script.misdeed("other").is_none());
        assert!(matches!(script.misdeed("siem"), Some(Misdeed::Hang)));
        assert!(script.misdeed("siem").is_none());
    }

    #[test]
    fn the_example_in_the_module_header_is_read() {
        let text = include_str!("behaviour.rs");
        let example: String = text
            .lines()
            .skip_while(|line| *line != "//! ```json")
            .skip(1)
            .map_while(|line| line.strip_prefix("//! "))
            .take_while(|line| !line.starts_with("```"))
            .collect();
        let request: Request = serde_json::from_str(&example).unwrap();
        assert_eq!(request.mail.greylist, 2);
        assert_eq!(request.receivers.len(), 2);
        assert_eq!(request.signing_secrets.len(), 1);
    }
}
