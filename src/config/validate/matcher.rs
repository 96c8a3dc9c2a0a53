//! `match` and `ignore`.

use crate::{
    config::{
        path::KeyPath,
        raw::{self, OneOrMany},
        report::Report,
        suggest::did_you_mean,
    },
    domain::{Kind, Severity, glob::Glob, matcher::Matcher},
};

/// When a matcher is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// By policies and `ignore`, which come before the severity.
    BeforeSeverityIsKnown,
    /// By routes.
    AboutAnAlert,
}

/// What a rule applies to.
pub(super) fn matcher(
    raw: raw::Matcher,
    asked: Asked,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Matcher {
    if asked == Asked::BeforeSeverityIsKnown && raw.severity.is_some() {
        report.error(
            &at.key("severity"),
            "only a route can ask for the severity: here it is not known yet",
            "leave it out, or move the rule to [[routes]]",
        );
    }
    let mut globs = |values, key| globs(values, &at.key(key), report);
    Matcher {
        tenant: globs(raw.tenant, "tenant"),
        app: globs(raw.app, "app"),
        app_id: globs(raw.app_id, "app_id"),
        tag: globs(raw.tag, "tag"),
        owner: globs(raw.owner, "owner"),
        credential: globs(raw.credential, "credential"),
        kind: words(raw.kind, &Kind::ALL, Kind::as_str, &at.key("kind"), report),
        severity: words(
            raw.severity,
            &Severity::ALL,
            Severity::as_str,
            &at.key("severity"),
            report,
        ),
    }
}

fn globs(values: Option<OneOrMany<String>>, at: &KeyPath, report: &mut Report<'_>) -> Vec<Glob> {
    listed(values, at, report)
        .iter()
        .map(|(pattern, _)| Glob::new(pattern))
        .collect()
}

/// The words that a pattern means; a pattern that means none is a slip.
fn words<T: Copy + PartialEq>(
    values: Option<OneOrMany<String>>,
    all: &[T],
    name: fn(T) -> &'static str,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Vec<T> {
    let mut meant = Vec::new();
    for (pattern, at) in listed(values, at, report) {
        let glob = Glob::new(&pattern);
        let matching = all.iter().copied().filter(|word| glob.matches(name(*word)));
        let before = meant.len();
        meant.extend(matching);
        if meant.len() == before {
            let names: Vec<&str> = all.iter().map(|word| name(*word)).collect();
            report.error(
                &at,
                format!("unknown value {pattern:?}"),
                did_you_mean(&pattern, names.iter().copied()),
            );
        }
    }
    meant
}

/// Each value with its path.
fn listed(
    values: Option<OneOrMany<String>>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Vec<(String, KeyPath)> {
    let Some(values) = values else {
        return Vec::new();
    };
    let (values, is_list) = values.into_values();
    if values.is_empty() {
        report.error(
            at,
            "an empty list: nothing could match",
            "leave the key out if it does not matter",
        );
    }
    let path = |index| if is_list { at.index(index) } else { at.clone() };
    values
        .into_iter()
        .enumerate()
        .map(|(index, value)| (value, path(index)))
        .collect()
}
