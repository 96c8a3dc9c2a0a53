//! An SMTP server to talk to: real sockets, real TLS, and whatever misbehaviour a test asks for.

use std::{
    collections::VecDeque,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;

use super::{certificate, samples};

/// What the server does at one step of one connection instead of the usual.
#[derive(Debug, Clone, Copy)]
pub(super) enum Twist {
    /// Answers with this line.
    Reply(&'static str),
    /// Never answers.
    Stall,
    /// Drops the connection.
    Close,
}

/// At which command of a connection what goes otherwise, if anything. `CONNECT` and `.` count as commands.
pub(super) type Plan = Option<(&'static str, Twist)>;

/// How the server protects a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    None,
    Offered,
    Implicit,
}

/// What a server is like.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) tls: Tls,
    /// What it offers after AUTH; nobody has to sign in where it offers nothing.
    pub(super) mechanisms: &'static str,
    pub(super) user: &'static str,
    /// The password, or the token.
    pub(super) password: &'static str,
    /// The name on its certificate.
    pub(super) certificate_name: &'static str,
    /// One a connection, in order; after that all goes as usual.
    pub(super) twists: Vec<Plan>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            tls: Tls::None,
            mechanisms: "",
            user: samples::USER,
            password: samples::PASSWORD,
            certificate_name: "localhost",
            twists: Vec::new(),
        }
    }
}

/// A mail as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// The lines of DATA as they came, dots still doubled.
    pub(super) raw: String,
    pub(super) encrypted: bool,
    pub(super) signed_in: bool,
}

impl Received {
    /// The mail with the dots of transparency removed (RFC 5321 section 4.5.2).
    pub(super) fn content(&self) -> String {
        let lines = self.raw.split_inclusive("\r\n");
        lines
            .map(|line| line.strip_prefix('.').unwrap_or(line))
            .collect()
    }
}

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    commands: Vec<String>,
    mails: Vec<Received>,
}

/// A running server.
pub(super) struct Peer {
    pub(super) port: u16,
    /// The authority that signed its certificate, and another one before it, in one PEM file.
    pub(super) authorities: Vec<u8>,
    seen: Arc<Mutex<Seen>>,
    stalled: Arc<Notify>,
}

impl Peer {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, authorities) = certificate::issue(manner.certificate_name);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let stalled = Arc::new(Notify::new());
        let host = Host {
            twists: Arc::new(Mutex::new(manner.twists.iter().copied().collect())),
            manner,
            acceptor,
            seen: Arc::clone(&seen),
            stalled: Arc::clone(&stalled),
        };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let host = host.clone();
                // a connection that breaks off is what some of the tests are about
                tokio::spawn(async move { drop(host.welcome(socket).await) });
            }
        });
        Self {
            port,
            authorities,
            seen,
            stalled,
        }
    }

    pub(super) fn mails(&self) -> Vec<Received> {
        self.seen().mails.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen().connections
    }

    /// The first words of all commands so far.
    pub(super) fn verbs(&self) -> Vec<String> {
        let verb = |line: &String| line.split([' ', ':']).next().unwrap().to_owned();
        self.seen().commands.iter().map(verb).collect()
    }

    /// Returns once a connection has come to its [`Twist::Stall`].
    pub(super) async fn stalled(&self) {
        self.stalled.notified().await;
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

#[derive(Clone)]
struct Host {
    manner: Manner,
    twists: Arc<Mutex<VecDeque<Plan>>>,
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Seen>>,
    stalled: Arc<Notify>,
}

impl Host {
    async fn welcome(&self, socket: TcpStream) -> std::io::Result<()> {
        self.seen.lock().unwrap().connections += 1;
        let twist = self.twists.lock().unwrap().pop_front().flatten();
        let encrypted = self.manner.tls == Tls::Implicit;
        let stream: Box<dyn Stream> = if encrypted {
            Box::new(self.acceptor.accept(socket).await?)
        } else {
            Box::new(socket)
        };
        let mut talk = Talk {
            host: self,
            stream: BufStream::new(stream),
            twist,
            encrypted,
        };
        let signed_in = self.manner.mechanisms.is_empty();
        if talk.answer("CONNECT", "220 peer.example ESMTP").await? {
            talk.run(signed_in).await?;
        }
        Ok(())
    }
}

struct Talk<'a> {
    host: &'a Host,
    stream: BufStream<Box<dyn Stream>>,
    twist: Plan,
    encrypted: bool,
}

