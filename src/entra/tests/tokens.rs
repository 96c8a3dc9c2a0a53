//! Tokens for those who send mail: kept, renewed, forgotten, and refused in words.

use std::{sync::Arc, time::Duration};

use axum::{http::StatusCode, response::IntoResponse as _};
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::json;

use super::fake::*;
use crate::{
    domain::{
        Id,
        token::{NoToken, TokenError, TokenSource},
    },
    entra::{OUTLOOK, Tokens, signin::Clients},
};

/// Tokens of the rig's client for Exchange Online.
fn tokens(rig: &Rig, fake: &Fake) -> Tokens {
    let http = Clients {
        web: client(),
        local: client(),
    };
    let (vault, clock) = (Arc::clone(&rig.vault), Arc::clone(&rig.clock));
    Tokens::new(&config(&fake.url), OUTLOOK, &http, vault, clock, 7)
}

/// Nobody asks Graph here.
async fn entra(sign_in: impl Fn(usize) -> Answer + Send + Sync + 'static) -> (Fake, Rig) {
    let fake = Fake::start(sign_in, |_, _, _| page([1], None)).await;
    let rig = Rig::new(&fake.url);
    (fake, rig)
}

fn refused(code: u32) -> Answer {
    let body = json!({
        "error": "invalid_client",
        "error_description": format!("AADSTS{code}: No."),
        "error_codes": [code],
    });
    json_answer(401, &body)
}

async fn error_of(sign_in: impl Fn(usize) -> Answer + Send + Sync + 'static) -> TokenError {
    let (fake, rig) = entra(sign_in).await;
    tokens(&rig, &fake).token().await.unwrap_err()
}

#[tokio::test]
async fn one_is_kept_for_all_who_ask_until_it_is_forgotten_or_old() {
    let (fake, rig) = entra(|n| token(n, 3599)).await;
    let tokens = tokens(&rig, &fake);
    let (one, two) = tokio::join!(tokens.token(), tokens.token());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.value.expose_secret(), two.value.expose_secret());
    assert_eq!(fake.token_calls().len(), 1);
    assert!(
        fake.token_calls()[0]
            .body
            .contains("scope=https%3A%2F%2Foutlook.office365.com%2F.default")
    );

    tokens.forget(&one).await;
    let next = tokens.token().await.unwrap();
    assert_ne!(next.value.expose_secret(), one.value.expose_secret());
    tokens.forget(&one).await;
    tokens.token().await.unwrap();
    assert_eq!(
        fake.token_calls().len(),
        2,
        "the new one is not forgotten for the old one's sake"
    );

    rig.clock.turn(TimeDelta::hours(1));
    tokens.token().await.unwrap();
    assert_eq!(fake.token_calls().len(), 3);
    assert_eq!(tokens.client(), Some(Id::parse(CLIENT_ID)));
    assert!(!format!("{next:?}").contains(next.value.expose_secret()));
}

#[tokio::test]
async fn what_can_be_put_right_is_worth_another_try() {
    for (code, reason) in [
        (7_000_222, NoToken::Credential),
        (7_000_215, NoToken::Credential),
        (700_016, NoToken::Refused),
        (90_002, NoToken::Refused),
    ] {
        let error = error_of(move |_| refused(code)).await;
        assert_eq!(error.reason, reason, "{code}");
        assert!(error.detail.contains(&format!("AADSTS{code}")), "{error}");
        assert!(
            !error.detail.contains(SECRET) && !error.detail.contains("scan"),
            "{error}"
        );
    }
    let expired = error_of(|_| refused(7_000_222)).await;
    assert!(expired.detail.contains("has expired"), "{expired}");

    let (fake, rig) = entra(|n| token(n, 3599)).await;
    let tokens = tokens(&rig, &fake);
    rig.vault.put(None);
    assert_eq!(
        tokens.token().await.unwrap_err().reason,
        NoToken::Credential
    );
    rig.vault.put(Some("rotated"));
    tokens.token().await.unwrap();
    assert!(fake.token_calls()[0].body.contains("client_secret=rotated"));
}

#[tokio::test]
async fn who_is_down_or_busy_is_asked_again_later() {
    let down = || StatusCode::INTERNAL_SERVER_ERROR.into_response();
    let error = error_of(move |_| down()).await;
    assert_eq!(error.reason, NoToken::Unavailable);
    assert!(!error.detail.contains("scan"), "{error}");

    let busy = || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "900")]).into_response();
    let error = error_of(move |_| busy()).await;
    assert_eq!(error.reason, NoToken::Throttled);
    assert_eq!(error.retry_after, Some(Duration::from_mins(15)));
    assert!(!error.detail.contains("scan"), "{error}");
}
