//! What forewarn itself signs in with, shown apart: when that ends, there is no table.

use anstyle::{AnsiColor, Style};

use crate::domain::{Kind, Row, calendar::Calendar, clean::clean, row::RowSeverity};

/// A line for each, soonest end first. One that ended long ago is for the table alone.
pub(super) fn lines(rows: &[Row], calendar: &Calendar) -> Vec<String> {
    let living = rows.iter().filter(|row| !row.stale);
    living.map(|row| line(row, calendar)).collect()
}

fn line(row: &Row, calendar: &Calendar) -> String {
    let kind = match row.kind {
        Kind::ClientSecret => "secret",
        Kind::Certificate | Kind::SamlCertificate | Kind::Federated => "certificate",
    };
    let name = match &row.credential_name {
        Some(name) => format!("{kind} \"{}\"", clean(name, 40)),
        None => format!("{kind} without a name"),
    };
    let replaced = match row.superseded_by {
        Some(_) => "; replaced, remove it once unused",
        None => "",
    };
    let style = style(row.severity);
    format!(
        "forewarn's own sign-in to {}: {name} of app {} {style}{}{style:#}{replaced}",
        row.tenant,
        clean(&row.app_name, 60),
        ends(row, calendar)
    )
}

fn ends(row: &Row, calendar: &Calendar) -> String {
    let (Some(end), Some(days)) = (row.expires_at, row.days_left) else {
        return "never ends".to_owned();
    };
    let day = calendar.day_of(end).format("%a %d %b %Y");
    match days {
        ..0 => format!("ended on {day}"),
        0 => format!("ends on {day}, in less than a day"),
        1 => format!("ends on {day}, in 1 day"),
        _ => format!("ends on {day}, in {days} days"),
    }
}

fn style(severity: RowSeverity) -> Style {
    let colour = match severity {
        RowSeverity::Ok => return Style::new(),
        RowSeverity::Info => AnsiColor::Cyan,
        RowSeverity::Warning => AnsiColor::Yellow,
        RowSeverity::Critical | RowSeverity::Expired => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into())).bold()
}
