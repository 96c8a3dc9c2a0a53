//! The heartbeat's side on the wire: a GET to an address that is a secret, with `/fail` at the end of its path when something is
//! wrong, as healthchecks.io and its like have it (<https://healthchecks.io/docs/signaling_failures/>).

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use url::Url;

use crate::{
    domain::{SecretSource, Secrets, secret::ExposeSecret},
    engine::heartbeat::{Beat, Watcher},
};

/// Nobody waits for a heartbeat.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Somebody who notices our silence.
pub(super) struct HttpWatcher {
    http: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    url: SecretSource,
}

impl HttpWatcher {
    /// `http` must not follow redirects: the address is a secret.
    pub(super) fn new(http: reqwest::Client, secrets: Arc<dyn Secrets>, url: SecretSource) -> Self {
        Self { http, secrets, url }
    }

    async fn get(&self, beat: Beat) -> Result<(), String> {
        let text = self
            .secrets
            .read(&self.url)
            .map_err(|error| error.to_string())?;
        let url = Url::parse(text.expose_secret().trim())
            .map_err(|_| format!("the URL in {} is not a URL", self.url))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let request = self.http.get(address(url, beat)).timeout(TIMEOUT);
        let response = request.send().await.map_err(|error| {
            let what = if error.is_timeout() {
                "did not answer in time"
            } else {
                "cannot be reached"
            };
            format!("{host} {what}")
        })?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => Err(format!(
                "{host} answered {}, a redirect, which is not followed",
                status.as_u16()
            )),
            status => Err(format!("{host} answered {}", status.as_u16())),
        }
    }
}

impl Watcher for HttpWatcher {
    fn tell(&self, beat: Beat) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(self.get(beat))
    }
}

/// The path gets one more part; what is asked after it stays.
fn address(mut url: Url, beat: Beat) -> Url {
    if beat == Beat::Fail {
        let path = format!("{}/fail", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fail_is_a_part_of_the_path() {
        for (url, expected) in [
            (
                "https://hc.example/ping/3c1b",
                "https://hc.example/ping/3c1b/fail",
            ),
            (
                "https://hc.example/ping/3c1b/",
                "https://hc.example/ping/3c1b/fail",
            ),
            ("https://hc.example", "https://hc.example/fail"),
            (
                "https://hc.example/p?rid=1&a=b",
                "https://hc.example/p/fail?rid=1&a=b",
            ),
        ] {
            let told = |beat| address(url.parse().unwrap(), beat).to_string();
            assert_eq!(told(Beat::Fail), expected);
            assert_eq!(told(Beat::Well), Url::parse(url).unwrap().to_string());
        }
    }
}
