//! The real notifier against a real peer.

use std::time::Duration;

use mail_parser::MessageParser;

use super::{
    super::{EmailNotifier, SmtpTls},
    peer::{Manner, Peer, Plan, Tls, Twist},
    samples::{config, envelope, notifier, payload, with_sign_in},
};
use crate::notify::{Failure, Notifier, SendError};

const PLATFORM: &str = "platform@contoso.com";

/// A notifier that talks to the peer without TLS and without signing in.
pub(super) fn plain(peer: &Peer) -> EmailNotifier {
    notifier(config("127.0.0.1", peer.port, SmtpTls::None), None)
}

fn impatient(mut notifier: EmailNotifier) -> EmailNotifier {
    notifier.timeouts.whole = Duration::from_millis(400);
    notifier.timeouts.farewell = Duration::from_millis(50);
    notifier
}

pub(super) async fn send(notifier: &EmailNotifier) -> Result<(), SendError> {
    notifier.send(&envelope(&payload(), PLATFORM)).await
}

pub(super) async fn peer_with(twists: Vec<Plan>) -> Peer {
    Peer::start(Manner {
        twists,
        ..Manner::default()
    })
    .await
}

/// Sends to a peer that misbehaves once, and gives the failure.
pub(super) async fn failure_at(verb: &'static str, twist: Twist) -> SendError {
    let peer = peer_with(vec![Some((verb, twist))]).await;
    send(&impatient(plain(&peer))).await.unwrap_err()
}

#[tokio::test]
async fn a_mail_arrives_whole_however_the_connection_is_protected() {
    for (tls, theirs) in [
        (SmtpTls::None, Tls::None),
        (SmtpTls::StartTls, Tls::Offered),
        (SmtpTls::Implicit, Tls::Implicit),
    ] {
        for mechanisms in ["", "PLAIN LOGIN", "LOGIN"] {
            let peer = Peer::start(Manner {
                tls: theirs,
                mechanisms,
                ..Manner::default()
            })
            .await;
            let mut config = config("localhost", peer.port, tls);
            if !mechanisms.is_empty() {
                config = with_sign_in(config);
            }
            let notifier = notifier(config, Some(peer.authorities.clone()));
            send(&notifier)
                .await
                .unwrap_or_else(|error| panic!("{tls:?} {mechanisms}: {error}"));

            let mails = peer.mails();
            let [mail] = mails.as_slice() else {
                panic!("{} mails", mails.len())
            };
            assert_eq!(mail.from, "forewarn@contoso.com");
            assert_eq!(mail.to, [PLATFORM], "one RCPT a message");
            assert_eq!(mail.encrypted, tls != SmtpTls::None);
            assert!(mail.signed_in);
            arrived_whole(&mail.content());
        }
    }
}

fn arrived_whole(content: &str) {
    let parsed = MessageParser::default().parse(content).unwrap();
    let sent = payload();
    assert_eq!(parsed.subject(), Some(sent.title.as_str()));
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n"),
        sent.text
    );
    assert_eq!(
        parsed.body_html(0).unwrap().replace("\r\n", "\n"),
        sent.body
    );
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!(
        (to.name(), to.address()),
        (Some("Platform Team"), Some(PLATFORM))
    );
    let id = "0192f3a4b5c67d8e9f00112233445566-1@contoso.com";
    assert_eq!(parsed.message_id(), Some(id));
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-24T08:30:00Z");
    assert_eq!(
        parsed.header_raw("Auto-Submitted").unwrap().trim(),
        "auto-generated"
    );
}

#[tokio::test]
async fn lines_that_start_with_dots_survive() {
    let peer = peer_with(vec![]).await;
    let mut payload = payload();
    payload.text = ".\n..\n.a\nend\n".to_owned();
    let notifier = plain(&peer);
    notifier.send(&envelope(&payload, PLATFORM)).await.unwrap();
    let mails = peer.mails();
    assert!(
        mails[0].raw.contains("\r\n..\r\n...\r\n..a\r\nend"),
        "{}",
        mails[0].raw
    );
    let content = mails[0].content();
    let parsed = MessageParser::default().parse(&content).unwrap();
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n"),
        payload.text
    );
}

#[tokio::test]
async fn after_greylisting_the_same_mail_comes_again() {
    let greylisted = Some((
        "RCPT",
        Twist::Reply("451 4.7.1 greylisted, come back later"),
    ));
    let peer = peer_with(vec![greylisted, None, None]).await;
    let notifier = plain(&peer);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unavailable);
    assert!(error.failure.is_retryable());
    assert!(
        error
            .detail
            .ends_with("451 4.7.1 greylisted, come back later"),
        "{error}"
    );
    send(&notifier).await.unwrap();
    send(&notifier).await.unwrap();
    let mails = peer.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(
        mails[0].raw, mails[1].raw,
        "a repeat is the same to the byte"
    );
}

