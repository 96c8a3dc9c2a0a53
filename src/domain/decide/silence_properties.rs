//! Silences over random stories: what is held back, what breaks, and what is due when they end.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::{tests::remember, *};
use crate::domain::{
    Kind, ObjectType,
    calendar::Calendar,
    silence::{Scope, Silence, Told},
};

const DAY: i64 = 24;
/// The hour at which the credential ends.
const END: i64 = 100 * DAY;

/// A silence from one hour to another.
#[derive(Debug, Clone)]
struct Quiet {
    from: i64,
    to: i64,
    breaks_at: Option<Severity>,
    on: On,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Tenant,
    App,
    Credential,
    /// The credential, with another end than it has.
    Former,
    AnotherApp,
}

fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn quiets() -> impl Strategy<Value = Vec<Quiet>> {
    let on = prop::sample::select(vec![
        On::Tenant,
        On::App,
        On::Credential,
        On::Credential,
        On::Former,
        On::AnotherApp,
    ]);
    let breaks = prop::option::of(prop::sample::select(Severity::ALL.to_vec()));
    let quiet = (30 * DAY..115 * DAY, 1..60 * DAY, breaks, on);
    let quiet = quiet.prop_map(|(from, lasts, breaks_at, on)| Quiet {
        from,
        to: from + lasts,
        breaks_at,
        on,
    });
    prop::collection::vec(quiet, 0..4)
}

fn polls() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::btree_set(30 * DAY..115 * DAY, 1..40)
        // known from long before it is due
        .prop_map(|polls| std::iter::once(DAY).chain(polls).collect())
}

fn credential() -> Credential {
    Credential {
        id: Id::parse("c"),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At(hour(END)),
        thumbprint: None,
        active: None,
    }
}

fn app() -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse("o"),
        app_id: Id::parse("a"),
        name: "app".into(),
        tags: Box::default(),
        credentials: [credential()].into(),
    }
}

fn key() -> CredentialKey {
    CredentialKey::new(&app(), &credential())
}

impl Quiet {
    fn silence(&self) -> Silence {
        let tenant = "t".to_owned();
        let scope = match self.on {
            On::Tenant => Scope::Tenant { tenant },
            On::App | On::AnotherApp => Scope::App {
                tenant,
                object_id: if self.on == On::App { "o" } else { "p" }.to_owned(),
            },
            On::Credential => Scope::credential("t", &key(), Expiry::At(hour(END))),
            On::Former => Scope::credential("t", &key(), Expiry::At(hour(END - 1))),
        };
        Silence {
            id: Uuid::nil(),
            scope,
            reason: "why".to_owned(),
            author: "who".to_owned(),
            created_at: hour(self.from),
            ends_at: hour(self.to),
            breaks_at: self.breaks_at,
            ended: None,
        }
    }

    /// Does it hold at that hour? Reckoned again, in plain words.
    fn holds(&self, at: i64) -> bool {
        let lasts = (self.from..self.to).contains(&at);
        let severe = |severity| self.breaks_at.is_some_and(|breaks| severity >= breaks);
        lasts
            && match self.on {
                On::Tenant | On::App => true,
                On::Credential => !severe(severity(at)),
                On::Former | On::AnotherApp => false,
            }
    }
}

fn severity(at: i64) -> Severity {
    let days = (END - at).div_euclid(DAY);
    if at >= END {
        Severity::Expired
    } else if days <= 7 {
        Severity::Critical
    } else if days <= 30 {
        Severity::Warning
    } else {
        Severity::Info
    }
}

/// The rung on which it stands at that hour.
fn rung(at: i64) -> Option<u16> {
    [0, 1, 3, 7, 14, 30, 60]
        .into_iter()
        .find(|days| at >= END - i64::from(*days) * DAY)
}

/// What was told: when, at which rung, how urgent, and the number of a reminder.
type Told1 = (i64, u16, Severity, u32);

