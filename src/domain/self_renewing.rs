//! Credentials that the service that owns them renews: quiet while on time, loud when their own renewal is overdue.
//!
//! The rules, one test a sentence:
//!
//! 1. Until so many days before its end as the service takes for the renewal, it is on no rung.
//! 2. From then on the renewal is overdue. That day is a rung of its own, the first; of the ladder only tighter ones are left.
//! 3. What is overdue is at least a warning.
//! 4. One that has a successor (same app, same kind, same rule, has begun, ends later) was renewed, whether or not the service
//!    took the old one away: it is never spoken of again. Of a whole row of them only the last is judged.
//! 5. One that lives no longer than the days of its rule is judged by the ladder alone.
//!
//! Some rules are shipped, as data; `[[policies]]` with `self_renewing` adds others, and comes first.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    App, Credential, Expiry, Kind, Ladder, ObjectType, Rung, matcher::Subject, policy::Policies,
    supersede::same_purpose,
};

/// Who renews a credential without being asked, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfRenewing {
    /// Who.
    pub service: &'static str,
    /// Where to look when it has not.
    pub remedy: &'static str,
    /// From so many days before the end the renewal is overdue.
    pub overdue_from: u16,
    /// Is any successor one, or only one of the same name?
    by_name: bool,
}

/// How a renewal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal<'a> {
    /// There is time yet.
    OnTime,
    /// This one has taken over.
    Done(&'a Credential),
    /// It should have happened by now.
    Overdue,
}

/// A shipped rule. All that is given must hold.
struct Shipped {
    object_type: Option<ObjectType>,
    app: Name,
    kind: Kind,
    credential: Name,
    rule: SelfRenewing,
}

