//! One client's conversation: which command is allowed when, and the answers.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Envelope, MAX_MESSAGE,
    command::{Command, Sender, parse},
    wire::{Line, Wire},
};
use crate::sandbox::{
    inbox::{Inbox, mail},
    tenant::{is_mailbox, may_submit},
};

/// Bytes of a command line. RFC 5321 asks for 512, RFC 4954 for 12,288 with AUTH.
const COMMAND: usize = 12_288;
/// Bytes of a line of the message. RFC 5322 allows 998; longer ones are taken, and named among the problems.
const TEXT_LINE: usize = 1 << 20;
/// Characters of a user name that are kept.
const USER: usize = 254;
/// Recipients of one message; RFC 5321, 4.5.3.1.8.
const RECIPIENTS: usize = 100;
/// Bad commands before the server hangs up.
const MISTAKES: u32 = 20;

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Closed,
    /// The client was told to go ahead with TLS.
    StartTls,
}

/// A conversation and what it has come to.
pub(super) struct Session {
    inbox: Inbox,
    offers_tls: bool,
    encrypted: bool,
    hello: bool,
    user: Option<String>,
    /// Set by MAIL, filled by RCPT, used by DATA.
    envelope: Option<Envelope>,
    mistakes: u32,
}

/// What follows a command.
enum Next {
    GoOn,
    End(End),
}

impl Session {
    pub(super) fn new(inbox: Inbox, offers_tls: bool, encrypted: bool) -> Self {
        Self {
            inbox,
            offers_tls,
            encrypted,
            hello: false,
            user: None,
            envelope: None,
            mistakes: 0,
        }
    }

