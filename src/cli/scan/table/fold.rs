//! Pieces of text in a line, or, where there is less room, in several.

use anstyle::Style;

use crate::cli::{
    measure::{width, wrap},
    paint::paint,
};

/// Text in one style, which is not parted unless it has to be.
pub(super) type Piece = (String, Style);

/// Lines of at most `room` columns, with `separator` between two pieces of a line.
pub(super) fn fold(pieces: Vec<Piece>, separator: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut left = 0;
    for (text, style) in pieces {
        let taken = width(separator) + width(&text);
        match lines.last_mut() {
            Some(line) if taken <= left => {
                line.push_str(separator);
                line.push_str(&paint(&text, style));
                left -= taken;
            }
            _ => {
                let parts = wrap(&text, room);
                left = room.saturating_sub(parts.last().map_or(0, |part| width(part)));
                lines.extend(parts.iter().map(|part| paint(part, style)));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_share_a_line_when_they_fit() {
        let folded = |texts: &[&str], room| {
            let pieces = texts.iter().map(|text| ((*text).to_owned(), Style::new()));
            fold(pieces.collect(), " · ", room)
        };
        assert_eq!(folded(&["ab", "cd", "e"], 7), ["ab · cd", "e"]);
        assert_eq!(folded(&["ab", "cd", "e"], 11), ["ab · cd · e"]);
        assert_eq!(folded(&["one two", "e"], 5), ["one", "two", "e"]);
        assert_eq!(folded(&["seven two", "e"], 7), ["seven", "two · e"]);
        assert_eq!(folded(&[], 6), [""; 0]);
    }
}
