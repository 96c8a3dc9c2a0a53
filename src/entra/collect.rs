//! Page after page → one snapshot, with each app once.

use std::sync::Arc;

use super::{config::TenantConfig, decode, page};
use crate::domain::{App, Snapshot, snapshot::Warning};

/// How many apps are held before repeated ones are looked for during the scan.
const FIRST_SWEEP: usize = 16_384;

/// Gathers the pages of one list. An app that is listed again (it moved while the list was read) counts as last seen.
pub(super) struct Collector {
    config: Arc<TenantConfig>,
    apps: Vec<App>,
    warnings: Vec<Warning>,
    next_sweep: usize,
}

impl Collector {
    pub(super) fn new(config: Arc<TenantConfig>) -> Self {
        Self {
            config,
            apps: Vec::new(),
            warnings: Vec::new(),
            next_sweep: FIRST_SWEEP,
        }
    }

    /// Takes the rows of one page. All or, with an error, none.
    pub(super) fn take(&mut self, body: &[u8]) -> Result<(), serde_json::Error> {
        match page::rows(body) {
            Ok(rows) => self.extend(rows),
            Err(error) => {
                let mended = page::mended(body).ok_or(error)?;
                self.extend(page::rows(&mended)?);
            }
        }
        Ok(())
    }

    /// How many apps are held.
    pub(super) fn len(&self) -> usize {
        self.apps.len()
    }

    /// Everything that was taken, in the order it came.
    pub(super) fn into_snapshot(mut self) -> Snapshot {
        self.sweep();
        Snapshot {
            apps: self.apps,
            warnings: self.warnings,
        }
    }

    fn extend(&mut self, rows: Vec<page::AppRow<'_>>) {
        for row in rows {
            self.apps
                .extend(decode::app(row, &self.config, &mut self.warnings));
        }
        // a server that repeats itself for ever shall not fill the memory before the page limit ends it
        if self.apps.len() >= self.next_sweep {
            self.sweep();
            self.next_sweep = (self.apps.len() * 2).max(FIRST_SWEEP);
        }
    }

    /// Drops all but the last of the apps with the same object id. By sorting places, not by a map of ids: a hundred
    /// thousand of them take four bytes each that way.
    fn sweep(&mut self) {
        let apps = &self.apps;
        let mut places: Vec<u32> = (0..).take(apps.len()).collect();
        let id = |place: u32| apps.get(place as usize).map(|app| &app.object_id);
        places.sort_unstable_by(|&a, &b| id(a).cmp(&id(b)).then(a.cmp(&b)));
        let mut repeated: Vec<u32> = places
            .windows(2)
            .filter_map(|pair| match pair {
                [earlier, later] if id(*earlier) == id(*later) => Some(*earlier),
                _ => None,
            })
            .collect();
        if repeated.is_empty() {
            return;
        }
        repeated.sort_unstable();
        let mut repeated = repeated.into_iter().peekable();
        let mut places = 0..;
        self.apps.retain(|_| {
            repeated
                .next_if_eq(&places.next().unwrap_or(u32::MAX))
                .is_none()
        });
        self.apps.shrink_to(self.next_sweep);
    }
}
