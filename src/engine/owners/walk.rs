//! Which apps the directory is asked about without anything being due of them, so that each is looked at now and then.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, Utc};
use tracing::warn;

use super::Engine;
use crate::{
    domain::{App, Id, Snapshot, ownership::FRESH_FOR},
    entra::Directory,
    store::LearntAt,
};

/// So many apps in a round, fifty requests: with three rounds a day, twenty thousand apps in a week.
pub(super) const AT_MOST: usize = 1_000;

impl Engine {
    /// Some of the apps that the directory has to be asked about and that are not among `these`. Where it cannot be told when they
    /// were asked about last, none.
    pub(super) async fn walk<'s>(
        &self,
        directory: &dyn Directory,
        snapshot: &'s Snapshot,
        these: &[&App],
        now: DateTime<Utc>,
    ) -> Vec<&'s App> {
        let tenant = directory.tenant();
        let learnt = match self.store.owners_learnt(tenant).await {
            Ok(learnt) => learnt,
            Err(error) => {
                warn!(tenant.name = tenant, store.error = %error, "it could not be read when owners were learnt");
                return Vec::new();
            }
        };
        let these: HashSet<&Id> = these.iter().map(|app| &app.object_id).collect();
        let ownership = directory.ownership();
        let others = snapshot.apps.iter().filter(|app| {
            !these.contains(&app.object_id) && ownership.asks_directory(app, &snapshot.noted)
        });
        chosen(others, &learnt, now, AT_MOST)
    }
}

/// At most so many, of those that were never learnt and of those that were learnt longest ago, half and half as long as there are
/// enough of both.
///
/// Those never learnt come in another order each time: among them are those that the directory refuses to tell of, which must not keep
/// the others waiting.
fn chosen<'s>(
    apps: impl Iterator<Item = &'s App>,
    learnt: &LearntAt,
    now: DateTime<Utc>,
    most: usize,
) -> Vec<&'s App> {
    let mut never = Vec::new();
    let mut long_ago = Vec::new();
    for app in apps {
        match learnt.get(&app.object_id) {
            None => never.push(app),
            Some(at) if now.signed_duration_since(*at) >= FRESH_FOR => long_ago.push((*at, app)),
            Some(_) => {}
        }
    }
    never.sort_by_cached_key(|app| shuffled(&app.object_id, now));
    long_ago.sort_by_key(|(at, _)| *at);
    let first = never
        .len()
        .min((most / 2).max(most.saturating_sub(long_ago.len())));
    never.truncate(first);
    let rest = long_ago.into_iter().map(|(_, app)| app);
    never.extend(rest.take(most.saturating_sub(first)));
    never
}

fn shuffled(id: &Id, now: DateTime<Utc>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (id, now.timestamp()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::ObjectType;

    fn app(name: &str) -> App {
        App {
            object_type: ObjectType::Application,
            object_id: Id::parse(name),
            app_id: Id::parse(name),
            name: name.into(),
            tags: Box::default(),
            credentials: Box::default(),
        }
    }

    /// The numbers of the apps chosen among `apps` on this day, when each was learnt on the day that `learnt` says.
    fn chosen_of(apps: &[App], learnt: &[(usize, i64)], day: i64, most: usize) -> Vec<usize> {
        let at = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(day);
        let learnt = learnt
            .iter()
            .map(|(n, day)| (apps[*n].object_id.clone(), at(*day)))
            .collect();
        let chosen = chosen(apps.iter(), &learnt, at(day), most);
        let number = |app: &&App| apps.iter().position(|other| other == *app).unwrap();
        chosen.iter().map(number).collect()
    }

    #[test]
    fn what_was_learnt_longest_ago_comes_first_and_what_is_fresh_not_at_all() {
        let apps = ["a", "b", "c", "d"].map(app);
        let learnt = [(0, 8), (1, 3), (2, 9), (3, 5)];
        assert_eq!(chosen_of(&apps, &learnt, 9, 2), [1, 3]);
        assert_eq!(chosen_of(&apps, &learnt, 9, 9), [1, 3, 0]);
    }

    #[test]
    fn both_halves_get_their_share_and_what_the_other_leaves() {
        let apps: Vec<App> = (0..20).map(|n| app(&n.to_string())).collect();
        let half: Vec<(usize, i64)> = (0..10).map(|n| (n, 0)).collect();
        let count = |learnt: &[(usize, i64)], most| {
            let chosen = chosen_of(&apps, learnt, 9, most);
            let known = chosen.iter().filter(|n| **n < learnt.len()).count();
            (known, chosen.len() - known)
        };
        assert_eq!(count(&half, 8), (4, 4));
        assert_eq!(count(&half[..1], 8), (1, 7));
        assert_eq!(count(&half, 100), (10, 10));
        let all: Vec<(usize, i64)> = (0..20).map(|n| (n, 0)).collect();
        assert_eq!(count(&all[..19], 8), (7, 1));
    }

    #[test]
    fn what_is_never_told_keeps_nobody_waiting() {
        let apps: Vec<App> = (0..30).map(|n| app(&n.to_string())).collect();
        // the directory tells of none but the last ten, and each round asks for two
        let mut learnt: Vec<(usize, i64)> = Vec::new();
        for day in 0..60 {
            for n in chosen_of(&apps, &learnt, day, 4) {
                learnt.retain(|(other, _)| *other != n);
                learnt.extend((n >= 20).then_some((n, day)));
            }
        }
        assert_eq!(learnt.len(), 10, "{learnt:?}");
    }
}