    pub(super) async fn greet<S>(&self, wire: &mut Wire<S>) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.inbox.script().mail_is_down() {
            // `talk` answers the first command with 421 as well, and closes
            return Ok(());
        }
        wire.reply(220, "inbox.sandbox ESMTP forewarn sandbox")
            .await
    }

    /// Answers commands until the client leaves or TLS begins.
    pub(super) async fn talk<S>(&mut self, wire: &mut Wire<S>) -> io::Result<End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut line = Vec::new();
        loop {
            if self.inbox.script().mail_is_down() {
                self.inbox.turned_away();
                wire.reply(421, "4.3.2 Service not available, closing")
                    .await?;
                return Ok(End::Closed);
            }
            let command = match wire.read_line(&mut line, COMMAND).await? {
                Line::Closed => return Ok(End::Closed),
                Line::TooLong => Command::Bad(500, "5.5.6 Line too long"),
                Line::Whole | Line::BareLineFeed => parse(&line),
            };
            if let Next::End(end) = self.answer(wire, command).await? {
                return Ok(end);
            }
        }
    }

    async fn answer<S>(&mut self, wire: &mut Wire<S>, command: Command) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match command {
            Command::Hello { extended } => {
                self.hello = true;
                self.envelope = None;
                wire.reply(250, &self.hello_text(extended)).await?;
            }
            Command::StartTls if self.offers_tls => {
                wire.reply(220, "2.0.0 Go ahead").await?;
                return Ok(Next::End(End::StartTls));
            }
            Command::StartTls => wire.reply(502, "5.5.1 No TLS here").await?,
            Command::Auth { mechanism, initial } => self.auth(wire, &mechanism, initial).await?,
            Command::Mail(sender) => self.mail(wire, sender).await?,
            Command::Rcpt(address) => self.rcpt(wire, address).await?,
            Command::Data => return self.data(wire).await,
            Command::Rset => {
                self.envelope = None;
                wire.reply(250, "2.0.0 Forgotten").await?;
            }
            Command::Noop => wire.reply(250, "2.0.0 OK").await?,
            Command::Quit => {
                wire.reply(221, "2.0.0 Bye").await?;
                return Ok(Next::End(End::Closed));
            }
            Command::NotOffered => wire.reply(502, "5.5.1 Not offered").await?,
            Command::Bad(code, text) => return self.mistake(wire, code, text).await,
        }
        Ok(Next::GoOn)
    }

    fn hello_text(&self, extended: bool) -> String {
        if !extended {
            return "inbox.sandbox".to_owned();
        }
        let tls = if self.offers_tls { "STARTTLS\n" } else { "" };
        format!(
            "inbox.sandbox\nPIPELINING\n8BITMIME\nENHANCEDSTATUSCODES\n{tls}AUTH PLAIN LOGIN XOAUTH2\nSIZE {MAX_MESSAGE}"
        )
    }

    async fn mistake<S>(&mut self, wire: &mut Wire<S>, code: u16, text: &str) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.mistakes += 1;
        if self.mistakes > MISTAKES {
            wire.reply(421, "4.7.0 Too many errors").await?;
            return Ok(Next::End(End::Closed));
        }
        wire.reply(code, text).await?;
        Ok(Next::GoOn)
    }

    /// Any name and password will do, as long as they are well said; a token has to be one that the tenant gave out for this.
    async fn auth<S>(
        &mut self,
        wire: &mut Wire<S>,
        mechanism: &str,
        initial: Option<String>,
    ) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if !self.hello || self.user.is_some() || self.envelope.is_some() {
            return wire.reply(503, "5.5.1 Not now").await;
        }
        let user = match mechanism {
            "PLAIN" => {
                let response = self.response(wire, initial, "").await?;
                // authorisation identity, name, password, with NUL between
                response.and_then(|all| {
                    let mut parts = all.split('\0').skip(1);
                    let user = parts.next()?.to_owned();
                    parts.next().map(|_| user)
                })
            }
            "LOGIN" => match self.response(wire, initial, "VXNlcm5hbWU6").await? {
                Some(user) => self
                    .response(wire, None, "UGFzc3dvcmQ6")
                    .await?
                    .map(|_| user),
                None => None,
            },
            "XOAUTH2" => {
                let response = self.response(wire, initial, "").await?;
                let shown = response.as_deref().and_then(shown_token);
                if let Some((mailbox, token)) = shown
                    && !(is_mailbox(mailbox) && may_submit(token, self.inbox.now()))
                {
                    let refusal = "5.7.3 Authentication unsuccessful [SANDBOX.PROD.OUTLOOK.COM]";
                    return wire.reply(535, refusal).await;
                }
                shown.map(|(mailbox, _)| mailbox.to_owned())
            }
            _ => return wire.reply(504, "5.5.4 PLAIN, LOGIN or XOAUTH2").await,
        };
        match user {
            Some(user) => {
                self.user = Some(user.chars().take(USER).collect());
                wire.reply(235, "2.7.0 Welcome, whoever you are").await
            }
            None => wire.reply(501, "5.5.2 That is no AUTH response").await,
        }
    }

    /// The client's next response, decoded: the one it gave with the command, or else the answer to `challenge`.
    async fn response<S>(
        &self,
        wire: &mut Wire<S>,
        initial: Option<String>,
        challenge: &str,
    ) -> io::Result<Option<String>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut line = initial.map(String::into_bytes).unwrap_or_default();
        if line.is_empty() {
            wire.reply(334, challenge).await?;
            if wire.read_line(&mut line, COMMAND).await? != Line::Whole {
                return Ok(None);
            }
        }
        Ok(STANDARD
            .decode(&line)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    async fn mail<S>(&mut self, wire: &mut Wire<S>, sender: Sender) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if !self.hello || self.envelope.is_some() {
            return wire.reply(503, "5.5.1 Not now").await;
        }
        if sender.size.is_some_and(|size| size > MAX_MESSAGE as u64) {
            return wire.reply(552, "5.3.4 Message too large").await;
        }
        self.envelope = Some(Envelope {
            from: sender.address,
            tls: self.encrypted,
            user: self.user.clone(),
            eight_bit: sender.eight_bit,
            ..Envelope::default()
        });
        wire.reply(250, "2.1.0 OK").await
    }

    async fn rcpt<S>(&mut self, wire: &mut Wire<S>, address: String) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(envelope) = &mut self.envelope else {
            return wire.reply(503, "5.5.1 MAIL first").await;
        };
        if envelope.to.len() >= RECIPIENTS {
            return wire.reply(452, "4.5.3 Too many recipients").await;
        }
        if self.inbox.script().refuses(&address) {
            self.inbox.turned_away();
            return wire.reply(550, "5.1.1 No such mailbox").await;
        }
        if self.inbox.script().greylists(&address) {
            self.inbox.turned_away();
            return wire.reply(451, "4.7.1 Greylisted, try again later").await;
        }
        envelope.to.push(address);
        wire.reply(250, "2.1.5 OK").await
    }

    async fn data<S>(&mut self, wire: &mut Wire<S>) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(mut envelope) = self.envelope.take_if(|envelope| !envelope.to.is_empty()) else {
            return self.mistake(wire, 503, "5.5.1 RCPT first").await;
        };
        wire.reply(354, "End with CRLF.CRLF").await?;
        let Some(message) = read_message(wire, &mut envelope).await? else {
            return Ok(Next::End(End::Closed));
        };
        let Message::Whole(raw) = message else {
            wire.reply(552, "5.3.4 Message too large").await?;
            return Ok(Next::GoOn);
        };
        if self.inbox.script().stalls_after_data() {
            self.inbox.turned_away();
            // nothing is answered; the wait ends when the client hangs up or says something else
            drop(wire.read_line(&mut Vec::new(), COMMAND).await);
            return Ok(Next::End(End::Closed));
        }
        let received = self.inbox.take(mail::arrival(envelope, raw));
        wire.reply(250, &format!("2.0.0 Kept as {}", received.id))
            .await?;
        Ok(Next::GoOn)
    }
}

