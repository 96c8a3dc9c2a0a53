//! Prose for a terminal: broken between words, with what belongs together under one indent.

/// Lines are no longer; a terminal of another width breaks them or leaves room.
const WIDTH: usize = 100;

/// `text` in lines that all begin with `indent` blanks, but for the first, which begins with `lead`. Ends with a newline. What stands
/// between backticks is one word, however long: a command can be copied.
pub(super) fn paragraph(lead: &str, indent: usize, text: &str) -> String {
    let mut lines = lead.to_owned();
    let mut length = lead.chars().count();
    let mut begun = false;
    for word in words(text) {
        let more = word.chars().count();
        if begun && length + 1 + more > WIDTH {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            length = indent;
        } else if begun {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(word);
        length += more;
        begun = true;
    }
    lines.push('\n');
    lines
}

/// The words of a text; white space between backticks does not part them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let parts = text.split(move |c: char| {
        is_quoted ^= c == '`';
        c.is_whitespace() && !is_quoted
    });
    parts.filter(|word| !word.is_empty())
}

/// Texts with their numbers before them, two blanks in.
pub(super) fn numbered<T: AsRef<str>>(texts: &[T]) -> String {
    (1..)
        .zip(texts)
        .map(|(number, text)| paragraph(&format!("  {number}. "), 5, text.as_ref()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_keep_their_indent() {
        let text = "word ".repeat(40);
        let lines = numbered(&[text.as_str(), "short"]);
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(lines.starts_with("  1. word word"));
        assert!(
            lines
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("     word"))
        );
        assert!(lines.ends_with("\n  2. short\n"));
        let long = "x".repeat(300);
        assert_eq!(paragraph("", 2, &long), format!("{long}\n"));
        assert_eq!(paragraph("- ", 2, ""), "- \n");
        let command = format!("run `{text}` now");
        assert!(paragraph("", 0, &command).contains(&format!("`{text}`")));
    }
}
