//! The receivers, and what planning needs to know of them.

use std::sync::Arc;

use super::plan::Receivers;
use crate::{
    domain::{Id, digest::Every},
    notify::Notifier,
};

/// A receiver and what it wants.
#[derive(Clone)]
pub struct Receiver {
    /// How it is reached.
    pub notifier: Arc<dyn Notifier>,
    /// Tell it when something announced needs nothing more.
    pub send_resolved: bool,
    /// Send it a summary beside the alerts.
    pub digest: Option<Every>,
    /// Tell each app's owners in person, and its own targets only of what has no owner who can be told.
    pub to_owners: bool,
}

/// The receiver of that name.
pub(super) fn named<'a>(receivers: &'a [Receiver], name: &str) -> Option<&'a Receiver> {
    let mut receivers = receivers.iter();
    receivers.find(|receiver| receiver.notifier.name() == name)
}

impl Receivers for Arc<[Receiver]> {
    fn targets(&self, receiver: &str) -> Vec<String> {
        named(self, receiver)
            .map(|receiver| receiver.notifier.targets())
            .unwrap_or_default()
    }

    fn wants_resolved(&self, receiver: &str) -> bool {
        named(self, receiver).is_some_and(|receiver| receiver.send_resolved)
    }

    fn keeps_state(&self, receiver: &str) -> bool {
        named(self, receiver).is_some_and(|receiver| receiver.notifier.keeps_state())
    }

    fn digest(&self, receiver: &str) -> Option<Every> {
        named(self, receiver)?.digest
    }

    fn tells_owners(&self, receiver: &str) -> bool {
        named(self, receiver).is_some_and(|receiver| receiver.to_owners)
    }

    fn names(&self) -> Vec<String> {
        self.iter()
            .map(|receiver| receiver.notifier.name().to_owned())
            .collect()
    }

    fn signs_in_as(&self, receiver: &str) -> Option<Id> {
        named(self, receiver)?.notifier.signs_in_as()
    }
}
