//! Whether a tenant can be seen. Being blind is an alert.

use chrono::{DateTime, Utc};

use super::notification::Blindness;

/// What is remembered of a tenant's scans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// When the last complete scan ended.
    pub last_success: Option<DateTime<Utc>>,
    /// How many apps it held.
    pub apps: Option<u64>,
    /// How many service principals beside them, where they are read.
    pub principals: Option<u64>,
    /// Scans that failed since then.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<DateTime<Utc>>,
    /// What the last one said.
    pub last_error: Option<String>,
    /// True while `monitor.failing` has been told and not yet `monitor.recovered`.
    pub announced: bool,
    /// The same of our clock, which may be wrong beside all else.
    pub skew_announced: bool,
}

/// How a scan went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned<'a> {
    /// It was complete.
    Complete {
        /// So many apps were listed.
        apps: u64,
        /// So many service principals beside them; `None`: they are not read.
        principals: Option<u64>,
    },
    /// It failed.
    Failed {
        /// What it said.
        error: &'a str,
    },
}

/// What is to be told about a tenant as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `monitor.failing`.
    Failing {
        /// In which way.
        blindness: Blindness,
        /// What is wrong, for people.
        problem: String,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// `monitor.recovered`.
    Recovered {
        /// From what.
        blindness: Blindness,
        /// What it was and how it is now.
        note: String,
    },
}

/// So many scans in a row must fail before it is told: one alone is no news.
const FAILURES_BEFORE_ALERT: u32 = 2;

impl Health {
    /// Does a complete scan that listed so many hold suddenly fewer than the one before, by over a fifth? Either list counts: each
    /// can be lost alone.
    pub fn shrank_to(&self, apps: u64, principals: Option<u64>) -> bool {
        self.loss(apps, principals).is_some()
    }

    /// What was lost: how many there are, what they are, and how many there were.
    fn loss(&self, apps: u64, principals: Option<u64>) -> Option<(u64, &'static str, u64)> {
        let lists = [
            (Some(apps), "apps", self.apps),
            (principals, "service principals", self.principals),
        ];
        lists.into_iter().find_map(|(now, what, before)| {
            let (now, before) = (now?, before?);
            let is_lost = now.saturating_mul(5) < before.saturating_mul(4);
            is_lost.then_some((now, what, before))
        })
    }

    /// The tenant's health after a scan that ended at `now`, and what is to be told.
    pub fn after(&self, scanned: Scanned<'_>, now: DateTime<Utc>) -> (Self, Option<Change>) {
        match scanned {
            Scanned::Failed { error } => self.after_failure(error, now),
            Scanned::Complete { apps, principals } => self.after_success(apps, principals, now),
        }
    }

    fn after_failure(&self, error: &str, now: DateTime<Utc>) -> (Self, Option<Change>) {
        let failures = self.failures.saturating_add(1);
        let since = self.failing_since.unwrap_or(now);
        let tell = failures >= FAILURES_BEFORE_ALERT && !self.announced;
        let health = Self {
            failures,
            failing_since: Some(since),
            last_error: Some(error.to_owned()),
            announced: self.announced || tell,
            ..self.clone()
        };
        let change = tell.then(|| {
            let problem = format!("The last {failures} scans failed; nothing new can be seen. The last one said: {error}");
            Change::Failing { blindness: Blindness::Unreadable, problem, since }
        });
        (health, change)
    }

    fn after_success(
        &self,
        apps: u64,
        principals: Option<u64>,
        now: DateTime<Utc>,
    ) -> (Self, Option<Change>) {
        let clean = Self {
            last_success: Some(now),
            apps: Some(apps),
            principals,
            skew_announced: self.skew_announced,
            ..Self::default()
        };
        if let Some((count, what, before)) = self.loss(apps, principals) {
            // told once: a drop while `failing` stands is part of the same trouble
            let change = (!self.announced).then(|| {
                let problem = format!(
                    "The last complete scan saw {count} {what}, the one before it {before}. If nobody removed that many, \
                     forewarn may have lost a permission; what it does not see it cannot warn of. Nothing is taken as removed before the next complete scan confirms it."
                );
                Change::Failing { blindness: Blindness::Shrunk, problem, since: now }
            });
            return (
                Self {
                    failing_since: Some(now),
                    announced: true,
                    ..clean
                },
                change,
            );
        }
        let change = self.announced.then(|| {
            let lasted = self.failing_since.map(|since| format!(" after {}", in_words(now - since)));
            let lasted = lasted.unwrap_or_default();
            let (blindness, note) = if self.failures > 0 {
                let note = format!("Scans are complete again{lasted}: {apps} apps seen.");
                (Blindness::Unreadable, note)
            } else {
                let note = format!("Another complete scan{lasted} saw {apps} apps; what is missing now is taken as removed.");
                (Blindness::Shrunk, note)
            };
            Change::Recovered { blindness, note }
        });
        (clean, change)
    }
}

