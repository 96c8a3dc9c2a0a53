//! The sandbox over sockets, as a client meets it.

mod activity;
mod arm;
mod assertions;
mod faults;
mod graph;
mod mail;
mod owners;
mod paging;
mod principals;
mod sign_in;
mod tls;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeZone as _, Utc};
use reqwest::{Client, ClientBuilder, Response};
use serde_json::Value;

use crate::sandbox::{Faults, Generated, Options, Population, Sandbox, start};

/// The time in these tests: it stands still.
fn today() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 9, 30, 0).unwrap()
}

fn options(apps: usize) -> Options {
    let crowd = Generated {
        apps,
        service_principals: 2 * apps,
        seed: 42,
        base: today(),
    };
    Options::new(Population::Generated(crowd), Arc::new(today))
}

async fn sandbox(apps: usize) -> Sandbox {
    start(options(apps)).await.unwrap()
}

async fn troubled(apps: usize, faults: Faults) -> Sandbox {
    start(Options {
        faults,
        ..options(apps)
    })
    .await
    .unwrap()
}

/// A client that shows what was sent: no redirects, and an end to waiting.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is tried with a client of its own, not with the one that it is there to try"
)]
fn client_builder() -> ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
}

/// A signed-in caller of one sandbox.
struct Caller {
    client: Client,
    base: String,
    token: String,
}

impl Caller {
    async fn of(sandbox: &Sandbox) -> Self {
        Self::with(client_builder().build().unwrap(), sandbox).await
    }

    async fn with(client: Client, sandbox: &Sandbox) -> Self {
        Self::for_resource(client, sandbox, "https://graph.microsoft.com").await
    }

    async fn for_resource(client: Client, sandbox: &Sandbox, resource: &str) -> Self {
        let base = sandbox.base_url().to_owned();
        let answer = client
            .post(format!("{base}/{}/oauth2/v2.0/token", sandbox.tenant_id()))
            .form(&[
                ("grant_type", "client_credentials"),
                ("client_id", sandbox.client_id()),
                ("client_secret", &sandbox.client_secret()),
                ("scope", &format!("{resource}/.default")),
            ])
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self {
            client,
            base,
            token,
        }
    }

    /// Asks for a path below the sandbox, or for a whole URL.
    async fn get(&self, path: &str) -> Response {
        self.try_get(path).await.unwrap()
    }

    async fn try_get(&self, path: &str) -> reqwest::Result<Response> {
        let base = if path.starts_with('/') {
            self.base.as_str()
        } else {
            ""
        };
        let url = format!("{base}{path}");
        self.client.get(url).bearer_auth(&self.token).send().await
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }
}

/// The error code in a body of Graph's.
async fn graph_error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (
        status,
        body["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}
