//! How one credential stands at `now`, before anything is remembered of it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{
    App, Credential, Row, Rung, Severity,
    facts::{Facts, Owner},
    matcher::Subject,
    policy::{Policies, Superseded, Thresholds},
    row::{Rotation, RowSeverity},
    rung::days_left,
    self_renewing::{self, Renewal, SelfRenewing},
    supersede::{Replacement, replacement},
    usage::Usage,
};

/// How a credential stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment<'a> {
    /// What it is judged by.
    pub thresholds: Cow<'a, Thresholds>,
    /// When it ends; `None`: never.
    pub end: Option<DateTime<Utc>>,
    /// The tightest rung reached.
    pub rung: Option<Rung>,
    /// Whole days left; `None`: never ends.
    pub days_left: Option<i64>,
    /// How urgent, softening included; `None` while it is on no rung.
    pub severity: Option<Severity>,
    /// What the app's other credentials say about it.
    pub replacement: Replacement<'a>,
    /// Who renews it without being asked, and how that stands.
    pub renewal: Option<(SelfRenewing, Renewal<'a>)>,
}

/// What all credentials of a tenant are judged with.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The thresholds.
    pub policies: &'a Policies,
    /// What is known of the apps beside their credentials.
    pub facts: &'a Facts,
    /// What time it is.
    pub now: DateTime<Utc>,
}

/// Judges one of an app's credentials.
pub fn assess<'a>(
    circumstances: Circumstances<'a>,
    app: &'a App,
    credential: &'a Credential,
) -> Assessment<'a> {
    let now = circumstances.now;
    let judge = Judge { app, circumstances };
    let thresholds = judge.thresholds(credential);
    let end = credential.expires.at();
    let renewal = judge.renewal(credential);
    let rung = judge.rung(credential, &thresholds, renewal);
    let replacement = match renewal {
        Some((_, Renewal::Done(new))) => Replacement::Superseded(new),
        Some((_, Renewal::OnTime)) => Replacement::None,
        _ => {
            let last_use = circumstances.facts.last_use.as_ref();
            replacement(app, credential, now, last_use, |other| {
                judge.is_on_rung(other)
            })
        }
    };
    let mut assessment = Assessment {
        end,
        rung,
        days_left: end.map(|end| days_left(end, now)),
        severity: rung.and(end).map(|end| severity(end, now, &thresholds)),
        thresholds,
        replacement,
        renewal,
    };
    if assessment.overdue().is_some() {
        assessment.severity = assessment
            .severity
            .map(|severity| severity.max(Severity::Warning));
    }
    if assessment.superseded().is_some() {
        assessment.severity = assessment
            .severity
            .map(|severity| severity.min(Severity::Info));
    }
    assessment
}

/// What all credentials of one app are judged with.
#[derive(Clone, Copy)]
struct Judge<'a> {
    app: &'a App,
    circumstances: Circumstances<'a>,
}

impl<'a> Judge<'a> {
    fn subject<'s>(&'s self, credential: &'s Credential) -> Subject<'s> {
        Subject {
            tenant: self.circumstances.tenant,
            app: self.app,
            credential,
            severity: None,
            owners: self
                .circumstances
                .facts
                .owners
                .of(self.app)
                .unwrap_or_default(),
        }
    }

    fn thresholds(&self, credential: &Credential) -> Cow<'a, Thresholds> {
        let Circumstances {
            policies, facts, ..
        } = self.circumstances;
        let exception = policies.exception(&self.subject(credential));
        let thresholds = exception.map_or(&policies.default, |policy| &policy.thresholds);
        if facts.is_own(self.app, credential) {
            Cow::Owned(thresholds.a_rung_earlier())
        } else {
            Cow::Borrowed(thresholds)
        }
    }

    fn rule(&self, credential: &Credential) -> Option<SelfRenewing> {
        self_renewing::rule(&self.subject(credential), self.circumstances.policies)
    }

    fn renewal(&self, credential: &Credential) -> Option<(SelfRenewing, Renewal<'a>)> {
        let rule = self.rule(credential)?;
        let renewal = rule.renewal(self.app, credential, self.circumstances.now, |other| {
            self.rule(other)
        });
        Some((rule, renewal))
    }

    fn rung(
        &self,
        credential: &Credential,
        thresholds: &Thresholds,
        renewal: Option<(SelfRenewing, Renewal<'_>)>,
    ) -> Option<Rung> {
        let end = credential.expires.at()?;
        match renewal {
            None => thresholds.ladder.tightest_reached(
                credential.starts_at,
                end,
                self.circumstances.now,
            ),
            Some((_, Renewal::OnTime)) => None,
            Some((rule, _)) => {
                rule.rung(credential, end, &thresholds.ladder, self.circumstances.now)
            }
        }
    }

    fn is_on_rung(&self, credential: &Credential) -> bool {
        let thresholds = self.thresholds(credential);
        self.rung(credential, &thresholds, self.renewal(credential))
            .is_some()
    }
}