fn in_words(lasted: chrono::TimeDelta) -> String {
    let (count, unit) = match lasted.num_minutes() {
        minutes if minutes < 120 => (minutes, "minute"),
        minutes if minutes < 48 * 60 => (minutes / 60, "hour"),
        minutes => (minutes / (24 * 60), "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Scanned<'_> = Scanned::Failed { error: "no" };

    fn complete(apps: u64) -> Scanned<'static> {
        Scanned::Complete {
            apps,
            principals: None,
        }
    }

    /// `F`: failing told, `R`: recovered told, `-`: nothing.
    fn told(scans: &[Scanned<'_>]) -> String {
        let mut health = Health::default();
        let mut told = String::new();
        for (hour, scan) in scans.iter().enumerate() {
            let now = DateTime::from_timestamp(i64::try_from(hour).unwrap() * 3_600, 0).unwrap();
            let (after, change) = health.after(*scan, now);
            told.push(match change {
                None => '-',
                Some(Change::Failing { .. }) => 'F',
                Some(Change::Recovered { .. }) => 'R',
            });
            health = after;
        }
        told
    }

    #[test]
    fn failing_is_told_at_the_second_failure_and_recovery_once() {
        assert_eq!(told(&[complete(5), FAILED, complete(5), FAILED]), "----");
        assert_eq!(
            told(&[FAILED, FAILED, FAILED, complete(5), complete(5)]),
            "-F-R-"
        );
        assert_eq!(
            told(&[FAILED, FAILED, complete(5), FAILED, FAILED, complete(5)]),
            "-FR-FR"
        );
    }

    #[test]
    fn a_sudden_loss_of_over_a_fifth_of_the_apps_is_told() {
        assert_eq!(
            told(&[complete(100), complete(80), complete(80)]),
            "---",
            "a fifth is not over a fifth"
        );
        assert_eq!(
            told(&[complete(100), complete(79), complete(79), complete(79)]),
            "-FR-"
        );
        assert_eq!(
            told(&[complete(100), complete(0), FAILED, FAILED, complete(100)]),
            "-F--R"
        );
        assert_eq!(told(&[complete(0), complete(0), complete(7)]), "---");
    }

    #[test]
    fn the_loss_of_service_principals_alone_is_told_unless_they_are_no_longer_asked_for() {
        let scan = |principals| Scanned::Complete {
            apps: 100,
            principals,
        };
        let many = scan(Some(500));
        assert_eq!(told(&[many, scan(Some(3)), scan(Some(3))]), "-FR");
        assert_eq!(told(&[many, scan(None), many, scan(Some(400))]), "----");
        let (health, _) = Health::default().after(many, DateTime::UNIX_EPOCH);
        let (_, change) = health.after(scan(Some(3)), DateTime::UNIX_EPOCH);
        let Some(Change::Failing { problem, .. }) = change else {
            panic!("not told")
        };
        assert!(
            problem.contains("3 service principals, the one before it 500"),
            "{problem}"
        );
    }

    #[test]
    fn it_says_since_when_and_why() {
        let start = DateTime::from_timestamp(0, 0).unwrap();
        let (health, _) = Health::default().after(FAILED, start);
        let (health, change) = health.after(
            Scanned::Failed {
                error: "AADSTS7000222",
            },
            start + chrono::TimeDelta::hours(6),
        );
        let Some(Change::Failing { problem, since, .. }) = change else {
            panic!("not told")
        };
        assert_eq!(since, start);
        assert!(problem.contains("AADSTS7000222"), "{problem}");
        let (_, change) = health.after(complete(3), start + chrono::TimeDelta::hours(12));
        let Some(Change::Recovered { note, .. }) = change else {
            panic!("not told")
        };
        assert!(
            note.contains("12 hours") && note.contains("3 apps"),
            "{note}"
        );
    }
}
