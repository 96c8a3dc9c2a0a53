//! Signing in with a token.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};

use super::{
    super::{EmailNotifier, OAuth2Client, SmtpSignIn, SmtpTls},
    peer::{Manner, Peer, Tls, Twist},
    samples::{USER, config, notifier},
    sending::send,
};
use crate::{
    domain::{
        Id, SecretSource,
        secret::ExposeSecret,
        token::{NoToken, Token, TokenError, TokenSource},
    },
    notify::{Failure, Notifier},
};

const CLIENT: &str = "b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35";
const STALE: &str = "eyJ0eXAi.stale-Xy7.c2ln";
const FRESH: &str = "eyJ0eXAi.fresh-Zk9.c2ln";

/// Gives out these, one after the other is forgotten; then none.
struct Tokens(Mutex<Vec<&'static str>>);

impl TokenSource for Tokens {
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let next = self.0.lock().unwrap().first().copied();
        let token = next.map(|value| Token {
            value: value.into(),
            permissions: None,
        });
        let token = token.ok_or_else(|| TokenError {
            reason: NoToken::Credential,
            detail: "Entra refused the sign-in (AADSTS7000222)".to_owned(),
            retry_after: None,
        });
        async { token }.boxed()
    }

    fn forget<'a>(&'a self, refused: &'a Token) -> BoxFuture<'a, ()> {
        let mut tokens = self.0.lock().unwrap();
        tokens.retain(|token| *token != refused.value.expose_secret());
        async {}.boxed()
    }

    fn client(&self) -> Option<Id> {
        None
    }
}

fn with_tokens(
    port: u16,
    tls: SmtpTls,
    ca: Option<Vec<u8>>,
    tokens: &[&'static str],
) -> EmailNotifier {
    let mut config = config("localhost", port, tls);
    config.sign_in = Some(SmtpSignIn::OAuth2 {
        mailbox: USER.to_owned(),
        client: OAuth2Client {
            tenant_id: "contoso.com".to_owned(),
            authority: "https://login.microsoftonline.com".parse().unwrap(),
            client_id: CLIENT.to_owned(),
            secret: SecretSource::Env("SMTP_CLIENT_SECRET".to_owned()),
        },
    });
    notifier(config, ca).with_tokens(Arc::new(Tokens(Mutex::new(tokens.to_vec()))))
}

async fn exchange(tls: Tls) -> Peer {
    Peer::start(Manner {
        tls,
        mechanisms: "LOGIN XOAUTH2",
        password: FRESH,
        ..Manner::default()
    })
    .await
}

#[tokio::test]
async fn a_mail_goes_out_by_a_token() {
    for (tls, theirs) in [
        (SmtpTls::None, Tls::None),
        (SmtpTls::StartTls, Tls::Offered),
        (SmtpTls::Implicit, Tls::Implicit),
    ] {
        let peer = exchange(theirs).await;
        let notifier = with_tokens(peer.port, tls, Some(peer.authorities.clone()), &[FRESH]);
        send(&notifier).await.unwrap();
        let mails = peer.mails();
        assert!(mails.len() == 1 && mails[0].signed_in, "{tls:?}");
        assert_eq!(
            peer.verbs().iter().filter(|verb| *verb == "AUTH").count(),
            1
        );
        let reached = notifier.check().await.unwrap();
        assert!(reached.ends_with("signed in with a token"), "{reached}");
        assert_eq!(notifier.signs_in_as(), Some(Id::parse(CLIENT)));
        assert!(
            !notifier.pace().is_zero(),
            "Exchange takes 30 messages a minute"
        );
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let peer = exchange(Tls::None).await;
    let notifier = with_tokens(peer.port, SmtpTls::None, None, &[STALE, FRESH]);
    send(&notifier).await.unwrap();
    assert_eq!((peer.mails().len(), peer.connections()), (1, 2));

    let peer = exchange(Tls::None).await;
    let notifier = with_tokens(peer.port, SmtpTls::None, None, &[STALE, "another", FRESH]);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unauthorised);
    assert_eq!((peer.mails().len(), peer.connections()), (0, 2));
}

#[tokio::test]
async fn a_refusal_names_its_usual_causes_and_not_the_token() {
    let whole = STANDARD.encode(format!("user={USER}\u{1}auth=Bearer {FRESH}\u{1}\u{1}"));
    let reply = format!("535 5.7.3 Authentication unsuccessful [{whole} {FRESH}]");
    let twist = Some(("AUTH", Twist::Reply(reply.leak())));
    let peer = Peer::start(Manner {
        mechanisms: "XOAUTH2",
        twists: vec![twist, twist],
        ..Manner::default()
    })
    .await;
    let notifier = with_tokens(peer.port, SmtpTls::None, None, &[STALE, FRESH]);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unauthorised);
    for cause in [
        "SMTP.SendAsApp",
        "New-ServicePrincipal",
        "Add-MailboxPermission",
    ] {
        assert!(error.detail.contains(cause), "{error}");
    }
    let told = format!("{error} {error:?} {notifier:?}");
    assert!(
        !told.contains("fresh") && !told.contains(&whole[..20]),
        "{told}"
    );
}

#[tokio::test]
async fn without_a_token_nobody_is_connected_to() {
    let peer = exchange(Tls::None).await;
    let notifier = with_tokens(peer.port, SmtpTls::None, None, &[]);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Misconfigured);
    assert!(error.detail.contains("AADSTS7000222"), "{error}");
    assert_eq!(notifier.check().await.unwrap_err(), error);
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_token_never_goes_unencrypted_to_another_host() {
    let mut notifier = with_tokens(25, SmtpTls::None, None, &[FRESH]);
    notifier.config.host = "smtp.office365.com".to_owned();
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Misconfigured);
    assert!(error.detail.contains("ever sent unencrypted"), "{error}");
}

#[tokio::test]
async fn a_server_that_takes_no_tokens_is_told_apart() {
    let peer = Peer::start(Manner {
        mechanisms: "PLAIN LOGIN",
        ..Manner::default()
    })
    .await;
    let notifier = with_tokens(peer.port, SmtpTls::None, None, &[STALE, FRESH]);
    let error = send(&notifier).await.unwrap_err();
    assert_eq!(error.failure, Failure::Unauthorised);
    assert!(error.detail.contains("AUTH XOAUTH2"), "{error}");
}
