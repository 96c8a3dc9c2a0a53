//! Colours on a terminal. What is printed elsewhere loses them on the way ([`super::output`]).

use anstyle::{AnsiColor, Color, Style};

use crate::domain::row::RowSeverity;

/// Text in a style; without one, without escape sequences.
pub(in crate::cli) fn paint(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// A severity's colour.
pub(in crate::cli) fn colour(severity: RowSeverity) -> Style {
    let colour = match severity {
        RowSeverity::Expired | RowSeverity::Critical => AnsiColor::Red,
        RowSeverity::Warning => AnsiColor::Yellow,
        RowSeverity::Info => AnsiColor::Cyan,
        RowSeverity::Ok => return Style::new(),
    };
    Style::new().fg_color(Some(Color::Ansi(colour)))
}
