//! What was measured, beside what it may be.

use std::io::{self, Write as _};

/// One figure.
pub(crate) struct Line {
    what: &'static str,
    measured: f64,
    unit: &'static str,
    baseline: Option<(&'static str, f64)>,
    limit: Limit,
}

enum Limit {
    /// For information.
    None,
    /// So many times the baseline.
    Times(f64),
    Below(f64),
    Exactly(f64),
}

impl Line {
    pub(crate) fn new(what: &'static str, measured: f64, unit: &'static str) -> Self {
        Self {
            what,
            measured,
            unit,
            baseline: None,
            limit: Limit::None,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "no count is so large that it shows"
    )]
    pub(crate) fn count(what: &'static str, count: u64) -> Self {
        Self::new(what, count as f64, "")
    }

    /// Compares with something measured in the same unit.
    pub(crate) fn beside(mut self, what: &'static str, measured: f64) -> Self {
        self.baseline = Some((what, measured));
        self
    }

    pub(crate) fn at_most_times(mut self, factor: f64) -> Self {
        self.limit = Limit::Times(factor);
        self
    }

    pub(crate) fn below(mut self, limit: f64) -> Self {
        self.limit = Limit::Below(limit);
        self
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "no count is so large that it shows"
    )]
    pub(crate) fn exactly(mut self, count: u64) -> Self {
        self.limit = Limit::Exactly(count as f64);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.baseline.map(|(_, baseline)| self.measured / baseline)
    }

    fn is_met(&self) -> bool {
        match self.limit {
            Limit::None => true,
            Limit::Times(factor) => self.ratio().is_some_and(|ratio| ratio <= factor),
            Limit::Below(limit) => self.measured < limit,
            Limit::Exactly(count) => (self.measured - count).abs() < 0.5,
        }
    }

    fn cells(&self) -> [String; 6] {
        let amount = |value: f64| match self.unit {
            "" => format!("{value:.0}"),
            "s" if value < 10.0 => format!("{value:.3} s"),
            unit => format!("{value:.1} {unit}"),
        };
        let limit = match self.limit {
            Limit::None => String::new(),
            Limit::Times(factor) => format!("≤ {factor:.2}×"),
            Limit::Below(limit) => format!("< {limit} {}", self.unit),
            Limit::Exactly(count) => format!("= {count:.0}"),
        };
        let verdict = match self.limit {
            Limit::None => "",
            _ if self.is_met() => "met",
            _ => "MISSED",
        };
        let baseline = self
            .baseline
            .map(|(what, value)| format!("{what} {}", amount(value)));
        let ratio = self.ratio().map(|ratio| format!("{ratio:.2}×"));
        [
            self.what.to_owned(),
            amount(self.measured),
            baseline.unwrap_or_default(),
            ratio.unwrap_or_default(),
            limit,
            verdict.to_owned(),
        ]
    }
}

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Verdict {
    lines: Vec<Line>,
}

impl Verdict {
    pub(crate) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Was no limit missed?
    pub(crate) fn all_met(&self) -> bool {
        self.lines.iter().all(Line::is_met)
    }

    /// Prints the table to stdout.
    pub(crate) fn print(&self, title: &str) -> io::Result<()> {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_header(["", "measured", "baseline", "ratio", "limit", ""]);
        for line in &self.lines {
            table.add_row(line.cells());
        }
        writeln!(io::stdout(), "{title}\n\n{table}")
    }
}
