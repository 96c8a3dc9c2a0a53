//! The mail server, with lettre as its client, and by hand where lettre is too polite.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::MultiPart,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};

use super::*;
use crate::sandbox::inbox::{Behaviour, MailBehaviour, shelf::Content};

struct Server {
    inbox: Inbox,
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    /// The certificate that clients must trust.
    certificate: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Security {
    None,
    StartTls,
    Implicit,
}

impl Server {
    async fn new(security: Security) -> Self {
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
        let at: DateTime<Utc> = "2026-11-22T09:30:00Z".parse().unwrap();
        let inbox = Inbox::new(Arc::new(move || at));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let tls = (security != Security::None).then(|| Arc::new(tls));
        let implicit = security == Security::Implicit;
        let serving = tokio::spawn(serve(listener, inbox.clone(), tls, implicit, stop.clone()));
        Self {
            inbox,
            address,
            stop,
            serving,
            certificate: issued.cert.pem(),
        }
    }

    fn client(&self, security: Security) -> AsyncSmtpTransport<Tokio1Executor> {
        let parameters = || {
            let trusted = Certificate::from_pem(self.certificate.as_bytes()).unwrap();
            TlsParameters::builder("localhost".to_owned())
                .add_root_certificate(trusted)
                .build_rustls()
                .unwrap()
        };
        let tls = match security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters()),
            Security::Implicit => Tls::Wrapper(parameters()),
        };
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(self.address.port())
            .tls(tls)
            .credentials(Credentials::new("forewarn".to_owned(), "secret".to_owned()))
            .authentication(vec![Mechanism::Plain])
            .build()
    }

    fn behave(&self, mail: MailBehaviour) {
        self.inbox.behave(Behaviour {
            mail,
            ..Behaviour::default()
        });
    }

    /// Sends all at once, as a client that pipelines, and returns the replies until the server hangs up.
    async fn say(&self, words: impl AsRef<[u8]>) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(words.as_ref()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut replies = String::new();
        stream.read_to_string(&mut replies).await.unwrap();
        replies.lines().map(str::to_owned).collect()
    }

    /// The codes of the last lines of the replies, without the greeting.
    async fn codes(&self, words: impl AsRef<[u8]>) -> Vec<String> {
        let last_lines =
            |line: &String| (line.get(3..4) == Some(" ")).then(|| line[..3].to_owned());
        self.say(words)
            .await
            .iter()
            .filter_map(last_lines)
            .skip(1)
            .collect()
    }

    fn envelope(&self, id: u64) -> Envelope {
        match &self.inbox.entry(id).unwrap().content {
            Content::Mail { envelope, .. } => envelope.clone(),
            Content::Http { .. } => panic!("message {id} is no mail"),
        }
    }
}

