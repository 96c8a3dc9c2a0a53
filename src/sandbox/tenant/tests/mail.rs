//! Mail by Graph, and by SMTP with a token.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use super::*;
use crate::sandbox::{Fault, Rule, inbox::Channel};

const OUTLOOK: &str = "https://outlook.office365.com";
const MAIL: &str = "From: Forewarn <Forewarn@contoso.com>\r\nTo: Ops <ops@contoso.com>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\
    Message-ID: <1@forewarn>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n\
    --b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n";

impl Caller {
    async fn send_mail(&self, mailbox: &str, kind: &str, body: String) -> Response {
        let url = format!("{}/v1.0/users/{mailbox}/sendMail", self.base);
        let request = self.client.post(url).header("content-type", kind);
        let request = request.bearer_auth(&self.token).body(body);
        request.send().await.unwrap()
    }

    async fn send_mime(&self, mailbox: &str, mail: &str) -> Response {
        self.send_mail(mailbox, "text/plain", STANDARD.encode(mail))
            .await
    }
}

#[tokio::test]
async fn a_mail_in_mime_arrives_as_any_other() {
    let sandbox = sandbox(1).await;
    let caller = Caller::of(&sandbox).await;
    let response = caller.send_mime("forewarn@contoso.com", MAIL).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(response.text().await.unwrap(), "");
    let received = sandbox.inbox().messages().remove(0);
    assert_eq!(received.channel, Channel::Mail);
    assert_eq!(
        (received.receiver.as_str(), received.title.as_str()),
        ("ops@contoso.com", "Hello")
    );
    assert_eq!(received.problems, Vec::<String>::new());
    assert_eq!(
        sandbox.inbox().content(received.id).unwrap(),
        MAIL.as_bytes()
    );
    let stats = sandbox.stats();
    assert_eq!(stats.graph_requests["/v1.0/users/{id}/sendMail"][&202], 1);
}

#[tokio::test]
async fn what_graph_refuses_is_refused() {
    let sandbox = sandbox(1).await;
    let caller = Caller::of(&sandbox).await;
    let from_other = MAIL.replace("Forewarn@", "ceo@");
    let to_nobody = MAIL.replace("To: Ops <ops@contoso.com>\r\n", "");
    let own = "forewarn@contoso.com";
    for (mailbox, kind, body, status, code) in [
        (
            "nobody@fabrikam.com",
            "text/plain",
            STANDARD.encode(MAIL),
            404,
            "ErrorInvalidUser",
        ),
        (
            "ceo@contoso.com",
            "text/plain",
            STANDARD.encode(&from_other),
            403,
            "ErrorAccessDenied",
        ),
        (
            own,
            "text/plain",
            STANDARD.encode(&from_other),
            403,
            "ErrorSendAsDenied",
        ),
        (
            own,
            "text/plain",
            STANDARD.encode(&to_nobody),
            400,
            "ErrorInvalidRecipients",
        ),
        (
            own,
            "text/plain",
            MAIL.to_owned(),
            400,
            "ErrorMimeContentInvalidBase64String",
        ),
        (
            own,
            "text/plain",
            STANDARD.encode(MAIL) + "\r\n",
            400,
            "ErrorMimeContentInvalidBase64String",
        ),
        (
            own,
            "application/json",
            "{}".to_owned(),
            400,
            "Request_BadRequest",
        ),
        (
            own,
            "message/rfc822",
            STANDARD.encode(MAIL),
            400,
            "Request_BadRequest",
        ),
    ] {
        let response = caller.send_mail(mailbox, kind, body).await;
        assert_eq!(
            graph_error(response).await,
            (status, code.to_owned()),
            "{mailbox} {kind}"
        );
    }
    assert!(sandbox.inbox().messages().is_empty());
}

#[tokio::test]
async fn who_holds_the_permission_sends_as_anybody() {
    let sandbox = sandbox(1).await;
    sandbox.set_faults(Faults {
        roles: Some(vec!["Mail.Send".to_owned()]),
        rules: vec![Rule::always(Fault::Throttle).times(1)],
        ..Faults::default()
    });
    let caller = Caller::of(&sandbox).await;
    let mail = MAIL.replace("Forewarn@", "ceo@");
    let busy = caller.send_mime("ceo@contoso.com", &mail).await;
    assert_eq!(busy.status(), StatusCode::TOO_MANY_REQUESTS);
    let taken = caller.send_mime("ceo@contoso.com", &mail).await;
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
    let elsewhere =
        Caller::for_resource(client_builder().build().unwrap(), &sandbox, OUTLOOK).await;
    let refused = elsewhere.send_mime("ceo@contoso.com", &mail).await;
    assert_eq!(
        graph_error(refused).await,
        (401, "InvalidAuthenticationToken".to_owned())
    );
}

/// The mail server's answer to this token.
async fn xoauth2(sandbox: &Sandbox, mailbox: &str, token: &str) -> String {
    let stream = TcpStream::connect(sandbox.smtp().unwrap()).await.unwrap();
    let mut stream = BufReader::new(stream);
    let response = STANDARD.encode(format!("user={mailbox}\u{1}auth=Bearer {token}\u{1}\u{1}"));
    let said = format!("EHLO me\r\nAUTH XOAUTH2 {response}\r\nQUIT\r\n");
    stream.write_all(said.as_bytes()).await.unwrap();
    let (mut line, mut offered) = (String::new(), false);
    while stream.read_line(&mut line).await.unwrap() > 0 {
        offered |= line.contains("AUTH PLAIN LOGIN XOAUTH2");
        if offered && (line.starts_with("235") || line.starts_with('5')) {
            return line;
        }
        line.clear();
    }
    panic!("no answer")
}

#[tokio::test]
async fn the_mail_server_takes_only_tokens_that_were_given_out_for_it() {
    let mut options = options(1);
    options.smtp = Some(([127, 0, 0, 1], 0).into());
    let sandbox = start(options).await.unwrap();
    let client = || client_builder().build().unwrap();
    let token = Caller::for_resource(client(), &sandbox, OUTLOOK)
        .await
        .token;
    let for_graph = Caller::of(&sandbox).await.token;
    let own = "forewarn@contoso.com";
    assert!(xoauth2(&sandbox, own, &token).await.starts_with("235 "));
    for (mailbox, token) in [
        (own, for_graph.as_str()),
        (own, "eyJ0eXAi.made-up.c2ln"),
        (own, ""),
        ("nobody@fabrikam.com", token.as_str()),
    ] {
        let answer = xoauth2(&sandbox, mailbox, token).await;
        assert!(answer.starts_with("535 5.7.3 "), "{mailbox}: {answer}");
    }
    sandbox.set_faults(Faults {
        roles: Some(Vec::new()),
        ..Faults::default()
    });
    let token = Caller::for_resource(client(), &sandbox, OUTLOOK)
        .await
        .token;
    assert!(
        xoauth2(&sandbox, own, &token).await.starts_with("535 "),
        "without consent"
    );
}
