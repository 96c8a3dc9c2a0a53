//! Silences that break by themselves.

use uuid::Uuid;

use super::Planner;
use crate::domain::{
    App, Credential, Severity, assess::assess, decide::World, known::CredentialKey,
    silence::Silence,
};

impl Planner<'_> {
    /// Silences on a credential that changed or turned critical.
    pub(super) fn broken_silences(&self) -> Vec<Uuid> {
        let on_credential = |silence: &&Silence| silence.is_on_credential();
        let silences: Vec<&Silence> = self.world.silences.iter().filter(on_credential).collect();
        if silences.is_empty() {
            return Vec::new();
        }
        let mut broken: Vec<Uuid> = credentials(&self.world)
            .flat_map(|(app, credential)| {
                let key = CredentialKey::new(app, credential);
                let severity = severity_of(&self.world, app, credential);
                let is_broken = move |silence: &&&Silence| {
                    silence.is_broken_by(self.world.tenant, &key, credential.expires, severity)
                };
                silences
                    .iter()
                    .filter(is_broken)
                    .map(|silence| silence.id)
                    .collect::<Vec<_>>()
            })
            .collect();
        broken.sort_unstable();
        broken.dedup();
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
