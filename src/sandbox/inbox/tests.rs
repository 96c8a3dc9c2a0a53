//! The receivers and the pages, over a socket.

use std::net::SocketAddr;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::*;
use crate::sandbox::inbox::smtp::Envelope;

const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>{{ 7*7 }}";

struct Fixture {
    inbox: Inbox,
    address: SocketAddr,
    client: Client,
}

impl Fixture {
    async fn new() -> Self {
        let at: DateTime<Utc> = "2026-11-22T09:30:00Z".parse().unwrap();
        let inbox = Inbox::new(Arc::new(move || at));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            inbox,
            address,
            client: client(),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        self.post_text(path, body.to_string()).await
    }

    async fn post_text(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self
            .client
            .post(self.url(path))
            .header("content-type", "application/json");
        request.body(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    async fn behave(&self, behaviour: &Value) -> Response {
        let url = self.url("/_sandbox/inbox");
        self.client
            .put(url)
            .body(behaviour.to_string())
            .send()
            .await
            .unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn mail(&self, raw: &str) -> Received {
        let envelope = Envelope {
            to: vec!["ops@contoso.com".to_owned()],
            ..Envelope::default()
        };
        self.inbox.take(mail::arrival(envelope, raw.into()))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test is its own client, apart from the one under test"
)]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn hostile_mail() -> String {
    format!(
        "From: \"{HOSTILE}\" <f@contoso.com>\r\nTo: ops@contoso.com\r\nSubject: {HOSTILE}\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{HOSTILE}\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<html><head></head><body>{HOSTILE}</body></html>\r\n--b--\r\n"
    )
}

fn hostile_card() -> Value {
    let text = json!({"type": "TextBlock", "text": HOSTILE, "color": HOSTILE});
    json!({"type": "message", "attachments": [{"content": {"body": [
        text,
        {"type": "Container", "style": HOSTILE, "items": [text]},
        {"type": "FactSet", "facts": [{"title": HOSTILE, "value": HOSTILE}]},
        {"type": "ColumnSet", "columns": [{"items": [text]}]},
        {"type": "Table", "rows": [{"cells": [{"items": [text]}]}]},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": HOSTILE}]},
        {"type": HOSTILE},
        {"type": "ActionSet", "actions": [
            {"title": HOSTILE, "url": format!("https://x.y/{HOSTILE}")},
            {"title": "x", "url": "javascript:alert(1)"}]},
    ]}}]})
}

#[tokio::test]
async fn hostile_text_reaches_no_page_unescaped() {
    let fixture = Fixture::new().await;
    fixture.mail(&hostile_mail());
    fixture.post("/teams/x", &hostile_card()).await;
    let blocks = json!([
        {"type": "section", "text": {"type": "mrkdwn", "text": format!("*{HOSTILE}* `{HOSTILE}` <https://x.y/{HOSTILE}|{HOSTILE}>")}},
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "actions", "elements": [{"type": "button", "text": {"text": HOSTILE}, "url": "javascript:alert(1)"}]},
    ]);
    fixture
        .post("/slack/x", &json!({"text": HOSTILE, "blocks": blocks}))
        .await;
    let data =
        json!({"receiver": HOSTILE, "alerts": [{"app_name": HOSTILE, "kind": {"a": HOSTILE}}]});
    fixture
        .post(
            "/hooks/%3Cscript%3Ealert('x')%3C%2Fscript%3E",
            &json!({"type": HOSTILE, "data": data}),
        )
        .await;
    fixture.post_text("/slack/x", HOSTILE).await;

    for path in [
        "/",
        "/mail/1",
        "/message/2",
        "/message/3",
        "/message/4",
        "/message/5",
        "/?channel=%22%3E%3Cscript%3Ealert('x')",
    ] {
        let page = fixture.page(path).await;
        for acted_on in [
            "<script>",
            "<img",
            "href=\"javascript:",
            "onerror=alert(1)>",
        ] {
            assert!(!page.contains(acted_on), "{path} holds {acted_on}");
        }
    }
    // the mail's own HTML is served as it is, but can do nothing
    let html = fixture.get("/mail/1/html").await;
    let policy = html.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; img-src data:;"),
        "{policy}"
    );
    assert!(
        policy.contains("sandbox") && !policy.contains("allow-scripts"),
        "{policy}"
    );
    assert!(
        html.text()
            .await
            .unwrap()
            .contains("<head><base target=\"_blank\">")
    );
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let fixture = Fixture::new().await;
    fixture.mail(&hostile_mail());
    for path in [
        "/",
        "/mail/1",
        "/mail/1/html",
        "/mail/1/source",
        "/api/messages",
        "/inbox.css",
        "/inbox.js",
    ] {
        let response = fixture.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(
            header("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
    let source = fixture.get("/mail/1/source").await;
    assert_eq!(
        source.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    for path in [
        "/mail/2",
        "/message/1",
        "/message/99",
        "/mail/99/html",
        "/message/0/source",
    ] {
        assert_eq!(fixture.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn receivers_answer_as_the_real_ones_do() {
    let fixture = Fixture::new().await;
    let good = fixture
        .post("/slack/ops", &json!({"text": "A &amp; B"}))
        .await;
    assert_eq!(
        (good.status().as_u16(), good.text().await.unwrap().as_str()),
        (200, "ok")
    );
    let bad = fixture
        .post(
            "/slack/ops",
            &json!({"text": "x", "blocks": [{"type": "x"}]}),
        )
        .await;
    assert_eq!(
        (bad.status().as_u16(), bad.text().await.unwrap().as_str()),
        (400, "invalid_blocks")
    );
    let empty = fixture.post("/slack/ops", &json!({})).await;
    assert_eq!(empty.text().await.unwrap(), "no_text");
    assert_eq!(fixture.post("/teams/it", &json!({})).await.status(), 202);
    assert_eq!(fixture.post("/teams/it", &json!([])).await.status(), 400);
    let huge = "x".repeat(2 << 20);
    assert_eq!(fixture.post_text("/teams/it", huge).await.status(), 413);

    let messages = fixture.inbox.messages();
    let refused: Vec<_> = messages.iter().map(|one| one.refused.as_deref()).collect();
    assert_eq!(
        refused,
        [
            None,
            Some("400 invalid_blocks"),
            Some("400 no_text"),
            None,
            Some("400 The body is no JSON object.")
        ]
    );
    assert_eq!(messages[0].title, "A & B");
    assert_eq!(
        messages[0].received_at.to_rfc3339(),
        "2026-11-22T09:30:00+00:00"
    );
    assert_eq!(
        fixture.inbox.content(1).unwrap(),
        br#"{"text":"A &amp; B"}"#
    );
}

#[tokio::test]
async fn a_webhook_must_be_signed_once_a_secret_is_known_and_its_repeats_are_marked() {
    let fixture = Fixture::new().await;
    let (old, new) = (
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "GBkaGxwdHh8gISIjJCUmJygpKissLS4v",
    );
    fixture.inbox.expect_signature("siem", new).unwrap();
    let (body, at) = (
        "{}",
        "2026-11-22T09:30:00Z"
            .parse::<DateTime<Utc>>()
            .unwrap()
            .timestamp(),
    );
    let sign = |secret| {
        standardwebhooks::Webhook::new(secret)
            .unwrap()
            .sign("id-1", at, body.as_bytes())
            .unwrap()
    };
    let post = async |signature: String| {
        let request = fixture
            .client
            .post(fixture.url("/hooks/siem"))
            .header("webhook-id", "id-1");
        let request = request
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature);
        request.body(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post(sign(old)).await, 401);
    assert_eq!(post(sign(new)).await, 204);
    assert_eq!(post(format!("{} {}", sign(old), sign(new))).await, 204);
    let repeats: Vec<bool> = fixture
        .inbox
        .messages()
        .iter()
        .map(|one| one.repeat)
        .collect();
    assert_eq!(repeats, [false, false, true]);
    assert_eq!(fixture.inbox.counts().repeats, 1);
}

#[tokio::test]
async fn receivers_misbehave_as_told_and_then_behave_again() {
    let fixture = Fixture::new().await;
    let told = json!({"receivers": {"ops": {"do": "answer", "status": 429, "retry_after": 30, "times": 2}}});
    assert_eq!(fixture.behave(&told).await.status(), 200);
    for _ in 0..2 {
        let answer = fixture.post("/slack/ops", &json!({"text": "x"})).await;
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["retry-after"], "30");
    }
    assert_eq!(
        fixture
            .post("/slack/ops", &json!({"text": "x"}))
            .await
            .status(),
        200
    );
    assert_eq!(fixture.inbox.messages().len(), 1);
    assert_eq!(fixture.inbox.counts().turned_away, 2);

    for wrong in [
        json!({"receivers": {"ops": {"do": "answer", "status": 42}}}),
        json!({"mail": {"grey": 1}}),
        json!({"signing_secrets": {"siem": "%%%"}}),
    ] {
        assert_eq!(fixture.behave(&wrong).await.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_hanging_receiver_does_not_answer() {
    let fixture = Fixture::new().await;
    fixture
        .behave(&json!({"receivers": {"siem": {"do": "hang"}}}))
        .await;
    let request = fixture.client.post(fixture.url("/hooks/siem")).body("{}");
    let answer = request
        .timeout(std::time::Duration::from_millis(200))
        .send()
        .await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(fixture.post("/hooks/siem", &json!({})).await.status(), 204);
}

#[tokio::test]
async fn the_list_filters_pages_and_feeds() {
    let fixture = Fixture::new().await;
    let mut feed = fixture.inbox.subscribe();
    for number in 1..=250 {
        fixture
            .post("/slack/ops", &json!({"text": format!("message {number}.")}))
            .await;
    }
    fixture.mail("Subject: the mail\r\n\r\n");
    assert_eq!(feed.recv().await.unwrap().title, "message 1.");

    let all = fixture.page("/").await;
    assert!(
        all.contains("the mail") && all.contains("message 250.") && !all.contains("message 51.")
    );
    let older = all
        .split("href=\"")
        .find_map(|part| part.strip_prefix("/?before="))
        .unwrap();
    let older = older.split('"').next().unwrap();
    let second = fixture.page(&format!("/?before={older}")).await;
    assert!(
        second.contains("message 51.")
            && second.contains("message 1.")
            && !second.contains("message 52.")
    );
    let mails = fixture.page("/?channel=mail").await;
    assert!(mails.contains("the mail") && !mails.contains("message 250."));

    let api: Value = fixture
        .get("/api/messages?channel=mail")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(api["messages"].as_array().unwrap().len(), 1);
    assert_eq!(api["messages"][0]["channel"], "mail");
    assert_eq!(api["counts"]["taken"], 251);
    assert!(
        fixture
            .page("/?channel=none")
            .await
            .contains("Nothing here yet")
    );
}
