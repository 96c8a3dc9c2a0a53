//! Rows as a table for people, to the terminal's width, coloured when stdout is a terminal.

use anstyle::{AnsiColor, Style};
use chrono::TimeDelta;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width,
    presets,
};

use super::own;
use crate::{
    app::report::{Report, Summary},
    cli::output,
    domain::{
        Row,
        calendar::Calendar,
        clean::clean,
        row::{Rotation, RowSeverity},
    },
};

/// The width of a table that is not shown on a terminal.
const WIDTH_WITHOUT_TERMINAL: u16 = 140;

/// From this width on there is room for the ids.
const WIDE: u16 = 110;

pub(super) fn print(report: &Report, within: TimeDelta, calendar: &Calendar) -> anyhow::Result<()> {
    let own: Vec<Row> = report.own_rows().collect();
    let is_apart = |row: &Row| row.own && !row.stale;
    let rows: Vec<Row> = report
        .rows(Some(within))
        .filter(|row| !is_apart(row))
        .collect();
    let several_tenants = report.tenants().nth(1).is_some();
    let mut lines = own::lines(&own, calendar);
    let shown = rows.len() + lines.len();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    if !rows.is_empty() {
        lines.push(table(&rows, several_tenants, calendar).to_string());
    }
    // where nothing could be read there is nothing to sum up
    if report.tenants().any(|tenant| tenant.complete) {
        if !rows.is_empty() {
            lines.push(String::new());
        }
        lines.push(footer(report.summary(), shown, within));
    }
    if lines.is_empty() {
        return Ok(());
    }
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
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| column.is_shown(rows, several_tenants, &table))
        .collect();
    let bold = |column: &&Column| Cell::new(column.title).add_attribute(Attribute::Bold);
    table.set_header(columns.iter().map(bold));
    for row in rows {
        table.add_row(columns.iter().map(|column| (column.cell)(row, calendar)));
    }
    for (at, column) in columns.iter().enumerate() {
        if let (Some(width), Some(column)) = (column.never_narrower_than, table.column_mut(at)) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    table
}

/// One column: when it is shown, and what stands in it.
struct Column {
    title: &'static str,
    when: When,
    never_narrower_than: Option<u16>,
    cell: fn(&Row, &Calendar) -> Cell,
}

enum When {
    Always,
    SeveralTenants,
    WideTerminal,
    SomebodyIsKnown,
    SomethingToSay,
}

const COLUMNS: [Column; 9] = [
    Column {
        title: "",
        when: When::Always,
        never_narrower_than: Some(9),
        cell: |row, _| coloured(row, row.severity.as_str().to_owned()),
    },
    Column {
        title: "Days",
        when: When::Always,
        never_narrower_than: None,
        cell: |row, _| {
            let days = row
                .days_left
                .map(|days| days.to_string())
                .unwrap_or_default();
            coloured(row, days).set_alignment(CellAlignment::Right)
        },
    },
    Column {
        title: "Ends",
        when: When::Always,
        never_narrower_than: Some(17),
        cell: |row, calendar| Cell::new(ends(row, calendar)),
    },
    Column {
        title: "Tenant",
        when: When::SeveralTenants,
        never_narrower_than: None,
        cell: |row, _| Cell::new(&row.tenant),
    },
    Column {
        title: "App",
        when: When::Always,
        never_narrower_than: None,
        cell: |row, _| Cell::new(app(row)).add_attribute(Attribute::Bold),
    },
    Column {
        title: "Credential",
        when: When::Always,
        never_narrower_than: None,
        cell: |row, _| Cell::new(credential(row)),
    },
    Column {
        title: "Secret or key ID",
        when: When::WideTerminal,
        never_narrower_than: Some(38),
        cell: |row, _| Cell::new(clean(&row.credential_id.to_string(), 40)),
    },
    Column {
        title: "Owner",
        when: When::SomebodyIsKnown,
        never_narrower_than: None,
        cell: |row, _| Cell::new(owner(row)),
    },
    Column {
        title: "Note",
        when: When::SomethingToSay,
        never_narrower_than: None,
        cell: |row, _| Cell::new(note(row)),
    },
];

impl Column {
    fn is_shown(&self, rows: &[Row], several_tenants: bool, table: &Table) -> bool {
        match self.when {
            When::Always => true,
            When::SeveralTenants => several_tenants,
            When::WideTerminal => table.width().is_none_or(|width| width >= WIDE),
            When::SomebodyIsKnown => rows.iter().any(|row| !owner(row).is_empty()),
            When::SomethingToSay => rows.iter().any(|row| !note(row).is_empty()),
        }
    }
}

fn coloured(row: &Row, text: String) -> Cell {
    let cell = Cell::new(text);
    match colour(row.severity) {
        Some(colour) => cell.fg(colour),
        None => cell,
    }
}

/// The name, or the id of one that has none.
fn app(row: &Row) -> String {
    let name = clean(&row.app_name, 60);
    if name.is_empty() {
        clean(&row.app_id.to_string(), 40)
    } else {
        name
    }
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
        crate::domain::Kind::Federated => "federated",
    };
    match &row.credential_name {
        Some(name) => format!("{kind} {}", clean(name, 40)),
        None => format!("{kind}, unnamed"),
    }
}

/// The first owner and how many more, or that there is none; empty where that is not known.
fn owner(row: &Row) -> String {
    let first = row.owners.first().map(|owner| clean(owner, 40));
    match (first, row.owners.len()) {
        (Some(first), 1) => first,
        (Some(first), count) => format!("{first} +{}", count - 1),
        (None, _) if row.ownerless => "nobody".to_owned(),
        (None, _) => String::new(),
    }
}

fn note(row: &Row) -> String {
    if let Some(service) = &row.self_renewing {
        return match (row.severity, &row.superseded_by) {
            (_, Some(_)) => format!("{service} has renewed it"),
            (RowSeverity::Ok, None) => format!("renewed by {service}"),
            (_, None) => format!("{service} should have renewed it"),
        };
    }
    let note = if row.superseded_by.is_some() {
        "replaced; remove it once unused"
    } else if row.stale {
        "long ended; clean it up"
    } else if row.rotation == Some(Rotation::Unfinished) {
        "still used: the rotation is unfinished"
    } else if row.unused {
        "unused; remove it rather than renew it"
    } else if row.newer.is_some() {
        "the app has a newer one"
    } else {
        ""
    };
    note.to_owned()
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
        paint(summary.info, "info", AnsiColor::Cyan),
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
