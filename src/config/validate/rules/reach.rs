//! Alerts that reach nobody.

use std::collections::BTreeMap;

use super::words;
use crate::{
    config::{path::KeyPath, report::Report},
    domain::{
        Kind, Severity,
        coverage::{Gap, Ground},
        matcher::Matcher,
    },
};

/// What tenants lack: which kinds, whether only the rest of them, and of which severities.
type Lack = (Vec<Kind>, bool, Vec<Severity>);

/// Says which severities of which tenants no route takes, by the matchers of those that can take anything. `at` is the last route.
pub(super) fn warn_of_gaps(
    takers: &[&Matcher],
    ground: &Ground<'_>,
    at: &KeyPath,
    report: &mut Report<'_>,
) {
    for ((kinds, only_the_rest, severities), tenants) in
        alike(ground, &ground.gaps(takers.iter().copied()))
    {
        let what = subject(&kinds, &severities, &tenants, ground);
        let message = if only_the_rest {
            let keys = words::quoted(open_keys(takers, &severities));
            format!("{what} reach nobody where no route matches their {keys}")
        } else {
            format!("{what} reach nobody: no route takes them")
        };
        report.warning(at, message, "add a last [[routes]] without `match`");
    }
}

/// Tenants that lack the same are named together, and so are severities.
fn alike(ground: &Ground<'_>, gaps: &[Gap]) -> Vec<(Lack, Vec<usize>)> {
    let mut found: Vec<(Lack, Vec<usize>)> = Vec::new();
    for scope in 0..ground.scopes().len() {
        let mut parts: BTreeMap<(Vec<Kind>, bool), Vec<Severity>> = BTreeMap::new();
        for gap in gaps.iter().filter(|gap| gap.scope == scope) {
            let part = (gap.kinds.clone(), gap.only_the_rest);
            parts.entry(part).or_default().push(gap.severity);
        }
        for ((kinds, only_the_rest), severities) in parts {
            let lack = (kinds, only_the_rest, severities);
            match found.iter_mut().find(|(known, _)| *known == lack) {
                Some((_, scopes)) => scopes.push(scope),
                None => found.push((lack, vec![scope])),
            }
        }
    }
    found
}

/// `info and warning alerts about certificate of tenant contoso`
fn subject(
    kinds: &[Kind],
    severities: &[Severity],
    tenants: &[usize],
    ground: &Ground<'_>,
) -> String {
    let scopes = ground.scopes();
    let can_be = |severity: &Severity| {
        let all = |scope: &usize| scopes[*scope].severities.iter().flatten();
        tenants.iter().flat_map(all).any(|of| of == severity)
    };
    let possible = Severity::ALL.iter().filter(|of| can_be(of)).count();
    let alerts = if severities.len() == possible {
        "alerts".to_owned()
    } else {
        let severities = severities.iter().map(|of| of.as_str());
        format!("{} alerts", words::quoted(severities))
    };
    let is_part = |scope: &usize| kinds.len() < scopes[*scope].kinds.len();
    let of_kinds = if tenants.iter().any(is_part) {
        let kinds = kinds.iter().map(|kind| kind.as_str());
        format!(" of kind {}", words::quoted(kinds))
    } else {
        String::new()
    };
    let of_tenants = if tenants.len() < scopes.len() || scopes.len() == 1 {
        words::of_tenants(tenants.iter().map(|scope| scopes[*scope].tenant))
    } else {
        String::new()
    };
    alerts + &of_kinds + &of_tenants
}

/// The open keys by which any of these severities is taken.
fn open_keys(takers: &[&Matcher], severities: &[Severity]) -> impl Iterator<Item = &'static str> {
    let is_about = |matcher: &Matcher| {
        matcher.severity.is_empty() || matcher.severity.iter().any(|of| severities.contains(of))
    };
    let asks = |of: fn(&Matcher) -> bool| {
        takers
            .iter()
            .any(|matcher| is_about(matcher) && of(matcher))
    };
    [
        ("app", asks(|matcher| !matcher.app.is_empty())),
        ("app_id", asks(|matcher| !matcher.app_id.is_empty())),
        ("tag", asks(|matcher| !matcher.tag.is_empty())),
        ("owner", asks(|matcher| !matcher.owner.is_empty())),
        ("credential", asks(|matcher| !matcher.credential.is_empty())),
    ]
    .into_iter()
    .filter_map(|(key, is_asked)| is_asked.then_some(key))
}
