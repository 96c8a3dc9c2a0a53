//! One matcher by itself: can it ever match?

use super::{List, words};
use crate::{
    config::{path::KeyPath, report::Report, suggest::did_you_mean},
    domain::{Kind, Severity, coverage::Scope, glob::Glob, matcher::Matcher},
};

/// Warns of values that match nothing there is. Answers whether the whole matcher can match anything.
pub(super) fn check(
    matcher: &Matcher,
    list: &List<'_>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> bool {
    let tenants = tenants(matcher, list, at, report);
    let app_ids = app_ids(&matcher.app_id, &at.key("app_id"), report);
    let owners = matcher.owner.is_empty() || list.knows_owners;
    if !owners {
        report.warning(
            &at.key("owner"),
            "nobody is asked who owns an app, so this matches nothing",
            "delete `sources = []` from [owners], or this key",
        );
    }
    let closed = tenants && closed_keys(matcher, list, at, report);
    let can_match = tenants && app_ids && owners && closed;
    if can_match && list.ground.is_ignored(matcher) {
        report.warning(
            at,
            "matches only what `ignore` of [[tenants]] leaves out",
            "delete one of the two",
        );
        return false;
    }
    can_match
}

fn tenants(matcher: &Matcher, list: &List<'_>, at: &KeyPath, report: &mut Report<'_>) -> bool {
    let names = || list.ground.scopes().iter().map(|scope| scope.tenant);
    let mut unknown = 0;
    for (index, glob) in matcher.tenant.iter().enumerate() {
        if names().any(|name| glob.matches(name)) {
            continue;
        }
        unknown += 1;
        let at = value_at(&at.key("tenant"), index, report);
        match list.name {
            "ignore" => report.warning(
                &at,
                "this is another tenant's name, and `ignore` is about its own tenant alone",
                "delete this key, or move the entry to that tenant",
            ),
            _ => report.warning(
                &at,
                "there is no such tenant, so this matches nothing",
                did_you_mean(glob.as_str(), names()),
            ),
        }
    }
    matcher.tenant.is_empty() || unknown < matcher.tenant.len()
}

fn app_ids(globs: &[Glob], at: &KeyPath, report: &mut Report<'_>) -> bool {
    let mut impossible = 0;
    for (index, glob) in globs.iter().enumerate() {
        if glob.can_be_guid() {
            continue;
        }
        impossible += 1;
        report.warning(
            &value_at(at, index, report),
            "no application id is like that, so this matches nothing",
            "write a GUID, such as `8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58`; an app's display name is matched by `app`",
        );
    }
    globs.is_empty() || impossible < globs.len()
}

/// Kind and severity, in the tenants that are meant.
fn closed_keys(matcher: &Matcher, list: &List<'_>, at: &KeyPath, report: &mut Report<'_>) -> bool {
    if list.ground.is_on(matcher) {
        return true;
    }
    let meant: Vec<&Scope<'_>> = list
        .ground
        .scopes()
        .iter()
        .filter(|scope| matcher.names_tenant(scope.tenant))
        .collect();
    let of_kind = |scope: &&&Scope<'_>| {
        matcher.kind.is_empty() || matcher.kind.iter().any(|kind| scope.kinds.contains(kind))
    };
    if meant.iter().filter(of_kind).count() == 0 {
        let (message, remedy) = why_no_such_kind(&matcher.kind, list.name);
        report.warning(&at.key("kind"), message, remedy);
    } else {
        let (message, remedy) = why_no_such_severity(&matcher.severity);
        report.warning(&at.key("severity"), message, remedy);
    }
    false
}

fn why_no_such_kind(kinds: &[Kind], list: &str) -> (String, &'static str) {
    let named = words::quoted(kinds.iter().map(|kind| kind.as_str()));
    if kinds == [Kind::Federated] && list != "ignore" {
        return (
            format!("{named}: these never expire, so there is never anything to say of one"),
            "delete it",
        );
    }
    let message = format!("{named}: none is read in the tenants that this is about");
    if kinds.contains(&Kind::SamlCertificate) {
        return (
            message,
            "add \"service-principals\" to the tenant's `include`, or delete this",
        );
    }
    (
        message,
        "add \"federated\" to the tenant's `include`, or delete this",
    )
}

fn why_no_such_severity(severities: &[Severity]) -> (String, &'static str) {
    let named = words::quoted(severities.iter().map(|severity| severity.as_str()));
    let remedy = "compare `days`, `warning`, `critical` and `superseded` of [thresholds] and [[policies]], or delete this";
    (
        format!("no alert is ever {named} under these thresholds"),
        remedy,
    )
}

/// Where one value of a key is, which may be a list.
fn value_at(at: &KeyPath, index: usize, report: &Report<'_>) -> KeyPath {
    let in_list = at.index(index);
    if report.has(&in_list) {
        in_list
    } else {
        at.clone()
    }
}
