//! Rows as CSV. A cell that a spreadsheet would take for a formula is made text: names come from the tenant.

use std::io::{self, Write};

use chrono::TimeDelta;

use crate::{
    app::report::Report,
    cli::output::ignore_closed,
    domain::{Row, facts::Cluster},
};

const HEADER: [&str; 17] = [
    "tenant",
    "app_name",
    "app_id",
    "object_id",
    "kind",
    "credential_name",
    "credential_id",
    "hint",
    "starts_at",
    "expires_at",
    "days_left",
    "severity",
    "superseded_by",
    "owners",
    "last_used_at",
    "used_by",
    "ownerless",
];

pub(super) fn write(
    report: &Report,
    within: Option<TimeDelta>,
    out: impl Write,
) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut written = csv.write_record(HEADER);
    for row in report.rows(within) {
        if written.is_err() {
            break;
        }
        written = csv.write_record(cells(row));
    }
    let written = written.map_err(cause).and_then(|()| csv.flush());
    ignore_closed(written)
}

/// What went wrong with the writing; the crate's own conversion would hide that the reader has gone.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn cells(row: Row) -> [String; 17] {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            .unwrap_or_default()
    };
    // where the owners are not known, neither is this
    let ownerless = match (row.ownerless, row.owners.is_empty()) {
        (true, _) => "true",
        (false, false) => "false",
        (false, true) => "",
    };
    [
        harmless(row.tenant),
        harmless(row.app_name),
        harmless(row.app_id.to_string()),
        harmless(row.object_id.to_string()),
        row.kind.to_string(),
        harmless(row.credential_name.unwrap_or_default()),
        harmless(row.credential_id.to_string()),
        harmless(row.hint.unwrap_or_default()),
        time(row.starts_at),
        time(row.expires_at),
        row.days_left
            .map(|days| days.to_string())
            .unwrap_or_default(),
        row.severity.as_str().to_owned(),
        harmless(
            row.superseded_by
                .map(|id| id.to_string())
                .unwrap_or_default(),
        ),
        harmless(row.owners.join("; ")),
        time(row.last_used_at),
        harmless(clusters(&row.used_by)),
        ownerless.to_owned(),
    ]
}

/// `resource-group/cluster; …`
fn clusters(clusters: &[Cluster]) -> String {
    let texts: Vec<String> = clusters
        .iter()
        .map(|cluster| format!("{}/{}", cluster.resource_group, cluster.name))
        .collect();
    texts.join("; ")
}

/// Spreadsheets run a cell that begins like a formula (OWASP, "CSV injection"); an apostrophe makes it text.
fn harmless(cell: String) -> String {
    let first = cell.trim_start_matches(['\u{feff}', ' ']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{cell}")
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe whose reader has gone.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_goes_in_the_middle_is_seen_to_be_gone() {
        let mut csv = csv::WriterBuilder::new()
            .buffer_capacity(8)
            .from_writer(Gone);
        let error = csv.write_record(["longer than", "what is gathered"]);
        assert_eq!(cause(error.unwrap_err()).kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_formula_becomes_text() {
        for (cell, expected) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "'\t=1"),
            ("billing-api", "billing-api"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell.to_owned()), expected);
        }
    }
}
