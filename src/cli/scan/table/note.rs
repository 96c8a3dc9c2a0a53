//! What there is to say about a row beside its columns.

use crate::cli::measure::harmless;
use crate::domain::{
    Row,
    row::{Rotation, RowSeverity},
};

/// Its clauses, the most important one first; empty when there is nothing to say.
pub(super) fn note(row: &Row) -> String {
    let clauses = [replacement(row), unused(row), inactive(row), users(row)];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    clauses.join("; ")
}

/// What has taken its place, or should have.
fn replacement(row: &Row) -> Option<String> {
    if let Some(service) = &row.self_renewing {
        let service = harmless(service);
        return Some(match (row.severity, &row.superseded_by) {
            (_, Some(_)) => format!("{service} has renewed it"),
            (RowSeverity::Ok, None) => format!("renewed by {service}"),
            (_, None) => format!("{service} should have renewed it"),
        });
    }
    let newer_name = row.newer_name.as_deref().map(harmless);
    let newer_name = newer_name.filter(|name| !name.is_empty());
    if row.superseded_by.is_some() {
        let by = newer_name.map_or_else(String::new, |name| format!(" by \"{name}\""));
        return Some(format!("replaced{by}: remove it once nothing uses it"));
    }
    row.newer.is_some().then(|| {
        let name = newer_name.map_or_else(String::new, |name| format!(", \"{name}\""));
        match row.rotation {
            Some(Rotation::Unfinished) => {
                format!("still used beside a newer one{name}: the rotation is unfinished")
            }
            None => format!("the app has a newer one{name}"),
        }
    })
}

/// A replaced one is to be removed anyway.
fn unused(row: &Row) -> Option<String> {
    let says_so = row.unused && row.superseded_by.is_none();
    says_so.then(|| "unused: remove it rather than renew it".to_owned())
}

fn inactive(row: &Row) -> Option<String> {
    (row.active == Some(false)).then(|| "Entra signs with another one".to_owned())
}

/// Who signs in with it.
fn users(row: &Row) -> Option<String> {
    let (first, more) = row.used_by.split_first()?;
    let more = match more.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Some(format!(
        "used by AKS cluster {}{more}",
        harmless(&first.name)
    ))
}
