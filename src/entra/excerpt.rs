//! Text from outside, made fit for a log line or an error message.

/// `text` with every run of blanks and control characters as one space, cut to `max` characters with an ellipsis.
pub(super) fn excerpt(text: &str, max: usize) -> String {
    let mut short = String::new();
    let mut length = 0;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if length > 0 {
            short.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length >= max {
                short.push('…');
                return short;
            }
            short.push(c);
            length += 1;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn control_characters_go_and_long_text_is_cut() {
        for (text, max, expected) in [
            ("", 5, ""),
            (" \r\n\t ", 5, ""),
            ("one\r\n  two\u{1b}[31m", 20, "one two [31m"),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcdef…"),
            ("äöüß", 3, "äöü…"),
        ] {
            assert_eq!(excerpt(text, max), expected, "{text:?}");
        }
    }
}
