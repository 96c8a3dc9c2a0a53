//! The real notifier against a real peer.

use std::time::Duration;

use mail_parser::MessageParser;

use super::{
    super::{EmailNotifier, SmtpTls},
    peer::{Manner, Peer, Plan, Tls, Twist},
    samples::{self, config, envelope, notifier, payload, with_sign_in},
};
use crate::notify::{Failure, Notifier, SendError};

const PLATFORM: &str = "platform@contoso.com";

/// A notifier that talks to the peer without TLS and without signing in.
fn plain(peer: &Peer) -> EmailNotifier {
    notifier(config("127.0.0.1", peer.port, SmtpTls::None), None)
}

fn impatient(mut notifier: EmailNotifier) -> EmailNotifier {
    notifier.timeouts.whole = Duration::from_millis(400);
    notifier.timeouts.farewell = Duration::from_millis(50);
    notifier
}

async fn send(notifier: &EmailNotifier) -> Result<(), SendError> {
    notifier.send(&envelope(&payload(), PLATFORM)).await
}

async fn peer_with(twists: Vec<Plan>) -> Peer {
    Peer::start(Manner {
        twists,
        ..Manner::default()
    })
    .await
}

/// Sends to a peer that misbehaves once, and gives the failure.
async fn failure_at(verb: &'static str, twist: Twist) -> SendError {
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
async fn a_connection_that_breaks_off_is_no_connection() {
    for verb in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let error = failure_at(verb, Twist::Close).await;
        assert_eq!(error.failure, Failure::Unreachable, "{verb}: {error}");
    }
    let error = failure_at("CONNECT", Twist::Reply("HTTP/1.1 400 Bad Request")).await;
    assert_eq!(error.failure, Failure::Unreachable, "{error}");
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let port = {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        taken.local_addr().unwrap().port()
    };
    let error = send(&notifier(config("127.0.0.1", port, SmtpTls::None), None))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::Unreachable);
    assert!(
        error
            .detail
            .starts_with(&format!("127.0.0.1:{port}: Connection refused")),
        "{error}"
    );
}

#[tokio::test]
async fn replies_decide_whether_to_try_again() {
    for (verb, reply, failure) in [
        (
            "CONNECT",
            "421 4.3.2 too many connections",
            Failure::Unavailable,
        ),
        ("CONNECT", "554 5.3.2 no mail here", Failure::Rejected),
        ("MAIL", "530 5.7.0 sign in first", Failure::Unauthorised),
        ("MAIL", "552 5.3.4 too big", Failure::Rejected),
        ("RCPT", "450 4.2.1 mailbox busy", Failure::Unavailable),
        ("DATA", "451 4.3.0 later", Failure::Unavailable),
        (".", "452 4.3.1 disk full", Failure::Unavailable),
        (".", "554 5.7.1 looks like spam", Failure::Rejected),
    ] {
        let error = failure_at(verb, Twist::Reply(reply)).await;
        assert_eq!(error.failure, failure, "{verb} {reply}");
        assert!(error.detail.contains(reply), "{error}");
    }
}

#[tokio::test]
async fn a_refused_sign_in_says_why() {
    for (reply, explanation) in [
        ("535 5.7.8 wrong password", "535 5.7.8 wrong password"),
        (
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            "Exchange Online",
        ),
    ] {
        let peer = Peer::start(Manner {
            mechanisms: "PLAIN",
            twists: vec![Some(("AUTH", Twist::Reply(reply)))],
            ..Manner::default()
        })
        .await;
        let config = with_sign_in(config("127.0.0.1", peer.port, SmtpTls::None));
        let error = send(&notifier(config, None)).await.unwrap_err();
        assert_eq!(error.failure, Failure::Unauthorised);
        assert!(error.detail.contains(explanation), "{error}");
    }
}

#[tokio::test]
async fn a_sign_in_without_a_common_way_says_so() {
    let peer = Peer::start(Manner {
        mechanisms: "CRAM-MD5 XOAUTH2",
        ..Manner::default()
    })
    .await;
    let config = with_sign_in(config("127.0.0.1", peer.port, SmtpTls::None));
    let error = send(&notifier(config, None)).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unauthorised);
    assert!(error.detail.contains("AUTH PLAIN or AUTH LOGIN"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    for (tls, theirs) in [
        (SmtpTls::StartTls, Tls::Offered),
        (SmtpTls::Implicit, Tls::Implicit),
    ] {
        let peer = Peer::start(Manner {
            tls: theirs,
            ..Manner::default()
        })
        .await;
        let error = send(&notifier(config("localhost", peer.port, tls), None))
            .await
            .unwrap_err();
        assert_eq!(error.failure, Failure::Tls);
        assert!(error.detail.contains("extra_ca_file"), "{error}");
        assert!(!peer.verbs().contains(&"MAIL".to_owned()));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let peer = Peer::start(Manner {
        tls: Tls::Offered,
        certificate_name: "mail.contoso.com",
        ..Manner::default()
    })
    .await;
    let config = config("localhost", peer.port, SmtpTls::StartTls);
    let error = send(&notifier(config, Some(peer.authorities.clone())))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::Tls);
    assert!(error.detail.contains("smtp.host must be a name"), "{error}");
}

#[tokio::test]
async fn starttls_is_demanded() {
    let peer = Peer::start(Manner {
        mechanisms: "PLAIN",
        ..Manner::default()
    })
    .await;
    let config = with_sign_in(config("127.0.0.1", peer.port, SmtpTls::StartTls));
    let error = send(&notifier(config, None)).await.unwrap_err();
    assert_eq!(error.failure, Failure::Tls);
    assert!(error.detail.contains("does not offer STARTTLS"), "{error}");
    assert_eq!(peer.verbs(), ["EHLO"], "neither password nor mail went out");
}

#[tokio::test]
async fn tls_from_the_first_byte_to_a_plain_port_is_explained() {
    let peer = peer_with(vec![]).await;
    let config = config("127.0.0.1", peer.port, SmtpTls::Implicit);
    let error = send(&notifier(config, None)).await.unwrap_err();
    assert_eq!(error.failure, Failure::Tls);
    assert!(error.detail.contains("smtp.tls = \"starttls\""), "{error}");
}

#[tokio::test]
async fn a_password_never_goes_unencrypted_to_another_host() {
    let config = with_sign_in(config("mail.contoso.com", 25, SmtpTls::None));
    let notifier = notifier(config, None);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Misconfigured);
    assert!(error.detail.contains("never sent unencrypted"), "{error}");
    assert_eq!(notifier.check().await.unwrap_err(), error);
}

#[tokio::test]
async fn a_password_that_cannot_be_read_is_said_before_anything_is_sent() {
    let peer = peer_with(vec![]).await;
    let mut config = config("127.0.0.1", peer.port, SmtpTls::None);
    let missing = crate::domain::SecretSource::Env("MISSING".to_owned());
    config.credentials = Some((samples::USER.to_owned(), missing));
    let error = send(&notifier(config, None)).await.unwrap_err();
    assert_eq!(error.failure, Failure::Misconfigured);
    assert!(error.detail.contains("MISSING"), "{error}");
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_target_that_is_no_address_is_refused_here() {
    let peer = peer_with(vec![]).await;
    let payload = payload();
    for target in ["", "nobody", "a@b\r\nRCPT TO:<c@d>", "a@b> SIZE=1"] {
        let error = plain(&peer)
            .send(&envelope(&payload, target))
            .await
            .unwrap_err();
        assert_eq!(error.failure, Failure::Rejected, "{target}");
    }
    assert_eq!(peer.connections(), 0);
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