#[tokio::test]
async fn one_refused_recipient_costs_the_others_nothing() {
    let unknown = Twist::Reply("550 5.1.1 <Platform@contoso.com>: user unknown");
    let peer = peer_with(vec![Some(("RCPT", unknown)), None]).await;
    let notifier = plain(&peer);
    assert_eq!(notifier.targets(), [PLATFORM, "alice@contoso.com"]);
    let payload = payload();
    let error = notifier
        .send(&envelope(&payload, PLATFORM))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::Rejected);
    assert!(
        error
            .detail
            .ends_with("550 5.1.1 <p***@contoso.com>: user unknown"),
        "{error}"
    );
    notifier
        .send(&envelope(&payload, "alice@contoso.com"))
        .await
        .unwrap();
    assert_eq!(peer.mails()[0].to, ["alice@contoso.com"]);
}

#[tokio::test]
async fn a_send_that_timed_out_misleads_no_later_one() {
    let busy = Some((".", Twist::Reply("451 4.3.0 busy")));
    let peer = peer_with(vec![Some((".", Twist::Stall)), busy, None]).await;
    let notifier = impatient(plain(&peer));
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Timeout);
    assert!(error.detail.contains("handing over the mail"), "{error}");
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unavailable, "{error}");
    assert!(peer.mails().is_empty());
    send(&notifier).await.unwrap();
    assert_eq!(peer.mails().len(), 1);
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn a_send_that_was_cancelled_misleads_no_later_one() {
    for verb in ["DATA", "."] {
        let unknown = Some(("RCPT", Twist::Reply("550 5.1.1 unknown")));
        let peer = peer_with(vec![Some((verb, Twist::Stall)), unknown, None]).await;
        let notifier = plain(&peer);
        tokio::select! {
            done = send(&notifier) => panic!("{done:?}"),
            () = peer.stalled() => {}
        }
        let error = send(&notifier).await.unwrap_err();
        assert_eq!(error.failure, Failure::Rejected, "{error}");
        assert!(peer.mails().is_empty());
        send(&notifier).await.unwrap();
        arrived_whole(&peer.mails()[0].content());
    }
}

#[tokio::test]
async fn a_mail_that_was_taken_is_sent_whatever_happens_to_the_goodbye() {
    for twist in [
        Twist::Stall,
        Twist::Close,
        Twist::Reply("421 4.3.2 shutting down"),
    ] {
        let peer = peer_with(vec![Some(("QUIT", twist))]).await;
        send(&impatient(plain(&peer))).await.unwrap();
        assert_eq!(peer.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_stalls_anywhere_is_not_waited_for() {
    for (verb, place) in [
        ("CONNECT", "connecting"),
        ("EHLO", "connecting"),
        ("MAIL", "handing over the mail"),
        ("DATA", "handing over the mail"),
    ] {
        let error = failure_at(verb, Twist::Stall).await;
        assert_eq!(error.failure, Failure::Timeout, "{verb}");
        assert!(
            error
                .detail
                .ends_with(&format!("within 400ms, stuck at {place}")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_check_goes_all_the_way_but_for_the_mail() {
    let peer = Peer::start(Manner {
        tls: Tls::Offered,
        mechanisms: "PLAIN",
        ..Manner::default()
    })
    .await;
    let config = with_sign_in(config("localhost", peer.port, SmtpTls::StartTls));
    let reached = notifier(config, Some(peer.authorities.clone()))
        .check()
        .await
        .unwrap();
    assert_eq!(
        reached,
        format!("localhost:{}, STARTTLS, signed in", peer.port)
    );
    assert_eq!(
        peer.verbs(),
        ["EHLO", "STARTTLS", "EHLO", "AUTH", "NOOP", "QUIT"]
    );

    let peer = peer_with(vec![Some(("NOOP", Twist::Stall))]).await;
    let error = impatient(plain(&peer)).check().await.unwrap_err();
    assert_eq!(error.failure, Failure::Timeout);
}

/// The library's pool would hand half-used connections to the next mail; its tracing writes passwords to the log.
#[test]
fn the_mail_library_is_built_without_its_pool_and_its_tracing() {
    let manifest: toml::Table = toml::from_str(include_str!("../../../../Cargo.toml")).unwrap();
    let lettre = &manifest["dependencies"]["lettre"];
    assert_eq!(lettre["default-features"].as_bool(), Some(false));
    let features: Vec<&str> = lettre["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|f| f.as_str())
        .collect();
    for banned in ["pool", "tracing", "dkim", "native-tls", "ring"] {
        assert!(!features.contains(&banned), "{banned}");
    }
}
