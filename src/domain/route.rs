//! Which receivers an alert goes to.

#[cfg(test)]
mod properties;

use chrono::TimeDelta;

use super::matcher::{Matcher, Subject};

/// A rule that picks receivers. The first that matches wins, unless it says `continue`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Which alerts.
    pub matcher: Matcher,
    /// Names of the receivers.
    pub receivers: Vec<String>,
    /// Names of the receivers to use when one of `receivers` has given up.
    pub fallback: Vec<String>,
    /// What makes two alerts part of one notification.
    pub group_by: Vec<GroupKey>,
    /// Look at the routes after this one too.
    pub go_on: bool,
    /// Who else is told of what is critical and nobody has taken care of, and when.
    pub escalation: Option<Escalation>,
}

/// Who else is told of what nobody has taken care of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// How long after it was first told as critical; more than zero.
    pub after: TimeDelta,
    /// Names of the receivers; at least one.
    pub receivers: Vec<String>,
}

/// What alerts of one notification have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    /// The tenant.
    Tenant,
    /// The app.
    App,
    /// The set of owners.
    Owner,
    /// The severity.
    Severity,
}

/// The routes, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// The given routes; where there are none, one that sends everything to all of `receivers`.
    pub fn new(routes: Vec<Route>, receivers: &[String]) -> Self {
        if !routes.is_empty() {
            return Self(routes);
        }
        let everything = Route {
            receivers: receivers.to_vec(),
            group_by: vec![GroupKey::Tenant],
            ..Route::default()
        };
        Self(vec![everything])
    }

    /// The routes, in order.
    pub fn all(&self) -> &[Route] {
        &self.0
    }

    /// Is it a receiver that some route uses when another has given up?
    pub fn fall_back_on(&self, receiver: &str) -> bool {
        let mut names = self.0.iter().flat_map(|route| &route.fallback);
        names.any(|name| name == receiver)
    }

    /// The first of the routes that take the alert and say what becomes of it when nobody takes care of it, with its index.
    pub fn escalation(&self, subject: &Subject<'_>) -> Option<(usize, &Escalation)> {
        let escalation = |index: usize| Some((index, self.0.get(index)?.escalation.as_ref()?));
        self.matching(subject).into_iter().find_map(escalation)
    }

    /// Does any of them escalate?
    pub fn escalate(&self) -> bool {
        self.0.iter().any(|route| route.escalation.is_some())
    }

    /// The indices of the routes that take the alert.
    pub fn matching(&self, subject: &Subject<'_>) -> Vec<usize> {
        let mut taken = Vec::new();
        for (index, route) in self.0.iter().enumerate() {
            if !route.matcher.matches(subject) {
                continue;
            }
            taken.push(index);
            if !route.go_on {
                break;
            }
        }
        taken
    }
}
