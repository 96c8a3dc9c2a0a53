//! The notifier against a peer that answers as it is told, and tokens that are counted.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::response::IntoResponse;
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use uuid::Uuid;

use super::{GraphMailConfig, GraphMailNotifier};
use crate::{
    domain::{
        Id,
        calendar::Calendar,
        secret::ExposeSecret,
        token::{NoToken, Token, TokenError, TokenSource},
    },
    notify::{
        Envelope, Failure, Notifier, Payload, SendError,
        peer::{self, Peer, Seen},
    },
    render::Renderer,
};

const TARGET: &str = "alice@contoso.com";
const CLIENT: &str = "b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35";

/// Gives out `token-1`, `token-2`, … or nothing, and counts.
#[derive(Default)]
struct Tokens {
    given: AtomicUsize,
    forgotten: Mutex<Vec<String>>,
    permissions: Option<Vec<String>>,
    trouble: Option<TokenError>,
}

impl TokenSource for Tokens {
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        async move {
            if let Some(error) = &self.trouble {
                return Err(error.clone());
            }
            let forgotten = self.forgotten.lock().unwrap().len();
            self.given.store(forgotten + 1, Ordering::Relaxed);
            Ok(Token {
                value: format!("token-{}", forgotten + 1).into(),
                permissions: self.permissions.clone(),
            })
        }
        .boxed()
    }

    fn forget<'a>(&'a self, refused: &'a Token) -> BoxFuture<'a, ()> {
        let refused = refused.value.expose_secret().to_owned();
        self.forgotten.lock().unwrap().push(refused);
        async {}.boxed()
    }

    fn client(&self) -> Option<Id> {
        Some(Id::parse(CLIENT))
    }
}

fn notifier(graph: &str, tokens: &Arc<Tokens>) -> GraphMailNotifier {
    let config = GraphMailConfig {
        from: "Forewarn <forewarn@contoso.com>".parse().unwrap(),
        to: vec![
            "Alice <alice@contoso.com>".parse().unwrap(),
            "bob@contoso.com".parse().unwrap(),
        ],
        tenant: "contoso".to_owned(),
    };
    let renderer = Renderer::new(Calendar::default());
    let graph = graph.parse().unwrap();
    let tokens: Arc<dyn TokenSource> = Arc::<Tokens>::clone(tokens);
    GraphMailNotifier::new(
        "mail".to_owned(),
        config,
        &graph,
        peer::client(),
        tokens,
        renderer,
    )
}

fn payload() -> Payload {
    Payload {
        title: "billing-api: client secret expires in 6 days – and 2 more".to_owned(),
        text: "billing-api\nKätzchen 🐈\n".to_owned(),
        body: "<p>billing-api: Kätzchen 🐈</p>\n".to_owned(),
    }
}

async fn send_by(notifier: &GraphMailNotifier, target: &str) -> Result<(), SendError> {
    let payload = payload();
    let envelope = Envelope {
        delivery: Uuid::from_u128(0x0192_f3a4_b5c6_7d8e_9f00_1122_3344_5566),
        part: 0,
        target,
        payload: &payload,
        now: "2026-11-24T08:30:00Z".parse().unwrap(),
    };
    notifier.send(&envelope).await
}

/// Sends to a Graph that answers so, and gives what it has seen.
async fn sent_to<A: IntoResponse>(
    answer: impl Fn(&Seen) -> A + Clone + Send + Sync + 'static,
) -> (Result<(), SendError>, Vec<Seen>, Vec<String>) {
    let peer = Peer::new(move |seen| Some(answer(seen))).await;
    let tokens = Arc::new(Tokens::default());
    let notifier = notifier(&peer.base(), &tokens);
    let result = send_by(&notifier, TARGET).await;
    let forgotten = tokens.forgotten.lock().unwrap().clone();
    (result, peer.seen(), forgotten)
}

fn refusal(status: u16, code: &str, message: &str) -> (StatusCode, String) {
    let body = json!({ "error": { "code": code, "message": message } });
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}

fn mime(seen: &Seen) -> String {
    let raw = STANDARD.decode(&seen.body).expect("strict base64");
    let text = String::from_utf8(raw).unwrap();
    assert!(
        !text.replace("\r\n", "").contains(['\r', '\n']),
        "every line ends with CRLF"
    );
    text.replace("\r\n", "\n")
}

