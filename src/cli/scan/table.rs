//! Rows as a table for people, to the terminal's width, coloured when stdout is a terminal.

use anstyle::{AnsiColor, Style};
use chrono::TimeDelta;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use crate::{
    app::report::{Report, Summary},
    cli::output,
    domain::{Row, calendar::Calendar, clean::clean, row::RowSeverity},
};

/// The width of a table that is not shown on a terminal.
const WIDTH_WITHOUT_TERMINAL: u16 = 140;

pub(super) fn print(report: &Report, within: TimeDelta, calendar: &Calendar) -> anyhow::Result<()> {
    let rows: Vec<Row> = report.rows(Some(within)).collect();
    let several_tenants = report.tenants().nth(1).is_some();
    let mut lines = Vec::new();
    if !rows.is_empty() {
        lines.push(table(&rows, several_tenants, calendar).to_string());
    }
    lines.push(footer(report.summary(), rows.len(), within));
    let odd = |(tenant, warning): (&str, &str)| {
        format!(
            "odd value in {}: {}",
            clean(tenant, 60),
            clean(warning, 300)
        )
    };
    lines.extend(report.warnings().map(odd));
    output::print(&format!("{}\n", lines.join("\n")))
}

fn table(rows: &[Row], several_tenants: bool, calendar: &Calendar) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH_WITHOUT_TERMINAL);
    }
    let mut header = vec![
        "",
        "Days",
        "Ends",
        "App",
        "Credential",
        "Secret or key ID",
        "Note",
    ];
    if several_tenants {
        header.insert(3, "Tenant");
    }
    table.set_header(
        header
            .into_iter()
            .map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
    );
    for row in rows {
        let colour = colour(row.severity);
        let coloured = |text: String| match colour {
            Some(colour) => Cell::new(text).fg(colour),
            None => Cell::new(text),
        };
        let mut cells = vec![
            coloured(row.severity.as_str().to_owned()),
            coloured(
                row.days_left
                    .map(|days| days.to_string())
                    .unwrap_or_default(),
            ),
            Cell::new(ends(row, calendar)),
            Cell::new(clean(&row.app_name, 60)).add_attribute(Attribute::Bold),
            Cell::new(credential(row)),
            Cell::new(clean(&row.credential_id.to_string(), 40)),
            Cell::new(note(row)),
        ];
        if several_tenants {
            cells.insert(3, Cell::new(&row.tenant));
        }
        table.add_row(cells);
    }
    table
}

fn ends(row: &Row, calendar: &Calendar) -> String {
    let day =
        |end: chrono::DateTime<chrono::Utc>| calendar.day_of(end).format("%a %d %b %Y").to_string();
    row.expires_at.map_or_else(|| "never".to_owned(), day)
}

fn credential(row: &Row) -> String {
    let kind = match row.kind {
        crate::domain::Kind::ClientSecret => "secret",
        crate::domain::Kind::Certificate => "certificate",
        crate::domain::Kind::SamlCertificate => "SAML certificate",
    };
    match &row.credential_name {
        Some(name) => format!("{kind} {}", clean(name, 40)),
        None => format!("{kind}, unnamed"),
    }
}

fn note(row: &Row) -> String {
    match (&row.superseded_by, &row.newer) {
        (Some(_), _) => "replaced; remove it once unused".to_owned(),
        (None, Some(_)) => "the app has a newer one".to_owned(),
        (None, None) => String::new(),
    }
}

fn colour(severity: RowSeverity) -> Option<Color> {
    match severity {
        RowSeverity::Expired | RowSeverity::Critical => Some(Color::Red),
        RowSeverity::Warning => Some(Color::Yellow),
        RowSeverity::Info => Some(Color::Cyan),
        RowSeverity::Ok => None,
    }
}

fn footer(summary: Summary, shown: usize, within: TimeDelta) -> String {
    let paint = |count: u64, what: &str, colour: AnsiColor| {
        let style = if count > 0 {
            Style::new().fg_color(Some(colour.into())).bold()
        } else {
            Style::new()
        };
        format!("{style}{count} {what}{style:#}")
    };
    let counts = [
        paint(summary.expired, "expired", AnsiColor::Red),
        paint(summary.critical, "critical", AnsiColor::Red),
        paint(summary.warning, "in warning", AnsiColor::Yellow),
        paint(summary.info, "to know of", AnsiColor::Cyan),
        format!("{} ok", summary.ok),
    ];
    let hidden = summary.credentials.saturating_sub(shown as u64);
    let more = match hidden {
        0 => String::new(),
        hidden => format!(
            "\n{hidden} more end later than in {} days or never; --within 365d shows those of a year, --format json all.",
            within.num_days(),
        ),
    };
    format!(
        "{} apps, {} credentials: {}{more}",
        summary.apps,
        summary.credentials,
        counts.join(", ")
    )
}
