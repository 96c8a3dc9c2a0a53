//! What rules leave to each other: which of them can never apply, and what none of them takes.
//!
//! The keys of a matcher are of two kinds. `tenant`, `kind` and `severity` have few values, all of them known: what can occur is
//! divided by them into *corners*. `app`, `app_id`, `tag`, `owner` and `credential` are open: nobody knows what is to come. In
//! each corner that a rule reaches, it takes everything or only what its open keys match. All that is said here is certain;
//! where it cannot be, nothing is said.

mod possible;
#[cfg(test)]
pub(super) mod properties;

pub use possible::severities;

use super::{Kind, Severity, glob::Glob, matcher::Matcher};

/// What can occur in one tenant.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The kinds of credentials that are read there.
    pub kinds: Vec<Kind>,
    /// How urgent they can get; `None`: the rules are asked before that is known.
    pub severities: Option<Vec<Severity>>,
    /// What is left out.
    pub ignore: &'a [Matcher],
}

/// What differs in nothing that is known beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Corner {
    /// Position in the list of scopes.
    scope: usize,
    kind: Kind,
    severity: Option<Severity>,
}

/// Everything that can occur.
#[derive(Debug)]
pub struct Ground<'a> {
    scopes: Vec<Scope<'a>>,
    corners: Vec<Corner>,
}

/// A rule in its place.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// What it applies to.
    pub matcher: &'a Matcher,
    /// Is nothing that it takes left to the rules after it?
    pub stops: bool,
}

/// What no rule takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Position in the list of scopes.
    pub scope: usize,
    /// How urgent.
    pub severity: Severity,
    /// Which kinds: all of the scope's, or some of them.
    pub kinds: Vec<Kind>,
    /// True where rules take what their open keys match, and only the rest is left.
    pub only_the_rest: bool,
}

impl<'a> Ground<'a> {
    /// Divides what can occur.
    pub fn new(scopes: Vec<Scope<'a>>) -> Self {
        let mut corners = Vec::new();
        for (index, scope) in scopes.iter().enumerate() {
            let severities: Vec<Option<Severity>> = match &scope.severities {
                Some(severities) => severities.iter().copied().map(Some).collect(),
                None => vec![None],
            };
            for &kind in &scope.kinds {
                corners.extend(severities.iter().map(|&severity| Corner {
                    scope: index,
                    kind,
                    severity,
                }));
            }
        }
        Self { scopes, corners }
    }

    /// The tenants.
    pub fn scopes(&self) -> &[Scope<'a>] {
        &self.scopes
    }

    /// Does the matcher name any of what can occur?
    pub fn is_on(&self, matcher: &Matcher) -> bool {
        self.reached(matcher).contains(&true)
    }

    /// Is all that the matcher names left out by the tenants?
    pub fn is_ignored(&self, matcher: &Matcher) -> bool {
        let leaves_out = |corner: &Corner| {
            let scope = &self.scopes[corner.scope];
            let unasked = Corner {
                severity: None,
                ..*corner
            };
            scope.ignore.iter().any(|ignored| {
                ignored.names_tenant(scope.tenant)
                    && reaches(ignored, &unasked)
                    && ignored.takes_whatever(matcher)
            })
        };
        let reached = self.reached(matcher);
        let mut corners = self.corners.iter().zip(&reached).filter(|(_, is)| **is);
        reached.contains(&true) && corners.all(|(corner, _)| leaves_out(corner))
    }

