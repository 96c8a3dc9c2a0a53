//! A receiver that deliveries still wait for but that the configuration no longer names. It refuses everything at once, so
//! that its deliveries end where they can be seen, and fallbacks are used.

use futures_util::future::BoxFuture;

use super::{Envelope, Failure, Notifier, Payload, SendError};
use crate::domain::Notification;

/// Refuses everything.
pub struct MissingReceiver {
    name: String,
}

impl MissingReceiver {
    /// The receiver of that name, which is no longer there.
    pub fn new(name: String) -> Self {
        Self { name }
    }

    fn refusal(&self) -> SendError {
        let detail = format!("no [[receivers]] entry is named `{}` any more", self.name);
        SendError::new(Failure::Gone, detail)
    }
}

impl Notifier for MissingReceiver {
    fn name(&self) -> &str {
        &self.name
    }

    fn targets(&self) -> Vec<String> {
        Vec::new()
    }

    fn compose(&self, _: &Notification) -> Vec<Payload> {
        vec![Payload {
            title: String::new(),
            text: String::new(),
            body: String::new(),
        }]
    }

    fn send<'a>(&'a self, _: &'a Envelope<'a>) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async { Err(self.refusal()) })
    }

    fn check(&self) -> BoxFuture<'_, Result<String, SendError>> {
        Box::pin(async { Err(self.refusal()) })
    }
}
