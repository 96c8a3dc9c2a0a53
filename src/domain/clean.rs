//! Text from outside, made safe to look at: one line, nothing invisible, not too long.
//!
//! This is about what people see, whatever the channel. What a channel would read as markup is escaped by that channel.

/// One line of `text`, at most `most` characters long.
///
/// White space and control characters are folded to single blanks; characters that are invisible or that turn the
/// direction of the text (the `Default_Ignorable_Code_Point` and `Bidi_Control` properties of Unicode) are taken out, since
/// they make a name look like another one. What is too long ends with `…`.
pub fn clean(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(4 * most));
    let mut length = 0;
    let mut blank = false;
    for character in text.chars().filter(|character| !is_invisible(*character)) {
        if character.is_whitespace() || character.is_control() {
            blank = length > 0;
            continue;
        }
        if length + usize::from(blank) >= most {
            return shorten(line);
        }
        if blank {
            line.push(' ');
            length += 1;
            blank = false;
        }
        line.push(character);
        length += 1;
    }
    line
}

/// Ends a full line with `…` in the place of its last character.
fn shorten(mut line: String) -> String {
    line.pop();
    line.truncate(line.trim_end().len());
    line.push('…');
    line
}

/// Invisible characters, and those that change the direction of the text. A variation selector or joiner lost from an emoji
/// only makes it plainer.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_is_seen_is_one_line_without_tricks() {
        for (text, expected) in [
            ("billing-api", "billing-api"),
            ("  a\r\n\tb\u{0}\u{85}c\u{2028}d ", "a b c d"),
            ("a\u{202E}gpj.exe\u{202C}", "agpj.exe"),
            ("\u{2066}pay\u{200B}pal\u{2069}\u{FEFF}", "paypal"),
            ("Größe 日本語 🔑", "Größe 日本語 🔑"),
            ("\u{E0041}\u{E007F}tags", "tags"),
            ("\u{3164}\u{2800} \n", ""),
            ("\u{1b}[31mred", "[31mred"),
        ] {
            assert_eq!(clean(text, 64), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_says_so_and_counts_characters() {
        assert_eq!(clean("abcdef", 6), "abcdef");
        assert_eq!(clean("abcdefg", 6), "abcde…");
        assert_eq!(clean("äöüßäöü", 6), "äöüßä…");
        assert_eq!(clean("abcd efg", 6), "abcd…");
        assert_eq!(clean("abcdef   ", 6), "abcdef");
    }
}
