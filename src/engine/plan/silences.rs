//! Silences that break by themselves.

use uuid::Uuid;

use super::Planner;
use crate::domain::{
    App, Credential, Severity,
    assess::assess,
    decide::World,
    known::CredentialKey,
    silence::{HowEnded, Silence},
};

impl Planner<'_> {
    /// Silences on a credential that changed or has become more urgent than they allow.
    pub(super) fn broken_silences(&self) -> Vec<(Uuid, HowEnded)> {
        let world = &self.world;
        let on_credential = |silence: &&Silence| silence.scope.is_credential();
        let silences: Vec<&Silence> = world.silences.iter().filter(on_credential).collect();
        if silences.is_empty() {
            return Vec::new();
        }
        let mut broken = Vec::new();
        for (app, credential) in credentials(world) {
            let key = CredentialKey::new(app, credential);
            let covering = silences
                .iter()
                .filter(|silence| silence.scope.covers(world.tenant, &key));
            for silence in covering {
                let severity = severity_of(world, app, credential);
                let how = silence.broken_by(world.tenant, &key, credential.expires, severity);
                broken.extend(how.map(|how| (silence.id, how)));
            }
        }
        broken
    }
}

fn credentials<'a>(world: &World<'a>) -> impl Iterator<Item = (&'a App, &'a Credential)> {
    world.seen.apps.iter().flat_map(|app| {
        app.credentials
            .iter()
            .map(move |credential| (app, credential))
    })
}

fn severity_of(world: &World<'_>, app: &App, credential: &Credential) -> Severity {
    assess(world.circumstances(), app, credential)
        .severity
        .unwrap_or(Severity::Info)
}