/// Polls one after the other, each with the silences that `known` then gives.
fn tell(
    polls: &[i64],
    mut silences: impl FnMut(i64, &Known) -> Vec<Silence>,
) -> (Vec<Told1>, Known) {
    let (policies, calendar) = (Policies::default(), Calendar::default());
    let seen = Snapshot {
        apps: vec![app()],
        ..Snapshot::default()
    };
    let (mut known, mut told) = (Known::default(), Vec::new());
    for at in polls {
        let silences = silences(*at, &known);
        let world = World {
            tenant: "t",
            known: &known,
            seen: &seen,
            policies: &policies,
            calendar: &calendar,
            silences: &silences,
            shrunk: false,
            now: hour(*at),
        };
        let decisions = decide(&world);
        for decision in &decisions {
            let Action::Announce(it) = &decision.action else {
                panic!("{decision:?}");
            };
            told.push((*at, it.rung.days(), it.severity, it.reminder));
        }
        known = remember(&world, &decisions);
    }
    (told, known)
}

fn in_force(quiets: &[Quiet], at: i64) -> Vec<Silence> {
    let begun = quiets.iter().filter(|quiet| quiet.from <= at);
    begun.map(Quiet::silence).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_silenced_is_not_told_and_is_told_once_when_it_no_longer_is(
        quiets in quiets(),
        polls in polls(),
    ) {
        let (told, known) = tell(&polls, |at, _| in_force(&quiets, at));
        let mut last: Option<u16> = None;
        for at in &polls {
            let now: Vec<&Told1> = told.iter().filter(|told| told.0 == *at).collect();
            if quiets.iter().any(|quiet| quiet.holds(*at)) {
                prop_assert!(now.is_empty(), "told at {at}: {now:?}");
                continue;
            }
            // the rung that is reached then, whatever was held back before, and each once
            let wanted = rung(*at).filter(|rung| last.is_none_or(|last| *rung < last));
            let rungs: Vec<u16> = now.iter().filter(|told| told.3 == 0).map(|told| told.1).collect();
            prop_assert_eq!(rungs, Vec::from_iter(wanted), "at {}", at);
            last = wanted.or(last);
        }
        // a silence marks nothing as announced
        let remembered = known.get(&key()).and_then(|memory| memory.announced.as_deref());
        prop_assert_eq!(remembered.map(|it| it.rung.days()), last);
    }

    #[test]
    fn silences_that_hold_nothing_change_nothing(quiets in quiets(), polls in polls()) {
        let idle = |quiet: &&Quiet| polls.iter().all(|at| !quiet.holds(*at));
        let idle: Vec<Quiet> = quiets.iter().filter(idle).cloned().collect();
        let (told, _) = tell(&polls, |at, _| in_force(&idle, at));
        let (without, _) = tell(&polls, |_, _| Vec::new());
        prop_assert_eq!(told, without);
    }

    #[test]
    fn an_acknowledgement_never_hides_a_greater_severity(
        polls in polls(),
        acknowledge in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut silences: Vec<Silence> = Vec::new();
        let mut answers = acknowledge.iter();
        let (told, _) = tell(&polls, |at, known| {
            // whatever was told last may be acknowledged before the next poll
            let announced = known.get(&key()).and_then(|memory| memory.announced.as_deref());
            if let Some(announced) = announced.filter(|_| answers.next() == Some(&true)) {
                let week = TimeDelta::days(7);
                let id = Uuid::nil();
                let told = Told::from(announced).acknowledged(id, ("t", &key()), "who".to_owned(), week, hour(at));
                silences.extend(told);
            }
            silences.clone()
        });
        let (all, _) = tell(&polls, |_, _| Vec::new());
        // every severity is told as early as without acknowledging; sooner where a rung that was held back turns more urgent
        for severity in Severity::ALL {
            let first = |told: &[Told1]| told.iter().find(|told| told.2 == severity).map(|told| told.0);
            if let Some(at) = first(&all) {
                prop_assert!(first(&told).is_some_and(|first| first <= at), "{} at {}: {:?}", severity, at, told);
            }
        }
    }
}
