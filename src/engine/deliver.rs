//! Deliveries: a worker a receiver, so that one that hangs does not hold up the others.
//!
//! A delivery is claimed by lease, composed, and handed over part by part. What came of each part is recorded before the
//! next is sent, so that after a crash at any instant at most the part in flight is sent again, under the same key.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    Engine,
    pace::pause_until,
    plan::new_id,
    standing::{Came, standing},
};
use crate::{
    domain::backoff::delivery_wait,
    notify::{Envelope, Notifier, Payload, SendError},
    store::{Attempt, AttemptOutcome, Claim, Fallback, NewDelivery, StoreError},
};

/// Longer than the slowest hand-over of one part. One process works at a time here, and gives back at its start what an earlier
/// one held, so this only matters to work that was forgotten.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// How long to wait when the store cannot be asked.
const STORE_PAUSE: Duration = Duration::from_secs(15);

/// Delivers to one receiver until told to stop.
pub async fn work(engine: &Engine, notifier: &dyn Notifier, stop: &CancellationToken) {
    loop {
        let bell = engine.outbox_bell.notified();
        tokio::pin!(bell);
        // interest first, then the look: a bell that rings in between is not lost
        bell.as_mut().enable();
        let next = match deliver_due(engine, notifier, stop).await {
            Ok(next) => next,
            Err(error) => {
                warn!(receiver.name = notifier.name(), store.error = %error, "deliveries wait for the store");
                Some(engine.clock.now() + TimeDelta::from_std(STORE_PAUSE).unwrap_or_default())
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = &mut bell => {}
            () = sleep_until(engine, next) => {}
        }
    }
}

/// Delivers everything that is due to one receiver. Answers when the next delivery is due.
pub async fn deliver_due(
    engine: &Engine,
    notifier: &dyn Notifier,
    stop: &CancellationToken,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let pace = TimeDelta::from_std(notifier.pace()).unwrap_or_default();
    while !stop.is_cancelled() {
        let now = engine.clock.now();
        let claim = engine
            .store
            .claim(notifier.name(), now, now + LEASE, now + pace);
        let Some(claim) = claim.await? else {
            break;
        };
        deliver(engine, notifier, &claim, stop).await?;
    }
    engine.store.next_due(notifier.name()).await
}

async fn sleep_until(engine: &Engine, at: Option<DateTime<Utc>>) {
    match at {
        Some(at) => {
            engine
                .clock
                .sleep((at - engine.clock.now()).to_std().unwrap_or_default())
                .await;
        }
        None => std::future::pending().await,
    }
}

/// Sends the parts that are left of one delivery. Between parts a stop is obeyed: the lease is then given back by the stop.
async fn deliver(
    engine: &Engine,
    notifier: &dyn Notifier,
    claim: &Claim,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let parts = notifier.compose(&claim.notification);
    if parts.is_empty() {
        let nothing = Sent {
            at: engine.clock.now(),
            took: Duration::ZERO,
            result: Ok(()),
            passed_over: true,
        };
        return record(engine, notifier, claim, 0, true, nothing, stop).await;
    }
    // none left: another release of forewarn made fewer parts of it
    let first = usize::try_from(claim.parts_done)
        .unwrap_or(usize::MAX)
        .min(parts.len().saturating_sub(1));
    for (part, payload) in parts.iter().enumerate().skip(first) {
        if stop.is_cancelled() {
            return Ok(());
        }
        let is_last = part + 1 == parts.len();
        let sent = send_part(engine, notifier, claim, part, payload).await;
        let goes_on = sent.is_ok();
        record(engine, notifier, claim, part, is_last, sent, stop).await?;
        // between messages the pace is the store's, for there may be other senders
        if !goes_on || is_last {
            return Ok(());
        }
        engine.clock.sleep(notifier.pace()).await;
    }
    Ok(())
}

struct Sent {
    at: DateTime<Utc>,
    took: Duration,
    result: Result<(), SendError>,
    /// There was nothing to send, which says nothing of whether the receiver works.
    passed_over: bool,
}

impl Sent {
    fn is_ok(&self) -> bool {
        self.result.is_ok()
    }
}

async fn send_part(
    engine: &Engine,
    notifier: &dyn Notifier,
    claim: &Claim,
    part: usize,
    payload: &Payload,
) -> Sent {
    let at = engine.clock.now();
    let envelope = Envelope {
        delivery: claim.delivery.id,
        part,
        target: &claim.delivery.target,
        payload,
        now: at,
    };
    let result = notifier.send(&envelope).await;
    let took = (engine.clock.now() - at).to_std().unwrap_or_default();
    Sent {
        at,
        took,
        result,
        passed_over: false,
    }
}

async fn record(
    engine: &Engine,
    notifier: &dyn Notifier,
    claim: &Claim,
    part: usize,
    is_last: bool,
    sent: Sent,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let result = sent.result.as_ref().copied();
    let outcome = match result {
        Ok(()) if is_last => AttemptOutcome::Delivered,
        Ok(()) => AttemptOutcome::PartDone,
        Err(error) => after_failure(engine, claim, error),
    };
    tell(engine, notifier, claim, &outcome);
    let now = engine.clock.now();
    let came = match result {
        Ok(()) if is_last && !sent.passed_over => Came::Delivered,
        Ok(()) => Came::PartDone,
        Err(error) => Came::Failed {
            error,
            given_up: matches!(outcome, AttemptOutcome::GivenUp { .. }),
        },
    };
    let attempt = Attempt {
        delivery: claim.delivery.id,
        at: sent.at,
        took: sent.took,
        part: u32::try_from(part).unwrap_or(u32::MAX),
        pause_until: pause_until(result, notifier.pace(), !is_last, now),
        standing: standing(engine, notifier, claim, came, now),
        outcome,
    };
    // what was taken must not be sent again because it could not be written down: a full disk may be emptied
    while let Err(error) = engine.store.record(&attempt).await {
        warn!(receiver.name = notifier.name(), store.error = %error, "what came of a delivery cannot be recorded yet");
        tokio::select! {
            () = stop.cancelled() => return Err(error),
            () = engine.clock.sleep(STORE_PAUSE) => {}
        }
    }
    let may_be_news = attempt.standing.is_some();
    if may_be_news || matches!(attempt.outcome, AttemptOutcome::GivenUp { .. }) {
        engine.outbox_bell.notify_waiters();
    }
    Ok(())
}

fn after_failure(engine: &Engine, claim: &Claim, error: &SendError) -> AttemptOutcome {
    let now = engine.clock.now();
    let failure = error.failure.as_str();
    let detail = error.to_string();
    let failures = claim.failures.saturating_add(1);
    let wait = delivery_wait(failures, error.retry_after, rand::random());
    match wait.filter(|_| error.failure.is_retryable()) {
        Some(wait) => AttemptOutcome::Retry {
            due_at: now + wait,
            failure,
            detail,
        },
        None => AttemptOutcome::GivenUp {
            failure,
            detail,
            instead: instead_of(engine, claim, now),
        },
    }
}

fn instead_of(engine: &Engine, claim: &Claim, now: DateTime<Utc>) -> Vec<NewDelivery> {
    let delivery = |fallback: &Fallback| NewDelivery {
        id: new_id(now),
        receiver: fallback.receiver.clone(),
        target: fallback.target.clone(),
        due_at: now,
        fallback: Vec::new(),
    };
    // one that the configuration no longer names would only give up in its turn
    let is_there = |fallback: &&Fallback| engine.receiver(&fallback.receiver).is_some();
    claim
        .delivery
        .fallback
        .iter()
        .filter(is_there)
        .map(delivery)
        .collect()
}

/// Log line and metric of one attempt.
fn tell(engine: &Engine, notifier: &dyn Notifier, claim: &Claim, outcome: &AttemptOutcome) {
    let receiver = notifier.name();
    let id = claim.delivery.id;
    match outcome {
        AttemptOutcome::PartDone => {}
        AttemptOutcome::Delivered => {
            engine.metrics.delivery(receiver, "delivered");
            info!(receiver.name = receiver, delivery.id = %id, "delivered to {receiver}");
        }
        AttemptOutcome::Retry {
            due_at,
            failure,
            detail,
        } => {
            engine.metrics.delivery(receiver, "retry");
            warn!(
                receiver.name = receiver, delivery.id = %id, delivery.failure = failure, delivery.next = due_at.to_rfc3339_opts(SecondsFormat::Secs, true),
                "{receiver} did not take a message and will be tried again: {detail}"
            );
        }
        AttemptOutcome::GivenUp {
            failure,
            detail,
            instead,
        } => {
            engine.metrics.delivery(receiver, "given-up");
            error!(
                receiver.name = receiver, delivery.id = %id, delivery.failure = failure, delivery.fallbacks = instead.len(),
                "a message to {receiver} was given up on: {detail}"
            );
        }
    }
}
