//! Text on a terminal: how many columns it takes, and how it is cut or broken to fit. Letters of East Asia and emoji take two,
//! combining marks none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{cli::paragraph::words, domain::clean::clean};

/// Entra's longest names, in characters: nothing is lost but what no name can be.
const LONGEST: usize = 256;
/// More marks on one letter than any script writes would run over the lines above and below.
const MARKS: usize = 3;

/// Text from outside, in one harmless line.
pub(in crate::cli) fn harmless(text: &str) -> String {
    let mut marks = 0;
    let mut line = clean(text, LONGEST);
    line.retain(|c| {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        marks <= MARKS
    });
    line
}

/// How many columns it takes.
pub(in crate::cli) fn width(text: &str) -> usize {
    text.width()
}

/// As much of it as fits into `most` columns; what was cut ends with `…`.
pub(in crate::cli) fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let head = head(text, most.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// The longest beginning that fits.
fn head(text: &str, most: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fits = |end: &usize| text.get(..*end).is_some_and(|head| width(head) <= most);
    let end = ends.take_while(fits).last().unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Lines of at most `most` columns, broken between words, or within one that is longer. A command between backticks is one word.
pub(in crate::cli) fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for mut word in words(text) {
        if !line.is_empty() && width(&line) + 1 + width(word) > most {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > most {
            let head = head(word, most);
            // not even one letter fits
            if head.is_empty() {
                break;
            }
            lines.push(head.to_owned());
            word = word.get(head.len()..).unwrap_or_default();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wide_counts_twice_and_is_not_cut_in_half() {
        assert_eq!(width("日本語"), 6);
        assert_eq!(width("e\u{301}"), 1);
        for (text, most, expected) in [
            ("billing-api", 11, "billing-api"),
            ("billing-api", 10, "billing-a…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("ab cd", 4, "ab…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}s", 4, "caf…"),
            ("", 0, ""),
        ] {
            let shown = cut(text, most);
            assert_eq!(shown, expected);
            assert!(width(&shown) <= most);
        }
    }

    #[test]
    fn lines_are_broken_where_they_can_be() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("日本語 x", 4), ["日本", "語 x"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("do `a b` now", 7), ["do", "`a b`", "now"]);
        assert_eq!(wrap("do `a b` now", 4), ["do", "`a b", "`", "now"]);
        assert_eq!(wrap("", 3), [""; 0]);
        assert_eq!(wrap("日", 1), ["日"], "rather too wide than lost");
    }

    #[test]
    fn letters_under_a_heap_of_marks_keep_three() {
        let heap = format!("a{}b", "\u{301}".repeat(40));
        assert_eq!(harmless(&heap), "a\u{301}\u{301}\u{301}b");
        assert_eq!(harmless("\u{1b}[2Jevil\u{202e}\r\n"), "[2Jevil");
    }
}
