//! Dividing rows into parts that a channel takes. No row is ever cut away or torn apart.

use std::ops::Range;

/// What one part may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// The sum of its rows' sizes, in the channel's unit.
    pub(super) size: usize,
    /// How many rows.
    pub(super) rows: usize,
}

/// Divides rows of the given sizes, in their order, into as few parts as the limit allows; each row is in exactly one. Without
/// rows there is one empty part.
///
/// The sizes are only a first guess: a part that, put together, does not pass `fits` is halved until it does. A single row is its
/// own part, whatever its size.
pub(super) fn split(
    sizes: &[usize],
    limit: Limit,
    fits: impl Fn(&Range<usize>) -> bool,
) -> Vec<Range<usize>> {
    let mut open = fill(sizes, limit);
    open.reverse();
    let mut parts = Vec::with_capacity(open.len());
    while let Some(range) = open.pop() {
        if range.len() <= 1 || fits(&range) {
            parts.push(range);
        } else {
            let middle = range.start + range.len() / 2;
            open.push(middle..range.end);
            open.push(range.start..middle);
        }
    }
    parts
}

/// Fills one part after the other.
fn fill(sizes: &[usize], limit: Limit) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut filled = 0usize;
    for (index, size) in sizes.iter().enumerate() {
        let full = filled.saturating_add(*size) > limit.size || index - start >= limit.rows;
        if full && index > start {
            parts.push(start..index);
            start = index;
            filled = 0;
        }
        filled = filled.saturating_add(*size);
    }
    parts.push(start..sizes.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_filled_in_order() {
        let limit = Limit { size: 10, rows: 3 };
        for (sizes, expected) in [
            (&[][..], &[(0, 0)][..]),
            (&[4, 6, 1], &[(0, 2), (2, 3)]),
            (&[1, 1, 1, 1], &[(0, 3), (3, 4)]),
            (&[50, 1, 50], &[(0, 1), (1, 2), (2, 3)]),
        ] {
            let parts = split(sizes, limit, |_| true);
            let ends: Vec<_> = parts.iter().map(|part| (part.start, part.end)).collect();
            assert_eq!(ends, expected, "{sizes:?}");
        }
    }

    #[test]
    fn a_part_that_turns_out_too_big_is_halved() {
        let limit = Limit { size: 100, rows: 8 };
        let parts = split(&[1; 8], limit, |range| range.len() <= 3);
        assert_eq!(parts, [0..2, 2..4, 4..6, 6..8]);
    }

    proptest! {
        #[test]
        fn each_row_is_in_exactly_one_part(
            sizes in prop::collection::vec(0usize..40, 0..60),
            size in 0usize..100,
            rows in 0usize..9,
            most in 0usize..9,
        ) {
            let parts = split(&sizes, Limit { size, rows }, |range| range.len() <= most);
            let told: Vec<usize> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(told, (0..sizes.len()).collect::<Vec<_>>());
            for part in parts.iter().filter(|part| part.len() > 1) {
                prop_assert!(part.len() <= most && part.len() <= rows);
                prop_assert!(sizes[part.clone()].iter().sum::<usize>() <= size);
            }
        }
    }
}