/// A name of Microsoft's making, in any case.
enum Name {
    Any,
    Is(&'static str),
    StartsWith(&'static str),
}

/// Some of the days are later than the service's own habit, so that nobody is woken while it is about to act.
static SHIPPED: [Shipped; 4] = [
    // Counts rotation as due from 150 days and tries at each cycle of its scheduler; takes the old certificate away afterwards
    // (learn.microsoft.com/entra/identity/hybrid/connect/authenticate-application-id, "Certificate rotation"). Thirty days
    // are left to find out why it could not for a hundred and twenty.
    Shipped {
        object_type: None,
        app: Name::StartsWith("ConnectSyncProvisioning_"),
        kind: Kind::Certificate,
        credential: Name::Any,
        rule: SelfRenewing {
            service: "Entra Connect Sync",
            remedy: "see that its server is up and its scheduler not suspended, or rotate the certificate in its wizard",
            overdue_from: 30,
            by_name: false,
        },
    },
    // Lives a year; a new one is made before it ends, and the last three are kept, which must not be deleted
    // (learn.microsoft.com/entra/identity/app-proxy/application-proxy-faq). When, the page does not say.
    Shipped {
        object_type: Some(ObjectType::Application),
        app: Name::Any,
        kind: Kind::ClientSecret,
        credential: Name::Is("CWAP_AuthSecret"),
        rule: SelfRenewing {
            service: "Application Proxy",
            remedy: "an app whose federated credential has replaced it needs it no more; of any other, ask Microsoft's support",
            overdue_from: 7,
            by_name: false,
        },
    },
    // The root of the certificates by which joined devices know each other; Entra keeps it (jasonfritts.me, the note of an
    // engineer of Microsoft's support). When it is renewed is told nowhere.
    Shipped {
        object_type: Some(ObjectType::ServicePrincipal),
        app: Name::Is("P2P Server"),
        kind: Kind::Certificate,
        credential: Name::Any,
        rule: SelfRenewing {
            service: "Entra device registration",
            remedy: "remote desktop between joined devices may stop working; ask Microsoft's support",
            overdue_from: 7,
            by_name: false,
        },
    },
    // Ends after 90 days and is rolled after 45 (learn.microsoft.com, "Managed identities for Azure resources frequently asked
    // questions"). Read only with "managed-identities" among what is included.
    Shipped {
        object_type: Some(ObjectType::ManagedIdentity),
        app: Name::Any,
        kind: Kind::Certificate,
        credential: Name::Any,
        rule: SelfRenewing {
            service: "Azure",
            remedy: "see that the resource of this managed identity is still there",
            overdue_from: 30,
            by_name: false,
        },
    },
];

/// So many days before its end something that a shipped rule knows is overdue, at the earliest.
pub(super) fn overdue_at_the_earliest() -> u16 {
    let days = SHIPPED.iter().map(|shipped| shipped.rule.overdue_from);
    days.max().unwrap_or_default()
}

/// From how many days before the end renewals are overdue, by the shipped rules.
pub(super) fn shipped_days() -> impl Iterator<Item = u16> {
    SHIPPED.iter().map(|shipped| shipped.rule.overdue_from)
}

/// The rule that holds for one credential: that of the first policy that matches, or a shipped one.
pub fn rule(subject: &Subject<'_>, policies: &Policies) -> Option<SelfRenewing> {
    let own = policies
        .exception(subject)
        .and_then(|policy| policy.self_renewing);
    let shipped = || SHIPPED.iter().find(|shipped| shipped.covers(subject));
    own.map(SelfRenewing::configured)
        .or_else(|| shipped().map(|shipped| shipped.rule))
        .filter(|rule| rule.applies(subject.credential))
}

impl SelfRenewing {
    /// A rule of `[[policies]]`.
    pub const fn configured(overdue_from: u16) -> Self {
        Self {
            service: "the service that owns it",
            remedy: "find out why it has not",
            overdue_from,
            by_name: true,
        }
    }

    /// How the renewal of `credential` stands. `rule_of` tells the rule of the app's other credentials.
    pub fn renewal<'a>(
        &self,
        app: &'a App,
        credential: &Credential,
        now: DateTime<Utc>,
        rule_of: impl Fn(&Credential) -> Option<Self>,
    ) -> Renewal<'a> {
        if !self.is_overdue(credential.expires, now) {
            return Renewal::OnTime;
        }
        let is_successor = |other: &&Credential| {
            other.kind == credential.kind
                && other.expires > credential.expires
                && other.starts_at.is_none_or(|start| start <= now)
                && (!self.by_name || same_purpose(credential, other))
                && rule_of(other) == Some(*self)
        };
        let successors = app.credentials.iter().filter(is_successor);
        successors
            .max_by_key(|other| (other.expires, other.starts_at))
            .map_or(Renewal::Overdue, Renewal::Done)
    }

    /// The tightest rung that an overdue credential has reached.
    pub fn rung(
        &self,
        credential: &Credential,
        end: DateTime<Utc>,
        ladder: &Ladder,
        now: DateTime<Utc>,
    ) -> Option<Rung> {
        let own = Rung::days_before(self.overdue_from);
        ladder
            .tightest_reached(credential.starts_at, end, now)
            .filter(|rung| *rung < own)
            .or(Some(own))
    }

    fn applies(&self, credential: &Credential) -> bool {
        let least = TimeDelta::days(i64::from(self.overdue_from));
        let (Some(start), Some(end)) = (credential.starts_at, credential.expires.at()) else {
            return true;
        };
        end - start > least
    }

    fn is_overdue(&self, expires: Expiry, now: DateTime<Utc>) -> bool {
        let own = Rung::days_before(self.overdue_from);
        expires.at().is_some_and(|end| now >= own.reached_at(end))
    }
}

impl Shipped {
    fn covers(&self, subject: &Subject<'_>) -> bool {
        let name = subject.credential.name.as_deref().unwrap_or_default();
        self.kind == subject.credential.kind
            && self
                .object_type
                .is_none_or(|of| of == subject.app.object_type)
            && self.app.matches(&subject.app.name)
            && self.credential.matches(name)
    }
}

impl Name {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(wanted) => name.eq_ignore_ascii_case(wanted),
            Self::StartsWith(wanted) => name
                .get(..wanted.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(wanted)),
        }
    }
}
