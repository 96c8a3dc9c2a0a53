//! What a round has to look up of what came or went before it can be told.

use super::{Engine, plan::Found};
use crate::{
    domain::{
        Id,
        decide::{World, gone},
        known::CredentialKey,
    },
    store::{AppOwners, Round, StoreError},
};

impl Engine {
    /// What is gone, as it was remembered, and who owned it. What is left out by configuration is still there, and is not spoken of.
    /// `lost` are the apps that lost their last owner, with who that was; the round then remembers that nobody owns them.
    pub(super) async fn changes(
        &self,
        world: &World<'_>,
        lost: Vec<AppOwners>,
        round: &mut Round<'_>,
    ) -> Result<Found, StoreError> {
        let nobody = |of: &AppOwners| AppOwners {
            object_id: of.object_id.clone(),
            owners: Vec::new(),
            fetched_at: round.scan.finished_at,
        };
        round.owners = lost.iter().map(nobody).collect();
        let mut found = Found {
            wanted: self.changes,
            lost,
            ..Found::default()
        };
        if !self.changes.removed || !world.known.scanned_before {
            return Ok(found);
        }
        let is_removed = |key: &&CredentialKey| !world.seen.left_out.contains(*key);
        let keys = gone(world).into_iter().filter(is_removed);
        let keys: Vec<CredentialKey> = keys.cloned().collect();
        if keys.is_empty() {
            return Ok(found);
        }
        found.gone = self.store.describe(world.tenant, &keys).await?;
        let mut apps: Vec<Id> = keys.into_iter().map(|key| key.object_id).collect();
        apps.sort_unstable();
        apps.dedup();
        found.owned = self.kept(world.tenant, &apps).await;
        Ok(found)
    }
}
