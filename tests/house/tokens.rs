//! Rust source as the few tokens that paths are made of. Comments and the insides of strings are left out, so that prose
//! about a module is not taken for an import of it.

/// One token and the line that it stands on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword or a number.
    Word(String),
    /// `::`
    Colons,
    /// Any other character.
    Sign(char),
}

/// Reads a whole file. Source that does not compile may give odd tokens, never a panic.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader {
        rest: source,
        line: 1,
        tokens: Vec::new(),
    };
    while reader.step() {}
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    /// Takes whatever comes next; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.take(block_comment(self.rest));
        } else if let Some((opening, closing)) = raw_string(self.rest) {
            self.string(opening, &closing);
        } else if first == '"' {
            self.take(1);
            let end = plain_string(self.rest);
            self.path_in_string(end.saturating_sub(1));
            self.take(end);
        } else if first == '\'' {
            self.take(character_or_lifetime(self.rest));
        } else if self.rest.starts_with("::") {
            self.push(Kind::Colons);
            self.take(2);
        } else if is_word(first) {
            let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
            let word = self.take(end);
            self.push(Kind::Word(word.to_owned()));
        } else {
            if !first.is_whitespace() {
                self.push(Kind::Sign(first));
            }
            self.take(first.len_utf8());
        }
        true
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            kind,
            line: self.line,
        });
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    /// A raw string, from its opening to its closing.
    fn string(&mut self, opening: usize, closing: &str) {
        self.take(opening);
        let end = self.rest.find(closing).unwrap_or(self.rest.len());
        self.path_in_string(end);
        self.take(end + closing.len());
    }

    /// Attributes name functions in strings, as in `#[serde(default = "crate::domain::f")]`: those are imports too.
    fn path_in_string(&mut self, end: usize) {
        let text = &self.rest[..end.min(self.rest.len())];
        let is_path = ["crate::", "super::"]
            .iter()
            .any(|start| text.starts_with(start))
            && text.chars().all(|c| is_word(c) || c == ':');
        if is_path {
            let line = self.line;
            let inside = tokens(text).into_iter();
            self.tokens
                .extend(inside.map(|token| Token { line, ..token }));
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of the block comment that the text starts with; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0_usize);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a raw string's opening (`r#"`, also with `b` or `c` before it), and what closes it.
fn raw_string(text: &str) -> Option<(usize, String)> {
    let after = ["r", "br", "cr"]
        .iter()
        .find_map(|start| text.strip_prefix(start))?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    let opening = text.len() - after.len() + hashes + 1;
    (after.as_bytes().get(hashes) == Some(&b'"'))
        .then(|| (opening, format!("\"{}", "#".repeat(hashes))))
}

/// The length of a plain string's inside with its closing quote.
fn plain_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `'x'` or `'\u{1f600}'`; of a lifetime only the quote, since its name harms nobody.
fn character_or_lifetime(text: &str) -> usize {
    let mut inside = text[1..].chars();
    match (inside.next(), inside.next()) {
        (Some('\\'), Some(escaped)) => {
            let skipped = 2 + escaped.len_utf8();
            text[skipped..]
                .find('\'')
                .map_or(text.len(), |end| skipped + end + 1)
        }
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens on one line, for reading.
    fn read(source: &str) -> String {
        let words = tokens(source).into_iter().map(|token| match token.kind {
            Kind::Word(word) => word,
            Kind::Colons => "::".to_owned(),
            Kind::Sign(sign) => sign.to_string(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn paths_are_words_and_colons() {
        assert_eq!(
            read("use crate::a_1::{B, c};"),
            "use crate :: a_1 :: { B , c } ;"
        );
    }

    #[test]
    fn comments_say_nothing() {
        assert_eq!(
            read("a // crate::b\n/* crate::c /* nested */ still */ d"),
            "a d"
        );
        assert_eq!(read("/// See [`crate::b`].\n//! crate::c\ne"), "e");
    }

    #[test]
    fn strings_say_nothing() {
        assert_eq!(read(r#"a("in \" crate::b", c)"#), "a ( , c )");
        assert_eq!(read("a(r#\"in \" crate::b\"#, br\"x\", c)"), "a ( , , c )");
        assert_eq!(read("a\n\"never closed"), "a");
    }

    #[test]
    fn a_path_that_an_attribute_names_in_a_string_counts() {
        assert_eq!(
            read(r#"#[serde(default = "crate::b::c")]"#),
            "# [ serde ( default = crate :: b :: c ) ]"
        );
    }

    #[test]
    fn characters_and_lifetimes_are_told_apart() {
        assert_eq!(
            read(r"f('{', '\'', '\u{7b}', 'é') g<'a>('_')"),
            "f ( , , , ) g < a > ( )"
        );
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let all = tokens("/* 1\n2 */ \"3\n4\" a\nb");
        let lines: Vec<usize> = all.iter().map(|token| token.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
