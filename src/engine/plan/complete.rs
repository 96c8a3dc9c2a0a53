//! All that follows from a complete scan. Pure, so that it can be done ahead of time as well ([`crate::engine::foresee`]).

use super::{Planned, Planner};
use crate::{
    domain::{
        Snapshot,
        health::{Health, Scanned},
    },
    engine::{
        inventory::changed,
        monitor::{judge_clock, judge_health},
    },
    store::Round,
};

impl Planner<'_> {
    /// Fills `round`, which holds no more than when the scan was made. `snapshot` is the world's, `before` the tenant's health until
    /// then.
    pub fn complete<'s>(
        &self,
        snapshot: &'s Snapshot,
        before: &Health,
        round: &mut Round<'s>,
    ) -> Planned {
        round.scan.apps = snapshot.listed;
        round.scan.credentials = snapshot.credentials() as u64;
        round.scan.warnings = (snapshot.warnings.len() + snapshot.facts.missing.len()) as u64;
        let planned = self.fill(round);
        round.upserts = changed(snapshot, self.world.known, self.world.now);
        let scanned = Scanned::Complete {
            apps: snapshot.listed,
            principals: snapshot.listed_principals,
        };
        judge_health(before, scanned, None, self.receivers, round);
        judge_clock(snapshot.clock_skew, self.receivers, round);
        planned
    }
}
