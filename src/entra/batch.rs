//! Several requests to Graph in one (learn.microsoft.com/graph/json-batching).
//!
//! Each of them is answered, and throttled, on its own: inside a 200 there may be a 429 with a `Retry-After`. What was told to come
//! later, or broke, is asked again in the next round; what was answered is not.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::{
    answer::{self, below},
    error::{ScanError, Service},
    graph::Graph,
    pace::{Pace, Patience},
    page,
    refusal::GraphRefusal,
};
use crate::domain::backoff;

/// So many requests fit into one.
pub(super) const MOST: usize = 20;

/// What one of the requests was answered with.
#[derive(Debug)]
pub(super) enum Reply {
    /// The body of a 200.
    Body(Value),
    /// A refusal that waiting does not cure.
    Refused(GraphRefusal),
}

/// What one round left undone.
#[derive(Default)]
struct Undone {
    /// The last status that meant "later", and the longest wait that was asked for.
    later: Option<(u16, Option<Duration>)>,
    broken: Option<String>,
}

/// Asks for at most [`MOST`] relative URLs below `base`'s version 1.0. Each reply is put into `replies`, at its request's place, as
/// soon as it is there: an error leaves those that came before it.
pub(super) async fn ask(
    graph: &Graph,
    base: &Url,
    urls: &[String],
    replies: &mut [Option<Reply>],
    pace: &Pace<'_>,
) -> Result<(), ScanError> {
    let batch = below(base, &["v1.0", "$batch"]);
    let host = answer::host(base);
    let mut patience = Patience::new(pace, Service::Graph, &host);
    loop {
        let body = envelope(urls, replies);
        let before = open(replies);
        let answer = graph.post(&batch, body.as_bytes(), pace).await?;
        let undone = take(&answer, replies, pace);
        match open(replies) {
            0 => return Ok(()),
            // a round that gets on is no reason to lose patience; there are at most twenty of them
            left if left < before => patience = Patience::new(pace, Service::Graph, &host),
            _ => {}
        }
        if let Some((status, after)) = undone.later {
            patience.refused(status, after).await?;
        } else {
            let silent = || "some requests of a batch were not answered".to_owned();
            let last = undone.broken.unwrap_or_else(silent);
            patience.broken(last).await?;
        }
    }
}

fn open(replies: &[Option<Reply>]) -> usize {
    replies.iter().filter(|reply| reply.is_none()).count()
}

/// The requests that have no reply yet. Their place is their id.
fn envelope(urls: &[String], replies: &[Option<Reply>]) -> String {
    let open = urls.iter().zip(replies).enumerate();
    let open = open.filter(|(_, (_, reply))| reply.is_none());
    let requests: Vec<Value> = open
        .map(|(place, (url, _))| json!({"id": place.to_string(), "method": "GET", "url": url}))
        .collect();
    json!({ "requests": requests }).to_string()
}

/// Sorts the answers of one round. They may come in any order.
fn take(answer: &[u8], replies: &mut [Option<Reply>], pace: &Pace<'_>) -> Undone {
    let mut undone = Undone::default();
    let answer: Value = match page::read(answer) {
        Ok(answer) => answer,
        Err(error) => {
            undone.broken = Some(format!("the answer to a batch is not whole JSON ({error})"));
            return undone;
        }
    };
    let Value::Object(mut answer) = answer else {
        return undone;
    };
    let Some(Value::Array(responses)) = answer.remove("responses") else {
        return undone;
    };
    for mut response in responses {
        let number = response["id"].as_str().and_then(|id| id.parse().ok());
        let Some(open) = number.and_then(|number: usize| replies.get_mut(number)) else {
            continue;
        };
        let body = response.get_mut("body").map(Value::take);
        let body = body.unwrap_or_default();
        let status = response["status"].as_u64();
        let status = status.and_then(|status| u16::try_from(status).ok());
        let refusal = |status| GraphRefusal::read(status, body.to_string().as_bytes(), None);
        match status {
            Some(200) => *open = Some(Reply::Body(body)),
            Some(status @ (429 | 503 | 504)) => {
                let before = undone.later.and_then(|(_, after)| after);
                let after = retry_after(&response["headers"], pace);
                undone.later = Some((status, before.max(after)));
            }
            Some(status @ (408 | 500..)) => undone.broken = Some(refusal(status).summary()),
            Some(status) => *open = Some(Reply::Refused(refusal(status))),
            None => undone.broken = Some("an answer in a batch has no status".to_owned()),
        }
    }
    undone
}

fn retry_after(headers: &Value, pace: &Pace<'_>) -> Option<Duration> {
    let mut headers = headers.as_object()?.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    backoff::parse_retry_after(&text, pace.clock.now())
}