impl<'a> Assessment<'a> {
    /// The credential that took over, where that changes how this one is told of.
    pub fn superseded(&self) -> Option<&'a Credential> {
        match (self.replacement, self.thresholds.superseded) {
            (Replacement::Superseded(new), _) if self.was_renewed() => Some(new),
            (Replacement::Superseded(new), Superseded::Soften | Superseded::Mute) => Some(new),
            _ => None,
        }
    }

    /// Did it end longer ago than reminders last?
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        let over = |end: DateTime<Utc>| end.checked_add_signed(self.thresholds.after_expiry.lasts);
        self.end.and_then(over).is_some_and(|over| now > over)
    }

    /// Has the service that renews it done so?
    pub fn was_renewed(&self) -> bool {
        matches!(self.renewal, Some((_, Renewal::Done(_))))
    }

    /// Who should have renewed it by now, and has not.
    pub fn overdue(&self) -> Option<SelfRenewing> {
        match self.renewal {
            Some((rule, Renewal::Overdue)) => Some(rule),
            _ => None,
        }
    }

    /// The row that people and programs see.
    pub fn row(&self, circumstances: Circumstances<'_>, app: &App, credential: &Credential) -> Row {
        let facts = circumstances.facts;
        let owners = facts.owners.of(app);
        // a healthy credential beside a newer one is nothing to speak of
        let (superseded_by, newer) = match self.replacement {
            Replacement::Superseded(new) => (Some(new), None),
            Replacement::Newer(new) | Replacement::Unfinished(new) if self.rung.is_some() => {
                (None, Some(new))
            }
            Replacement::Newer(_) | Replacement::Unfinished(_) | Replacement::None => (None, None),
        };
        let is_unfinished = matches!(self.replacement, Replacement::Unfinished(_));
        let replaced_by = superseded_by.or(newer);
        let usage = Usage::of(credential, facts.last_use.as_ref());
        let id = |new: &Credential| new.id.clone();
        Row {
            tenant: circumstances.tenant.to_owned(),
            app_id: app.app_id.clone(),
            object_id: app.object_id.clone(),
            object_type: app.object_type,
            app_name: app.name.clone().into(),
            kind: credential.kind,
            credential_id: credential.id.clone(),
            credential_name: credential.name.clone().map(Into::into),
            hint: credential.hint.clone().map(Into::into),
            thumbprint: credential.thumbprint.clone(),
            active: credential.active,
            own: facts.is_own(app, credential),
            self_renewing: self.renewal.map(|(rule, _)| rule.service.to_owned()),
            starts_at: credential.starts_at,
            expires_at: self.end,
            days_left: self.days_left,
            severity: self.severity.map_or(RowSeverity::Ok, Into::into),
            superseded_by: superseded_by.map(id),
            newer: newer.map(id),
            newer_name: replaced_by.and_then(|new| new.name.clone()).map(Into::into),
            newer_starts_at: replaced_by.and_then(|new| new.starts_at),
            rotation: newer
                .filter(|_| is_unfinished)
                .map(|_| Rotation::Unfinished),
            owners: labels(owners.unwrap_or_default()),
            ownerless: owners.is_some_and(<[Owner]>::is_empty),
            used_by: facts.clusters.of(app, credential).to_vec(),
            last_used_at: facts.last_use.as_ref().and_then(|uses| uses.of(credential)),
            unused: self.renewal.is_none() && usage.is_idle(credential, circumstances.now),
            stale: false,
            section: None,
            escalated: None,
            rung: None,
            last_working_day: None,
            reason: None,
            links: None,
        }
    }
}

fn labels(owners: &[Owner]) -> Vec<String> {
    owners
        .iter()
        .map(|owner| owner.label().into_owned())
        .collect()
}

/// Severity by the days left at `now`.
pub fn severity(end: DateTime<Utc>, now: DateTime<Utc>, thresholds: &Thresholds) -> Severity {
    let left = days_left(end, now);
    if now >= end {
        Severity::Expired
    } else if left <= thresholds.critical {
        Severity::Critical
    } else if left <= thresholds.warning {
        Severity::Warning
    } else {
        Severity::Info
    }
}
