//! Paragraphs of plain text, broken into lines at blanks.

use minijinja::State;
use unicode_width::UnicodeWidthStr;

/// The template filter: `{{ sentence | wrap(2) }}` breaks at the form's width, and indents all lines but the first by so many columns,
/// since the template itself has indented the first. What comes after a line break of its own is a command, and left whole.
pub(super) fn filter(state: &State<'_, '_>, text: &str, indent: Option<usize>) -> String {
    let width = state
        .lookup("width")
        .and_then(|width| usize::try_from(width).ok());
    let indent = indent.unwrap_or(0);
    let (paragraph, commands) = text.split_once('\n').unwrap_or((text, ""));
    let mut wrapped = match width {
        Some(width) => wrap(paragraph, width, indent),
        None => paragraph.to_owned(),
    };
    for command in commands.lines() {
        wrapped.push('\n');
        wrapped.extend(std::iter::repeat_n(' ', indent + 2));
        wrapped.push_str(command);
    }
    wrapped
}

/// A word that is longer than a line, such as an address or an id, is left whole, and so is a command between backticks.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent);
    let mut wrapped = String::with_capacity(text.len() + 8);
    let mut filled = 0;
    for word in words(text) {
        let long = word.width();
        if filled > 0 && filled + 1 + long > room {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            filled = 0;
        } else if filled > 0 {
            wrapped.push(' ');
            filled += 1;
        }
        wrapped.push_str(word);
        filled += long;
    }
    wrapped
}

/// The text, divided at the blanks at which a line may break.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let blank = text.find(' ').map(|blank| match text[..blank].find('`') {
            Some(open) => {
                let closed = text[open + 1..].find('`').map(|at| open + 1 + at);
                let behind = closed.filter(|closed| *closed > blank).unwrap_or(blank);
                text[behind..]
                    .find(' ')
                    .map_or(text.len(), |at| behind + at)
            }
            None => blank,
        });
        let (word, after) = match blank {
            Some(blank) => (text.get(..blank)?, text.get(blank + 1..)),
            None => (text, None),
        };
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_at_blanks_and_go_on_indented() {
        for (text, expected) in [
            ("", ""),
            ("one two", "one two"),
            ("one two three four", "one two\n  three\n  four"),
            ("a-word-longer-than-that x", "a-word-longer-than-that\n  x"),
            ("say `a b c d e f` or", "say\n  `a b c d e f`\n  or"),
            ("say (`a b`) `a", "say\n  (`a b`)\n  `a"),
            ("`", "`"),
            ("日本 日本 日", "日本\n  日本 日"),
        ] {
            assert_eq!(wrap(text, 10, 2), expected);
        }
    }
}
