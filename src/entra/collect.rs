//! Page after page → one snapshot, with each app once.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::{config::TenantConfig, decode, list::List, page};
use crate::domain::{
    App, Id, Snapshot,
    known::CredentialKey,
    ownership::{Noted, in_note},
    snapshot::Warning,
};

/// How many apps are held before repeated ones are looked for while the scan goes on.
const FIRST_SWEEP: usize = 131_072;

/// Gathers the pages of one list. An app that is listed again (it moved while the list was read) counts as last seen.
pub(super) struct Collector {
    config: Arc<TenantConfig>,
    list: List,
    read: usize,
    apps: Vec<App>,
    noted: Noted,
    warnings: Vec<Warning>,
    left_out: Vec<CredentialKey>,
    next_sweep: usize,
}

impl Collector {
    pub(super) fn new(config: Arc<TenantConfig>, list: List) -> Self {
        Self {
            config,
            list,
            read: 0,
            apps: Vec::new(),
            noted: Noted::default(),
            warnings: Vec::new(),
            left_out: Vec::new(),
            next_sweep: FIRST_SWEEP,
        }
    }

    /// Takes the rows of one page. All or, with an error, none.
    pub(super) fn take(&mut self, body: &[u8]) -> Result<(), serde_json::Error> {
        if let Err(error) = self.try_take(body) {
            let mended = page::mended(body).ok_or(error)?;
            self.try_take(&mended)?;
        }
        // a server that repeats itself for ever shall not fill the memory before the page limit ends it
        if self.apps.len() >= self.next_sweep {
            self.sweep();
            self.next_sweep = self.next_sweep.max(self.apps.len() * 2);
        }
        Ok(())
    }

    fn try_take(&mut self, body: &[u8]) -> Result<(), serde_json::Error> {
        let (apps, warnings, read) = (self.apps.len(), self.warnings.len(), self.read);
        let left_out = self.left_out.len();
        let taken = page::for_each_row(body, |row| {
            self.read += 1;
            let named = row.notes.filled().and_then(in_note);
            let app = decode::app(
                row,
                self.list,
                &self.config,
                &mut self.warnings,
                &mut self.left_out,
            );
            if let (Some(named), Some(app)) = (named, &app)
                && !app.credentials.is_empty()
            {
                self.noted.insert(app.object_id.clone(), named);
            }
            self.apps.extend(app);
        });
        if taken.is_err() {
            self.apps.truncate(apps);
            self.warnings.truncate(warnings);
            self.left_out.truncate(left_out);
            self.read = read;
        }
        taken
    }

    /// How many rows were read, repeated ones and those without credentials included.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// Puts everything that was taken, in the order it came, behind what is in `snapshot`. The first list is the one that
    /// counts; of the second it is counted how long it is.
    pub(super) fn add_to(mut self, snapshot: &mut Snapshot, is_first: bool) {
        self.sweep();
        if is_first {
            snapshot.listed = match self.list {
                List::Applications => self.apps.len(),
                List::ServicePrincipals => self.read,
            } as u64;
            self.drop_idle();
            snapshot.apps = self.apps;
        } else {
            snapshot.listed_principals = Some(self.read as u64);
            snapshot.apps.extend(self.apps);
        }
        snapshot.noted.extend(self.noted);
        snapshot.warnings.extend(self.warnings);
        snapshot.left_out.extend(self.left_out);
    }

    /// Drops apps that carry nothing: often a quarter of them. Those of which something could not be read keep their name.
    fn drop_idle(&mut self) {
        let odd: HashSet<&str> = self
            .warnings
            .iter()
            .map(|warning| warning.object_id.as_str())
            .collect();
        let is_odd =
            |app: &App| !odd.is_empty() && odd.contains(app.object_id.to_string().as_str());
        self.apps
            .retain(|app| !app.credentials.is_empty() || is_odd(app));
        self.apps.shrink_to_fit();
    }

