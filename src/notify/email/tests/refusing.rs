//! What is said when a mail cannot go out, and what then never happens.

use super::{
    super::{SmtpSignIn, SmtpTls},
    peer::{Manner, Peer, Tls, Twist},
    samples::{self, config, envelope, notifier, payload, with_sign_in},
    sending::{failure_at, peer_with, plain, send},
};
use crate::notify::{Failure, Notifier};

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
            "smtp.oauth2 in place of smtp.password), or send through Graph",
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
    assert!(error.detail.contains("ever sent unencrypted"), "{error}");
    assert_eq!(notifier.check().await.unwrap_err(), error);
}

#[tokio::test]
async fn a_password_that_cannot_be_read_is_said_before_anything_is_sent() {
    let peer = peer_with(vec![]).await;
    let mut config = config("127.0.0.1", peer.port, SmtpTls::None);
    let missing = crate::domain::SecretSource::Env("MISSING".to_owned());
    config.sign_in = Some(SmtpSignIn::Password {
        user: samples::USER.to_owned(),
        password: missing,
    });
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
async fn nothing_that_was_slipped_in_before_encryption_counts() {
    let slipped_in = Twist::Reply("220 go ahead\r\n250 slipped in");
    let peer = Peer::start(Manner {
        tls: Tls::Offered,
        twists: vec![Some(("STARTTLS", slipped_in))],
        ..Manner::default()
    })
    .await;
    let config = config("localhost", peer.port, SmtpTls::StartTls);
    let error = send(&notifier(config, Some(peer.authorities.clone())))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::Tls, "{error}");
    assert_eq!(peer.verbs(), ["EHLO", "STARTTLS"]);
}
