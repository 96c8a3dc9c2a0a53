//! The words of summaries, and of first scans that tell of very much.

use super::{Every, RowSeverity, counted, grouped};

/// `Weekly summary of contoso: 3 days left: billing-api client secret "prod", and 11 more`
pub(in crate::render) fn title_digest(every: Every, tenant: &str, worst: &str) -> String {
    let every = match every {
        Every::Daily => "Daily",
        Every::Weekly => "Weekly",
    };
    format!("{every} summary of {tenant}: {worst}")
}

/// `All is well: 1,204 credentials of contoso watched, the next runs out on Fri 4 Dec 2026 (billing-api, client secret "prod")`
pub(in crate::render) fn all_is_well(watched: u64, tenant: &str, next: Option<&str>) -> String {
    let next = next.map_or_else(
        || "none of them runs out".to_owned(),
        |next| format!("the next runs out on {next}"),
    );
    format!(
        "All is well: {} of {tenant} watched, {next}",
        credentials(watched)
    )
}

/// `Fri 4 Dec 2026 (billing-api, client secret "prod")`
pub(in crate::render) fn next(date: &str, app: &str, credential: &str) -> String {
    format!("{date} ({app}, {credential})")
}

/// `12 of the 1,204 credentials of contoso have run out or soon will: 1 expired, 3 critical, 8 warning.`
pub(in crate::render) fn coming_up(
    count: usize,
    watched: u64,
    tenant: &str,
    severities: &[(RowSeverity, usize)],
) -> String {
    let each: Vec<String> = severities
        .iter()
        .map(|(of, count)| match of {
            RowSeverity::Ok => format!("{} on no threshold yet", grouped(*count as u64)),
            of => format!("{} {}", grouped(*count as u64), super::severity(*of)),
        })
        .collect();
    let verb = if count == 1 { "has" } else { "have" };
    format!(
        "{} of the {} of {tenant} {verb} run out or soon will: {}.",
        grouped(count as u64),
        credentials(watched),
        each.join(", ")
    )
}

/// After the last row of a section.
pub(in crate::render) fn more_rows(count: u64) -> String {
    format!("… and {} more: forewarn scan lists them.", grouped(count))
}

pub(in crate::render) fn intro_odd(count: u64) -> String {
    let values = counted(count, "value");
    format!(
        "{values} could not be read, so that something may be missing here: forewarn scan tells which."
    )
}

/// Of what a first scan tells of, the rest is in a line each.
pub(in crate::render) fn intro_brief(in_full: usize) -> String {
    format!(
        "The {in_full} most urgent are told in full, the others in short; each is told in full as it gets closer, and \
         forewarn scan lists them all."
    )
}

pub(in crate::render) fn intro_stale(count: u64) -> String {
    let (verb, them) = if count == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    format!(
        "Beside these, {} ended long ago and {verb} only to be removed: forewarn scan lists {them}.",
        credentials(count)
    )
}

fn credentials(count: u64) -> String {
    counted(count, "credential")
}