fn message(to: &str, text: &str) -> Message {
    let parts = MultiPart::alternative_plain_html(text.to_owned(), format!("<p>{text}</p>"));
    Message::builder()
        .from("Forewarn <forewarn@contoso.com>".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Zwölf secrets run out")
        .message_id(Some("<1@forewarn>".to_owned()))
        .multipart(parts)
        .unwrap()
}

#[tokio::test]
async fn lettre_delivers_in_clear_over_starttls_and_over_tls() {
    for security in [Security::None, Security::StartTls, Security::Implicit] {
        let server = Server::new(security).await;
        let text = ".a line with a dot\r\n..two dots\r\nünïcode\r\n.\r\nend";
        server
            .client(security)
            .send(message("ops@contoso.com", text))
            .await
            .unwrap();
        let received = &server.inbox.messages()[0];
        assert_eq!(received.problems, Vec::<String>::new());
        assert_eq!(received.title, "Zwölf secrets run out");
        assert_eq!(received.receiver, "ops@contoso.com");
        let envelope = server.envelope(1);
        assert_eq!(envelope.from, "forewarn@contoso.com");
        assert_eq!(envelope.user.as_deref(), Some("forewarn"));
        assert_eq!(envelope.tls, security != Security::None);
        let view = crate::sandbox::inbox::mail::view(&server.inbox.content(1).unwrap());
        assert_eq!(view.text.unwrap().trim_end(), text);
    }
}

#[tokio::test]
async fn a_repeat_is_known_by_its_message_id() {
    let server = Server::new(Security::None).await;
    for _ in 0..2 {
        server
            .client(Security::None)
            .send(message("ops@contoso.com", "x"))
            .await
            .unwrap();
    }
    server
        .client(Security::None)
        .send(message("else@contoso.com", "x"))
        .await
        .unwrap();
    let repeats: Vec<bool> = server
        .inbox
        .messages()
        .iter()
        .map(|one| one.repeat)
        .collect();
    assert_eq!(repeats, [false, true, false]);
}

#[tokio::test]
async fn it_greylists_refuses_and_is_down_on_request() {
    let server = Server::new(Security::None).await;
    let send = async || {
        server
            .client(Security::None)
            .send(message("ops@contoso.com", "x"))
            .await
    };
    let code = |error: lettre::transport::smtp::Error| error.status().map(u16::from);

    server.behave(MailBehaviour {
        greylist: 2,
        ..MailBehaviour::default()
    });
    assert_eq!(code(send().await.unwrap_err()), Some(451));
    assert_eq!(code(send().await.unwrap_err()), Some(451));
    send().await.unwrap();

    let refuse = vec!["OPS@contoso.com".to_owned()];
    server.behave(MailBehaviour {
        refuse,
        ..MailBehaviour::default()
    });
    assert_eq!(code(send().await.unwrap_err()), Some(550));

    server.behave(MailBehaviour {
        down: true,
        ..MailBehaviour::default()
    });
    assert_eq!(code(send().await.unwrap_err()), Some(421));

    server.behave(MailBehaviour::default());
    send().await.unwrap();
    assert_eq!(server.inbox.counts().taken, 2);
    assert_eq!(server.inbox.counts().turned_away, 4);
}

#[tokio::test]
async fn it_stalls_after_data_without_keeping_the_message() {
    let server = Server::new(Security::None).await;
    server.behave(MailBehaviour {
        stall_after_data: 1,
        ..MailBehaviour::default()
    });
    let sending = async || {
        server
            .client(Security::None)
            .send(message("ops@contoso.com", "x"))
            .await
    };
    assert!(
        timeout(Duration::from_millis(300), sending())
            .await
            .is_err()
    );
    assert_eq!(server.inbox.messages().len(), 0);
    sending().await.unwrap();
    assert_eq!(server.inbox.messages().len(), 1);
}

const START: &str = "EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n";

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let server = Server::new(Security::None).await;
    let words = format!(
        "{START}Subject: one\r\n\r\n1\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<x@y.z>\r\nRCPT TO:<y@y.z>\r\nDATA\r\nSubject: two\r\n\r\n.\r\n\
        RSET\r\nNOOP\r\nQUIT\r\n"
    );
    let expected = [
        "250", "250", "250", "354", "250", "250", "250", "250", "354", "250", "250", "250", "221",
    ];
    assert_eq!(server.codes(words).await, expected);
    let messages = server.inbox.messages();
    let titles: Vec<&str> = messages.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["one", "two"]);
    assert_eq!(messages[1].receiver, "x@y.z, y@y.z");
}

#[tokio::test]
async fn dots_are_taken_off_and_only_a_true_end_ends_a_message() {
    let server = Server::new(Security::None).await;
    let smuggled = "first\r\n..dot\r\n...\r\nbare\n.\r\nMAIL FROM:<evil@b.c>\r\n.\nstill\r\n.\r\n";
    let codes = server.codes(format!("{START}{smuggled}QUIT\r\n")).await;
    assert_eq!(codes, ["250", "250", "250", "354", "250", "221"]);
    let content = String::from_utf8(server.inbox.content(1).unwrap()).unwrap();
    assert_eq!(
        content,
        "first\r\n.dot\r\n..\r\nbare\n.\r\nMAIL FROM:<evil@b.c>\r\n\nstill\r\n"
    );
    assert!(server.inbox.messages()[0].problems[0].contains("bare line feed"));
}