#[tokio::test]
async fn the_request_is_what_graph_expects() {
    let (result, seen, forgotten) = sent_to(|_| StatusCode::ACCEPTED).await;
    result.unwrap();
    assert!(forgotten.is_empty());
    let [request] = seen.as_slice() else {
        panic!("{} requests", seen.len())
    };
    let mut told = format!("{} {}\n", request.method, request.uri);
    for name in ["authorization", "content-type", "client-request-id"] {
        let value = request.headers[name].to_str().unwrap();
        writeln!(told, "{name}: {value}").unwrap();
    }
    insta::assert_snapshot!("request", told + "\n" + &mime(request));
}

#[tokio::test]
async fn a_graph_behind_a_path_is_asked_there_and_odd_mailboxes_are_escaped() {
    let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    let tokens = Arc::new(Tokens::default());
    let mut notifier = notifier(&format!("{}/proxy", peer.base()), &tokens);
    notifier.url = super::send_mail(
        &format!("{}/proxy", peer.base()).parse().unwrap(),
        &"a#EXT#/b?c@contoso.com".parse().unwrap(),
    );
    send_by(&notifier, TARGET).await.unwrap();
    let seen = peer.seen();
    assert_eq!(
        seen[0].uri.to_string(),
        "/proxy/v1.0/users/a%23EXT%23%2Fb%3Fc@contoso.com/sendMail"
    );
}

#[tokio::test]
async fn each_goes_to_the_one_that_it_is_for() {
    let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    let notifier = notifier(&peer.base(), &Arc::default());
    assert_eq!(notifier.targets(), [TARGET, "bob@contoso.com"]);
    for target in [TARGET, "bob@contoso.com", "carol@fabrikam.example"] {
        send_by(&notifier, target).await.unwrap();
    }
    let to = |seen: &Seen| {
        let mime = mime(seen);
        let to = mime.lines().find_map(|line| line.strip_prefix("To: "));
        to.unwrap().to_owned()
    };
    let to: Vec<String> = peer.seen().iter().map(to).collect();
    assert_eq!(
        to,
        [
            "Alice <alice@contoso.com>",
            "bob@contoso.com",
            "carol@fabrikam.example"
        ]
    );
    let error = send_by(&notifier, "nobody").await.unwrap_err();
    assert_eq!(error.failure, Failure::Rejected);
    assert_eq!(peer.seen().len(), 3);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let old = |seen: &Seen| seen.headers[header::AUTHORIZATION] == "Bearer token-1";
    for status in [401, 403] {
        let (result, seen, forgotten) = sent_to(move |seen| {
            if old(seen) {
                refusal(
                    status,
                    "InvalidAuthenticationToken",
                    "Lifetime validation failed.",
                )
            } else {
                (StatusCode::ACCEPTED, String::new())
            }
        })
        .await;
        result.unwrap();
        assert_eq!((seen.len(), forgotten), (2, vec!["token-1".to_owned()]));
        assert_eq!(mime(&seen[0]), mime(&seen[1]), "the same mail");
    }
    let (result, seen, _) = sent_to(|_| refusal(401, "InvalidAuthenticationToken", "No.")).await;
    let error = result.unwrap_err();
    assert_eq!((seen.len(), error.failure), (2, Failure::Unauthorised));
    assert!(
        error.detail.contains("A fresh token was refused too"),
        "{error}"
    );
}

#[tokio::test]
async fn every_answer_in_words() {
    let mut told = String::new();
    for (status, code, message, failure) in [
        (
            400,
            "ErrorInvalidRecipients",
            "At least one recipient is not valid.",
            Failure::Rejected,
        ),
        (400, "", "", Failure::Rejected),
        (
            401,
            "InvalidAuthenticationToken",
            "Access token validation failure.",
            Failure::Unauthorised,
        ),
        (
            403,
            "ErrorAccessDenied",
            "Access is denied. Check credentials and try again.",
            Failure::Unauthorised,
        ),
        (
            403,
            "ErrorSendAsDenied",
            "No right to send on behalf.",
            Failure::Unauthorised,
        ),
        (
            404,
            "ErrorInvalidUser",
            "The requested user 'forewarn@contoso.com' is invalid.",
            Failure::Gone,
        ),
        (
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            Failure::Gone,
        ),
        (408, "", "", Failure::Timeout),
        (413, "", "", Failure::Rejected),
        (
            429,
            "ApplicationThrottled",
            "Application is over its MailboxConcurrency limit.",
            Failure::Throttled,
        ),
        (500, "UnknownError", "", Failure::Unavailable),
        (503, "", "<html>gone fishing</html>", Failure::Unavailable),
    ] {
        let (result, _, _) = sent_to(move |_| refusal(status, code, message)).await;
        let error = result.unwrap_err();
        assert_eq!(error.failure, failure, "{status} {code}");
        writeln!(told, "{error}\n").unwrap();
    }
    insta::assert_snapshot!("answers", told);
}

