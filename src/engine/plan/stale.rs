//! What ended so long ago that it is only to be cleaned up: counted where what had piled up is told.

use super::Planner;
use crate::domain::{App, Credential, Severity, assess::assess, matcher::Subject};

impl Planner<'_> {
    /// How many such credentials the routes would give this receiver.
    pub(super) fn stale_for(&self, receiver: &str) -> u64 {
        let world = &self.world;
        let mut stale = 0;
        for app in &world.seen.apps {
            for credential in &app.credentials {
                let is_stale = assess(world.circumstances(), app, credential).is_stale(world.now);
                let is_given = || self.gives(receiver, app, credential, Severity::Expired);
                stale += u64::from(is_stale && is_given());
            }
        }
        stale
    }

    /// Do the routes give this receiver an alert on this credential?
    pub(super) fn gives(
        &self,
        receiver: &str,
        app: &App,
        credential: &Credential,
        severity: Severity,
    ) -> bool {
        let owners = self.world.seen.facts.owners.of(app);
        let subject = Subject {
            tenant: self.world.tenant,
            app,
            credential,
            severity: Some(severity),
            owners: owners.unwrap_or_default(),
        };
        let routes = self.routes.matching(&subject);
        routes
            .iter()
            .filter_map(|at| self.routes.all().get(*at))
            .any(|route| route.receivers.iter().any(|name| name == receiver))
    }
}
