//! One request to Graph, patiently.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT},
};
use url::Url;

use super::{
    answer::{self, BodyError, REQUEST_TIMEOUT},
    config::{Auth, TenantConfig},
    error::{ScanError, Service},
    list::List,
    pace::{Pace, Patience},
    permissions::Held,
    refusal::GraphRefusal,
    signin::Clients,
    throttle::Throttle,
    token::SignIn,
};
use crate::{domain::Secrets, telemetry::Metrics};

/// Graph as one tenant's client.
pub(super) struct Graph {
    http: reqwest::Client,
    sign_in: SignIn,
    metrics: Arc<Metrics>,
    tenant: String,
    host: String,
    /// Are we whoever is signed in to the Azure CLI?
    as_user: bool,
    throttle: Throttle,
    /// The longest answer that is read, in bytes.
    pub(super) body_max: usize,
}

/// What is asked. Both only read, so both may be asked again.
enum Ask<'a> {
    Get(&'a Url),
    /// Several requests in one, as JSON.
    Post(&'a Url, &'a [u8]),
}

enum Outcome {
    /// It is in the buffer.
    Body,
    Later {
        status: u16,
        after: Option<Duration>,
    },
    Broken(String),
    Unauthorized(GraphRefusal),
}

impl Graph {
    pub(super) fn new(
        config: &TenantConfig,
        http: Clients,
        secrets: Arc<dyn Secrets>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            sign_in: SignIn::new(config, &http, secrets, &config.graph_resource()),
            http: http.web,
            metrics,
            tenant: config.name.clone(),
            host: answer::host(&config.graph),
            as_user: matches!(config.auth, Auth::AzureCli),
            throttle: Throttle::default(),
            body_max: 64 << 20,
        }
    }

    /// Signs in another way.
    #[cfg(test)]
    pub(super) fn change_method(
        mut self,
        change: impl FnOnce(super::signin::Method) -> super::signin::Method,
    ) -> Self {
        self.sign_in = self.sign_in.change_method(change);
        self
    }

    /// What our token says that we may do.
    pub(super) async fn held(&self, pace: &Pace<'_>) -> Result<Held, ScanError> {
        self.sign_in
            .bearer(pace)
            .await
            .map(|bearer| Held::read(&bearer))
    }

    /// The body of a 200. Waits when Graph says so, tries again when a connection dies, renews a refused token once; everything
    /// else is an error at once. `buffer` gives its memory to the body.
    pub(super) async fn get(
        &self,
        url: &Url,
        buffer: Vec<u8>,
        pace: &Pace<'_>,
    ) -> Result<Vec<u8>, ScanError> {
        self.send(&Ask::Get(url), buffer, pace).await
    }

    /// As [`Graph::get`], for a request that holds others: the body of its 200.
    pub(super) async fn post(
        &self,
        url: &Url,
        body: &[u8],
        pace: &Pace<'_>,
    ) -> Result<Vec<u8>, ScanError> {
        self.send(&Ask::Post(url, body), Vec::new(), pace).await
    }

    async fn send(
        &self,
        ask: &Ask<'_>,
        mut buffer: Vec<u8>,
        pace: &Pace<'_>,
    ) -> Result<Vec<u8>, ScanError> {
        let mut patience = Patience::new(pace, Service::Graph, &self.host);
        let mut renewed = false;
        loop {
            while let Some(wait) = self.before(ask, pace) {
                pace.wait(Service::Graph, wait).await?;
            }
            let bearer = self.sign_in.bearer(pace).await?;
            match self.attempt(ask, &bearer, &mut buffer, pace).await? {
                Outcome::Body => return Ok(buffer),
                Outcome::Later { status, after } => patience.refused(status, after).await?,
                Outcome::Broken(last) => patience.broken(last).await?,
                Outcome::Unauthorized(refusal) if renewed => {
                    return Err(ScanError::Graph(Box::new(refusal)));
                }
                Outcome::Unauthorized(_) => {
                    renewed = true;
                    tracing::info!(tenant.name = %self.tenant, "Graph refused the token; signing in anew");
                    self.sign_in.forget(&bearer).await;
                }
            }
        }
    }

    /// How long to wait before it may be asked.
    fn before(&self, ask: &Ask<'_>, pace: &Pace<'_>) -> Option<Duration> {
        match ask {
            Ask::Get(url) if List::is_of(url) => self.throttle.before_request(pace.clock.now()),
            Ask::Get(_) | Ask::Post(..) => self.throttle.pause(),
        }
    }

    async fn attempt(
        &self,
        ask: &Ask<'_>,
        bearer: &HeaderValue,
        buffer: &mut Vec<u8>,
        pace: &Pace<'_>,
    ) -> Result<Outcome, ScanError> {
        let request = match ask {
            Ask::Get(url) => self.http.get((*url).clone()),
            Ask::Post(url, body) => self
                .http
                .post((*url).clone())
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_vec()),
        };
        let request = request
            .header(AUTHORIZATION, bearer.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, answer::USER_AGENT)
            .header("client-request-id", pace.dice.guid().to_string())
            .timeout(pace.left(Service::Graph)?.min(REQUEST_TIMEOUT));
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                self.metrics.graph_request(&self.tenant, None);
                return Ok(Outcome::Broken(answer::describe(error)));
            }
        };
        let status = response.status().as_u16();
        self.metrics.graph_request(&self.tenant, Some(status));
        self.note_skew(&response, pace);
        let load = self.throttle.after_answer(response.headers(), &self.tenant);
        self.metrics.graph_load(&self.tenant, load.units, load.used);
        match status {
            200 => return self.body(&mut response, buffer).await,
            300..400 => return Err(answer::redirect(Service::Graph, &response)),
            _ => {}
        }
        let after = answer::retry_after(response.headers(), pace.clock.now());
        let refusal = GraphRefusal {
            as_user: self.as_user,
            ..refusal(&mut response).await
        };
        match status {
            401 => Ok(Outcome::Unauthorized(refusal)),
            429 | 503 | 504 => Ok(Outcome::Later { status, after }),
            408 | 500.. => Ok(Outcome::Broken(refusal.summary())),
            _ => Err(ScanError::Graph(Box::new(refusal))),
        }
    }

    async fn body(
        &self,
        response: &mut Response,
        buffer: &mut Vec<u8>,
    ) -> Result<Outcome, ScanError> {
        match answer::read_body(response, buffer, self.body_max).await {
            Ok(()) => Ok(Outcome::Body),
            Err(BodyError::Dead(why)) => Ok(Outcome::Broken(why)),
            Err(BodyError::TooLong) => Err(ScanError::TooLong {
                service: Service::Graph,
                limit: self.body_max,
            }),
        }
    }

    fn note_skew(&self, response: &Response, pace: &Pace<'_>) {
        if let Some(theirs) = answer::server_time(response.headers()) {
            let ahead = theirs - pace.clock.now();
            self.metrics.set_clock_skew(&self.tenant, ahead);
            pace.skew.set(ahead);
        }
    }
}

async fn refusal(response: &mut Response) -> GraphRefusal {
    let body = answer::read_small(response).await;
    let request_id = response.headers().get("request-id");
    let request_id = request_id.and_then(|id| id.to_str().ok());
    GraphRefusal::read(response.status().as_u16(), &body, request_id)
}