impl Talk<'_> {
    async fn run(&mut self, mut signed_in: bool) -> std::io::Result<()> {
        let mut mail = Received::default();
        loop {
            let line = self.line().await?;
            self.host.seen.lock().unwrap().commands.push(line.clone());
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let going_on = match verb {
                "EHLO" => self.answer(verb, &self.capabilities()).await?,
                "STARTTLS" => self.answer(verb, "220 go ahead").await? && self.upgrade().await?,
                "AUTH" => {
                    signed_in = self.sign_in(rest).await?;
                    let usual = if signed_in {
                        "235 2.7.0 welcome"
                    } else {
                        "535 5.7.8 no"
                    };
                    self.answer(verb, usual).await?
                }
                "MAIL" if !signed_in => self.answer(verb, "530 5.7.0 sign in first").await?,
                "MAIL" => {
                    mail = Received {
                        from: address(rest),
                        encrypted: self.encrypted,
                        signed_in,
                        ..Received::default()
                    };
                    self.answer(verb, "250 2.1.0 ok").await?
                }
                "RCPT" => {
                    mail.to.push(address(rest));
                    self.answer(verb, "250 2.1.5 ok").await?
                }
                "DATA" => {
                    self.answer(verb, "354 go ahead").await? && self.content(&mut mail).await?
                }
                "QUIT" => {
                    self.answer(verb, "221 bye").await?;
                    false
                }
                _ => self.answer(verb, "250 ok").await?,
            };
            if !going_on {
                return Ok(());
            }
        }
    }

    /// The usual answer, or the twist. False when the connection is to end.
    async fn answer(&mut self, verb: &str, usual: &str) -> std::io::Result<bool> {
        let reply = match self.twist {
            Some((at, twist)) if at == verb => match twist {
                Twist::Reply(line) => line,
                Twist::Close => return Ok(false),
                Twist::Stall => {
                    self.host.stalled.notify_one();
                    pending().await
                }
            },
            _ => usual,
        };
        self.stream.write_all(reply.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await?;
        // a refused DATA ends the connection: content would be taken for commands
        Ok(verb != "DATA" || reply.starts_with('3'))
    }

    fn capabilities(&self) -> String {
        let mut lines = vec!["peer.example", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if self.host.manner.tls == Tls::Offered && !self.encrypted {
            lines.push("STARTTLS");
        }
        let auth = format!("AUTH {}", self.host.manner.mechanisms);
        if !self.host.manner.mechanisms.is_empty() {
            lines.push(&auth);
        }
        let last = lines.pop().unwrap();
        let lines: Vec<String> = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        lines.concat() + "250 " + last
    }

    async fn upgrade(&mut self) -> std::io::Result<bool> {
        let plain: Box<dyn Stream> = Box::new(tokio::io::empty());
        let plain = std::mem::replace(&mut self.stream, BufStream::new(plain)).into_inner();
        let secured: Box<dyn Stream> = Box::new(self.host.acceptor.accept(plain).await?);
        self.stream = BufStream::new(secured);
        self.encrypted = true;
        Ok(true)
    }

    async fn sign_in(&mut self, rest: &str) -> std::io::Result<bool> {
        let Manner { user, password, .. } = self.host.manner;
        if let Some(initial) = rest.strip_prefix("XOAUTH2 ") {
            let expected = format!("user={user}\u{1}auth=Bearer {password}\u{1}\u{1}");
            return Ok(decoded(initial) == expected);
        }
        if let Some(initial) = rest.strip_prefix("PLAIN ") {
            return Ok(decoded(initial) == format!("\0{user}\0{password}"));
        }
        let given_user = self.ask("Username:").await?;
        let given_password = self.ask("Password:").await?;
        Ok(given_user == user && given_password == password)
    }

    async fn ask(&mut self, what: &str) -> std::io::Result<String> {
        let question = format!("334 {}", STANDARD.encode(what));
        self.answer("challenge", &question).await?;
        Ok(decoded(&self.line().await?))
    }

    async fn content(&mut self, mail: &mut Received) -> std::io::Result<bool> {
        loop {
            let line = self.line().await?;
            if line == "." {
                break;
            }
            mail.raw.push_str(&line);
            mail.raw.push_str("\r\n");
        }
        let refused = matches!(self.twist, Some((".", _)));
        if !refused {
            self.host.seen.lock().unwrap().mails.push(mail.clone());
        }
        self.answer(".", "250 2.0.0 queued").await
    }

    async fn line(&mut self) -> std::io::Result<String> {
        read_line(&mut self.stream).await
    }
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line
        .strip_suffix("\r\n")
        .expect("a line ends with CRLF")
        .to_owned())
}

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

fn address(rest: &str) -> String {
    let from = rest.find('<').unwrap() + 1;
    rest[from..rest.find('>').unwrap()].to_owned()
}
