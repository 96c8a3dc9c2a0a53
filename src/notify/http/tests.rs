use http::header::{LOCATION, RETRY_AFTER};

use super::*;
use crate::notify::peer::{Literals, Peer, client, literal};

/// Stands in every address; must be in no error.
const MARKER: &str = "T0KENT0KENT0KEN";

fn now() -> DateTime<Utc> {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn endpoint(url: SecretSource) -> Endpoint {
    let secrets = Arc::new(Literals);
    Endpoint::new(client(), secrets, url, PlainHttp::Loopback)
}

async fn post(endpoint: &Endpoint) -> Result<(), SendError> {
    let reply = endpoint
        .post("{}".to_owned(), HeaderMap::new(), now())
        .await?;
    reply.accepted()
}

/// The error of a post, which holds nothing of the address.
async fn failure(endpoint: &Endpoint) -> SendError {
    let error = post(endpoint).await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(!told.contains(MARKER), "{told}");
    error
}

fn path() -> String {
    format!("/services/{MARKER}?sig={MARKER}&sp=a")
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    let table = [
        (301, "", Failure::Rejected, None),
        (400, "", Failure::Rejected, None),
        (401, "", Failure::Unauthorised, None),
        (403, "", Failure::Unauthorised, None),
        (404, "", Failure::Gone, None),
        (408, "", Failure::Timeout, None),
        (410, "", Failure::Gone, None),
        (413, "", Failure::Rejected, None),
        (429, "", Failure::Throttled, None),
        (429, "120", Failure::Throttled, Some(120)),
        (
            429,
            "Tue, 24 Nov 2026 08:01:00 GMT",
            Failure::Throttled,
            Some(60),
        ),
        (500, "7", Failure::Unavailable, None),
        (503, "7", Failure::Unavailable, Some(7)),
        (504, "", Failure::Unavailable, None),
    ];
    for (status, retry_after, expected, wait) in table {
        let peer = Peer::new(move |seen| {
            let status = StatusCode::from_u16(status).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_static("/elsewhere"));
            if !retry_after.is_empty() {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
            }
            // it echoes the address, as some do
            Some((status, headers, format!("no such thing: {}", seen.uri)))
        })
        .await;
        let error = failure(&endpoint(peer.url(&path()))).await;
        assert_eq!(error.failure, expected, "{status}");
        assert_eq!(error.retry_after, wait.map(Duration::from_secs), "{status}");
        assert!(
            error.detail.starts_with(&format!("HTTP {status}")),
            "{error}"
        );
        assert_eq!(peer.seen().len(), 1, "a redirect is not followed");
    }
}

#[tokio::test]
async fn any_2xx_is_a_success() {
    for status in [200, 202, 204] {
        let peer = Peer::new(move |_| StatusCode::from_u16(status).ok()).await;
        post(&endpoint(peer.url(&path()))).await.unwrap();
        let seen = &peer.seen()[0];
        assert_eq!(seen.headers["content-type"], "application/json");
        assert!(
            seen.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("forewarn/")
        );
    }
}

#[tokio::test]
async fn one_that_hangs_is_left_in_time() {
    let peer = Peer::new(|_| None::<StatusCode>).await;
    let mut endpoint = endpoint(peer.url(&path()));
    endpoint.timeout = Duration::from_millis(50);
    assert_eq!(failure(&endpoint).await.failure, Failure::Timeout);
}

#[tokio::test]
async fn a_cut_a_refused_and_an_unencrypted_connection_are_told_apart() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cutter = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    let cut = literal(&format!("http://{address}{}", path()));
    assert_eq!(failure(&endpoint(cut)).await.failure, Failure::Unreachable);
    cutter.abort();
    let _ = cutter.await;

    let refused = literal(&format!("http://{address}{}", path()));
    let error = failure(&endpoint(refused)).await;
    assert_eq!(error.failure, Failure::Unreachable);
    assert!(error.detail.contains("refused"), "{error}");

    let peer = Peer::new(|_| Some("ok")).await;
    let plain = peer.url(&path());
    let SecretSource::Literal(address) = &plain else {
        unreachable!("the peer's address is a literal")
    };
    let tls = literal(&address.expose_secret().replace("http://", "https://"));
    let error = failure(&endpoint(tls)).await;
    assert_eq!(error.failure, Failure::Tls, "{error}");
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_a_matter_of_configuration() {
    for url in [
        SecretSource::Env("URL".to_owned()),
        SecretSource::File("/run/secrets/url".into()),
        literal(""),
        literal(&format!("hooks.example/{MARKER}")),
        literal(&format!("ftp://hooks.example/{MARKER}")),
        literal(&format!("http://hooks.example/{MARKER}")),
    ] {
        let error = failure(&endpoint(url)).await;
        assert_eq!(error.failure, Failure::Misconfigured, "{error}");
    }
}

#[tokio::test]
async fn what_a_receiver_says_is_kept_short() {
    let peer = Peer::new(|_| Some((StatusCode::BAD_REQUEST, "no\r\nway ".repeat(1_000)))).await;
    let error = failure(&endpoint(peer.url(&path()))).await;
    assert!(
        error.detail.starts_with("HTTP 400: no way no way"),
        "{error}"
    );
    assert!(error.detail.chars().count() < 220, "{error}");
}

#[tokio::test]
async fn a_check_connects_and_posts_nothing() {
    let peer = Peer::new(|_| Some(StatusCode::NOT_FOUND)).await;
    let reached = endpoint(peer.url(&path())).check().await.unwrap();
    assert!(reached.starts_with("127.0.0.1:"), "{reached}");
    let seen = &peer.seen()[0];
    assert_eq!((seen.method.as_str(), seen.uri.path()), ("HEAD", "/"));
    assert_eq!(seen.uri.query(), None);
}
