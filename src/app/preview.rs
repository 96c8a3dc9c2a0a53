//! What a receiver would be sent, without sending anything.

use std::sync::Arc;

use super::{
    parts::{Net, receivers},
    sample::named,
    samples::Sample,
};
use crate::{
    config::Config,
    domain::{Clock, Secrets},
    engine::plan::new_id,
    notify::{Envelope, Payload},
};

/// One part of a sample.
pub struct Previewed {
    /// The sample's name.
    pub sample: &'static str,
    /// Which part, from 1, and of how many.
    pub part: (usize, usize),
    /// What is composed.
    pub payload: Payload,
    /// As it would go over the wire, where that is more than the payload's body.
    pub wire: Option<Vec<u8>>,
}

/// The samples as the receiver would get them. No secret is read, and no certificate.
pub fn preview(
    config: &Config,
    secrets: &Arc<dyn Secrets>,
    receiver: &str,
    samples: &[Sample],
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<Previewed>> {
    let net = Net::new(&Config {
        extra_ca_file: None,
        ..config.clone()
    })?;
    let receivers = receivers(config, &net, secrets, clock, None);
    let now = clock.now();
    let notifier = &named(&receivers, receiver)?.notifier;
    let target = notifier.targets().into_iter().next().unwrap_or_default();
    let mut all = Vec::new();
    for sample in samples {
        let payloads = notifier.compose(&sample.notification(now));
        let parts = payloads.len();
        for (part, payload) in payloads.into_iter().enumerate() {
            let wire = notifier.wire(&Envelope {
                delivery: new_id(now),
                part,
                target: &target,
                payload: &payload,
                now,
            });
            all.push(Previewed {
                sample: sample.as_str(),
                part: (part + 1, parts),
                payload,
                wire,
            });
        }
    }
    Ok(all)
}
