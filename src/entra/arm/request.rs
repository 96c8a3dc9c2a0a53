//! One question to Azure Resource Manager, patiently.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Response,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT},
};
use serde::de::DeserializeOwned;
use url::Url;

use super::error::{ArmError, ArmRefusal};
use crate::{
    domain::Secrets,
    entra::{
        answer::{self, BodyError, REQUEST_TIMEOUT},
        config::TenantConfig,
        error::{ScanError, Service},
        pace::{Pace, Patience},
        page,
        signin::Clients,
        token::SignIn,
    },
};

/// The longest answer that is read, in bytes: a page of a thousand clusters with all that is known of them is a tenth of it.
const BODY_MAX: usize = 64 << 20;

/// Azure Resource Manager as one tenant's client.
pub(super) struct Client {
    http: reqwest::Client,
    sign_in: SignIn,
    pub(super) base: Url,
    host: String,
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    /// With a body it is a POST; nothing that is asked here changes anything.
    pub(super) body: Option<&'a serde_json::Value>,
}

/// A 200.
pub(super) struct Answer {
    headers: HeaderMap,
    body: Vec<u8>,
}

enum Outcome {
    Answer(Answer),
    Later {
        status: u16,
        after: Option<Duration>,
    },
    Broken(String),
    Unauthorized(ArmRefusal),
}

impl Client {
    pub(super) fn new(config: &TenantConfig, http: &Clients, secrets: Arc<dyn Secrets>) -> Self {
        Self {
            sign_in: SignIn::new(config, http, secrets, &config.arm_resource()),
            http: http.web.clone(),
            base: config.arm.clone(),
            host: answer::host(&config.arm),
        }
    }

    /// Gets a token, if there is none yet.
    pub(super) async fn sign_in(&self, pace: &Pace<'_>) -> Result<(), ArmError> {
        self.sign_in.bearer(pace).await?;
        Ok(())
    }

    /// Waits when Azure says so, tries again when a connection dies, renews a refused token once; everything else is an error at
    /// once.
    pub(super) async fn ask(&self, ask: Ask<'_>, pace: &Pace<'_>) -> Result<Answer, ArmError> {
        let mut patience = Patience::new(pace, Service::Arm, &self.host);
        let mut renewed = false;
        loop {
            let bearer = self.sign_in.bearer(pace).await?;
            match self.attempt(&ask, &bearer, pace).await? {
                Outcome::Answer(answer) => return Ok(answer),
                Outcome::Later { status, after } => patience.refused(status, after).await?,
                Outcome::Broken(last) => patience.broken(last).await?,
                Outcome::Unauthorized(refusal) if renewed => {
                    return Err(ArmError::Refused(refusal));
                }
                Outcome::Unauthorized(_) => {
                    renewed = true;
                    self.sign_in.forget(&bearer).await;
                }
            }
        }
    }

    async fn attempt(
        &self,
        ask: &Ask<'_>,
        bearer: &HeaderValue,
        pace: &Pace<'_>,
    ) -> Result<Outcome, ArmError> {
        let url = ask.url.clone();
        let request = match ask.body {
            Some(body) => self.http.post(url).json(body),
            None => self.http.get(url),
        };
        let request = request
            .header(AUTHORIZATION, bearer.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, answer::USER_AGENT)
            .header("x-ms-client-request-id", pace.dice.guid().to_string())
            .timeout(pace.left(Service::Arm)?.min(REQUEST_TIMEOUT));
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Broken(answer::describe(error))),
        };
        let status = response.status().as_u16();
        match status {
            200 => return body(response).await,
            300..400 => return Err(answer::redirect(Service::Arm, &response).into()),
            _ => {}
        }
        let headers = response.headers();
        let after =
            answer::retry_after(headers, pace.clock.now()).or_else(|| quota_resets_after(headers));
        let refusal = refusal(&mut response).await;
        match status {
            401 => Ok(Outcome::Unauthorized(refusal)),
            429 | 503 | 504 => Ok(Outcome::Later { status, after }),
            408 | 500.. => Ok(Outcome::Broken(refusal.summary())),
            _ => Err(ArmError::Refused(refusal)),
        }
    }
}

impl Answer {
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ArmError> {
        page::read(&self.body).map_err(|error| ArmError::malformed(&error))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long to wait before the next question, when this one was the last of its time window
    /// (<https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>).
    pub(super) fn pause(&self) -> Option<Duration> {
        let left = self.header("x-ms-user-quota-remaining")?.trim();
        (left == "0")
            .then(|| quota_resets_after(&self.headers))
            .flatten()
    }
}

async fn body(mut response: Response) -> Result<Outcome, ArmError> {
    let mut body = Vec::new();
    match answer::read_body(&mut response, &mut body, BODY_MAX).await {
        Ok(()) => Ok(Outcome::Answer(Answer {
            headers: response.headers().clone(),
            body,
        })),
        Err(BodyError::Dead(why)) => Ok(Outcome::Broken(why)),
        Err(BodyError::TooLong) => Err(ScanError::TooLong {
            service: Service::Arm,
            limit: BODY_MAX,
        }
        .into()),
    }
}

async fn refusal(response: &mut Response) -> ArmRefusal {
    let body = answer::read_small(response).await;
    let id = response.headers().get("x-ms-correlation-request-id");
    let id = id.and_then(|id| id.to_str().ok());
    ArmRefusal::read(response.status().as_u16(), &body, id)
}

/// `hh:mm:ss`
fn quota_resets_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("x-ms-user-quota-resets-after")?.to_str().ok()?;
    let numbers: Option<Vec<u32>> = text
        .trim()
        .splitn(4, ':')
        .map(|part| part.parse().ok())
        .collect();
    let [hours, minutes, seconds] = *numbers?.as_slice() else {
        return None;
    };
    let seconds = u64::from(hours) * 3_600 + u64::from(minutes) * 60 + u64::from(seconds);
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_read_as_it_is_written() {
        for (text, expected) in [
            ("00:00:05", Some(5)),
            ("01:02:03", Some(3_723)),
            (" 00:01:00 ", Some(60)),
            ("5", None),
            ("00:00:00:05", None),
            ("-1:00:00", None),
            ("99999999999:0:0", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                "x-ms-user-quota-resets-after",
                HeaderValue::from_static(text),
            );
            let expected = expected.map(Duration::from_secs);
            assert_eq!(quota_resets_after(&headers), expected, "{text}");
        }
    }
}
