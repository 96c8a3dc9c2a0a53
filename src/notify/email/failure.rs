//! What it means when a conversation with a mail server fails, in words that help, and that give nothing away.

use std::{error::Error, fmt, io, iter, time::Duration};

use lettre::transport::smtp;

use super::{EmailConfig, SmtpSignIn, SmtpTls, proof::Proof};
use crate::{
    domain::clean::clean,
    notify::{Failure, SendError, mail::address},
};

/// How much of what a server says is worth keeping.
const MAX_SAID: usize = 200;

const NO_BASIC_AUTH: &str = "Exchange Online no longer takes passwords for SMTP from this tenant or mailbox: sign in with a token \
    (smtp.oauth2 in place of smtp.password), or send through Graph, without SMTP (type = \"graph-mail\")";

/// What Exchange Online says alike of all three
/// (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
const TOKEN_REFUSED: &str = "Exchange Online takes the token only once three things are done: the client has the application \
    permission SMTP.SendAsApp (Office 365 Exchange Online) with admin consent; its service principal is known to Exchange \
    (New-ServicePrincipal, with the object id of the enterprise application); and it has a permission on the mailbox \
    (Add-MailboxPermission). SMTP AUTH must be on for the mailbox, too";

/// Where in a conversation something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Finding the host, connecting, TLS if it is implicit, greeting.
    Connect,
    /// From plain to TLS.
    StartTls,
    /// User name and password.
    SignIn,
    /// The mail itself.
    HandOver,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::StartTls => "STARTTLS",
            Self::SignIn => "signing in",
            Self::HandOver => "handing over the mail",
        })
    }
}

/// Explains failures, and knows what must not show in them. Servers do repeat what they were sent.
pub(super) struct Discretion<'a> {
    config: &'a EmailConfig,
    secrets: Vec<String>,
    recipient: Option<&'a str>,
}

impl<'a> Discretion<'a> {
    /// Keeps the password or the token, in every form that it takes on the wire, and the recipient's address to itself.
    pub(super) fn new(
        config: &'a EmailConfig,
        proof: Option<&Proof>,
        recipient: Option<&'a str>,
    ) -> Self {
        Self {
            config,
            secrets: proof.map_or_else(Vec::new, Proof::forms),
            recipient,
        }
    }

    /// What a failed step means.
    pub(super) fn explain(&self, step: Step, error: &smtp::Error) -> SendError {
        let failure = failure(step, error);
        let said = self.said(error);
        let place = self.place();
        let detail = match self.advice(step, error, &said) {
            Some(advice) => format!("{place}: {said} ({advice})"),
            None => format!("{place}: {said}"),
        };
        SendError::new(failure, detail)
    }

    /// The deadline passed in this step.
    pub(super) fn too_slow(&self, step: Step, limit: Duration) -> SendError {
        let waited = humantime::format_duration(limit);
        let mut detail = format!(
            "{}: not done within {waited}, stuck at {step}",
            self.place()
        );
        if step == Step::Connect && self.config.tls != SmtpTls::Implicit && self.config.port == 465
        {
            detail.push_str(" (port 465 usually wants smtp.tls = \"implicit\")");
        }
        SendError::new(Failure::Timeout, detail)
    }

    /// No address of the host took a connection.
    pub(super) fn unreachable(&self, error: &io::Error) -> SendError {
        let failure = match error.kind() {
            io::ErrorKind::TimedOut => Failure::Timeout,
            _ => Failure::Unreachable,
        };
        SendError::new(failure, format!("{}: {error}", self.place()))
    }

    /// The server cannot be talked to in private.
    pub(super) fn no_starttls(&self) -> SendError {
        let detail = format!(
            "{}: it does not offer STARTTLS (smtp.tls = \"implicit\" may be right, or \"none\" for a relay on this \
             host or inside the cluster)",
            self.place()
        );
        SendError::new(Failure::Tls, detail)
    }

    fn place(&self) -> String {
        format!("{}:{}", self.config.host, self.config.port)
    }

    /// What the server said, or else the innermost cause: one clean line without secrets.
    fn said(&self, error: &smtp::Error) -> String {
        let cause = causes(error)
            .last()
            .map_or_else(String::new, ToString::to_string);
        let text = match error.status() {
            Some(code) => format!("{code} {cause}"),
            None => cause,
        };
        // before it is shortened: half a password is a secret as well
        clean(&self.hidden(text), MAX_SAID)
    }

