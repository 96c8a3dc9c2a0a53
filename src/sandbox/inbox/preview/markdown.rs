//! The Markdown of Adaptive Cards: `**bold**`, `_italic_`, `[label](link)`, lists, and backslash escapes.

use super::Span;

/// Reads card text into runs of text. Line breaks are kept; the marks of a list become dots.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            all.push(Span::plain("\n"));
        }
        let line = match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            Some(item) => {
                all.push(Span::plain("• "));
                item
            }
            None => line,
        };
        all.extend(line_spans(line));
    }
    all
}

fn line_spans(line: &str) -> Vec<Span> {
    let (mut done, mut look) = (Vec::new(), Span::default());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '\\' && after.starts_with(|next: char| next.is_ascii_punctuation()) {
            look.text.extend(after.chars().next());
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        if c == '['
            && let Some((label, link, after)) = link(after)
        {
            flush(&mut done, &mut look);
            let text: String = line_spans(label)
                .into_iter()
                .map(|span| span.text)
                .collect();
            done.push(Span {
                bold: look.bold,
                italic: look.italic,
                ..Span::linked(&text, link)
            });
            rest = after;
            continue;
        }
        let before = look.text.chars().last();
        if let Some(mark) = mark(rest, before, &look) {
            flush(&mut done, &mut look);
            if mark.len() == 2 {
                look.bold = !look.bold;
            } else {
                look.italic = !look.italic;
            }
            rest = rest.get(mark.len()..).unwrap_or_default();
            continue;
        }
        look.text.push(c);
        rest = after;
    }
    flush(&mut done, &mut look);
    done
}

fn flush(done: &mut Vec<Span>, look: &mut Span) {
    let text = std::mem::take(&mut look.text);
    if !text.is_empty() {
        done.push(Span {
            text,
            ..look.clone()
        });
    }
}

/// The label and the target of a link whose `[` was just read, and what comes after it.
fn link(after: &str) -> Option<(&str, &str, &str)> {
    let bracket = unescaped_position(after, ']')?;
    let (label, rest) = (after.get(..bracket)?, after.get(bracket + 1..)?);
    let inside = rest.strip_prefix('(')?;
    let (target, rest) = inside.split_once(')')?;
    Some((label, target, rest))
}

fn unescaped_position(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let hit = c == wanted && !escaped;
        escaped = c == '\\' && !escaped;
        hit.then_some(at)
    })
}

/// The mark that opens or closes here: `**` or `__` for bold, `*` or `_` for italic.
fn mark<'a>(rest: &'a str, before: Option<char>, look: &Span) -> Option<&'a str> {
    let two = rest.get(..2).filter(|mark| *mark == "**" || *mark == "__");
    let mark = two.or_else(|| rest.get(..1).filter(|mark| *mark == "*" || *mark == "_"))?;
    let after = rest.get(mark.len()..)?;
    let next = after.chars().next();
    let open = if mark.len() == 2 {
        look.bold
    } else {
        look.italic
    };
    let closes = open && before.is_none_or(|c| !c.is_whitespace());
    // an underscore inside a word is only an underscore
    let word = mark.starts_with('_') && before.is_some_and(char::is_alphanumeric);
    let opens = !open && !word && next.is_some_and(|c| !c.is_whitespace()) && after.contains(mark);
    (closes || opens).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let one = |span: Span| {
            let mut text = span.text;
            if span.bold {
                text = format!("b({text})");
            }
            if span.italic {
                text = format!("i({text})");
            }
            match span.link {
                Some(link) => format!("[{text}]({link})"),
                None => text,
            }
        };
        spans(text).into_iter().map(one).collect()
    }

    #[test]
    fn marks_are_read_as_cards_read_them() {
        assert_eq!(
            shown("**bold** _it_ *it* plain"),
            "b(bold) i(it) i(it) plain"
        );
        assert_eq!(
            shown("snake_case_name 2 * 3 * 4"),
            "snake_case_name 2 * 3 * 4"
        );
        assert_eq!(
            shown("\\*not\\* \\[a\\](b) C:\\dir"),
            "*not* [a](b) C:\\dir"
        );
        assert_eq!(shown("[a\\]b](https://x.y) end"), "[a]b](https://x.y) end");
        assert_eq!(shown("[a](javascript:x)"), "a");
        assert_eq!(shown("- one\n- two"), "• one\n• two");
        assert_eq!(shown("[open **never"), "[open **never");
    }
}
