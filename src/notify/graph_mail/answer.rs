//! What Graph says to a mail, and what that means: which failure it is, and what to do, in words.
//!
//! The codes are those of Graph's error object (<https://learn.microsoft.com/graph/errors>) and of Exchange behind it.

use std::{fmt::Write as _, time::Duration};

use serde::Deserialize;

use crate::{
    domain::{clean::clean, secret::ExposeSecret, token::Token},
    notify::{Envelope, Failure, SendError, http::beginning, mail::address},
};

/// How much of an answer is read; errors are shorter.
const READ: usize = 16 * 1024;
/// How much of what it says is told, in characters.
const TOLD: usize = 200;

/// An answer, and whom it must not name in full.
pub(super) struct Answer<'a> {
    status: u16,
    code: String,
    message: String,
    retry_after: Option<Duration>,
    mailbox: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: ErrorObject,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorObject {
    code: String,
    message: String,
}

impl<'a> Answer<'a> {
    /// Reads an answer, whatever it is: Graph's JSON, a proxy's HTML, or nothing. Neither the token nor the recipient's address is kept,
    /// should it repeat them.
    pub(super) async fn read(
        mut response: reqwest::Response,
        mailbox: &'a str,
        token: &Token,
        envelope: &Envelope<'_>,
    ) -> Self {
        let (bytes, retry_after) = beginning(&mut response, READ, envelope.now).await;
        let error = serde_json::from_slice(&bytes).map_or_else(
            |_| ErrorObject {
                message: String::from_utf8_lossy(&bytes).into_owned(),
                ..ErrorObject::default()
            },
            |body: Body| body.error,
        );
        let shown = |text: &str| {
            let text = text.replace(token.value.expose_secret(), "***");
            clean(&address::hidden(&text, envelope.target), TOLD)
        };
        Self {
            status: response.status().as_u16(),
            code: shown(&error.code),
            message: shown(&error.message),
            retry_after,
            mailbox,
        }
    }

    /// Might a new token be taken where this one was not? It may have run out early, or be older than a permission.
    pub(super) fn refuses_the_token(&self) -> bool {
        matches!(self.status, 401 | 403)
    }

    /// Did it take the mail?
    pub(super) fn judge(self) -> Result<(), SendError> {
        let failure = match self.status {
            200..300 => return Ok(()),
            401 | 403 => Failure::Unauthorised,
            404 | 410 => Failure::Gone,
            408 => Failure::Timeout,
            429 => Failure::Throttled,
            500.. => Failure::Unavailable,
            _ => Failure::Rejected,
        };
        Err(SendError {
            failure,
            detail: self.in_words(),
            retry_after: self
                .retry_after
                .filter(|_| matches!(self.status, 429 | 503 | 504)),
        })
    }

    fn in_words(&self) -> String {
        let mut words = format!("Microsoft Graph answers HTTP {}", self.status);
        // a text cannot fail to take more
        if !self.code.is_empty() {
            let _ = write!(words, " {}", self.code);
        }
        if !self.message.is_empty() {
            let _ = write!(words, ": {}", self.message.trim_end_matches('.'));
        }
        if let Some(remedy) = self.remedy() {
            let _ = write!(words, ". {remedy}");
        }
        words
    }

    fn remedy(&self) -> Option<String> {
        let mailbox = self.mailbox;
        Some(match (self.status, self.code.as_str()) {
            (300..=399, _) => {
                "A redirect is not followed: the token would go there too. Check the tenant's `endpoints.graph`, and any proxy between"
                    .to_owned()
            }
            (401, _) => {
                "A fresh token was refused too: check the tenant's `cloud` and `endpoints.graph`, and this machine's clock".to_owned()
            }
            (403, "ErrorSendAsDenied") => format!(
                "{mailbox} is another mailbox than the one that it was sent through: write the mailbox's own address in `from`"
            ),
            (403, _) => format!(
                "Let the client send mail: either allow it to send as {mailbox} alone, by Exchange's RBAC for Applications (the role \
                 \"Application Mail.Send\"; `forewarn setup` prints the commands), or grant it the application permission Mail.Send in Entra (API permissions) with admin \
                 consent, and it may send as everybody. What was granted can take up to two hours to be in force"
            ),
            (404, "MailboxNotEnabledForRESTAPI") => format!(
                "{mailbox} has no mailbox in Exchange Online: it needs a licence, or is a mailbox on premises; a shared mailbox will do"
            ),
            (404, _) => format!(
                "No user or shared mailbox {mailbox} is in the tenant: check `from`, and that `tenant` names the one that it is in"
            ),
            (413, _) => "The mail is too large for Graph".to_owned(),
            (_, "") if self.status < 500 => {
                "The answer is not Graph's; look for a proxy between this machine and it".to_owned()
            }
            _ => return None,
        })
    }
}
