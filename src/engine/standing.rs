//! A receiver that fails is told of by all the others, and so is its recovery: each once.
//!
//! The store knows whether it is news, and writes it with the attempt that shows it. A notification of this kind that does not
//! arrive makes its receiver fail in turn, once: two that are dead tell each other nothing more, and readiness and the heartbeat
//! tell of both.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    plan::{Receivers, deliveries, new_id},
};
use crate::{
    domain::{Notification, audience::Audience, notification::Subject},
    notify::{Failure, Notifier, SendError},
    store::{Claim, Standing},
};

/// What came of an attempt.
#[derive(Clone, Copy)]
pub(super) enum Came<'a> {
    /// A part was taken, and more are to come; or there was nothing to send.
    PartDone,
    /// The whole message was taken.
    Delivered,
    /// It was not; and it is not tried again where it was given up on.
    Failed {
        error: &'a SendError,
        given_up: bool,
    },
}

/// What the attempt may mean for the receiver, if anything. One that the configuration no longer names is nobody's concern.
pub(super) fn standing(
    engine: &Engine,
    notifier: &dyn Notifier,
    claim: &Claim,
    came: Came<'_>,
    now: DateTime<Utc>,
) -> Option<Standing> {
    let name = notifier.name();
    engine.receiver(name)?;
    let receiver = name.to_owned();
    let own = notifier.targets();
    let (since, targets, subject) = match came {
        Came::PartDone => return None,
        Came::Delivered => {
            let since = claim.failing_since?;
            (since, own, Subject::ReceiverRecovered { receiver, since })
        }
        Came::Failed { error, given_up } => {
            let is_enough = given_up || claim.failures.saturating_add(1) >= Standing::FAILURES;
            let targets = speakers(own, &claim.delivery.target, error.failure);
            let targets = targets.filter(|_| is_enough && claim.failing_since.is_none())?;
            let since = claim.first_failure.unwrap_or(now);
            let subject = Subject::ReceiverFailing {
                receiver,
                error: error.to_string(),
                given_up,
                since,
            };
            (since, targets, subject)
        }
    };
    let others = engine.receivers.names();
    let others = others.iter().filter(|other| *other != name);
    Some(Standing {
        targets,
        since,
        deliveries: others
            .flat_map(|other| deliveries(&engine.receivers, other, &[], now))
            .collect(),
        notification: Notification {
            id: new_id(now),
            subject,
            decided_at: now,
            first_scan: false,
            escalation: false,
            audience: Audience::Receiver,
            stale: 0,
        },
    })
}

/// The targets by which the receiver is judged: its own. Whoever else it writes to, such as an app's owner, speaks for it only where
/// the server fails rather than one mailbox.
fn speakers(own: Vec<String>, target: &String, failure: Failure) -> Option<Vec<String>> {
    if own.contains(target) {
        return Some(own);
    }
    match failure {
        Failure::Unreachable
        | Failure::Timeout
        | Failure::Tls
        | Failure::Unauthorised
        | Failure::Misconfigured => Some(vec![target.clone()]),
        Failure::Throttled | Failure::Unavailable | Failure::Rejected | Failure::Gone => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owners_mailbox_speaks_for_the_server_only() {
        let own = || vec!["team@contoso.com".to_owned()];
        let owner = "ada@contoso.com".to_owned();
        for (target, failure, expected) in [
            (&own()[0], Failure::Rejected, Some(own())),
            (&owner, Failure::Rejected, None),
            (&owner, Failure::Unavailable, None),
            (&owner, Failure::Unreachable, Some(vec![owner.clone()])),
        ] {
            assert_eq!(
                speakers(own(), target, failure),
                expected,
                "{target} {failure:?}"
            );
        }
    }
}