    /// Drops all but the last of the apps with the same object id. Places are sorted, not ids put into a map: that takes less
    /// memory. They are sorted by a digest first, which lies beside them; the ids are all over the place.
    fn sweep(&mut self) {
        self.left_out.sort_unstable();
        self.left_out.dedup();
        let apps = &self.apps;
        let id = |place: u32| apps.get(place as usize).map(|app| &app.object_id);
        let mut places: Vec<(u64, u32)> = (0..)
            .zip(apps)
            .map(|(place, app)| (digest(&app.object_id), place))
            .collect();
        places.sort_unstable_by(|&(a, at_a), &(b, at_b)| {
            a.cmp(&b)
                .then_with(|| id(at_a).cmp(&id(at_b)))
                .then(at_a.cmp(&at_b))
        });
        let mut repeated: Vec<u32> = places
            .windows(2)
            .filter_map(|pair| match *pair {
                [(a, earlier), (b, later)] if a == b && id(earlier) == id(later) => Some(earlier),
                _ => None,
            })
            .collect();
        drop(places);
        if repeated.is_empty() {
            return;
        }
        repeated.sort_unstable();
        let mut repeated = repeated.into_iter().peekable();
        let mut place = 0..;
        self.apps.retain(|_| {
            repeated
                .next_if_eq(&place.next().unwrap_or(u32::MAX))
                .is_none()
        });
    }
}

/// Eight bytes that stand for an id.
fn digest(id: &Id) -> u64 {
    match id {
        // as random as a digest can be
        Id::Guid(guid) => guid.as_u64_pair().1,
        Id::Other(text) => {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            hasher.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entra::tests::fake::config;

    fn collector() -> Collector {
        let graph = "https://graph.microsoft.com".parse().unwrap();
        Collector::new(Arc::new(config(&graph)), List::Applications)
    }

    fn snapshot(collector: Collector) -> Snapshot {
        let mut snapshot = Snapshot::default();
        collector.add_to(&mut snapshot, true);
        snapshot
    }

    fn ids(collector: Collector) -> Vec<String> {
        let apps = snapshot(collector).apps;
        apps.iter().map(|app| app.object_id.to_string()).collect()
    }

    #[test]
    fn the_last_of_the_repeated_stays_where_it_came() {
        let mut collector = collector();
        for (body, held) in [
            (r#"{"value": [{"id": "b"}, {"id": "a"}, {"id": "b"}]}"#, 3),
            (r#"{"value": [{"id": "c"}, {"id": "b"}]}"#, 5),
            (r#"{"value": []}"#, 5),
        ] {
            collector.take(body.as_bytes()).unwrap();
            assert_eq!((collector.apps.len(), collector.read()), (held, held));
        }
        assert_eq!(ids(collector), ["a", "c", "b"]);
    }

    #[test]
    fn a_page_is_taken_whole_or_not_at_all() {
        let mut collector = collector();
        let good = r#"{"value": [{"id": "a", "appId": "x"}]}"#;
        let bad = r#"{"value": [{"id": "b", "tags": 5}, {"id": "c"}, null]}"#;
        collector.take(good.as_bytes()).unwrap();
        collector.take(bad.as_bytes()).unwrap_err();
        let snapshot = snapshot(collector);
        assert_eq!((snapshot.listed, snapshot.warnings.len()), (1, 0));
    }

    #[test]
    fn a_server_that_repeats_itself_does_not_fill_the_memory() {
        let mut collector = collector();
        collector.next_sweep = 100;
        let rows: Vec<String> = (0..60).map(|n| format!(r#"{{"id": "{n}"}}"#)).collect();
        let body = format!(r#"{{"value": [{}]}}"#, rows.join(","));
        for _ in 0..50 {
            collector.take(body.as_bytes()).unwrap();
            assert!(collector.apps.len() < 180);
        }
        assert_eq!(ids(collector).len(), 60);
    }
}
