//! `[[routes]]`.

use super::{
    duration::duration,
    matcher::{Asked, matcher},
};
use crate::{
    config::{path::KeyPath, raw, report::Report, suggest::did_you_mean},
    domain::{
        Severity,
        matcher::Matcher,
        route::{Escalation, GroupKey, Route},
    },
};

/// The routes as written. `receivers` are the names that they may use.
pub(super) fn routes(
    raw: Vec<raw::Route>,
    receivers: &[String],
    report: &mut Report<'_>,
) -> Vec<Route> {
    let at = KeyPath::root().key("routes");
    if !raw.is_empty() {
        warn_of_unused(&raw, receivers, report);
    }
    raw.into_iter()
        .enumerate()
        .map(|(index, raw)| route(raw, receivers, &at.index(index), report))
        .collect()
}

fn route(raw: raw::Route, receivers: &[String], at: &KeyPath, report: &mut Report<'_>) -> Route {
    let escalation = escalation(&raw, at, report);
    if raw.receivers.as_ref().is_none_or(Vec::is_empty) {
        report.error(
            &at.key("receivers"),
            "names no receiver, so what it matches would go to nobody",
            "name at least one; to leave credentials out altogether, use `ignore` of [[tenants]]",
        );
    }
    let lists = [
        ("receivers", &raw.receivers),
        ("fallback", &raw.fallback),
        ("escalate_to", &raw.escalate_to),
    ];
    for (key, names) in lists {
        known_names(
            names.as_deref().unwrap_or_default(),
            receivers,
            &at.key(key),
            report,
        );
    }
    warn_of_repeats(&raw, at, report);
    let matcher = matcher(raw.r#match, Asked::AboutAnAlert, &at.key("match"), report);
    if escalation.is_some() && !takes_what_escalates(&matcher) {
        report.warning(
            &at.key("escalate_after"),
            "never used: only critical and expired alerts escalate, and this route takes neither",
            "move it, with `escalate_to`, to a route that takes those",
        );
    }
    Route {
        matcher,
        receivers: raw.receivers.unwrap_or_default(),
        fallback: raw.fallback.unwrap_or_default(),
        group_by: match raw.group_by {
            Some(keys) => keys.into_iter().map(group_key).collect(),
            None => vec![GroupKey::Tenant],
        },
        go_on: raw.r#continue.unwrap_or(false),
        escalation,
    }
}

fn takes_what_escalates(matcher: &Matcher) -> bool {
    let severities = &matcher.severity;
    severities.is_empty() || severities.iter().any(|of| *of >= Severity::Critical)
}

fn group_key(key: raw::GroupKey) -> GroupKey {
    match key {
        raw::GroupKey::Tenant => GroupKey::Tenant,
        raw::GroupKey::App => GroupKey::App,
        raw::GroupKey::Owner => GroupKey::Owner,
        raw::GroupKey::Severity => GroupKey::Severity,
    }
}

fn known_names(names: &[String], receivers: &[String], at: &KeyPath, report: &mut Report<'_>) {
    for (index, name) in names.iter().enumerate() {
        let at = at.index(index);
        if !receivers.contains(name) {
            let remedy = match receivers {
                [] => "add [[receivers]]".to_owned(),
                _ => did_you_mean(name, receivers.iter().map(String::as_str)),
            };
            report.error(&at, format!("there is no receiver {name:?}"), remedy);
        } else if names[..index].contains(name) {
            report.warning(
                &at,
                format!("`{name}` is there twice"),
                "delete one of the two",
            );
        }
    }
}

/// Who is told of an alert anyway is no use as somebody else to tell.
fn warn_of_repeats(raw: &raw::Route, at: &KeyPath, report: &mut Report<'_>) {
    let told = raw.receivers.as_deref().unwrap_or_default();
    let fallback = raw.fallback.iter().flatten().enumerate();
    for (index, name) in fallback.filter(|(_, name)| told.contains(name)) {
        report.warning(
            &at.key("fallback").index(index),
            format!("`{name}` is among `receivers`, so it is told anyway"),
            "name another one, or delete it",
        );
    }
    let escalate_to = raw.escalate_to.as_deref().unwrap_or_default();
    if !escalate_to.is_empty() && escalate_to.iter().all(|name| told.contains(name)) {
        report.warning(
            &at.key("escalate_to"),
            "names only those who were told already",
            "name somebody else who can act, or delete it with `escalate_after`",
        );
    }
}

fn escalation(raw: &raw::Route, at: &KeyPath, report: &mut Report<'_>) -> Option<Escalation> {
    match (&raw.escalate_after, &raw.escalate_to) {
        (Some(after), Some(receivers)) => {
            return Some(Escalation {
                after: duration(after, &at.key("escalate_after"), report)?,
                receivers: receivers.clone(),
            });
        }
        (Some(_), None) => report.error(
            &at.key("escalate_to"),
            "missing",
            "say to whom, as `escalate_to = [\"pager\"]`, or delete `escalate_after`",
        ),
        (None, Some(_)) => report.error(
            &at.key("escalate_after"),
            "missing",
            "say when, as `escalate_after = \"2d\"`, or delete `escalate_to`",
        ),
        (None, None) => {}
    }
    None
}

fn warn_of_unused<'a>(routes: &'a [raw::Route], receivers: &[String], report: &mut Report<'_>) {
    let lists = |route: &'a raw::Route| [&route.receivers, &route.fallback, &route.escalate_to];
    let used: Vec<&String> = routes.iter().flat_map(lists).flatten().flatten().collect();
    for (index, name) in receivers.iter().enumerate() {
        if !used.contains(&name) {
            report.warning(
                &KeyPath::root().key("receivers").index(index),
                format!("no route uses `{name}`, so it never gets anything"),
                "name it in a route's `receivers` or `fallback`, or delete it",
            );
        }
    }
}