/// The mailbox and the token of an XOAUTH2 response
/// (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
fn shown_token(response: &str) -> Option<(&str, &str)> {
    let mut fields = response.strip_suffix("\u{1}\u{1}")?.split('\u{1}');
    let mailbox = fields.next()?.strip_prefix("user=")?;
    let token = fields.next()?.strip_prefix("auth=Bearer ")?;
    fields.next().is_none().then_some((mailbox, token))
}

enum Message {
    Whole(Vec<u8>),
    TooLarge,
}

/// Reads a message to its end, taking off the dots that were doubled for the way; `None`: the client left in the middle.
async fn read_message<S>(wire: &mut Wire<S>, envelope: &mut Envelope) -> io::Result<Option<Message>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut raw, mut line) = (Vec::new(), Vec::new());
    let mut too_large = false;
    // the end counts only between two true line ends: anything else lets a mail be smuggled inside another
    let mut after_line_end = true;
    loop {
        let how = wire.read_line(&mut line, TEXT_LINE).await?;
        let end: &[u8] = match how {
            Line::Closed => return Ok(None),
            Line::Whole => b"\r\n",
            Line::BareLineFeed => b"\n",
            Line::TooLong => {
                too_large = true;
                b"\r\n"
            }
        };
        if line == b"." && how == Line::Whole && after_line_end {
            break;
        }
        envelope.bare_line_feed |= how == Line::BareLineFeed;
        let text = match line.strip_prefix(b".") {
            Some(rest) if after_line_end => rest,
            _ => &line,
        };
        after_line_end = how != Line::BareLineFeed;
        too_large |= raw.len() + text.len() + end.len() > MAX_MESSAGE;
        if too_large {
            raw = Vec::new();
            continue;
        }
        raw.extend_from_slice(text);
        raw.extend_from_slice(end);
    }
    Ok(Some(if too_large {
        Message::TooLarge
    } else {
        Message::Whole(raw)
    }))
}
