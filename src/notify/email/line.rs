//! Foreign text made harmless before it lands in a header, a page, an error.

/// The text on one line and readable from its start to its end: see [`upright`]. Runs of blanks become one.
pub(super) fn one_line(text: &str) -> String {
    let upright = upright(text);
    let words: Vec<&str> = upright.split_whitespace().collect();
    words.join(" ")
}

/// The text with a blank for each control character, but for line feeds, and for each mark that turns the direction of
/// writing.
pub(super) fn upright(text: &str) -> String {
    let odd = |c: char| (c.is_control() && c != '\n') || turns_direction(c);
    text.chars().map(|c| if odd(c) { ' ' } else { c }).collect()
}

/// The text, or its first characters and an ellipsis, `most` together.
pub(super) fn shortened(mut text: String, most: usize) -> String {
    if text.chars().count() > most {
        let kept = text.char_indices().nth(most.saturating_sub(1));
        text.truncate(kept.map_or(0, |(at, _)| at));
        text.push('…');
    }
    text
}

/// Embeddings, overrides and isolates (Unicode UAX #9), which could turn the rest of a line around.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_and_reads_forwards() {
        assert_eq!(one_line("a\r\nBcc: x\u{0}\u{202e}b\t  c"), "a Bcc: x b c");
        assert_eq!(one_line("naïve 🦀 עברית"), "naïve 🦀 עברית");
        assert_eq!(upright("a\u{202e}b\u{0}\nc  d"), "a b \nc  d");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        for (text, expected) in [("", ""), ("äöü", "äöü"), ("äöüß", "äö…")] {
            assert_eq!(shortened(text.to_owned(), 3), expected);
        }
    }
}
