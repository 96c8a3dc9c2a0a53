//! The rows of a summary, section by section.

use std::sync::Arc;

use crate::domain::{Row, row::Section};

/// Rows of a section that is only to be cleaned up; the others are counted.
const MOST: usize = 25;

/// The rows of a summary, with no more of each section than it shows.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Arc<Row>>,
    pub(super) left_out: Vec<(Section, u64)>,
}

impl Rows {
    /// Rows of one section come one after the other; those that are removed may come late.
    pub(super) fn push(&mut self, section: Section, row: impl FnOnce() -> Row) {
        let after = self
            .rows
            .partition_point(|row| row.section <= Some(section));
        let of_section = self.rows.iter().take(after).rev();
        let there = of_section
            .take_while(|row| row.section == Some(section))
            .take(MOST)
            .count();
        if section == Section::ComingUp || there < MOST {
            self.rows.insert(after, Arc::new(row()));
            return;
        }
        match self.left_out.iter_mut().find(|(of, _)| *of == section) {
            Some((_, more)) => *more += 1,
            None => self.left_out.push((section, 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    /// How many rows of which section, in their order.
    fn counted(rows: &Rows) -> Vec<(Section, usize)> {
        let runs = rows.rows.chunk_by(|a, b| a.section == b.section);
        runs.map(|run| (run[0].section.unwrap(), run.len()))
            .collect()
    }

    #[test]
    fn what_comes_up_is_told_in_full_and_of_the_rest_the_first_ones() {
        use Section::{ComingUp, NeverExpires, Ownerless, Renewed, Stale};
        let mut rows = Rows::default();
        let mut push = |section, count| {
            for number in 0..count {
                let row = Row {
                    section: Some(section),
                    ..samples::row(number, "app", "", 80)
                };
                rows.push(section, || row);
            }
        };
        push(ComingUp, 300);
        push(Stale, 1_337);
        push(NeverExpires, 25);
        push(Renewed, 3);
        push(Ownerless, 1);
        push(Renewed, 2); // those that are removed come late
        let expected = vec![
            (ComingUp, 300),
            (Stale, 25),
            (NeverExpires, 25),
            (Renewed, 5),
            (Ownerless, 1),
        ];
        assert_eq!(counted(&rows), expected);
        assert_eq!(rows.left_out, [(Stale, 1_312)]);
    }
}