    /// For each rule the positions of those before it that together take everything that it would; empty: it has something left.
    pub fn shadows(&self, rules: &[Option<Rule<'_>>]) -> Vec<Vec<usize>> {
        let reached: Vec<Vec<bool>> = rules
            .iter()
            .map(|rule| {
                rule.as_ref()
                    .map(|rule| self.reached(rule.matcher))
                    .unwrap_or_default()
            })
            .collect();
        let shadow = |(position, rule): (usize, &Option<Rule<'_>>)| {
            let Some(rule) = rule else {
                return Vec::new();
            };
            let takes_more = |earlier: &usize| {
                rules[*earlier].is_some_and(|earlier| {
                    earlier.stops && earlier.matcher.takes_whatever(rule.matcher)
                })
            };
            let earlier: Vec<usize> = (0..position).filter(takes_more).collect();
            first_takers(&reached[position], &earlier, &reached)
        };
        rules.iter().enumerate().map(shadow).collect()
    }

    /// What no rule takes, in the order of the scopes.
    pub fn gaps<'m>(&self, rules: impl IntoIterator<Item = &'m Matcher>) -> Vec<Gap> {
        let mut whole = vec![false; self.corners.len()];
        let mut partly = whole.clone();
        for matcher in rules {
            let is_open = matcher.takes_whatever(&Matcher::default());
            let taken = if is_open { &mut whole } else { &mut partly };
            for (taken, is) in taken.iter_mut().zip(self.reached(matcher)) {
                *taken |= is;
            }
        }
        let mut gaps: Vec<Gap> = Vec::new();
        for ((corner, whole), partly) in self.corners.iter().zip(whole).zip(partly) {
            let Some(severity) = corner.severity.filter(|_| !whole) else {
                continue;
            };
            let is_same = |gap: &&mut Gap| {
                (gap.scope, gap.severity, gap.only_the_rest) == (corner.scope, severity, partly)
            };
            match gaps.iter_mut().rev().find(is_same) {
                Some(gap) => gap.kinds.push(corner.kind),
                None => gaps.push(Gap {
                    scope: corner.scope,
                    severity,
                    kinds: vec![corner.kind],
                    only_the_rest: partly,
                }),
            }
        }
        gaps
    }

    fn reached(&self, matcher: &Matcher) -> Vec<bool> {
        let tenants: Vec<bool> = self
            .scopes
            .iter()
            .map(|scope| matcher.names_tenant(scope.tenant))
            .collect();
        self.corners
            .iter()
            .map(|corner| tenants[corner.scope] && reaches(matcher, corner))
            .collect()
    }
}

/// Of the `earlier` rules those that come first to each corner; none, if one corner is left to the later rule.
fn first_takers(corners: &[bool], earlier: &[usize], reached: &[Vec<bool>]) -> Vec<usize> {
    let mut takers = Vec::new();
    for at in (0..corners.len()).filter(|at| corners[*at]) {
        let Some(taker) = earlier.iter().find(|earlier| reached[**earlier][at]) else {
            return Vec::new();
        };
        if !takers.contains(taker) {
            takers.push(*taker);
        }
    }
    takers.sort_unstable();
    takers
}

/// By kind and severity alone.
fn reaches(matcher: &Matcher, corner: &Corner) -> bool {
    let severity = corner.severity;
    (matcher.kind.is_empty() || matcher.kind.contains(&corner.kind))
        && (matcher.severity.is_empty()
            || severity.is_some_and(|severity| matcher.severity.contains(&severity)))
}

impl Matcher {
    /// May it be about this tenant?
    pub fn names_tenant(&self, tenant: &str) -> bool {
        self.tenant.is_empty() || self.tenant.iter().any(|glob| glob.matches(tenant))
    }

    /// By its open keys: does it take whatever `other` takes?
    fn takes_whatever(&self, other: &Self) -> bool {
        takes_one(&self.app, &other.app)
            && takes_one(&self.app_id, &other.app_id)
            && takes_one(&self.credential, &other.credential)
            && takes_any(&self.tag, &other.tag)
            && takes_any(&self.owner, &other.owner)
    }
}

/// Of a text that there always is: no key is any text.
fn takes_one(globs: &[Glob], others: &[Glob]) -> bool {
    let takes = |other: &Glob| globs.iter().any(|glob| glob.covers(other));
    globs.is_empty() || others.is_empty() && takes(&Glob::new("*")) || takes_any(globs, others)
}

/// Of texts of which there may be none.
fn takes_any(globs: &[Glob], others: &[Glob]) -> bool {
    let takes = |other: &Glob| globs.iter().any(|glob| glob.covers(other));
    globs.is_empty() || !others.is_empty() && others.iter().all(takes)
}
