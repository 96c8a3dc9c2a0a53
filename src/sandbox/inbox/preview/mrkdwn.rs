//! Slack's mrkdwn: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, `<link|label>`, and three entities.

use super::Span;

/// Reads mrkdwn into runs of text.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut reader = Reader {
        rest: text,
        before: None,
        look: Span::default(),
        done: Vec::new(),
    };
    while reader.step() {}
    reader.flush();
    reader.done
}

struct Reader<'a> {
    rest: &'a str,
    before: Option<char>,
    /// The run that is being read.
    look: Span,
    done: Vec<Span>,
}

impl<'a> Reader<'a> {
    /// Takes one mark or one character; false at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else {
            return false;
        };
        let after = self.rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '<' => match after.split_once('>') {
                Some((inside, after)) => self.link(inside, after),
                None => self.push(c, after),
            },
            '`' => self.code(after),
            '*' | '_' | '~' => self.mark(c, after),
            '&' => self.entity(after),
            _ => self.push(c, after),
        }
        true
    }

    fn push(&mut self, c: char, after: &'a str) {
        self.look.text.push(c);
        self.before = Some(c);
        self.rest = after;
    }

    fn flush(&mut self) {
        let next = Span {
            text: String::new(),
            ..self.look.clone()
        };
        let done = std::mem::replace(&mut self.look, next);
        if !done.text.is_empty() {
            self.done.push(done);
        }
    }

    fn link(&mut self, inside: &str, after: &'a str) {
        self.flush();
        let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
        // links and labels are escaped as all text is
        let link = Span::linked(&unescaped(label), &unescaped(target));
        let (bold, italic, strike) = (self.look.bold, self.look.italic, self.look.strike);
        self.done.push(Span {
            bold,
            italic,
            strike,
            ..link
        });
        self.before = Some('>');
        self.rest = after;
    }

    fn code(&mut self, after: &'a str) {
        let fence = after.strip_prefix("``");
        let found = match fence {
            Some(inside) => inside.split_once("```"),
            None => after
                .split_once('`')
                .filter(|(inside, _)| !inside.contains('\n')),
        };
        let Some((inside, after)) = found else {
            return self.push('`', after);
        };
        self.flush();
        let text = unescaped(inside);
        self.done.push(Span {
            text,
            code: true,
            ..Span::default()
        });
        self.before = Some('`');
        self.rest = after;
    }

    /// A mark opens at the beginning of a word when it closes later in the line, and closes at the end of one.
    fn mark(&mut self, c: char, after: &'a str) {
        let next = after.chars().next();
        let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let inside = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let open = match c {
            '*' => self.look.bold,
            '_' => self.look.italic,
            _ => self.look.strike,
        };
        let closes = open && inside(self.before) && outside(next);
        let line = after.lines().next().unwrap_or_default();
        let opens = !open && outside(self.before) && inside(next) && line.contains(c);
        if !closes && !opens {
            return self.push(c, after);
        }
        self.flush();
        match c {
            '*' => self.look.bold = opens,
            '_' => self.look.italic = opens,
            _ => self.look.strike = opens,
        }
        self.before = Some(c);
        self.rest = after;
    }

    fn entity(&mut self, after: &'a str) {
        for (name, c) in [("amp;", '&'), ("lt;", '<'), ("gt;", '>')] {
            if let Some(after) = after.strip_prefix(name) {
                return self.push(c, after);
            }
        }
        self.push('&', after);
    }
}

/// `&amp;` last, so that what was escaped twice stays escaped once.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The runs, written so that each look shows.
    fn shown(text: &str) -> String {
        let one = |span: Span| {
            let mut text = span.text;
            for (on, tag) in [
                (span.bold, "b"),
                (span.italic, "i"),
                (span.strike, "s"),
                (span.code, "c"),
            ] {
                if on {
                    text = format!("{tag}({text})");
                }
            }
            match span.link {
                Some(link) => format!("[{text}]({link})"),
                None => text,
            }
        };
        spans(text).into_iter().map(one).collect()
    }

    #[test]
    fn marks_are_read_as_slack_reads_them() {
        assert_eq!(
            shown("*bold* _it_ ~no~ `a*b*`"),
            "b(bold) i(it) s(no) c(a*b*)"
        );
        assert_eq!(shown("snake_case_name 2*3*4"), "snake_case_name 2*3*4");
        assert_eq!(
            shown("*open and\nnever* closed"),
            "*open and\nnever* closed"
        );
        assert_eq!(shown("```a\n<b>```"), "c(a\n<b>)");
        assert_eq!(shown("a &amp;lt; &lt;b&gt;"), "a &lt; <b>");
        assert_eq!(
            shown("<https://x.y/?a&amp;b|*go*>"),
            "[*go*](https://x.y/?a&b)"
        );
        assert_eq!(shown("<javascript:x|go> <!channel>"), "go !channel");
        assert_eq!(shown("a < b ` c"), "a < b ` c");
    }
}