#[tokio::test]
async fn what_is_too_large_or_too_long_is_refused_and_the_session_goes_on() {
    let server = Server::new(Security::None).await;
    let hello = server.say("EHLO me\r\n").await;
    assert!(
        hello.contains(&format!("250 SIZE {MAX_MESSAGE}")),
        "{hello:?}"
    );
    assert!(!hello.contains(&"250-STARTTLS".to_owned()));
    let announced = format!("EHLO me\r\nMAIL FROM:<a@b.c> SIZE={}\r\n", MAX_MESSAGE + 1);
    assert_eq!(server.codes(announced).await, ["250", "552"]);
    let line = "x".repeat(998);
    let body = format!("{line}\r\n").repeat(MAX_MESSAGE / 1_000 + 1);
    let codes = server.codes(format!("{START}{body}.\r\nNOOP\r\n")).await;
    assert_eq!(codes, ["250", "250", "250", "354", "552", "250"]);
    let long = format!("EHLO {}\r\nNOOP\r\n", "x".repeat(20_000));
    assert_eq!(server.codes(long).await, ["500", "250"]);
    assert_eq!(server.inbox.messages().len(), 0);
}

#[tokio::test]
async fn commands_out_of_order_and_nonsense_are_refused() {
    let server = Server::new(Security::None).await;
    let codes = async |words: &str| server.codes(words.to_owned()).await;
    assert_eq!(codes("MAIL FROM:<a@b.c>\r\n").await, ["503"]);
    assert_eq!(
        codes("EHLO me\r\nRCPT TO:<a@b.c>\r\nDATA\r\n").await,
        ["250", "503", "503"]
    );
    assert_eq!(
        codes("EHLO me\r\nMAIL FROM:<a@b.c>\r\nDATA\r\n").await,
        ["250", "250", "503"]
    );
    assert_eq!(
        codes("EHLO me\r\nSTARTTLS\r\nVRFY x\r\n").await,
        ["250", "502", "502"]
    );
    assert_eq!(
        codes("EHLO me\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nAUTH PLAIN\r\n").await,
        ["250", "334", "334", "235", "503"]
    );
    assert_eq!(
        codes("EHLO me\r\nAUTH PLAIN\r\nAGEAYg==\r\n").await,
        ["250", "334", "235"]
    );
    assert_eq!(
        codes("EHLO me\r\nAUTH PLAIN AGEAYg==\r\n").await,
        ["250", "235"]
    );
    assert_eq!(
        codes("EHLO me\r\nAUTH PLAIN *\r\nAUTH CRAM-MD5\r\n").await,
        ["250", "501", "504"]
    );
    let nonsense = codes(&"FOO\r\n".repeat(30)).await;
    assert_eq!(
        (nonsense.len(), nonsense.last().map(String::as_str)),
        (21, Some("421"))
    );
    assert!(
        server
            .codes([0xff, 0x00, b'\n', b'\r', b'\n', 0x80])
            .await
            .iter()
            .all(|code| code == "500")
    );
    assert_eq!(server.inbox.messages().len(), 0);
}

#[tokio::test]
async fn what_comes_in_clear_behind_starttls_is_forgotten() {
    let server = Server::new(Security::StartTls).await;
    let codes = server
        .codes(format!("EHLO me\r\nSTARTTLS\r\n{START}x\r\n.\r\n"))
        .await;
    assert_eq!(codes, ["250", "220"]);
    assert_eq!(server.inbox.messages().len(), 0);
}

#[tokio::test]
async fn it_stops_with_sessions_open() {
    let server = Server::new(Security::None).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).await.unwrap();
    server.stop.cancel();
    timeout(Duration::from_secs(5), server.serving)
        .await
        .unwrap()
        .unwrap();
}
