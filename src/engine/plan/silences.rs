//! Silences that break by themselves.

use std::collections::HashMap;

use uuid::Uuid;

use super::Planner;
use crate::domain::{
    App, Credential, Id, Severity,
    assess::assess,
    decide::World,
    known::CredentialKey,
    silence::{HowEnded, Scope, Silence},
};

impl Planner<'_> {
    /// Silences on a credential that changed or has become more urgent than they allow.
    pub(super) fn broken_silences(&self) -> Vec<(Uuid, HowEnded)> {
        let world = &self.world;
        // hundreds may be acknowledged among a hundred thousand
        let mut by_app: HashMap<Id, Vec<&Silence>> = HashMap::new();
        for silence in world.silences {
            if let Scope::Credential { object_id, .. } = &silence.scope {
                by_app
                    .entry(Id::parse(object_id))
                    .or_default()
                    .push(silence);
            }
        }
        if by_app.is_empty() {
            return Vec::new();
        }
        let mut broken = Vec::new();
        for app in &world.seen.apps {
            let Some(silences) = by_app.get(&app.object_id) else {
                continue;
            };
            for credential in &app.credentials {
                let key = CredentialKey::new(app, credential);
                let severity = severity_of(world, app, credential);
                for silence in silences {
                    let how = silence.broken_by(world.tenant, &key, credential.expires, severity);
                    broken.extend(how.map(|how| (silence.id, how)));
                }
            }
        }
        broken
    }
}

fn severity_of(world: &World<'_>, app: &App, credential: &Credential) -> Severity {
    assess(world.circumstances(), app, credential)
        .severity
        .unwrap_or(Severity::Info)
}