#[tokio::test]
async fn it_waits_as_long_as_it_is_asked_to() {
    for (status, header, wait) in [
        (429, "120", Some(120)),
        (503, "Tue, 24 Nov 2026 08:31:00 GMT", Some(60)),
        (500, "120", None),
        (429, "soon", None),
    ] {
        let (result, _, _) = sent_to(move |_| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, header.parse().unwrap());
            (StatusCode::from_u16(status).unwrap(), headers)
        })
        .await;
        let error = result.unwrap_err();
        assert_eq!(
            error.retry_after,
            wait.map(Duration::from_secs),
            "{status} {header}"
        );
        assert!(error.failure.is_retryable());
    }
}

#[tokio::test]
async fn neither_token_nor_recipient_is_told_nor_anything_that_is_not_one_line() {
    let (result, _, _) = sent_to(|_| {
        refusal(
            400,
            "ErrorInvalid\u{1b}[31m",
            "token-1 may not\r\nsend to Alice@Contoso.com: Bearer token-1",
        )
    })
    .await;
    let error = format!("{0} {0:?}", result.unwrap_err());
    assert!(
        !error.contains("token-1") && !error.to_lowercase().contains(TARGET),
        "{error}"
    );
    assert!(
        error.contains("A***@") || error.contains("a***@contoso.com"),
        "{error}"
    );
    assert!(!error.contains(char::is_control), "{error}");
    let (result, _, _) = sent_to(|_| (StatusCode::BAD_REQUEST, "x".repeat(1 << 20))).await;
    assert!(result.unwrap_err().detail.chars().count() < 400);
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let elsewhere = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    let there = format!("{}/v1.0/users/x/sendMail", elsewhere.base());
    let (result, seen, _) = sent_to(move |_| {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, there.clone())],
        )
    })
    .await;
    let error = result.unwrap_err();
    assert_eq!((error.failure, seen.len()), (Failure::Rejected, 1));
    assert!(error.detail.contains("redirect is not followed"), "{error}");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_graph_that_does_not_answer_is_given_up_on_for_now() {
    let peer = Peer::new(|_| None::<StatusCode>).await;
    let mut notifier = notifier(&peer.base(), &Arc::default());
    notifier.timeout = Duration::from_millis(50);
    let error = send_by(&notifier, TARGET).await.unwrap_err();
    assert_eq!(error.failure, Failure::Timeout);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    for (reason, failure, again) in [
        (NoToken::Credential, Failure::Misconfigured, true),
        (NoToken::Refused, Failure::Unauthorised, false),
        (NoToken::Unavailable, Failure::Unavailable, true),
        (NoToken::Throttled, Failure::Throttled, true),
    ] {
        let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
        let trouble = TokenError {
            reason,
            detail: "Entra refused the sign-in (AADSTS7000222)".to_owned(),
            retry_after: Some(Duration::from_secs(7)),
        };
        let tokens = Arc::new(Tokens {
            trouble: Some(trouble),
            ..Tokens::default()
        });
        let notifier = notifier(&peer.base(), &tokens);
        let error = send_by(&notifier, TARGET).await.unwrap_err();
        assert_eq!(
            (error.failure, error.failure.is_retryable()),
            (failure, again)
        );
        assert!(error.detail.contains("AADSTS7000222"), "{error}");
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(notifier.check().await.unwrap_err(), error);
        assert!(peer.seen().is_empty());
    }
}

#[tokio::test]
async fn a_check_tells_what_the_token_tells_and_sends_nothing() {
    let peer = Peer::new(|_| Some(StatusCode::ACCEPTED)).await;
    let roles = |roles: &[&str]| Some(roles.iter().map(|&role| role.to_owned()).collect());
    for (permissions, expected) in [
        (roles(&["User.Read.All", "Mail.Send"]), "holds Mail.Send"),
        (
            roles(&[]),
            "does not hold Mail.Send, so it works only if Exchange",
        ),
        (None, "does not tell"),
    ] {
        let tokens = Arc::new(Tokens {
            permissions,
            ..Tokens::default()
        });
        let notifier = notifier(&peer.base(), &tokens);
        let told = notifier.check().await.unwrap();
        assert!(told.contains(CLIENT) && told.contains(expected), "{told}");
        assert_eq!(notifier.signs_in_as(), Some(Id::parse(CLIENT)));
    }
    assert!(peer.seen().is_empty());
}