    fn hidden(&self, mut text: String) -> String {
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), "***");
        }
        match self.recipient {
            Some(recipient) => address::hidden(&text, recipient),
            None => text,
        }
    }

    fn advice(&self, step: Step, error: &smtp::Error, said: &str) -> Option<&'static str> {
        if let Some(code) = error.status() {
            return match u16::from(code) {
                550 if said.contains("5.7.30") => Some(NO_BASIC_AUTH),
                530 if said.to_ascii_uppercase().contains("STARTTLS") => {
                    Some("it wants an encrypted connection: set smtp.tls to \"starttls\"")
                }
                530 if self.config.sign_in.is_none() => {
                    Some("it wants a sign-in: set smtp.username and smtp.password")
                }
                535 if said.contains("5.7.3 ") && self.shows_a_token() => Some(TOKEN_REFUSED),
                _ => None,
            };
        }
        if let Some(error) = tls_error(error) {
            return tls_advice(self.config.tls, error);
        }
        let no_common_mechanism = step == Step::SignIn && error.is_client();
        no_common_mechanism.then_some(if self.shows_a_token() {
            "it must offer AUTH XOAUTH2 on this connection"
        } else {
            "it must offer AUTH PLAIN or AUTH LOGIN on this connection"
        })
    }

    fn shows_a_token(&self) -> bool {
        matches!(self.config.sign_in, Some(SmtpSignIn::OAuth2 { .. }))
    }
}

fn failure(step: Step, error: &smtp::Error) -> Failure {
    if let Some(code) = error.status() {
        return refusal(step, u16::from(code));
    }
    if error.is_tls() || tls_error(error).is_some() {
        return Failure::Tls;
    }
    if error.is_timeout() {
        return Failure::Timeout;
    }
    match step {
        Step::StartTls => Failure::Tls,
        Step::SignIn if error.is_client() => Failure::Unauthorised,
        Step::HandOver if error.is_client() => Failure::Rejected,
        // an answer cut short or not SMTP at all is no connection either
        Step::Connect | Step::SignIn | Step::HandOver => Failure::Unreachable,
    }
}

/// What a reply code means. 530, 534, 535 and 538 are about signing in (RFC 4954 section 6), at whatever step they come.
fn refusal(step: Step, code: u16) -> Failure {
    match code {
        400..=499 => Failure::Unavailable,
        530 | 534 | 535 | 538 => Failure::Unauthorised,
        _ if step == Step::SignIn => Failure::Unauthorised,
        _ => Failure::Rejected,
    }
}

fn tls_advice(tls: SmtpTls, error: &rustls::Error) -> Option<&'static str> {
    use rustls::{CertificateError as Certificate, Error as Tls};
    match error {
        Tls::InvalidCertificate(Certificate::UnknownIssuer) => Some(
            "if a private authority signed its certificate, name that authority's file in tls.extra_ca_file",
        ),
        Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => Some("smtp.host must be a name that its certificate carries"),
        Tls::InvalidMessage(_) if tls == SmtpTls::Implicit => {
            Some("it does not speak TLS on this port; smtp.tls = \"starttls\" may be right")
        }
        _ => None,
    }
}

/// The TLS library's own error, which travels inside an I/O error.
fn tls_error(error: &smtp::Error) -> Option<&rustls::Error> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .filter_map(io::Error::get_ref)
        .find_map(|inner| inner.downcast_ref::<rustls::Error>())
}

fn causes(error: &smtp::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let outermost: &(dyn Error + 'static) = error;
    iter::successors(Some(outermost), |cause| (*cause).source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_codes_decide_whether_to_try_again() {
        for (step, code, expected) in [
            (Step::HandOver, 421, Failure::Unavailable),
            (Step::HandOver, 451, Failure::Unavailable),
            (Step::SignIn, 454, Failure::Unavailable),
            (Step::HandOver, 550, Failure::Rejected),
            (Step::Connect, 554, Failure::Rejected),
            (Step::HandOver, 530, Failure::Unauthorised),
            (Step::SignIn, 535, Failure::Unauthorised),
            (Step::SignIn, 550, Failure::Unauthorised),
        ] {
            assert_eq!(refusal(step, code), expected, "{step} {code}");
        }
    }
}
